"""The simulator's figures as text: precision and nDCG against the unlearned ranking, the weights, the last verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.deck.paint import bar
from tui.desk.interface import Leaning

if TYPE_CHECKING:
    from jobswipe.matching.simulate import Checkpoint
    from tui.desk.simulation import Frame

_STEPS = "▁▂▃▄▅▆▇█"
_LINE = Content("\n")


def spark(values: Sequence[float], width: int) -> str:
    """The latest values, 0 to 1, a column each."""
    return "".join(_STEPS[min(7, int(max(0.0, value) * 8))] for value in values[-width:])


def measures(frames: Sequence[Frame], unlearned: Checkpoint, width: int) -> Content:
    """Both measures now, as bars over the unlearned one's, and their course."""
    lines: list[Content] = []
    size = max(10, width - 32)
    for name, start, values in (
        ("precision@10", unlearned.precision, [one.precision for one in frames]),
        ("nDCG@10", unlearned.ndcg, [one.ndcg for one in frames]),
    ):
        now = values[-1] if values else start
        change = now - start
        style = "$success" if change > 0.005 else "$error" if change < -0.005 else "$quiet"
        lines += [
            Content.assemble(
                (f"{name:<13}", "bold"),
                (bar(now, size), "$primary"),
                f" {now:.2f} ",
                (f"{change:+.2f}", f"bold {style}"),
            ),
            Content.assemble(
                (f"{'unlearned':<13}", "$quiet"), (bar(start, size), "$faint"), (f" {start:.2f}", "$quiet")
            ),
            Content.assemble((f"{'by card':<13}", "$quiet"), (spark(values, size), "$secondary")),
            Content(""),
        ]
    return _LINE.join(lines)


def verdicts(frames: Sequence[Frame], many: int) -> Content:
    """The last verdicts, the latest first."""
    lines = []
    for one in list(reversed(frames))[:many]:
        sign, style = ("♥", "$success") if one.liked else ("✗", "$error")
        marks = (" by mistake" if one.mistaken else "") + (" to learn" if one.explored else "")
        who = f" · {one.company}" if one.company else ""
        lines.append(
            Content.assemble(
                (f"{one.swipes:>4} ", "$quiet"),
                (sign, f"bold {style}"),
                f" {one.title}",
                (who, "$quiet"),
                (marks, "$warning"),
            )
        )
    return _LINE.join(lines) if lines else Content.styled("No card has been judged yet.", "$quiet")


def weights(found: Sequence[Leaning], width: int) -> Content:
    """What the model believes: bars to the right of what it leans to, in another colour what it leans from."""
    if not found:
        return Content.styled("Nothing is believed yet.", "$quiet")
    most = max(abs(one.weight) for one in found) or 1.0
    names = min(34, max(16, width // 2))
    size = max(4, width - names - 10)
    lines = []
    for one in found:
        says = one.says if len(one.says) <= names else f"{one.says[: names - 1]}…"
        style = "$success" if one.weight > 0 else "$error"
        lines.append(
            Content.assemble(f"{says:<{names}} ", (bar(abs(one.weight) / most, size), style), f" {one.weight:+.2f}")
        )
    return _LINE.join(lines)
