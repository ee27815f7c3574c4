"""A card as styled text: the facts of the posting, its score with its parts as bars, and the description."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from tui.deck import words
from tui.desk.interface import DeskCard
from tui.text import blocks

SHOWN_TEXT = 8_000
"""Letters of a description that lie on the card; the details have all of it."""
PARTS = ("text", "title", "skills", "seniority", "place", "salary", "freshness", "learned")
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LINE = Content("\n")


def bar(share: float, width: int) -> str:
    """A bar of a share (0 to 1) of `width` cells, to an eighth of a cell."""
    eighths = round(max(0.0, min(share, 1.0)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(width)


def head(card: DeskCard, now: datetime) -> Content:
    """Title, employer, place, pay and terms."""
    listing = card.listing
    who = Content.assemble((listing.company or "An employer that is not named", "bold $foreground"))
    where = words.where(listing)
    if where:
        who = Content.assemble(who, ("  ·  ", "$faint"), where)
    lines = [Content.styled(listing.title, "bold $primary"), who]
    pay = words.pay(listing.salary)
    said = [Content.styled(pay, "bold $success") if pay else Content.styled("pay is not said", "$quiet")]
    terms = words.terms(listing, now)
    if terms:
        said.append(Content.styled(terms, "$quiet"))
    lines.append(Content.styled("  ·  ", "$faint").join(said))
    return _LINE.join(lines)


def score(card: DeskCard, width: int) -> Content:
    """The score as a bar across the card, and its parts in two columns."""
    percent = f"{card.score * 100:3.0f} %"
    size = max(10, width - len(percent) - 1)
    colour = "$success" if card.score >= 0.7 else "$primary" if card.score >= 0.4 else "$warning"
    done = round(card.score * size)
    lines = [Content.assemble(("━" * done, colour), ("─" * (size - done), "$border"), " ", (percent, f"bold {colour}"))]
    most = max((abs(value) for value in card.parts.values()), default=0.0) or 1.0
    gap = 3
    half = (width - gap) // 2
    cells = [_part(name, card.parts.get(name, 0.0), most, half) for name in PARTS]
    rows = len(cells) // 2
    lines += [Content.assemble(cells[at], " " * gap, cells[at + rows]) for at in range(rows)]
    return _LINE.join(lines)


def _part(name: str, value: float, most: float, width: int) -> Content:
    number = f"{value:+.2f}"
    size = max(2, width - 17)
    style = "$error" if value < 0 else "$secondary" if name == "learned" else "$primary"
    return Content.assemble(
        (f"{name:<10}", "$quiet"),
        (bar(abs(value) / most, size), style),
        " ",
        (f"{number:>6}", "$quiet" if abs(value) < 0.005 else "$foreground"),
    )


def skills(card: DeskCard) -> Content | None:
    """What is asked for: what the resume shows first, then what it lacks."""
    shown = [Content.assemble(("✓ ", "bold $success"), name) for name in card.matched]
    shown += [Content.assemble(("✗ ", "bold $warning"), (name, "$quiet")) for name in card.missing]
    return Content("   ").join(shown) if shown else None


def reasons(card: DeskCard) -> Content | None:
    told = [Content.assemble(("• ", "$accent"), reason) for reason in card.reasons]
    if card.explored:
        told.append(Content.assemble(("◆ ", "bold $secondary"), "Shown to learn what you think of its like"))
    return _LINE.join(told) if told else None


def facts(card: DeskCard, width: int, now: datetime) -> Content:
    """All of the card but the description."""
    parts = [head(card, now), score(card, width)]
    parts += [part for part in (skills(card), reasons(card)) if part is not None]
    return Content("\n\n").join(parts)


def description(text: str, most: int = SHOWN_TEXT) -> Content:
    """The description with headings and lists, cut after `most` letters at the end of a line."""
    if not text.strip():
        return Content.styled("The posting has no text. o opens it where it was found.", "italic $quiet")
    shown = (
        text
        if len(text) <= most
        else text[: text.rfind("\n", most // 2, most) if "\n" in text[most // 2 : most] else most]
    )
    out = laid_out(shown)
    if len(shown) < len(text):
        rest = f"\n\n… {len(text) - len(shown):,} more letters: d shows all of it"
        out = out.append(Content.styled(rest, "italic $quiet"))
    return out


def laid_out(text: str) -> Content:
    lines: list[Content] = []
    before = ""
    for kind, said in blocks(text):
        if lines and (kind != "item" or before not in ("item", "heading")):
            lines.append(Content(""))
        if kind == "heading":
            lines.append(Content.styled(said, "bold $secondary"))
        elif kind == "item":
            lines.append(Content.assemble(("  • ", "$accent"), said))
        else:
            lines.append(Content(said))
        before = kind
    return _LINE.join(lines)


def leanings(found: Sequence[tuple[str, float]], verdicts: int, width: int) -> Content:
    """The line of what was learned: as many leanings as fit."""
    if not found:
        return Content.styled("Nothing learned yet: every verdict teaches.", "$quiet")
    line = Content.styled(f"Learned from {verdicts}: ", "$quiet")
    for at, (says, weight) in enumerate(found):
        one = Content.assemble(
            ("" if at == 0 else "  ", ""),
            ("▲" if weight > 0 else "▼", "bold $success" if weight > 0 else "bold $error"),
            " ",
            says,
        )
        if line.cell_length + one.cell_length > width:
            break
        line = line.append(one)
    return line
