"""Room: what every screen of the app is made of. A terminal that is too small is told so instead of a heap of ruins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from jobswipe.errors import JobSwipeError
from tui.clerk import Clerk
from tui.frame.bar import Bar
from tui.frame.footer import KeyLine

if TYPE_CHECKING:
    from tui.app import SwipeApp
    from tui.desk.interface import Desk

T = TypeVar("T")
LEAST = (60, 18)
"""Columns and lines that a screen needs."""


class TooSmall(Static):
    """Says how large the terminal is and how large it has to be."""

    def say(self, width: int, height: int) -> None:
        self.update(
            f"This terminal has {width} × {height} characters; JobSwipe needs {LEAST[0]} × {LEAST[1]}.\n\n"
            "Make it larger, or run: jobswipe swipe --plain"
        )


class Room(Screen[None]):
    """A screen between the bar and the line of keys. Its parts come from `body`."""

    NAME = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as Textual declares it

    @property
    def swipe_app(self) -> SwipeApp:
        return cast("SwipeApp", self.app)

    def compose(self) -> ComposeResult:
        yield Bar(self.NAME)
        yield from self.body()
        yield KeyLine()
        yield TooSmall(id="too-small")

    def body(self) -> ComposeResult:
        """The screen's own parts."""
        yield from ()

    def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        self.set_class(small, "-small")
        if small:
            self.query_one(TooSmall).say(event.size.width, event.size.height)

    async def ask(self, work: Callable[[Desk], T], clerk: Clerk | None = None) -> T | None:
        """What the desk answers; None after an error, which is told."""
        app = self.swipe_app
        try:
            return await (clerk or app.second).ask(lambda: work(app.desk()))
        except JobSwipeError as error:
            app.say(error.message, True)
            return None
