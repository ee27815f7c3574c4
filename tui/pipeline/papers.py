"""Papers: what happened to an application, its documents, and a draft while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.desk.interface import Application, Document, Happening


def history(one: Application, found: Sequence[Happening]) -> Content:
    """An application with its history, oldest first."""
    lines = [
        Content.assemble((one.title, "bold $primary"), (f"   {one.company}" if one.company else "", "bold")),
        Content.styled(f"application {one.id} · {one.stage} · {one.url or 'no address'}", "$quiet"),
        Content(""),
    ]
    lines += [Content.assemble((f"{here.at:%Y-%m-%d %H:%M}  ", "$quiet"), here.says) for here in found]
    if one.reminder_at is not None:
        lines.append(
            Content.assemble((f"{one.reminder_at:%Y-%m-%d %H:%M}  ", "$warning"), ("a reminder is set", "$warning"))
        )
    return Content("\n").join(lines)


class Papers(ModalScreen[None]):
    """The documents of an application, the latest first, or the draft that is being written."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss(None)", "Close")]

    def __init__(self, title: str, found: Sequence[Document] = ()) -> None:
        super().__init__()
        self.box_title, self.found = title, found

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog tall") as box:
            box.border_title = self.box_title
            box.border_subtitle = "Esc closes"
            yield Static(self._all(), id="papers", markup=False)

    def _all(self) -> Content:
        if not self.found:
            return Content.styled("Nothing yet: c on the board writes a cover letter.", "$quiet")
        return Content("\n\n").join([paper(one) for one in self.found])

    def write(self, text: str) -> None:
        """The draft as far as it has come."""
        if self.is_mounted:
            self.query_one("#papers", Static).update(Content.assemble(text, ("▌", "$accent")))
            self.query_one(VerticalScroll).scroll_end(animate=False)

    def done(self, document: Document) -> None:
        if self.is_mounted:
            self.query_one("#papers", Static).update(paper(document))
            self.query_one(VerticalScroll).scroll_home(animate=False)


def paper(one: Document) -> Content:
    parts = [Content.styled(one.name, "bold $secondary")]
    if one.notice:
        parts.append(Content.styled(one.notice, "$warning"))
    parts.append(Content(one.text.rstrip()))
    if one.flags:
        parts.append(Content.styled("Not backed by your resume; check each before you send this:", "bold $warning"))
        parts.append(Content("\n").join([Content.assemble(("• ", "$warning"), flag) for flag in one.flags]))
    return Content("\n\n").join(parts)
