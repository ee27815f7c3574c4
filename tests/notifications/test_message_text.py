"""Messages are plain and safe, whatever strangers write into titles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.models import Notification
from jobswipe.notifications.render import headline, message
from jobswipe.notifications.text import LONGEST_BODY, link, one_line

MATCH = {
    "posting_id": 7,
    "title": "Cook",
    "company": "Example Inn",
    "url": "https://jobs.example.com/7",
    "score": 0.8125,
}
PURSUED = MATCH | {"application_id": 3, "stage": "applied"}
KINDS = {
    "strong_match": MATCH | {"reasons": ["It is near.", "You cook."]},
    "posting_changed": PURSUED
    | {"changes": [{"field": "salary", "before": "not said", "after": "from 3,000 EUR a month"}]},
    "posting_closed": PURSUED,
    "follow_up": PURSUED | {"text": "Ask"},
    "source_broken": {
        "source": "lever:example",
        "failures": 3,
        "error": "It did not answer.",
        "since": "2026-03-01T08:00:00+00:00",
    },
}


def inside(count: int) -> list[Notification]:
    return [
        Notification(id=at, person_id=1, kind=kind, subject=str(at), payload=KINDS[kind])
        for at, kind in enumerate(list(KINDS) * count)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_what_where_and_what_to_do_next(kind: str) -> None:
    told = message(kind, KINDS[kind])
    assert "\n" not in told.title
    assert "\n\nNext: " in told.body
    assert "'jobswipe " in told.body
    assert kind == "source_broken" or "https://jobs.example.com/7" in told.body.split("\n")
    assert headline(kind, KINDS[kind]) == told.title


def test_what_changed_is_told() -> None:
    assert "- Pay: not said → from 3,000 EUR a month" in message("posting_changed", KINDS["posting_changed"]).body


def test_a_digest_tells_all_and_counts_the_rest() -> None:
    told = message("digest", {"day": "2026-03-02"}, inside(20))
    assert told.title == "JobSwipe: 100 news"
    assert "Strong matches (20)" in told.body
    assert "- and " in told.body
    assert len(told.body) <= LONGEST_BODY
    assert (
        message("digest", {"day": "2026-03-02"}, inside(1)[:1]).title == "JobSwipe: Strong match: Cook at Example Inn"
    )


NASTY = [
    "Cook\r\nBcc: everybody@example.com\r\n\r\n<script>",
    "\u202eevil\u202c \u2066iso\u2069",
    "@everyone <!channel> <@U123> <#C1>",
    "\x1b[31mred\x07",
    "\ud83d half a pair",
    "x" * 100_000,
    "👩‍🍳 Koch (m/w/d) 🍳",
    "مهندس بيانات",
    "",
    "   ",
    "\x00",
]


@pytest.mark.parametrize("title", NASTY)
@pytest.mark.parametrize("kind", KINDS)
def test_titles_do_nothing(kind: str, title: str) -> None:
    payload = KINDS[kind] | {"title": title, "company": title, "text": title, "source": title, "error": title}
    for told in (message(kind, payload), message("digest", {}, [Notification(kind=kind, payload=payload)])):
        whole = told.title + told.body
        assert "\n" not in told.title
        assert len(told.title) <= 200
        assert len(told.body) <= LONGEST_BODY
        assert not any(
            one in whole for one in ("\r", "\x00", "\x1b", "\u202e", "\u2066", "@everyone", "<!", "<@", "<#")
        )
        whole.encode()


def test_emoji_and_other_scripts_stay() -> None:
    assert one_line("👩‍🍳 Koch (m/w/d)") == "👩‍🍳 Koch (m/w/d)"
    assert one_line("مهندس بيانات") == "مهندس بيانات"


@given(st.text(), st.integers(5, 60))
def test_a_line_is_one_short_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert one_line(line, limit) == line


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a b",
        "https://a\nb",
        "ftp://a",
        "https://x/" + "y" * 3000,
        "https://a/\u202e",
        None,
        "",
    ],
)
def test_what_is_no_plain_web_address_is_no_link(url: str | None) -> None:
    assert link(url) is None
