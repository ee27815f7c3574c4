"""Rows as a plain table: whole for a pipe, fitted to the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len, chop_cells

from cli.output import plain

GAP = 3
LONG, NARROW = 30, 12
"""Letters of a word that is not cut while something else can give way, and then that a column keeps at least."""
_RULE = "─"

Row = Mapping[str, Any]


def lines(rows: Sequence[Row], width: int | None) -> Iterator[str]:
    """The lines of a table of rows with the same keys, in at most `width` cells (None: as wide as it needs).

    Numbers are right-aligned and never cut. Where the width does not do, columns that say nothing in any row are left
    out, the longest texts are wrapped between words, zeros are left out, words are cut; at last each row is a block.
    """
    every = list(rows[0])
    said = _without(rows, every, (None, "")) or every
    counted = _without(rows, said, (None, "", 0)) or said
    for columns, least in ((every, None), (said, LONG), (counted, LONG), (counted, NARROW)):
        table = _fitted(rows, columns, width, least)
        if table is not None:
            return _table(rows, columns, *table)
    return _blocks(rows, counted, width or 0)


def _without(rows: Sequence[Row], columns: Sequence[str], nothing: tuple[Any, ...]) -> list[str]:
    return [column for column in columns if any(row[column] not in nothing for row in rows)]


def _heading(column: str) -> str:
    return column.replace("_", " ")


def _numeric(rows: Sequence[Row], column: str) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _fitted(
    rows: Sequence[Row], columns: Sequence[str], width: int | None, keep: int | None
) -> tuple[list[int], int] | None:
    """The columns' widths and the gap between them; None where they do not fit.

    A column of text shrinks to its longest word of at most `keep` letters, None: not at all.
    """
    natural = [max(cell_len(_heading(one)), *(cell_len(plain(row[one])) for row in rows)) for one in columns]
    if width is None:
        return natural, GAP
    for gap in (GAP, 2):
        over = sum(natural) + 1 + gap * (len(columns) - 1) - width
        if over <= 0:
            return natural, gap
    if keep is None:
        return None
    least = [
        size if _numeric(rows, one) else min(size, max(NARROW, cell_len(_heading(one)), _longest(rows, one, keep)))
        for one, size in zip(columns, natural, strict=True)
    ]
    room = width - 1 - 2 * (len(columns) - 1)
    if sum(least) > room:
        return None
    widths = list(natural)
    while sum(widths) > room:  # the widest that may shrink gives way, a cell at a time
        widest = max((index for index in range(len(widths)) if widths[index] > least[index]), key=widths.__getitem__)
        widths[widest] -= 1
    return widths, 2


def _longest(rows: Sequence[Row], column: str, most: int) -> int:
    lengths = (cell_len(word) for row in rows for word in plain(row[column]).split())
    return max((length for length in lengths if length <= most), default=0)


def _table(rows: Sequence[Row], columns: Sequence[str], widths: Sequence[int], gap: int) -> Iterator[str]:
    right = [_numeric(rows, column) for column in columns]
    yield from _line([_heading(column) for column in columns], widths, right, gap)
    yield " " + _RULE * (sum(widths) + gap * (len(widths) - 1))
    for row in rows:
        yield from _line([plain(row[column]) for column in columns], widths, right, gap)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], gap: int) -> Iterator[str]:
    wrapped = [_wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(len(cell) for cell in wrapped)):
        parts = []
        for cell, width, flush_right in zip(wrapped, widths, right, strict=True):
            text = cell[number] if number < len(cell) else ""
            blank = " " * (width - cell_len(text))
            parts.append(blank + text if flush_right else text + blank)
        yield (" " + (" " * gap).join(parts)).rstrip()


def _wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at blanks, and inside a word only where it is longer than a line."""
    if cell_len(text) <= width:
        return [text]
    found: list[str] = []
    line = ""
    for word in text.split():
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line += " " + word
            continue
        if line:
            found.append(line)
        *whole, line = chop_cells(word, max(width, 2)) or [""]
        found.extend(whole)
    return [*found, line]


def _blocks(rows: Sequence[Row], columns: Sequence[str], width: int) -> Iterator[str]:
    margin = max(cell_len(_heading(column)) for column in columns) + 2
    for number, row in enumerate(rows):
        if number:
            yield ""
        for column in columns:
            first, *rest = _wrap(plain(row[column]), max(width - margin - 1, 20))
            yield f" {_heading(column).ljust(margin)}{first}".rstrip()
            yield from (" " * (margin + 1) + line for line in rest)
