"""report: what the store says about the market and about a person's search."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note, print_json

if TYPE_CHECKING:
    from jobswipe.analytics.report import Report


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    name: Annotated[str, typer.Argument(help="funnel, market, skills or operations.")],
    form: FormatOption = Format.table,
    html: Annotated[Path | None, typer.Option(help="Also write it as a page with charts.")] = None,
) -> None:
    """Report on the market (openings, pay, skills), your own funnel (from card to offer), skills that you
    lack, or the store's past figures.

    CSV and JSON lines are long: a line for each cell, with its section and row.

    Example: jobswipe report market
    Example: jobswipe report operations
    Example: jobswipe report funnel --html funnel.html --format json
    """
    from jobswipe import clock
    from jobswipe.analytics.lake import Lake
    from jobswipe.analytics.report import NAMES, build
    from jobswipe.errors import UsageError
    from jobswipe.models import LOCAL_PERSON_ID
    from jobswipe.resumes.service import active_skill_names

    if name not in NAMES:
        raise UsageError(f"No report {name!r}: choose one of {', '.join(NAMES)}.")
    settings = load_settings()
    database = open_store(settings)
    lake = Lake(settings.lake_dir)
    lake.append(database)
    with database.read() as session:
        skills = active_skill_names(session, LOCAL_PERSON_ID)
    built = build(name, lake, {"person_id": LOCAL_PERSON_ID, "resume_skills": skills})
    if html is not None:
        from jobswipe.analytics.page import render

        html.write_text(render(built, clock.now().isoformat(timespec="minutes")), encoding="utf-8")
        note(f"Written to {html}.")
    _print(built, form)


def _print(built: Report, form: Format) -> None:
    if form is Format.json:
        sections: dict[str, Any] = {
            section.name: {"title": section.title, "rows": section.dicts()} for section in built.sections
        }
        print_json({"report": built.name, "sections": sections}, indent=True)
    elif form is Format.table:
        for number, section in enumerate(built.sections):
            sys.stdout.write(f"\n{section.title}\n" if number else f"{section.title}\n")
            if section.rows:
                emit(section.dicts(), form, section.columns)
            else:
                sys.stdout.write(" Nothing yet.\n")
    else:
        cells = [
            {"section": section.name, "row": number, "column": column, "value": value}
            for section in built.sections
            for number, row in enumerate(section.rows, 1)
            for column, value in zip(section.columns, row, strict=True)
        ]
        emit(cells, form, ["section", "row", "column", "value"])
