"""Board: a column for each stage. Painted as one text: to move a card lays nothing out anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from jobswipe import clock
from jobswipe.models import STAGES
from tui.desk.interface import Application

CARD = 4
"""Lines of a card with the one below it."""
LEAST = 19
"""Columns that a stage needs; where there is less room only some are seen."""
_COLOURS = {
    "saved": "$secondary", "applied": "$primary", "screen": "$primary", "interview": "$accent", "offer": "$success",
    "rejected": "$error", "withdrawn": "$quiet",
}  # fmt: skip


class Board(Widget, can_focus=False):
    """The chosen application is the one at `row` of the stage `column`."""

    class Chosen(Message):
        """Another application was chosen."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self.stages: dict[str, list[Application]] = {stage: [] for stage in STAGES}
        self.column = self.row = 0
        self.loaded = False

    @property
    def chosen(self) -> Application | None:
        here = self.stages[STAGES[self.column]]
        return here[self.row] if self.row < len(here) else None

    def show(self, found: Sequence[Application], keep: int | None = None) -> None:
        """Other applications; the one with the id `keep` stays chosen, else the nearest."""
        self.loaded = True
        self.stages = {stage: [one for one in found if one.stage == stage] for stage in STAGES}
        for at, stage in enumerate(STAGES):
            for row, one in enumerate(self.stages[stage]):
                if one.id == keep:
                    self.column, self.row = at, row
        if not self.stages[STAGES[self.column]]:
            self.column = next((at for at, stage in enumerate(STAGES) if self.stages[stage]), 0)
        self.row = max(0, min(self.row, len(self.stages[STAGES[self.column]]) - 1))
        self._tell()

    def go(self, columns: int, rows: int) -> None:
        """Choose a neighbour."""
        self.column = max(0, min(self.column + columns, len(STAGES) - 1))
        most = max(0, len(self.stages[STAGES[self.column]]) - 1)
        self.row = max(0, min(self.row + rows, most))
        self._tell()

    def on_click(self, event: events.Click) -> None:
        first, seen, width = self._window()
        column = min(first + event.x // width, first + seen - 1)
        row = (event.y - 2) // CARD + self._top(column)
        if event.y >= 2 and row < len(self.stages[STAGES[column]]):
            self.column, self.row = column, row
            self._tell()

    def _tell(self) -> None:
        self.refresh()
        self.post_message(self.Chosen())

    def _window(self) -> tuple[int, int, int]:
        """(first stage that is seen, how many are, columns of each)."""
        seen = max(1, min(len(STAGES), self.size.width // LEAST))
        first = max(0, min(self.column - seen // 2, len(STAGES) - seen))
        return first, seen, self.size.width // seen

    def _top(self, column: int) -> int:
        """The first card of a stage that is seen."""
        room = max(1, (self.size.height - 2) // CARD)
        return max(0, self.row - room + 1) if column == self.column else 0

    def render(self) -> Content:
        if not self.loaded:
            return Content.styled("Reading …", "$quiet")
        if not any(self.stages.values()):
            return Content.from_markup(
                "[bold $primary]No applications yet.[/]\n\nA like or a save in the deck ([bold $accent]1[/]) opens one."
            )
        first, seen, width = self._window()
        now = clock.now()
        columns = [self._column(at, width, now) for at in range(first, first + seen)]
        lines = [Content("").join([column[y] for column in columns]) for y in range(self.size.height)]
        return Content("\n").join(lines)

    def _column(self, at: int, width: int, now: datetime) -> list[Content]:
        stage = STAGES[at]
        here = self.stages[stage]
        more = ("‹ " if at and at == self._window()[0] else "") + stage.upper()
        out = [
            _cell(Content.assemble((f" {more} ", f"bold {_COLOURS[stage]}"), (str(len(here)), "$quiet")), width),
            Content.styled("━" * (width - 1) + " ", _COLOURS[stage] if here else "$faint"),
        ]
        top = self._top(at)
        for row, one in list(enumerate(here))[top:]:
            out += _card(one, width, at == self.column and row == self.row, now)
        blank = Content(" " * width)
        return (out + [blank] * self.size.height)[: self.size.height]


def _card(one: Application, width: int, chosen: bool, now: datetime) -> list[Content]:
    mark = ("▌", "$accent") if chosen else (" ", "")
    days = (now - one.updated_at).days
    signs = "today" if days < 1 else f"{days} d"
    extra: list[tuple[str, str]] = [(signs, "$quiet")]
    if one.notes:
        extra.append((f"  ✎ {one.notes}", "$quiet"))
    if one.documents:
        extra.append((f"  ✉ {one.documents}", "$quiet"))
    if one.reminder_at is not None:
        due = one.reminder_at <= now
        left = max(0, (one.reminder_at - now).days)
        extra.append(("  ⏰ due" if due else f"  ⏰ {left} d", "bold $error" if due else "$warning"))
    lines = [
        Content.assemble(mark, (one.title, "bold $foreground" if chosen else "$foreground")),
        Content.assemble(mark, (one.company or "", "$quiet")),
        Content.assemble(mark, *extra),
    ]
    return [_cell(line, width, "on $panel" if chosen else "") for line in lines] + [Content(" " * width)]


def _cell(line: Content, width: int, style: str = "") -> Content:
    fitted = line.truncate(width - 1, ellipsis=True)
    padded = fitted.append(" " * (width - 1 - fitted.cell_length))
    return (padded.stylize_before(style) if style else padded).append(" ")
