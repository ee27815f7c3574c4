"""CardView: the card in the middle of the deck, one page or two side by side."""

from __future__ import annotations

from typing import Self

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.geometry import Region

from jobswipe import clock
from tui.deck import paint
from tui.desk.interface import DeskCard
from tui.frame.page import Page, Write

WIDE = 110
"""Columns from which the description stands beside the facts instead of below."""


class CardView(Container):
    """One card, or a message in its place."""

    _captioning = False

    def __init__(self) -> None:
        super().__init__(id="card")
        self.card: DeskCard | None = None
        self._title = ""

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
        self.card = card
        self._title = title
        self._lay()

    def ready(self, card: DeskCard) -> bool:
        """Whether a card is painted already."""
        return all(page.prepared(card) for page, _ in self._written(card))

    def prepare(self, card: DeskCard) -> None:
        """Paint the card that is likely to be the next one, out of sight."""
        for page, write in self._written(card):
            page.prepare(write, card)

    def say(self, content: Content) -> None:
        """Words in the place of a card."""
        self.card = None
        self._title = ""
        self._caption("", "")
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
        card = self.card
        if card is None:
            return
        for page, write in self._written(card):
            page.show(write, card)
        if not self.wide:
            self.query_one("#right", Page).show(lambda _: Content(""))
        self._hint()

    def _written(self, card: DeskCard) -> list[tuple[Page, Write]]:
        """The pages that a card fills, and with what."""
        now, left, right = clock.now(), self.query_one("#left", Page), self.query_one("#right", Page)

        def text() -> Content:
            return paint.description(card.listing.text)

        if self.wide:
            return [(left, lambda width: paint.facts(card, width - 3, now)), (right, lambda _: text())]
        return [(left, lambda width: paint.facts(card, width, now).append("\n\n").append(text()))]

    def _hint(self) -> None:
        below = self.scrolled.below
        self._caption(self._title, f" {below} more lines ↓ " if below else "")

    def _caption(self, title: str, subtitle: str) -> None:
        """Words in the frame. Only its first and last line are painted anew: the frame is as large as the card."""
        self._captioning = True
        try:
            self.border_title, self.border_subtitle = title, subtitle
        finally:
            self._captioning = False
        left, above = self.content_offset
        width, height = self.outer_size
        self.refresh(Region(-left, -above, width, 1), Region(-left, height - 1 - above, width, 1))

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if self._captioning:
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
