"""Dialogs over a screen: one line to fill in, one of several to choose. Escape leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option


class Dialog(ModalScreen[str | None]):
    """A framed box; its result is a text, or None when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Leave")]

    def __init__(self, title: str) -> None:
        super().__init__()
        self.box_title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self.box_title
            box.border_subtitle = "Esc leaves"
            yield from self.inside()

    def inside(self) -> ComposeResult:
        yield from ()


class Ask(Dialog):
    """One line of text."""

    def __init__(self, title: str, hint: str = "", value: str = "", placeholder: str = "") -> None:
        super().__init__(title)
        self.hint, self.value, self.placeholder = hint, value, placeholder

    def inside(self) -> ComposeResult:
        if self.hint:
            yield Static(self.hint, classes="hint", markup=False)
        yield Input(self.value, placeholder=self.placeholder)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class Choose(Dialog):
    """One of several, by its own key or by the list."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str, str]]) -> None:
        """`choices` are (result, key, words)."""
        super().__init__(title)
        self.choices = choices

    def inside(self) -> ComposeResult:
        yield OptionList(
            *(
                Option(Content.assemble((f" {key} ", "bold $accent"), " ", words), id=result)
                for result, key, words in self.choices
            )
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def key_pressed(self, key: str) -> str | None:
        return next((result for result, own, _ in self.choices if own == key), None)

    def on_key(self, event: object) -> None:
        character = getattr(event, "character", None)
        chosen = self.key_pressed(character) if character else None
        if chosen is not None:
            self.dismiss(chosen)
