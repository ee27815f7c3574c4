"""A section's rows to its entries: where each begins, which rows are its header, its bullets, its paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from jobswipe.resumes.dates import Dates
from jobswipe.resumes.header import read_header
from jobswipe.resumes.rows import Row
from jobswipe.resumes.where import is_place

_SENTENCE = re.compile(r"[.;:!?]$")
_MAX_HEADER = 110
_MOST_ABOVE = 3


@dataclass(slots=True)
class Block:
    """One entry. `dated` is the row that says when."""

    header: list[Row]
    body: list[Row] = field(default_factory=list)

    @property
    def dated(self) -> Row | None:
        rows = [*self.header, *self.body]
        ranged = next((row for row in rows if row.dates is not None and not row.dates.single), None)
        return ranged or next((row for row in rows if row.dates is not None), None)

    @property
    def dates(self) -> Dates | None:
        row = self.dated
        return row.dates if row is not None else None


def headerish(row: Row) -> bool:
    text = row.main
    if row.body or not text or len(text) > _MAX_HEADER:
        return False
    if text[0].islower() and row.dates is None:
        return False
    ends = bool(_SENTENCE.search(text))
    return not (ends and (len(text.split()) > 7 or text.endswith(":")) and row.dates is None)


def blocks(rows: Sequence[Row], needed: int = 2) -> list[Block]:
    """The entries. `needed` is how many things a header names besides date and place (2: company and position)."""
    if not rows:
        return []
    starts = sorted(_starts(rows))
    if not starts:
        starts = [0]
    if starts[0] != 0 and all(row.body for row in rows[: starts[0]]):
        starts.insert(0, 0)
    elif starts[0] != 0:
        starts[0] = 0 if starts[0] <= 1 else starts[0]
    out = []
    bounds = [*starts, len(rows)]
    body_style = _body_style(rows)
    for begin, end in pairwise(bounds):
        out.append(_block(list(rows[begin:end]), needed, body_style))
    return out


def _body_style(rows: Sequence[Row]) -> tuple[bool, bool, int, int] | None:
    bodies = Counter(row.style for row in rows if row.body or len(row.main) > 90)
    return bodies.most_common(1)[0][0] if bodies else None


def _anchors(rows: Sequence[Row]) -> list[int]:
    """Rows that date an entry. A side note beside a bullet dates the header above it."""
    ranged = [index for index, row in enumerate(rows) if row.dates is not None and not row.dates.single]
    single = [index for index, row in enumerate(rows) if row.dates is not None and row.dates.single and not row.body]
    if any(_at_end(rows[index]) for index in single):
        single = [index for index in single if _at_end(rows[index])]
    found = ranged if len(ranged) * 2 > len(single) else sorted(ranged + single)
    if ranged and found is ranged:
        style = {rows[index].style for index in ranged}
        found = sorted(ranged + [index for index in single if rows[index].style in style and _at_end(rows[index])])
    out: list[int] = []
    for index in found:
        place = index
        while place > 0 and rows[place].body:
            place -= 1
        if (not out or out[-1] != place) and not rows[place].body:
            out.append(place)
    return out


def _only_date(row: Row) -> bool:
    dates = row.dates
    return dates is not None and not row.side and dates.stop - dates.begin > len(row.main) - 4


def _at_end(row: Row) -> bool:
    """Whether the date stands apart: at the right margin, first, or alone."""
    return row.dates is not None and (bool(row.side) or len(row.parts) > 1 or row.dates.begin <= 1)


def _starts(rows: Sequence[Row]) -> set[int]:
    anchors = _anchors(rows)
    usual = _usual_gap(rows)
    starts: set[int] = set()
    first_style = rows[0].style
    body_style = _body_style(rows)
    styled = body_style is not None and first_style != body_style and not rows[0].body
    above: int | None = None
    if anchors and anchors[0] <= _MOST_ABOVE and all(headerish(row) for row in rows[: anchors[0]]):
        above = anchors[0]
    last = -1
    for anchor in anchors:
        most = above if above is not None else (2 if styled else 1)
        low = anchor
        while low - 1 > last and anchor - low < most and headerish(rows[low - 1]) and rows[low - 1].dates is None:
            low -= 1
        if low == anchor and last >= 0 and _only_date(rows[anchor]) and (above or anchor == last + 1):
            last = anchor
            continue  # the dates said again, or those of something within the entry
        if styled:
            same = [index for index in range(low, anchor + 1) if rows[index].style == first_style]
            if same:
                low = same[0]
            elif above:
                low = anchor if rows[anchor].style != first_style else low
        elif above and low < anchor and anchor - low < above and last >= 0 and not _apart(rows, low, usual):
            low = anchor
        starts.add(low)
        last = anchor
    if styled:
        for index in range(1, len(rows)):
            row = rows[index]
            if row.style != first_style or not headerish(row) or index in starts:
                continue
            before = next((start for start in range(index, max(index - 4, -1), -1) if start in starts), None)
            inside = before is not None and all(not one.body for one in rows[before:index]) and index - before <= 2
            leads = (
                any(start in starts for start in range(index + 1, min(index + 3, len(rows))))
                and not rows[index + 1].body
            )
            if not inside and not (leads and not _apart(rows, index, usual)):
                starts.add(index)
        starts.add(0)
    elif not anchors:
        starts |= _unstyled(rows, usual)
    return starts


def _unstyled(rows: Sequence[Row], usual: float) -> set[int]:
    last = max((index for index, row in enumerate(rows) if row.bullet), default=-1)
    if last >= 0:
        return {
            index
            for index, row in enumerate(rows)
            if index <= last and headerish(row) and (index == 0 or rows[index - 1].body)
        }
    return {index for index, row in enumerate(rows) if index == 0 or (_apart(rows, index, usual) and headerish(row))}


def _usual_gap(rows: Sequence[Row]) -> float:
    gaps = sorted(row.line.gap for row in rows if row.line.gap > 0)
    return max(gaps[len(gaps) // 2] if gaps else 1.0, 0.9)


def _apart(rows: Sequence[Row], index: int, usual: float) -> bool:
    """Whether more than the usual space stands above a row."""
    return index == 0 or rows[index].line.gap > 1.3 * usual or rows[index].line.gap <= 0


def _block(rows: list[Row], needed: int, body_style: tuple[bool, bool, int, int] | None) -> Block:
    end = 0
    dated = False
    named = 0
    for index, row in enumerate(rows):
        if not headerish(row) or index > _MOST_ABOVE + 1:
            break
        place = is_place(row.main)
        later_date = any(one.dates is not None and not one.body for one in rows[index : index + 2])
        only_date = _only_date(row)
        if index and not place and not only_date:
            styled = body_style is not None and row.style != body_style
            if dated and named >= needed and not (styled and (row.line.bold or not _paragraph(rows, index))):
                break
            if dated and not styled and not _followed(rows, index) and named >= needed - 1 and len(row.main) > 60:
                break
            if not dated and not later_date and named >= needed and not styled:
                break
            if body_style is None and named >= needed:
                break
        dated = dated or row.dates is not None
        if not place and not only_date:
            named += _names(row)
        end = index + 1
    return Block(header=rows[:end] or rows[:1], body=rows[end:] if end else rows[1:])


def _names(row: Row) -> int:
    """How many things the row names besides date and place."""
    return min(len(read_header([row]).names), 2)


def _paragraph(rows: Sequence[Row], index: int) -> bool:
    """Whether a row begins running text rather than names something."""
    return len(rows[index].main) > 60 or (index + 1 < len(rows) and rows[index + 1].main[:1].islower())


def _followed(rows: Sequence[Row], index: int) -> bool:
    return index + 1 < len(rows) and rows[index + 1].bullet
