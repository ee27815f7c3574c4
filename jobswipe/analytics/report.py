"""Reports: each a folder of .sql files, one a section, run by DuckDB over the lake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import duckdb
import msgspec

from jobswipe.analytics.lake import SCHEMAS, Lake
from jobswipe.errors import LimitError, UsageError

NAMES = ("funnel", "market", "skills", "operations")
_MEMORY = "512MB"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a report. `label` and `value` name the columns that a chart draws."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    label: str | None = None
    value: str | None = None

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    sections: tuple[Section, ...]


def build(name: str, lake: Lake, parameters: dict[str, Any], *, seconds: float | None = None) -> Report:
    """Run a report. `parameters` holds `person_id` and `resume_skills` (list of skill names).

    Raises UsageError for an unknown name, LimitError where it takes longer than `seconds`.
    """
    if name not in NAMES:
        raise UsageError(f"No report {name!r}: choose one of {', '.join(NAMES)}.")
    folder = files("jobswipe.analytics") / "reports" / name
    with duckdb.connect(":memory:", config={"memory_limit": _MEMORY, "threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in SCHEMAS:
            # The pattern is ours (the data directory), not a user's text; a quote in it is doubled all the same.
            pattern = lake.pattern(table).replace("'", "''")
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{pattern}')")  # noqa: S608 - as said
        connection.execute(_LATEST)
        with _within(connection, seconds):
            sections = tuple(
                _section(connection, path.name, path.read_text(encoding="utf-8"), parameters)
                for path in sorted(folder.iterdir(), key=lambda path: path.name)
                if path.name.endswith(".sql")
            )
    return Report(name=name, title=name.capitalize(), sections=sections)


@contextmanager
def _within(connection: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Break off what the connection does after `seconds`. Raises LimitError."""
    timer = threading.Timer(seconds if seconds is not None else 0, connection.interrupt)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    try:
        yield
    except duckdb.InterruptException:
        raise LimitError(f"The report took longer than {seconds:g} s: run it with 'jobswipe report'.") from None
    finally:
        timer.cancel()


_LATEST = """
CREATE VIEW openings AS
SELECT * FROM postings QUALIFY row_number() OVER (PARTITION BY posting_id ORDER BY seq DESC) = 1
"""


def _section(connection: duckdb.DuckDBPyConnection, name: str, text: str, parameters: dict[str, Any]) -> Section:
    head: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        key, _, value = line[3:].partition(": ")
        head[key] = value
    used = {key: value for key, value in parameters.items() if f"${key}" in text}
    result = connection.execute(text, used)
    columns = tuple(column[0] for column in result.description or ())
    return Section(
        name=name.removesuffix(".sql").partition("_")[2],
        title=head["title"],
        columns=columns,
        rows=tuple(result.fetchall()),
        label=head.get("label"),
        value=head.get("value"),
    )
