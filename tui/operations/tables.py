"""What an operator looks at, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from tui.desk.interface import CheckRow, SourceRow, TaskRow

_LINE = Content("\n")
_STATUS = {"pass": ("●", "$success"), "warn": ("▲", "bold $warning"), "fail": ("✗", "bold $error")}
_STATES = {
    "pending": "$quiet", "queued": "$quiet", "running": "bold $primary", "done": "$success", "dead": "bold $error",
    "cancelled": "$quiet",
}  # fmt: skip
SOURCES_HEAD = f"{'':2}{'source':<24} {'open':>7}  {'fresh':<9} {'next':<9} {'pay':>5} {'place':>6} {'way':>5}"


def ago(moment: datetime | None, now: datetime) -> str:
    """ "3 h ago", "in 20 min"; "never" where there is none."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < 60:
        return "now"
    text = (
        f"{size / 60:.0f} min"
        if size < 5400
        else f"{size / 3600:.0f} h"
        if size < 172_800
        else f"{size / 86_400:.0f} d"
    )
    return f"{text} ago" if seconds > 0 else f"in {text}"


def source(one: SourceRow, now: datetime) -> Content:
    """A source on a line: how fresh, and what share of its openings says pay, place and way of working."""
    if one.failures:
        mark = ("✗", "bold $error")
    elif one.state == "paused":
        mark = ("❚", "$quiet")
    else:
        mark = ("●", "$success" if one.last_success else "$quiet")
    name = one.name if len(one.name) <= 24 else f"{one.name[:23]}…"
    due = "files" if one.state == "files" else "paused" if one.state == "paused" else ago(one.next_due, now)
    shares = [f"{one.fill[key]:.0%}" if key in one.fill else "" for key in ("pay", "place", "workplace")]
    line = Content.assemble(
        mark, f" {name:<24} ", (f"{one.open:>7,}", "bold"),
        (f"  {ago(one.last_success, now):<9} {due:<9} {shares[0]:>5} {shares[1]:>6} {shares[2]:>5}", "$quiet"),
    )  # fmt: skip
    if one.error:
        line = line.append(Content.styled(f"  {one.failures}× {one.error}", "$error"))
    return line


def checks(found: Sequence[CheckRow]) -> Content:
    return _LINE.join(
        [Content.assemble(_STATUS[one.status], f" {one.name:<14} ", (one.says, "$quiet")) for one in found]
    )


def tasks(found: Sequence[TaskRow], now: datetime, refused: str | None = None) -> Content:
    """`refused` is why there are none."""
    if not found:
        none = refused or "No tasks: 'jobswipe worker' or 'jobswipe up' makes and runs them."
        return Content.styled(none, "$quiet")
    return _LINE.join(
        [
            Content.assemble(
                (f"{one.id:>6} ", "$quiet"),
                f"{one.kind:<20} ",
                (f"{one.state:<9}", _STATES.get(one.state, "")),
                (f" {ago(one.changed_at, now)}", "$quiet"),
                (f"  {one.error}" if one.error and one.state != "done" else "", "$error"),
            )
            for one in found
        ]
    )


def log(lines: Sequence[str], refused: str | None = None) -> Content:
    """`refused` is why there are none."""
    if not lines:
        return Content.styled(refused or "No log yet: servers and workers write one.", "$quiet")
    return _LINE.join([Content(one) for one in lines])
