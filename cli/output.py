"""stdout is data: one way to print a listing as a table, JSON, JSON lines or CSV; terminals get no control codes."""

from __future__ import annotations

import re
import shutil
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

# Postings are strangers' texts: an escape sequence or a direction override in a title must not steer the terminal.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """The text on one line, without characters that control a terminal."""
    return _UNSAFE.sub(lambda found: " " if found[0].isspace() else "�" if found[0] >= "\ud800" else "", text)


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
        writer.writerows([_exact(row.get(column)) for column in columns] for row in rows)
    else:
        from cli.table import lines

        found = list(rows)
        if not found:
            note(empty)
            return
        # A pipe gets every cell whole; a terminal gets what fits its width.
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in lines([{column: row.get(column) for column in columns} for row in found], width):
            sys.stdout.write(line + "\n")


def print_json(value: Any, *, indent: bool = False) -> None:
    """One JSON document; one line unless `indent`."""
    import msgspec

    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:  # a file's name that is no UTF-8
        encoded = msgspec.json.encode(_sound(msgspec.to_builtins(value)))
    sys.stdout.write((msgspec.json.format(encoded, indent=2) if indent else encoded).decode() + "\n")


def note(text: str) -> None:
    """Lines for people, on stderr."""
    typer.echo("\n".join(clean(line) for line in text.split("\n")), err=True)


def say(text: str) -> None:
    """A line for people, on stdout."""
    typer.echo(clean(text))


def plain(value: Any) -> str:
    """A value as people read it, on one line."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(plain(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(one)}" for key, one in value.items())
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return clean(str(value))


def _exact(value: Any) -> str:
    """A value as programs read it: numbers unrounded, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(_sound(value))
    if isinstance(value, bool | list | tuple | Mapping):
        import msgspec

        return msgspec.json.encode(_sound(msgspec.to_builtins(value))).decode()
    return str(value)


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, list | tuple):
        return [_sound(one) for one in value]
    return {_sound(key): _sound(one) for key, one in value.items()} if isinstance(value, dict) else value
