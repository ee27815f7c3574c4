"""The first line of the screen: where one is, the ways to the other screens, and what is left."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widgets import Static

ROOMS = (
    ("deck", "Deck"),
    ("pipeline", "Pipeline"),
    ("market", "Market"),
    ("resume", "Resume"),
    ("simulator", "Simulator"),
    ("operations", "Operations"),
)
WIDE = 100
"""Columns from which the name of the app and whose data it is have room."""

LONGEST = 22
"""Letters of a server's name that are shown."""


class Bar(Static):
    """The screens by their number; a click goes there."""

    def __init__(self, here: str) -> None:
        super().__init__(id="bar")
        self.here = here
        self.right = ("", "")
        self._ends: list[tuple[int, str]] = []

    async def on_click(self, event: events.Click) -> None:
        """Go to the screen whose name is clicked."""
        name = next((name for end, name in self._ends if event.x < end), None)
        if name is not None:
            await self.run_action(f"app.go('{name}')")

    def tell(self, whole: str, short: str = "") -> None:
        """What stands at the end of the line, and what of it where there is less room."""
        if (whole, short) != self.right:
            self.right = (whole, short)
            self.refresh()

    def render(self) -> Content:
        width = self.size.width
        parts: list[Content] = []
        self._ends = []
        if width >= WIDE:
            name = self.app.sub_title or "jobswipe"  # the server, where one has the data
            name = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
            parts.append(Content.styled(f" {name} ", "bold $background on $primary"))
            self._ends.append((parts[0].cell_length, self.here))
        for number, (name, label) in enumerate(ROOMS, 1):
            style = "bold $accent" if name == self.here else "$quiet"
            tab = Content.assemble(" ", (str(number), "$faint"), " ", (label, style))
            parts.append(tab)
            self._ends.append((sum(part.cell_length for part in parts), name))
        line = Content("").join(parts)
        room = width - line.cell_length - 1
        right = next((Content.styled(one, "$quiet") for one in self.right if len(one) < room), None)
        if right:
            line = line.append(" " * (room - right.cell_length)).append(right)
        return line
