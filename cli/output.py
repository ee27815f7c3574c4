"""stdout is data: one way to print a listing as a table, JSON, JSON lines or CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How a listing is printed."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the listing.")]


def emit(rows: Iterable[Mapping[str, Any]], form: Format, columns: Sequence[str], *, empty: str = "Nothing.") -> None:
    """Print rows. A table and CSV show `columns`; JSON shows whole rows. `empty` goes to stderr for a table."""
    if form is Format.jsonl:
        for row in rows:
            print_json(row)
    elif form is Format.json:
        print_json(list(rows), indent=True)
    elif form is Format.csv:
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(row.get(column)) for column in columns] for row in rows)
    else:
        _table(list(rows), columns, empty)


def print_json(value: Any, *, indent: bool = False) -> None:
    """One JSON document; one line unless `indent`."""
    import msgspec

    encoded = msgspec.json.encode(value)
    sys.stdout.write((msgspec.json.format(encoded, indent=2) if indent else encoded).decode() + "\n")


def note(text: str) -> None:
    """A line for people, on stderr."""
    typer.echo(text, err=True)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def _table(rows: list[Mapping[str, Any]], columns: Sequence[str], empty: str) -> None:
    if not rows:
        note(empty)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=not sys.stdout.isatty())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        numeric = all(isinstance(row.get(column), int | float | None) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_plain(row.get(column))) for column in columns))
    width = None if sys.stdout.isatty() else max(console.measure(table).maximum, 80)
    console.print(table, width=width, crop=False)
