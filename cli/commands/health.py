"""health: whether the store, its schema, the worker and what they need are well; exit 0 well, 1 degraded, 3 failed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.context import load_settings
from cli.output import Format, FormatOption, emit, note, print_json


def register(app: typer.Typer) -> None:
    app.command()(health)


def health(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="Checks to make; default: all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as application/health+json.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Check what JobSwipe needs; exit 0 when all is well, 1 when degraded, 3 when something required has failed.

    Example: jobswipe health
    Example: jobswipe health database disk --json
    """
    from jobswipe.db.engine import database_of, parse_url
    from jobswipe.observability import health as checks

    settings = load_settings()
    parse_url(settings.database_url)
    report = checks.run(settings, database_of(settings), names or None)
    if as_json:
        print_json(report.document(), indent=True)
    else:
        emit([_row(one) for one in report.results], form, ["check", "status", "ms", "version", "value", "says"])
        if form is Format.table:
            note(f"Health: {report.status}.")
    code = checks.EXIT_CODES[report.status]
    if code:
        raise typer.Exit(code)


def _row(one: Any) -> dict[str, Any]:
    found = one.finding
    return {
        "check": one.name,
        "status": found.status,
        "ms": round(one.seconds * 1000, 1),
        "required": one.required,
        "version": found.version,
        "value": None if found.value is None else f"{found.value} {found.unit or ''}".strip(),
        "says": found.output,
    }
