"""What comes out of a resume file: lines in reading order with their style and place, and links."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["pdf", "docx", "text", "jsonresume", "rendercv"]


class Run(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of one style.

    `size` is the height of its letters in points (0: unknown), `x0` and `x1` its edges, `font` a number for its font
    within the file: some files do not name their fonts, so that bold cannot be told but another font can.
    """

    text: str
    bold: bool = False
    italic: bool = False
    size: float = 0.0
    x0: float = 0.0
    x1: float = 0.0
    font: int = 0

    @property
    def style(self) -> tuple[bool, bool, int]:
        """What makes its letters look as they do, but for their size."""
        return self.bold, self.italic, self.font


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One line. Parts that stand apart (a date at the right margin) are separated by a tab inside the runs' texts.

    `page` counts from 1 (None where the format has no pages). `x0`, `x1` and `top` are points from the page's upper
    left corner. `gap` is the distance to the line before in line heights: about 1 for the next line, 2 for a blank line
    between, 0 for a page's or column's first. `bullet` says that a list mark stood before the text (it is left out).
    """

    runs: tuple[Run, ...]
    page: int | None = None
    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    gap: float = 1.0
    bullet: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def size(self) -> float:
        return max((run.size for run in self.runs if run.text.strip()), default=0.0)

    @property
    def bold(self) -> bool:
        """True when the line begins in bold."""
        return next((run.bold for run in self.runs if run.text.strip()), False)


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A hyperlink: the words that carry it and where it leads."""

    url: str
    text: str
    page: int | None = None


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """A file's text. `data` holds the document of a JSON Resume or rendercv file (those have no lines).

    `pages` is how many pages the file has (None where the format has none).
    """

    kind: Kind
    name: str = ""
    lines: tuple[Line, ...] = ()
    links: tuple[Link, ...] = ()
    pages: int | None = None
    data: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)
