"""The resume's screen: its fields with how sure each reading is, the text beside them, and correcting in place."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from jobswipe.errors import JobSwipeError
from tui.desk.interface import ResumeField, ResumeView
from tui.frame.bar import Bar
from tui.frame.dialog import Ask
from tui.frame.page import Page
from tui.frame.room import Room
from tui.keys import RESUME, bindings
from tui.text import safe

UNSURE = 0.6
"""Confidence below which a field is marked, as `resume import` asks to look at it."""


class ResumeScreen(Room):
    """The list has the focus: arrows choose a field, and its words are lit in the text."""

    NAME = "resume"
    CSS_PATH = "resume.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(RESUME)]

    def __init__(self) -> None:
        super().__init__()
        self.view: ResumeView | None = None

    def body(self) -> ComposeResult:
        yield Static(id="about", markup=False)
        with Horizontal(id="halves"):
            yield OptionList(id="fields")
            yield Page("text")

    def on_mount(self) -> None:
        self.query_one("#fields").border_title = "What was read"
        self.query_one("#text").border_title = "The text"

    def on_screen_resume(self) -> None:
        self.load()

    @work(exclusive=True)
    async def load(self, keep: str | None = None) -> None:
        app = self.swipe_app
        refused = ""
        try:
            self.view = await app.second.ask(lambda: app.desk().resume())
        except JobSwipeError as error:
            self.view, refused = None, error.message
        listed = self.query_one("#fields", OptionList)
        at = listed.highlighted
        listed.clear_options()
        about = self.query_one("#about", Static)
        if self.view is None:
            about.update(
                Content.styled(refused, "bold $warning")
                if refused
                else Content.from_markup(
                    "[bold $primary]No resume yet.[/]  [bold $accent]i[/] imports one: PDF, DOCX, text, Markdown, "
                    "JSON Resume or rendercv YAML."
                )
            )
            self.query_one("#text", Page).show(lambda _: Content(""))
            return
        fields = self.view.fields
        listed.add_options([Option(_line(one), id=one.path) for one in fields])
        unsure = sum(one.confidence is not None and one.confidence < UNSURE for one in fields)
        says = f"{unsure} doubtful: n goes to the next" if unsure else "nothing is doubtful"
        about.update(
            Content.assemble(
                (f"{self.view.name}", "bold $primary"),
                f"   {len(fields)} fields, ",
                (says, "bold $warning" if unsure else "$success"),
            )
        )
        self.query_one(Bar).tell(f"{len(fields)} fields · {unsure} doubtful", f"{unsure} doubtful")
        wanted = next((number for number, one in enumerate(fields) if one.path == keep), at)
        listed.highlighted = min(wanted or 0, len(fields) - 1) if fields else None
        listed.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        field = self._field(event.option.id)
        if field is not None and self.view is not None:
            page = self.query_one("#text", Page)
            text, line = _lit(self.view.text, field.quote or field.value)
            page.show(lambda _: text)
            page.turn(max(0, line - 3))

    def on_option_list_option_selected(self) -> None:
        self.action_edit()

    def _field(self, path: str | None) -> ResumeField | None:
        return next((one for one in self.view.fields if one.path == path), None) if self.view else None

    @property
    def chosen(self) -> ResumeField | None:
        listed = self.query_one("#fields", OptionList)
        if listed.highlighted is None:
            return None
        return self._field(listed.get_option_at_index(listed.highlighted).id)

    @work
    async def action_edit(self) -> None:
        field = self.chosen
        if field is None:
            return
        sure = "corrected by you" if field.own else f"confidence {field.confidence or 0:.2f}"
        hint = f"{sure}; read from “{field.quote[:200]}”" if field.quote else sure
        value = await self.app.push_screen_wait(Ask(field.path, f"{hint}. Empty takes the field away.", field.value))
        if value is None or value == field.value:
            return
        try:
            await self.swipe_app.second.ask(lambda: self.swipe_app.desk().correct(field.path, value))
        except JobSwipeError as error:
            self.swipe_app.say(error.message, True)
            return
        self.load(field.path)
        self.swipe_app.dealer.deal_anew()

    def action_next_unsure(self) -> None:
        """Go to the next field below the bar, from the top again after the last."""
        listed = self.query_one("#fields", OptionList)
        fields = self.view.fields if self.view else ()
        here = listed.highlighted or 0
        doubtful = [at for at, one in enumerate(fields) if one.confidence is not None and one.confidence < UNSURE]
        if doubtful:
            listed.highlighted = next((at for at in doubtful if at > here), doubtful[0])

    @work
    async def action_import(self) -> None:
        typed = await self.app.push_screen_wait(Ask("Import a resume", "The file's path", placeholder="~/resume.pdf"))
        if not typed or not typed.strip():
            return
        name = await self.ask(lambda desk: desk.import_resume(Path(typed.strip())), self.swipe_app.third)
        if name is not None:
            self.swipe_app.say(f"{safe(name)} is the active resume.")
            self.load()
            self.swipe_app.dealer.deal_anew()


def _line(one: ResumeField) -> Content:
    sure = one.confidence
    if one.own:
        mark = ("✎", "$secondary")
    elif sure is None:
        mark = ("·", "$quiet")
    elif sure < UNSURE:
        mark = ("?", "bold $warning")
    else:
        mark = ("✓", "$success")
    return Content.assemble(
        mark,
        " ",
        (f"{one.path:<28} ", "$quiet"),
        (one.value, "bold $warning" if sure is not None and sure < UNSURE else ""),
    )


def _lit(text: str, quote: str) -> tuple[Content, int]:
    """The text with the words lit that a field was read from, and the line on which they begin."""
    clean = "\n".join(safe(line) for line in text.splitlines())
    wanted = safe(quote)
    at = clean.find(wanted) if wanted else -1
    content = Content(clean)
    if at < 0:
        return content, 0
    return content.stylize("bold $background on $accent", at, at + len(wanted)), clean.count("\n", 0, at)


SCREEN = ResumeScreen
