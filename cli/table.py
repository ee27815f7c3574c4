"""Rows as a plain table: whole for a pipe, fitted to the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len, chop_cells

from cli.output import plain

GAP = 3
NARROW = 12
"""Letters that a column of text keeps at least, where its content has as many."""
_RULE = "─"

Row = Mapping[str, Any]


def lines(rows: Sequence[Row], width: int | None) -> Iterator[str]:
    """The lines of a table of rows with the same keys, in at most `width` cells (None: as wide as it needs).

    Numbers are right-aligned and never cut. Where the width does not do, the longest texts are wrapped, then columns
    that are empty or zero in every row are left out, then each row is written as a block of lines.
    """
    columns = list(rows[0])
    table = _fitted(rows, columns, width)
    if table is None:
        columns = [column for column in columns if any(row[column] not in (None, "", 0) for row in rows)] or columns
        table = _fitted(rows, columns, width)
    if table is None:
        return _blocks(rows, columns, width or 0)
    return _table(rows, columns, *table)


def _heading(column: str) -> str:
    return column.replace("_", " ")


def _numeric(rows: Sequence[Row], column: str) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _fitted(rows: Sequence[Row], columns: Sequence[str], width: int | None) -> tuple[list[int], int] | None:
    """The columns' widths and the gap between them; None where they do not fit."""
    natural = [max(cell_len(_heading(one)), *(cell_len(plain(row[one])) for row in rows)) for one in columns]
    if width is None:
        return natural, GAP
    least = [
        size if _numeric(rows, one) else min(size, max(NARROW, cell_len(_heading(one))))
        for one, size in zip(columns, natural, strict=True)
    ]
    for gap in (GAP, 2):
        over = sum(natural) + 1 + gap * (len(columns) - 1) - width
        if over <= 0:
            return natural, gap
    room = width - 1 - 2 * (len(columns) - 1)
    if sum(least) > room:
        return None
    widths = list(natural)
    while sum(widths) > room:  # the widest that may shrink gives way, a cell at a time
        widest = max((index for index in range(len(widths)) if widths[index] > least[index]), key=widths.__getitem__)
        widths[widest] -= 1
    return widths, 2


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
