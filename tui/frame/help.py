"""Help: the keys of a screen, as they are set."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import EVERYWHERE, ROOMS, Key

_SIGNS = {
    "left": "←", "right": "→", "up": "↑", "down": "↓", "slash": "/", "question_mark": "?", "plus": "+", "minus": "-",
    "equals_sign": "=", "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip


class Help(ModalScreen[None]):
    """Any of escape, ? and q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,q,f1", "dismiss(None)", "Close")]

    def __init__(self, room: str, own: dict[str, str] | None = None) -> None:
        super().__init__()
        self.room = room
        self.own = own or {}

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as box:
            box.border_title = f"Keys: {self.room}"
            box.border_subtitle = "Esc closes"
            yield Static(self.text(), markup=False)

    def text(self) -> Content:
        lines = [self._line(key) for key in ROOMS.get(self.room, ())]
        lines += [Content(""), Content.styled("Everywhere", "bold $secondary")]
        lines += [self._line(key) for key in EVERYWHERE]
        lines.append(Content.assemble(("  ctrl+p            ", "bold $accent"), "Command palette"))
        lines += [
            Content(""),
            Content.styled("A verdict is stored before the line below the card says so; what cannot be", "$quiet"),
            Content.styled("stored waits, is tried again, and outlives the end of the app.", "$quiet"),
        ]
        return Content("\n").join(lines)

    def _line(self, key: Key) -> Content:
        keys = self.own.get(key.name, key.keys)
        shown = "  ".join(_SIGNS.get(one, one) for one in keys.split(","))
        return Content.assemble((f"  {shown:<18}", "bold $accent"), key.says)
