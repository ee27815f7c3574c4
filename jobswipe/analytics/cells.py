"""A report as long CSV: a line for each cell. No cell is a formula to the spreadsheet that opens it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobswipe.analytics.report import Report

HEAD = ("section", "row", "column", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """The value, a text that a spreadsheet would compute with an apostrophe before it. Numbers are as they are."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value


def lines(report: Report) -> Iterator[str]:
    """The lines one by one, the head first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def written(row: tuple[Any, ...]) -> str:
        writer.writerow(row)
        line = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return line

    yield written(HEAD)
    for section in report.sections:
        for number, row in enumerate(section.rows, 1):
            for column, value in zip(section.columns, row, strict=True):
                yield written((plain(section.name), number, plain(column), plain(value)))
