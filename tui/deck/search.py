"""Search: words to postings, as they are typed; the chosen one is laid on top of the deck."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.desk.interface import Hit
from tui.frame.dialog import Dialog

HITS = 40
_PAUSE = 0.15
"""Seconds without a key after which a search begins."""


class Search(Dialog):
    """Its result is a posting's id as text."""

    def __init__(self, find: Callable[[str], Awaitable[list[Hit] | None]]) -> None:
        super().__init__("Search all open postings")
        self.find = find

    def inside(self) -> ComposeResult:
        yield Input(placeholder="title, employer or words of the text")
        yield OptionList(id="hits")
        yield Static("Enter takes the first; ↓ goes into the list", classes="hint", id="found")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.look(event.value)

    @work(exclusive=True)
    async def look(self, query: str) -> None:
        import asyncio

        await asyncio.sleep(_PAUSE)
        hits = await self.find(query) if query.strip() else []
        found = self.query_one("#hits", OptionList)
        found.clear_options()
        found.add_options([Option(_line(hit), id=str(hit.posting_id)) for hit in hits or ()])
        if hits:
            found.highlighted = 0
        many = len(hits or ())
        says = "Nothing found" if query.strip() and not many else f"{many}{'+' if many == HITS else ''} found"
        self.query_one("#found", Static).update(says if query.strip() else "")

    def on_input_submitted(self) -> None:
        found = self.query_one("#hits", OptionList)
        if found.option_count:
            self.dismiss(found.get_option_at_index(found.highlighted or 0).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def key_down(self) -> None:
        if self.query_one(Input).has_focus:
            self.query_one("#hits", OptionList).focus()


def _line(hit: Hit) -> Content:
    rest = " · ".join(filter(None, (hit.company, hit.place)))
    return Content.assemble((hit.title, "bold"), ("  " + rest, "$quiet"))
