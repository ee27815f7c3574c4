"""Page: a text in a fixed place that scrolls by lines. To show another text paints it, and lays nothing out anew."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget


class Page(Widget, can_focus=False):
    """`write` makes the text for a width in cells. A scrollable widget of Textual's own would arrange its children and
    its scrollbar for every text: half of the time between a key and its card went there.
    """

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._write: Callable[[int], Content] = lambda _: Content("")
        self._strips: list[Strip] | None = None
        self.top = 0

    def show(self, write: Callable[[int], Content]) -> None:
        """Another text, from its first line."""
        self._write = write
        self._strips, self.top = None, 0
        self.refresh()

    @property
    def strips(self) -> list[Strip]:
        if self._strips is None:
            width = self.size.width
            text = self._write(width) if width else Content("")
            self._strips = Visual.to_strips(self, text, width, None, self.visual_style) if width else []
        return self._strips

    @property
    def below(self) -> int:
        """Lines that are below the last one that is seen."""
        return max(0, len(self.strips) - self.top - self.size.height)

    def turn(self, lines: int) -> None:
        """Scroll by so many lines, down or (below 0) up."""
        most = max(0, len(self.strips) - self.size.height)
        top = max(0, min(self.top + lines, most))
        if top != self.top:
            self.top = top
            self.refresh()

    def render_line(self, y: int) -> Strip:
        at = y + self.top
        if at < len(self.strips):
            return self.strips[at].adjust_cell_length(self.size.width, self.visual_style.rich_style)
        return Strip.blank(self.size.width, self.visual_style.rich_style)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips = None

    def on_resize(self) -> None:
        self._strips = None
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.turn(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.turn(-3)
