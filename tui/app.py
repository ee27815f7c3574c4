"""SwipeApp: the screens, the threads that ask the desk for them, and what lasts from one start to the next."""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.messages import ExitApp
from textual.screen import Screen

from jobswipe.errors import JobSwipeError, NotReadyError, UsageError
from tui import state
from tui.clerk import Clerk
from tui.dealer import Dealer
from tui.deck.screen import DeckScreen
from tui.desk.outbox import Outbox
from tui.frame.bar import ROOMS
from tui.keys import EVERYWHERE, bindings, keymap
from tui.themes import NAMES, THEMES

if TYPE_CHECKING:
    from jobswipe.settings import Settings
    from tui.desk.interface import Desk

PARTING = 5.0
"""Seconds at the end in which verdicts that are under way are stored; what is not by then waits in the outbox."""


def _hung_up() -> bool:
    """Whether the terminal that is read from, or what stands for it, is gone."""
    poll = select.poll()
    poll.register(0, 0)  # the three that tell of an end come unasked
    return any(found & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, found in poll.poll(0))


def _later(name: str) -> Callable[[], Screen[None]]:
    """A screen whose module is imported when it is first gone to: the deck does not wait for the others."""

    def make() -> Screen[None]:
        from importlib import import_module

        made: Screen[None] = import_module(f"tui.{name}.screen").SCREEN()
        return made

    return make


class SwipeApp(App[None]):
    """`make_desk` is called once, in the first clerk's thread: reading the core takes longer than showing a screen.

    `owner` names whose data it is, in the names of files; `far`: the server that has it.
    """

    TITLE = "JobSwipe"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {
        "deck": DeckScreen,
        **{name: _later(name) for name, _ in ROOMS if name != "deck"},
    }

    def __init__(
        self, settings: Settings, make_desk: Callable[[], Desk], owner: str = "local", *, far: str | None = None
    ) -> None:
        super().__init__()
        self.settings = settings
        self.owner = owner
        self.sub_title = far or ""
        self._make_desk = make_desk
        self._desk: Desk | None = None
        self._desk_lock = Lock()
        self._parted = False
        self._leaving: asyncio.Task[None] | None = None
        self.failure: JobSwipeError | None = None
        self.first, self.second, self.third = Clerk("verdicts"), Clerk("screens"), Clerk("slow")
        self.remembered = state.load(settings, owner)
        self.dealer = Dealer(
            self.desk,
            self.first,
            Outbox(settings.tui_dir, owner),
            settings.tui.ahead,
            self._tell_deck,
            self.say,
            self.call_after_refresh,
            far=far is not None,
        )
        for theme in THEMES:
            self.register_theme(theme)
        chosen = self.remembered.theme
        self.theme = chosen if chosen in NAMES else settings.tui.theme
        self.set_keymap(keymap(settings.tui.keys))
        if not settings.tui.animations:
            self.animation_level = "none"

    def desk(self) -> Desk:
        """The desk; for a clerk's thread, for the first call may take a second."""
        with self._desk_lock:
            if self._desk is None:
                try:
                    self._desk = self._make_desk()
                except (NotReadyError, UsageError) as error:  # neither goes away by asking again
                    self.failure = error
                    self.call_later(self.exit)
                    raise
            return self._desk

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#8790b8", "faint": "#4a5175"}

    def on_mount(self) -> None:
        self.dealer.restore(self.remembered.hand, self.remembered.dealt)
        room = self.remembered.room
        self.switch_mode(room if room in dict(ROOMS) else "deck")
        self.run_worker(self.dealer.run(), name="dealer", exit_on_error=True)
        if not self.is_headless:
            self.set_interval(1.0, self._leave_a_dead_terminal)

    async def _leave_a_dead_terminal(self) -> None:
        """Textual reads the end of a terminal that is gone for ever, and cannot end itself: it waits to write there."""
        if _hung_up():
            await self.dealer.settle(PARTING)
            self.remember()
            self.dealer.leave()
            os._exit(128 + signal.SIGHUP)

    def _tell_deck(self) -> None:
        if isinstance(self.screen, DeckScreen):
            self.screen.tell()

    def say(self, text: str, wrong: bool = False) -> None:
        """A passing message."""
        self.notify(text, severity="warning" if wrong else "information", timeout=6 if wrong else 3, markup=False)

    def browse(self, url: str | None) -> None:
        """Open a posting's address, which is a stranger's: only the web is gone to."""
        if url is None or not url.startswith(("https://", "http://")):
            self.say("The posting has no web address.", True)
            return
        self.open_url(url)
        self.say(f"Opened {url}")

    async def action_go(self, room: str) -> None:
        if room != self.current_mode and len(self.screen_stack) == 1:
            await self.switch_mode(room)

    def action_next_theme(self) -> None:
        at = NAMES.index(self.theme) if self.theme in NAMES else -1
        self.theme = NAMES[(at + 1) % len(NAMES)]

    def action_help(self) -> None:
        from tui.frame.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.current_mode, keymap(self.settings.tui.keys)))

    async def action_leave(self) -> None:
        """End: what is under way is stored first, or waits in the outbox."""
        if self.dealer.waiting:
            self.say("Storing what is under way …")
        await self._part()
        self.exit()

    def on_exit_app(self, event: ExitApp) -> None:
        """Told to end from outside, by a signal or by a page that was closed: as if its own key had said so."""
        if not self._parted and self.failure is None:
            event.prevent_default()
            self._leaving = asyncio.create_task(self._leave_after_keys())

    async def _leave_after_keys(self) -> None:
        for pump in (self, self.screen):  # keys that came before have to get through both
            handled = asyncio.Event()
            if pump.call_later(handled.set):
                with suppress(TimeoutError):
                    await asyncio.wait_for(handled.wait(), 1)
        await self.action_leave()

    async def _part(self) -> None:
        if not self._parted:
            self._parted = True
            await self.dealer.settle(PARTING)
            self.remember()

    async def action_quit(self) -> None:
        """What Textual's own key ends with."""
        await self.action_leave()

    def remember(self) -> None:
        """Keep what the next start shows."""
        known = self.remembered
        dealer = self.dealer
        known.room = self.current_mode
        known.theme = self.theme if self.theme in NAMES else None
        known.owner = self.owner
        known.hand = [card for card in (dealer.current, *dealer.hand) if card is not None][: state.HAND]
        known.dealt = dealer.position - 1
        state.save(self.settings, known)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002 - as Textual calls it
        for number, (name, label) in enumerate(ROOMS, 1):
            yield SystemCommand(f"Go to {label}", f"Key {number}", lambda name=name: self.run_action(f"go('{name}')"))
        for name in NAMES:
            yield SystemCommand(f"Theme: {name}", "Change the colours", lambda name=name: setattr(self, "theme", name))
        yield SystemCommand("Help", "The keys of this screen", self.action_help)
        yield SystemCommand("Quit", "Store what is under way and end", self.action_leave)

    async def on_unmount(self) -> None:
        for clerk in (self.first, self.second, self.third):
            clerk.leave()
        self.dealer.leave()
        if self._desk is not None:
            self._desk.close()
