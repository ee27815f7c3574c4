"""CardView: the card in the middle of the deck. Few widgets, whose texts change: a key is painted at once."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from jobswipe import clock
from tui.deck import paint
from tui.desk.interface import DeskCard

WIDE = 110
"""Columns from which the description stands beside the facts instead of below."""


class Pane(VerticalScroll, can_focus=False):
    """Scrolls without taking keys from the deck."""


class CardView(Container):
    """One card, or a message in its place."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self.card: DeskCard | None = None
        self._width = 0

    def compose(self) -> ComposeResult:
        with Pane(id="outer"):
            with Pane(id="left"):
                yield Static(id="facts", markup=False)
            with Pane(id="right"):
                yield Static(id="words", markup=False)

    def show(self, card: DeskCard, title: str) -> None:
        self.border_title = title
        self.card = card
        self._paint()
        self.query_one("#words", Static).update(paint.description(card.listing.text))
        for pane in self.query(Pane):
            pane.scroll_home(animate=False, immediate=True)

    def say(self, content: Content) -> None:
        """Words in the place of a card."""
        self.card = None
        self.border_title = ""
        self.query_one("#facts", Static).update(content)
        self.query_one("#words", Static).update("")

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._width:
            self._width = event.size.width
            if self.card is not None:
                self._paint()

    def read_on(self, way: int) -> None:
        """Scroll the description by most of a screen."""
        pane = self.query_one("#right" if self.app.size.width >= WIDE else "#outer", Pane)
        pane.scroll_relative(y=way * max(1, pane.size.height - 3), animate=False)

    def _paint(self) -> None:
        if self.card is None:
            return
        inner = self.size.width - 4
        width = max(20, inner * 46 // 100 - 3 if self.app.size.width >= WIDE else inner - 2)
        self.query_one("#facts", Static).update(paint.facts(self.card, width, clock.now()))
