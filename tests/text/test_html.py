"""HTML to readable text: paragraphs and lists kept, nothing hidden shown, linear on hostile input."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.text.html import tidy, to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>You have</p><ul><li><p>a van</p></li><li>a licence</li></ul><p>Call.</p>",
         "You have\n\n- a van\n- a licence\n\nCall."),
        ("<ul><li>a<ul><li>b</li></ul></li><li></li><li>c</li></ul>", "- a\n- b\n- c"),
        ("one<br>two<br/><br/>three", "one\ntwo\n\nthree"),
        ("<p>R&amp;D &lt;b&gt; 5 &gt; 3</p>", "R&D <b> 5 > 3"),
        ("<p>nice&nbsp;and\n   tidy</p>", "nice and tidy"),
        ("<P CLASS='x'>Loud</P><DIV>tags</DIV>", "Loud\n\ntags"),
        ("<p>a</p><script>alert('<p>')</script><style>p{}</style><!-- <p>no</p> --><p>b</p>", "a\n\nb"),
        ("<p>a</p><script>never closed <p>b</p>", "a\n\nnever closed\n\nb"),
        ("<h2>Pay</h2>£5 <b>an</b> <i>hour</i>", "Pay\n\n£5 an hour"),
        ("<table><tr><td>Day</td><td>shift</td></tr><tr><td>Night</td></tr></table>", "Day shift\nNight"),
        ("&lt;p&gt;twice&lt;/p&gt;&lt;ul&gt;&lt;li&gt;escaped&lt;/li&gt;&lt;/ul&gt;", "twice\n\n- escaped"),
        ("no tags,\njust   lines\n\n\n- x &amp; y", "no tags,\njust lines\n\n- x & y"),
        ("<p>I <3 pumps</p>", "I <3 pumps"),
        ("<p>a\x00b\x07c\u200b</p>", "abc"),
        ("", ""),
        ("<p></p><ul><li></li></ul>", ""),
    ],
)  # fmt: skip
def test_to_text(html: str, text: str) -> None:
    assert to_text(html) == text


def test_tidy_keeps_paragraphs() -> None:
    assert tidy("a\r\n\r\n\r\nb \t c\x00\n") == "a\n\nb c"


@given(st.text(alphabet="<>/!-pliuscr &;#x0\n\"'=ab", max_size=300))
def test_any_text_is_read(html: str) -> None:
    text = to_text(html)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert "\x00" not in text


@pytest.mark.parametrize(
    "piece", ["<", "<script", "<!--", "<li>", "&lt;", "<p ", "\n \n", "<ul><li>", "&", "<script></", "\u0130<style>"]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    to_text("<p>" + piece * (100_000 // len(piece)))
    assert time.process_time() - started < 1
