"""Plain text as HTML to display: paragraphs and lists, and nothing that came with the text is HTML."""

from __future__ import annotations

from html import escape
from itertools import groupby

_ITEM = "- "
_TAGS = {"p", "br", "ul", "li"}


def to_html(text: str) -> str:
    """Paragraphs of a text, as `jobswipe.text.html` makes them, with `p`, `br`, `ul` and `li` and no attributes."""
    import nh3

    parts = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        for items, group in groupby(lines, lambda line: line.startswith(_ITEM)):
            if items:
                parts.append("<ul>" + "".join(f"<li>{escape(line[2:].strip())}</li>" for line in group) + "</ul>")
            else:
                parts.append("<p>" + "<br>".join(escape(line) for line in group) + "</p>")
    # It is clean by now. Whoever changes the lines above need not be right about that.
    return nh3.clean("\n".join(parts), tags=_TAGS, attributes={})
