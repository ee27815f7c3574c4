"""The operator's screen. It looks again by itself while it is seen."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from jobswipe import clock
from tui.desk.interface import Operations, SourceRow
from tui.frame.bar import Bar
from tui.frame.dialog import Ask
from tui.frame.page import Page
from tui.frame.room import Room
from tui.keys import OPERATIONS, bindings
from tui.operations import tables

EVERY = 10.0
"""Seconds between two looks."""


class OperationsScreen(Room):
    """The list of sources has the focus; `r` polls the chosen one."""

    NAME = "operations"
    CSS_PATH = "operations.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(OPERATIONS)]

    def __init__(self) -> None:
        super().__init__()
        self.found: Operations | None = None
        self._busy: set[int] = set()

    def body(self) -> ComposeResult:
        with Vertical(id="sources-box"):
            yield Static(tables.SOURCES_HEAD, id="head", markup=False)
            yield OptionList(id="sources")
        with Horizontal(id="middle"):
            yield Page("checks")
            yield Page("tasks")
        yield Page("log")

    def on_mount(self) -> None:
        for name, title in (("sources-box", "Sources"), ("checks", "Health"), ("tasks", "Tasks"), ("log", "Log")):
            self.query_one(f"#{name}").border_title = title
        self.set_interval(EVERY, self._again)

    def on_screen_resume(self) -> None:
        self.action_reload()

    def _again(self) -> None:
        if self.is_current:
            self.action_reload()

    @work(exclusive=True, group="read")
    async def action_reload(self) -> None:
        found = await self.ask(lambda desk: desk.operations())
        if found is None:
            return
        self.found = found
        now = clock.now()
        listed = self.query_one("#sources", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options([Option(tables.source(one, now), id=str(one.id)) for one in found.sources])
        refused = found.refused.get
        if not found.sources:
            none = refused("sources", "No sources yet: a adds one by its careers address.")
            listed.add_option(Option(Content(none), disabled=True))
        else:
            listed.highlighted = min(at or 0, len(found.sources) - 1)
            listed.focus()
        checks = tables.checks(found.checks)
        tasks = tables.tasks(found.tasks, now, refused("tasks"))
        log = tables.log(found.log, refused("log"))
        self.query_one("#checks", Page).show(lambda _: checks)
        self.query_one("#tasks", Page).show(lambda _: tasks)
        tail = self.query_one("#log", Page)
        tail.show(lambda _: log)
        tail.turn(len(found.log) * 10)
        failing = sum(bool(one.failures) for one in found.sources)
        worst = max((one.status for one in found.checks), key=("pass", "warn", "fail").index, default="pass")
        self.query_one(Bar).tell(f"health: {worst} · {failing} failing", f"health: {worst}")

    @property
    def chosen(self) -> SourceRow | None:
        at = self.query_one("#sources", OptionList).highlighted
        sources = self.found.sources if self.found else ()
        return sources[at] if at is not None and at < len(sources) else None

    @work
    async def action_run_now(self) -> None:
        one = self.chosen
        if one is None or one.id in self._busy:
            return
        self._busy.add(one.id)
        self.swipe_app.say(f"Polling {one.name} …")
        try:
            said = await self.ask(lambda desk: desk.run_now(one.id), self.swipe_app.third)
        finally:
            self._busy.discard(one.id)
        if said is not None:
            self.swipe_app.say(said)
            self.swipe_app.dealer.deal_anew()
        self.action_reload()

    @work
    async def action_add(self) -> None:
        typed = await self.app.push_screen_wait(
            Ask("Follow a board", "Its careers address", placeholder="https://jobs.lever.co/COMPANY")
        )
        if typed and typed.strip():
            name = await self.ask(lambda desk: desk.add_source(typed.strip()))
            if name is not None:
                self.swipe_app.say(f"Following {name}: r polls it now.")
            self.action_reload()


SCREEN = OperationsScreen
