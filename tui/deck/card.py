"""CardView: the card in the middle of the deck, one page or two side by side."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from jobswipe import clock
from tui.deck import paint
from tui.desk.interface import DeskCard
from tui.frame.page import Page

WIDE = 110
"""Columns from which the description stands beside the facts instead of below."""


class CardView(Container):
    """One card, or a message in its place."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self.card: DeskCard | None = None

    def compose(self) -> ComposeResult:
        yield Page("left")
        yield Page("right")

    @property
    def wide(self) -> bool:
        return self.app.size.width >= WIDE

    @property
    def scrolled(self) -> Page:
        """The page that has the description."""
        return self.query_one("#right" if self.wide else "#left", Page)

    def show(self, card: DeskCard, title: str) -> None:
        self.border_title = title
        self.card = card
        self._lay()

    def say(self, content: Content) -> None:
        """Words in the place of a card."""
        self.card = None
        self.border_title = self.border_subtitle = ""
        self.query_one("#left", Page).show(lambda _: content)
        self.query_one("#right", Page).show(lambda _: Content(""))

    def read_on(self, way: int) -> None:
        """Scroll the description by most of a screen."""
        page = self.scrolled
        page.turn(way * max(1, page.size.height - 3))
        self._hint()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - the size is asked for
        if self.card is not None:
            self.call_after_refresh(self._lay)

    def _lay(self) -> None:
        card, now = self.card, clock.now()
        if card is None:
            return
        left, right = self.query_one("#left", Page), self.query_one("#right", Page)
        text = paint.description(card.listing.text)
        if self.wide:
            left.show(lambda width: paint.facts(card, width - 3, now))
            right.show(lambda _: text)
        else:
            left.show(lambda width: paint.facts(card, width, now).append("\n\n").append(text))
            right.show(lambda _: Content(""))
        self._hint()

    def _hint(self) -> None:
        below = self.scrolled.below
        self.border_subtitle = f" {below} more lines ↓ " if below else ""
