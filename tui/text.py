"""Strangers' texts on a screen: made safe, and laid out as headings, paragraphs and lists."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

# A direction override or a control character in a title must not steer the terminal. Joiners of letters and of emoji
# stay; direction marks and isolates go, for a terminal that ignores them shows them as boxes.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_HEADING_END = re.compile(r"[.!?;,…]$")
_HEADING_MOST = 60
Kind = Literal["heading", "paragraph", "item"]


class Block(NamedTuple):
    kind: Kind
    text: str


def safe(text: str | None) -> str:
    """The text without what steers a terminal; line breaks and tabs become spaces."""
    return " ".join(_UNSAFE.sub("", text or "").split())


def blocks(text: str) -> list[Block]:
    """A description in its parts. A short line by itself that ends a sentence nowhere is a heading of what follows."""
    lines = [_UNSAFE.sub("", line).strip() for line in text.split("\n")]
    out: list[Block] = []
    for at, line in enumerate(lines):
        if not line:
            continue
        if line.startswith(("- ", "• ", "* ")):
            out.append(Block("item", line[2:].strip()))
        elif _heads(lines, at):
            out.append(Block("heading", line.rstrip(":")))
        else:
            out.append(Block("paragraph", line))
    return out


def _heads(lines: list[str], at: int) -> bool:
    line = lines[at]
    if len(line) > _HEADING_MOST or _HEADING_END.search(line) or not any(map(str.isalpha, line)):
        return False
    alone = at == 0 or not lines[at - 1]
    follows = any(lines[at + 1 : at + 3])
    return (alone or line.endswith(":")) and follows and (line[:1].isupper() or line.endswith(":"))
