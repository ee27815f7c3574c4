"""Details: one posting in full, with its history and its duplicates."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.deck import paint
from tui.text import safe

_PIECE = 4_000
"""Letters of a description in one widget: only those on the screen are laid out again when the width changes."""


class Detail(ModalScreen[None]):
    """Escape and d close it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,d,q", "dismiss(None)", "Close")]

    def __init__(self, posting: dict[str, Any]) -> None:
        super().__init__()
        self.posting = posting

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog tall") as box:
            box.border_title = safe(self.posting["title"])
            box.border_subtitle = "Esc closes"
            yield Static(self.known(), id="known", markup=False)
            for piece in pieces(self.posting.get("description_text") or ""):
                yield Static(piece, classes="piece", markup=False)

    def known(self) -> Content:
        """What the posting says by its fields, then what became of it."""
        posting, life = self.posting, self.posting["life"]
        rows = [
            ("employer", posting.get("company")),
            ("places", ", ".join(place["text"] for place in posting.get("places") or ())),
            ("workplace", posting.get("workplace")),
            ("remote from", ", ".join([*posting.get("remote_countries", ()), *posting.get("remote_regions", ())])),
            ("pay", (posting.get("salary") or {}).get("quote")),
            ("level", posting.get("seniority")),
            ("employment", (posting.get("employment_type") or "").replace("_", " ")),
            ("language", posting.get("language")),
            ("skills", ", ".join(skill["name"] for skill in posting.get("skills") or ())),
            ("posted", _day(posting.get("posted_at"))),
            ("ends", _day(posting.get("valid_through"))),
            ("source", life.get("source")),
            ("state", f"{life.get('state')}, first seen {_day(life.get('first_seen_at'))}"),
            ("address", posting.get("url")),
            ("credit", posting.get("attribution")),
        ]
        rest = [
            ("changed", f"{_day(one['at'])} {one['kind']} {', '.join(one['changed'])}") for one in posting["versions"]
        ]
        rest += [("the same", f"{one['source']} ({one['reason']}) {one['url'] or ''}") for one in posting["merged"]]
        lines = [Content.assemble((f"{name:<12}", "$quiet"), safe(str(value))) for name, value in rows + rest if value]
        return Content("\n").join(lines).append("\n")


def pieces(text: str) -> list[Content]:
    """The description in pieces that end at a line's end."""
    out: list[Content] = []
    lines: list[str] = []
    size = 0
    for line in text.split("\n"):
        lines.append(line)
        size += len(line) + 1
        if size >= _PIECE:
            out.append(paint.laid_out("\n".join(lines)).append("\n"))
            lines, size = [], 0
    out.append(paint.laid_out("\n".join(lines)))
    return out


def _day(value: Any) -> str:
    return str(value)[:10] if value else ""
