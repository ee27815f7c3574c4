"""The simulator's screen: choose, run, pause, step, export."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from jobswipe.errors import JobSwipeError
from tui.desk.interface import Leaning, SimulationRun
from tui.frame.dialog import Ask, Choose
from tui.frame.page import Page
from tui.frame.room import Room
from tui.keys import SIMULATOR, bindings
from tui.simulator import figures

SPEEDS = (1, 2, 5, 10, 25, 0)
"""Cards a second; 0: as fast as it goes."""
MOST = 1_000
"""Cards of one run."""
_AT_ONCE = 10
"""Cards between two looks at full speed."""


class SimulatorScreen(Room):
    """A run is replayed exactly from persona, noise and seed over the same postings."""

    NAME = "simulator"
    AUTO_FOCUS = ""
    CSS_PATH = "simulator.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SIMULATOR)]

    def __init__(self) -> None:
        super().__init__()
        self.simulation: SimulationRun | None = None
        self.running = False
        self.pace = 2
        self._found: list[Leaning] = []
        self._trouble = ""

    def body(self) -> ComposeResult:
        yield Static(id="setting", markup=False)
        with Horizontal(id="halves"):
            with Vertical(id="first"):
                yield Page("measures")
                yield Page("verdicts")
            yield Page("weights")

    def on_mount(self) -> None:
        self.query_one("#measures").border_title = "How good the ranking is"
        self.query_one("#verdicts").border_title = "Cards"
        self.query_one("#weights").border_title = "What the model believes"
        self._show()
        self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Say at once where there is no simulator."""
        none = await self.ask(lambda desk: desk.no_simulator)
        if none is not None:
            self._trouble = none
            self._show()

    @property
    def setting(self) -> tuple[str, int, float]:
        """(persona, seed, noise)."""
        known = self.swipe_app.remembered
        return known.persona or "", known.seed, known.noise

    def _show(self) -> None:
        persona, seed, noise = self.setting
        speed = SPEEDS[self.pace]
        run = self.simulation
        parts = [
            ("▶ running" if self.running else "❚❚ paused", "bold $success" if self.running else "bold $warning"),
            ("   ", ""),
            (persona or "no persona: c chooses one", "bold $primary"),
            (f"   seed {seed}   mistakes {noise:.0%}   ", "$quiet"),
            (f"{speed} cards a second" if speed else "full speed", "$quiet"),
            (f"   {len(run.frames)} of {MOST} cards" if run else "", "$quiet"),
        ]
        if self._trouble:
            parts = [(self._trouble, "bold $warning")]
        self.query_one("#setting", Static).update(Content.assemble(*parts), layout=False)
        frames = list(run.frames) if run else []
        unlearned = run.unlearned if run else None
        if unlearned is not None:
            self.query_one("#measures", Page).show(lambda width: figures.measures(frames, unlearned, width))
        else:
            self.query_one("#measures", Page).show(lambda _: _intro())
        many = max(1, self.query_one("#verdicts", Page).size.height)
        self.query_one("#verdicts", Page).show(lambda _: figures.verdicts(frames, many))
        found = self._found
        self.query_one("#weights", Page).show(lambda width: figures.weights(found, width))

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._show)

    async def _begin(self) -> bool:
        """Make the run where there is none; whether there is one."""
        if self.simulation is not None:
            return True
        persona, seed, noise = self.setting
        if not persona:
            self.action_choose()
            return False
        self._trouble = "Grading all postings as this persona would …"
        self._show()
        app = self.swipe_app
        try:
            self.simulation = await app.third.ask(lambda: app.desk().simulate(persona, seed, noise))
            self._trouble = ""
        except JobSwipeError as error:
            self._trouble = error.message
        self._show()
        return self.simulation is not None

    async def _advance(self, many: int) -> bool:
        """Some steps; whether there may be more."""
        run = self.simulation
        if run is None:
            return False
        many = min(many, MOST - len(run.frames))
        try:
            done = await self.swipe_app.third.ask(lambda: run.steps(many) if many > 0 else [])
            found = await self.swipe_app.third.ask(run.leanings) if done else self._found
        except JobSwipeError as error:
            self._trouble = error.message
            return False
        if run is self.simulation:
            self._found = found
            self._show()
        return len(done) == many > 0

    @work(exclusive=True, group="run")
    async def action_pause(self) -> None:
        if self.running:
            self.running = False
            self._show()
            return
        if not await self._begin():
            return
        self.running = True
        loop = asyncio.get_running_loop()
        while self.running:
            begun = loop.time()
            speed = SPEEDS[self.pace]
            if not await self._advance(1 if speed else _AT_ONCE):
                break
            await asyncio.sleep(max(0.0, 1 / speed - (loop.time() - begun)) if speed else 0)
        self.running = False
        self._show()

    @work(exclusive=True, group="run")
    async def action_step(self) -> None:
        self.running = False
        if await self._begin():
            await self._advance(1)

    def action_speed(self, way: int) -> None:
        self.pace = max(0, min(self.pace + way, len(SPEEDS) - 1))
        self._show()

    def action_restart(self) -> None:
        """Forget the run; the next one of the same setting is the same."""
        self.workers.cancel_group(self, "run")
        self.running = False
        self.simulation, self._found, self._trouble = None, [], ""
        self._show()

    @work
    async def action_choose(self) -> None:
        names = await self.ask(lambda desk: desk.personas())
        if not names:
            return
        chosen = await self.app.push_screen_wait(Choose("Who swipes", [(name, "•", name) for name in names]))
        if chosen is None:
            return
        _, seed, noise = self.setting
        typed = await self.app.push_screen_wait(
            Ask("Seed and share of mistakes", "The same persona, seed and share give the same run.", f"{seed} {noise}")
        )
        if typed is None:
            return
        try:
            words = typed.replace(",", " ").split()
            seed, noise = int(words[0]), float(words[1]) if len(words) > 1 else noise
            if not 0 <= noise <= 0.5 or abs(seed) >= 2**63 or seed < 0:
                raise ValueError
        except (ValueError, IndexError):
            self.swipe_app.say("Write a whole number and a share from 0 to 0.5, as in: 7 0.1", True)
            return
        known = self.swipe_app.remembered
        known.persona, known.seed, known.noise = chosen, seed, noise
        self.action_restart()
        self.action_step()

    @work
    async def action_export(self) -> None:
        run = self.simulation
        if run is None or not run.frames:
            self.swipe_app.say("Nothing to export yet: s judges a card.")
            return
        persona, seed, _ = self.setting
        slug = "".join(one if one.isalnum() else "-" for one in persona.lower()).strip("-")
        path = await self.app.push_screen_wait(Ask("Export the run as JSON lines", value=f"{slug}-{seed}.jsonl"))
        if path:
            try:
                await self.swipe_app.third.ask(lambda: run.export(Path(path)))
                self.swipe_app.say(f"Written to {path}")
            except JobSwipeError as error:
                self.swipe_app.say(error.message, True)


def _intro() -> Content:
    return Content.from_markup(
        "A persona with wants that the matcher does not know swipes through the postings.\n"
        "Half of them are dealt; the figures are of the other half.\n\n"
        "[bold $accent]c[/] chooses who, [bold $accent]space[/] runs and pauses, [bold $accent]s[/] takes one card,\n"
        "[bold $accent]+[/] and [bold $accent]-[/] change the speed, [bold $accent]x[/] exports. "
        "Nothing of yours is read or changed."
    )


SCREEN = SimulatorScreen
