"""The market's screen: four plots, side by side where there is room, else one at a time."""

from __future__ import annotations

from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid
from textual.content import Content
from textual.widgets import Static

from jobswipe.errors import JobSwipeError
from tui.desk.interface import Section
from tui.frame.page import Page
from tui.frame.room import Room
from tui.keys import MARKET, bindings
from tui.market import plots

PLOTS = ("weeks", "pay", "skills", "funnel")
_TITLES = {
    "weeks": "Openings by the week that they were posted",
    "pay": "Pay by currency: lowest tenth, middle half, highest tenth",
    "skills": "Skills most asked for: what your resume shows, and what it lacks",
    "funnel": "From opening to offer",
}


class MarketScreen(Room):
    """The same reports as `jobswipe report market` and `jobswipe report funnel`."""

    NAME = "market"
    AUTO_FOCUS = ""
    CSS_PATH = "market.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MARKET)]

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, Section] = {}
        self._refused = ""

    def body(self) -> ComposeResult:
        yield Static(id="glance", markup=False)
        with Grid(id="plots"):
            yield plots.Weeks(id="weeks")
            yield Page("pay")
            yield Page("skills")
            yield Page("funnel")

    def on_mount(self) -> None:
        for name in PLOTS:
            self.query_one(f"#{name}").border_title = _TITLES[name]
        self._turn_to(self.swipe_app.remembered.report)

    def on_screen_resume(self) -> None:
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        if not self.sections:
            self.query_one("#glance", Static).update(Content.styled("Reading the market …", "$quiet"), layout=False)
        self._refused = ""
        for name in ("market", "funnel"):
            await self._read(name)
        self._draw()

    async def _read(self, name: str) -> None:
        """One report; where it is not to be had, the first line says why, and the other one is shown all the same."""
        app = self.swipe_app
        try:
            found = await app.third.ask(lambda: app.desk().report(name))
        except JobSwipeError as error:
            self._refused = self._refused or error.message
            return
        self.sections |= {one.name: one for one in found}

    def _draw(self) -> None:
        found = self.sections.get
        glance = Content.styled(self._refused, "bold $warning") if self._refused else plots.glance(found("summary"))
        self.query_one("#glance", Static).update(glance, layout=False)
        self.query_one(plots.Weeks).draw(found("openings_by_week"))
        self.query_one("#pay", Page).show(lambda width: plots.pay(found("salaries"), width))
        skills = self.query_one("#skills", Page)
        skills.show(lambda width: plots.skills(found("skills"), width, max(1, skills.size.height)))
        self.query_one("#funnel", Page).show(lambda width: plots.funnel(found("stages"), width))

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.sections:
            self.call_after_refresh(self._draw)

    def action_turn(self, way: int) -> None:
        self._turn_to(self.swipe_app.remembered.report + way)
        if self.sections:
            self.call_after_refresh(self._draw)

    def _turn_to(self, at: int) -> None:
        """Which plot is seen where one at a time is."""
        at %= len(PLOTS)
        self.swipe_app.remembered.report = at
        for number, name in enumerate(PLOTS):
            self.query_one(f"#{name}").set_class(number == at, "-here")


SCREEN = MarketScreen
