"""Page: a text in a fixed place that scrolls by lines. To show another text paints it, and lays nothing out anew."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual._styles_cache import StylesCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

Write = Callable[[int], Content]
"""Makes a text for a width in cells."""


class Laid:
    """A text laid out for one size: its lines, and from `painted` on the finished picture of its beginning."""

    def __init__(self, size: Size, strips: list[Strip]) -> None:
        self.size = size
        self.strips = strips
        self.painted: list[Strip] | None = None


class Page(Widget, can_focus=False):
    """A scrollable widget of Textual's own would arrange its children and its scrollbar for every text: half of the
    time between a key and its card went there. What is likely to be shown next is laid out and painted beforehand.
    """

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._write: Write = lambda _: Content("")
        self._laid: Laid | None = None
        self._ready: tuple[object, Laid] | None = None
        self._easel = StylesCache()
        self.top = 0

    def show(self, write: Write, key: object = None) -> None:
        """Another text, from its first line. It is ready if it was prepared under this `key`."""
        self._write = write
        self._laid = self.prepared(key)
        self.top = 0
        self.refresh()

    def prepared(self, key: object) -> Laid | None:
        """What was prepared under a key, if it still fits."""
        ready = self._ready
        return ready[1] if ready is not None and ready[0] is key and ready[1].size == self.size else None

    def prepare(self, write: Write, key: object) -> None:
        """Lay out and paint a text that is likely to be the next one."""
        if not self.size.width or self.prepared(key) is not None:
            return
        laid = self._lay(write)
        before = self._laid, self.top
        self._laid, self.top = laid, 0
        try:
            picture = self._easel.render_widget(self, self.outer_size.region)
        finally:
            self._easel.clear()  # one for all texts: Textual keeps each of them, with all that it has painted
            self._laid, self.top = before
        for strip in picture:
            strip.render(self.app.console)  # the strip keeps the terminal's own words
        laid.painted = picture
        self._ready = (key, laid)

    @property
    def strips(self) -> list[Strip]:
        if self._laid is None:
            self._laid = self._lay(self._write)
        return self._laid.strips

    def _lay(self, write: Write) -> Laid:
        width = self.size.width
        strips = Visual.to_strips(self, write(width), width, None, self.visual_style) if width else []
        return Laid(self.size, strips)

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

    def render_lines(self, crop: Region) -> list[Strip]:
        laid = self._laid
        if laid is not None and laid.painted is not None and not self.top and crop == self.outer_size.region:
            return laid.painted
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        at = y + self.top
        if at < len(self.strips):
            return self.strips[at].adjust_cell_length(self.size.width, self.visual_style.rich_style)
        return Strip.blank(self.size.width, self.visual_style.rich_style)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._forget()

    def on_resize(self) -> None:
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._laid = self._ready = None

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.turn(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.turn(-3)
