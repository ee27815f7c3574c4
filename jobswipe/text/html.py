"""HTML to readable text: paragraphs apart by a blank line, list items on lines that begin with "- "."""

from __future__ import annotations

import re
from html import unescape

# A private mark inside this module: a list item begins. Removed from the input first.
_ITEM = "\x00"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff]")
_TAG = re.compile(r"<([/!?]?[a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>")
_SKIPPED = re.compile(r"<(?:!--|(script|style|noscript|template|iframe|svg|head)\b)", re.IGNORECASE)
_SKIPPED_NAMES = frozenset(
    form(name)
    for name in ("script", "style", "noscript", "template", "iframe", "svg", "head")
    for form in (str.lower, str.upper, str.title)
)
_ESCAPED_TAG = re.compile(r"&lt;/?(?:p|div|br|ul|ol|li|h[1-6]|strong|b|em|span)\b")
_ANY_TAG = re.compile(r"</?(?:p|div|br|ul|ol|li|h[1-6]|strong|b|em|i|u|span|a|table|section)\b[^<>]*>", re.IGNORECASE)

_BLANKS = str.maketrans("\t\u00a0", "  ")

_PARAGRAPH = "p div h1 h2 h3 h4 h5 h6 section article header footer main table blockquote pre form dl figure hr address"
_LINE = "tr dt dd option figcaption"

_MARK: dict[str, str] = {
    "br": "\n",
    "li": "\n" + _ITEM,
    "/li": "\n",
    "ul": "\n\n",
    "ol": "\n\n",
    "/ul": "\n\n",
    "/ol": "\n\n",
    "td": " ",
    "th": " ",
    "img": " ",
}
for _name in _PARAGRAPH.split():
    _MARK[_name] = _MARK["/" + _name] = "\n\n"
for _name in _LINE.split():
    _MARK[_name] = "\n"


class _Marks(dict[str, str]):
    """The mark of each tag; a name in another case, or of a tag without a mark, is learned when first met."""

    def __missing__(self, name: str) -> str:
        mark = _MARK.get(name.lower(), "")
        if len(self) < 1000:
            self[name] = mark
        return mark


_MARKS = _Marks(_MARK)


def to_text(html: str) -> str:
    """The readable text of an HTML fragment or page. Plain text and double-escaped HTML are read as what they are."""
    if not _ANY_TAG.search(html):
        if not _ESCAPED_TAG.search(html):
            return tidy(unescape(html))
        html = unescape(html)
    if _ITEM in html:
        html = html.replace(_ITEM, "")
    for blank in "\n\r\t\u00a0":
        if blank in html:
            html = html.replace(blank, " ")
    # Splitting and joining with the tags' marks in between takes half the time of a substitution with a function.
    parts = _TAG.split(html)
    if "<!--" in html or not _SKIPPED_NAMES.isdisjoint(parts[1::2]):
        parts = _TAG.split(_drop_skipped(html))
    parts[1::2] = map(_MARKS.__getitem__, parts[1::2])
    text = "".join(parts)
    if "&" in text:
        text = unescape(text).replace("\u00a0", " ")
    return _printable(_lay_out(text.split("\n")))


def tidy(text: str) -> str:
    """Plain text with one blank line at most between paragraphs, and without control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace(_ITEM, "").translate(_BLANKS).split("\n")
    return _printable(_lay_out(lines))


def _lay_out(lines: list[str]) -> str:
    kept: list[str] = []
    gap = item = in_list = False
    for raw in lines:
        line = raw.strip()
        if not line:
            gap = True
            continue
        if line[0] == _ITEM:
            item = True
            line = line[1:].lstrip()
            if not line:
                continue
        if "  " in line:
            line = " ".join(line.split())
        if gap and kept and not (item and in_list):
            kept.append("")
        kept.append("- " + line if item else line)
        in_list = item or (in_list and not gap)
        gap = item = False
    return "\n".join(kept)


def _printable(text: str) -> str:
    return text if text.replace("\n", "").isprintable() else _CONTROL.sub("", text)


def _drop_skipped(html: str) -> str:
    # One forward walk with str.find: a regex with a lazy body would be quadratic on unclosed elements.
    lowered = html.lower()
    if len(lowered) != len(html):  # a few letters grow when lowered: then only the closing tags' usual case is known
        lowered = html
    kept: list[str] = []
    at = 0
    missing: set[str] = set()
    while match := _SKIPPED.search(html, at):
        kept.append(html[at : match.start()])
        closing = f"</{match[1].lower()}" if match[1] else "-->"
        end = -1 if closing in missing else lowered.find(closing, match.end())
        if end < 0:
            missing.add(closing)
            tail = html.find(">", match.end()) if match[1] else -1
            at = tail + 1 if tail >= 0 else match.end()
        elif match[1]:
            tail = html.find(">", end)
            at = tail + 1 if tail >= 0 else len(html)
        else:
            at = end + len(closing)
    kept.append(html[at:])
    return "".join(kept)
