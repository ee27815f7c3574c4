"""The pipeline's screen: the board, and what happened to the chosen application."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from jobswipe.models import STAGES
from tui.desk.interface import Application
from tui.frame.bar import Bar
from tui.frame.dialog import Ask
from tui.frame.page import Page
from tui.frame.room import Room
from tui.keys import PIPELINE, bindings
from tui.pipeline.board import Board
from tui.pipeline.papers import Papers, history


class PipelineScreen(Room):
    """Arrows choose, shifted ones move."""

    NAME = "pipeline"
    AUTO_FOCUS = ""
    CSS_PATH = "pipeline.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(PIPELINE),
        Binding("left,h", "choose(-1, 0)", "Left", show=False),
        Binding("right,l", "choose(1, 0)", "Right", show=False),
        Binding("up,k", "choose(0, -1)", "Up", show=False),
        Binding("down,j", "choose(0, 1)", "Down", show=False),
    ]

    def body(self) -> ComposeResult:
        yield Board()
        yield Page("history")

    def on_mount(self) -> None:
        self.query_one("#history").border_title = "What happened"

    def on_screen_resume(self) -> None:
        self.action_reload()

    @property
    def chosen(self) -> Application | None:
        return self.query_one(Board).chosen

    @work(exclusive=True, group="read")
    async def action_reload(self, keep: int | None = None) -> None:
        found = await self.ask(lambda desk: desk.applications())
        if found is None:
            return
        chosen = self.chosen
        self.query_one(Board).show(found, keep or (chosen.id if chosen else None))
        due = sum(1 for one in found if one.reminder_at is not None)
        self.query_one(Bar).tell(f"{len(found)} applications" + (f" · {due} reminders" if due else ""), f"{len(found)}")

    def on_board_chosen(self) -> None:
        self.read_history()

    @work(exclusive=True, group="history")
    async def read_history(self) -> None:
        one = self.chosen
        if one is None:
            self.query_one("#history", Page).show(lambda _: Content(""))
            return
        found = await self.ask(lambda desk: desk.history(one.id))
        if found is not None:
            text = history(one, found)
            self.query_one("#history", Page).show(lambda _: text)

    def action_choose(self, columns: int, rows: int) -> None:
        self.query_one(Board).go(columns, rows)

    @work
    async def action_move(self, way: int) -> None:
        one = self.chosen
        if one is None:
            return
        at = STAGES.index(one.stage) + way
        if not 0 <= at < len(STAGES):
            return
        await self.ask(lambda desk: desk.move(one.id, STAGES[at]))
        self.action_reload(one.id)

    @work
    async def action_note(self) -> None:
        one = self.chosen
        text = await self.app.push_screen_wait(Ask("Note", one.title)) if one else None
        if one and text and text.strip():
            await self.ask(lambda desk: desk.note(one.id, text))
            self.action_reload(one.id)

    @work
    async def action_remind(self) -> None:
        one = self.chosen
        if one is None:
            return
        typed = await self.app.push_screen_wait(
            Ask(
                "Remind me",
                "3d, 2w, 12h, 2026-12-01 or '2026-12-01 14:30'; then what to do",
                placeholder="2w Ask how it stands",
            )
        )
        if not typed or not typed.strip():
            return
        when, _, text = typed.strip().partition(" ")
        due = await self.ask(lambda desk: desk.remind(one.id, when, text.strip() or None))
        if due is not None:
            self.swipe_app.say(f"Reminder on {due:%Y-%m-%d %H:%M} UTC")
            self.action_reload(one.id)

    @work
    async def action_documents(self) -> None:
        one = self.chosen
        found = await self.ask(lambda desk: desk.documents(one.id)) if one else None
        if one and found is not None:
            await self.app.push_screen(Papers(f"Documents: {one.title}", found))

    @work
    async def action_draft(self) -> None:
        one = self.chosen
        if one is None:
            return
        papers = Papers(f"Cover letter: {one.title}")
        await self.app.push_screen(papers)
        papers.write("Waiting for the first word …")
        app = self.swipe_app

        def told(text: str) -> None:
            app.call_from_thread(papers.write, text)

        made = await self.ask(lambda desk: desk.draft(one.id, told), app.third)
        if made is None:
            papers.write("")
            return
        papers.done(made)
        self.action_reload(one.id)

    def action_open(self) -> None:
        one = self.chosen
        if one is not None:
            self.swipe_app.browse(one.url)


SCREEN = PipelineScreen
