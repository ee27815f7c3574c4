"""Filters: which postings may become cards, each choice with the number of cards that it would leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import msgspec
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from jobswipe.errors import UsageError
from jobswipe.matching import preferences

Preferences = dict[str, Any]
Counts = dict[str, Any]
_REMOTE = {"ok": "remote or not", "only": "remote only", "no": "not remote"}
_GROUPS = (("seniority", "Level"), ("employment_types", "Employment"), ("countries", "Country"))


class Filters(ModalScreen[Preferences | None]):
    """Its result is the changed preferences: they are the person's own, kept for every ranking."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "Leave"),
        ("ctrl+s", "keep", "Keep"),
        ("f", "keep", "Keep"),
        ("x", "clear", "Clear"),
    ]

    def __init__(self, wanted: Preferences, count: Callable[[Preferences], Awaitable[Counts | None]]) -> None:
        super().__init__()
        self.wanted = wanted
        self.count = count
        self.counts: Counts = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall") as box:
            box.border_title = "Which postings may become cards"
            box.border_subtitle = "Enter or a click chooses · f keeps · x clears · Esc leaves all as it was"
            yield Static(id="total", markup=False)
            yield OptionList(id="choices")
            yield Input(placeholder="Least pay: 60000 EUR year (empty: any)", id="floor", value=_floor(self.wanted))

    def on_mount(self) -> None:
        self.query_one("#choices").focus()
        self.tally()

    @work(exclusive=True)
    async def tally(self) -> None:
        """Count anew and show."""
        counted = await self.count(self.wanted)
        if counted is not None:
            self.counts = counted
        self._show()

    def _show(self) -> None:
        total = self.counts.get("total")
        self.query_one("#total", Static).update(
            Content.assemble((f"{total:,} cards are left" if total is not None else "Counting …", "bold $primary"))
        )
        listed = self.query_one("#choices", OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options(self._options())
        listed.highlighted = at if at is not None else 1

    def _options(self) -> list[Option]:
        out = [Option(Content.styled("Remote work", "bold $secondary"), disabled=True)]
        for choice, says in _REMOTE.items():
            chosen = self.wanted.get("remote", "ok") == choice
            out.append(_option(f"remote:{choice}", says, chosen, self.counts.get("remote", {}).get(choice), True))
        for group, title in _GROUPS:
            out.append(Option(Content.styled(title, "bold $secondary"), disabled=True))
            for value, count in self.counts.get(group, {}).items():
                chosen = value in (self.wanted.get(group) or ())
                out.append(_option(f"{group}:{value}", value.replace("_", " "), chosen, count, False))
        return out

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        group, _, value = (event.option.id or "").partition(":")
        if group == "remote":
            self.wanted = {**self.wanted, "remote": value}
        else:
            chosen = list(self.wanted.get(group) or ())
            chosen.remove(value) if value in chosen else chosen.append(value)
            self.wanted = {**self.wanted, group: chosen}
        self.tally()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._take_floor(event.value):
            self.query_one("#choices").focus()
            self.tally()

    def action_keep(self) -> None:
        if self._take_floor(self.query_one("#floor", Input).value):
            self.dismiss(self.wanted)

    def action_clear(self) -> None:
        self.wanted = {**self.wanted, "remote": "ok", "seniority": [], "employment_types": [], "countries": []}
        self.query_one("#floor", Input).value = ""
        self.wanted["salary_floor"] = None
        self.tally()

    def _take_floor(self, text: str) -> bool:
        """Read "60000 EUR year"; whether it makes sense."""
        words = text.replace(",", "").split()
        floor: dict[str, Any] | None = None
        if words:
            try:
                floor = {"amount": float(words[0]), "currency": (words[1:2] or ["EUR"])[0]}
                floor["period"] = (words[2:3] or ["year"])[0]
                floor["amount"] = int(floor["amount"]) if floor["amount"].is_integer() else floor["amount"]
                preferences.decode({"salary_floor": floor})
            except (ValueError, UsageError, OverflowError) as error:
                said = error.message if isinstance(error, UsageError) else "Write it like 60000 EUR year."
                self.notify(said, severity="warning", markup=False)
                return False
        self.wanted = {**self.wanted, "salary_floor": floor}
        return True


def _option(name: str, says: str, chosen: bool, count: int | None, single: bool) -> Option:
    mark = ("◉" if chosen else "○") if single else ("☑" if chosen else "☐")
    return Option(
        Content.assemble(
            (f"  {mark} ", "bold $accent" if chosen else "$quiet"),
            (f"{says:<24}", "bold" if chosen else ""),
            (f"{count:>9,}" if count is not None else "", "$quiet"),
        ),
        id=name,
    )


def _floor(wanted: Preferences) -> str:
    floor = wanted.get("salary_floor")
    if not floor:
        return ""
    floor = msgspec.to_builtins(floor)
    return f"{floor['amount']} {floor['currency']} {floor['period']}"
