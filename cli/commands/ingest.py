"""ingest: poll boards, or read payload files, into the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, clean, emit, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlmodel import Session

    from jobswipe.db.engine import Database
    from jobswipe.models import Source
    from jobswipe.postings.ingest import Progress, Summary
    from jobswipe.settings import Settings

COLUMNS = ["source", "status", "read", "stored", "unchanged", "merged", "rejected", "changed", "reopened", "closed"]


def register(app: typer.Typer) -> None:
    app.command()(ingest)


def ingest(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="Sources to poll now, paused ones too; default: all due."),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="The kind of the payload files.")] = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="A payload file, .gz too, a directory, or - for stdin.")
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="The board that the files are of; default: read from their addresses.")
    ] = None,
    company: Annotated[
        str | None, typer.Option(help="The employer's name, where the payload does not give it.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Poll the sources that are due, or those that are named, or read recorded payloads from files.

    Every record ends as stored, unchanged, merged or rejected: read is their sum.

    Example: jobswipe ingest --kind ashby --file payload.json
    """
    from jobswipe.errors import UsageError

    settings = load_settings()
    if file and not kind:
        raise UsageError("Say what the files are: --kind ashby (or another of 'jobswipe source kinds').")
    if kind and not file:
        raise UsageError("--kind goes with --file; to poll a board, 'jobswipe source add URL' first.")
    if file and names:
        raise UsageError("Give sources to poll, or --file, not both.")
    summaries = list(_files(settings, kind, file, board, company) if file and kind else _poll(settings, names or []))
    for one in summaries:
        if one.status == "complete" and not one.counts.read:
            note(f"{one.source} lists no postings: check the board's name if it should.")
    _print(summaries, form)
    if any(summary.error for summary in summaries):
        raise typer.Exit(1)


def _files(
    settings: Settings, kind: str, files: list[Path], board: str | None, company: str | None
) -> Iterator[Summary]:
    from jobswipe import clock
    from jobswipe.postings.files import ingest_files
    from jobswipe.sources import registry
    from jobswipe.sources.payload import expand

    registry.adapter(kind)  # an unknown kind is a usage error before anything is made
    paths = expand(files)
    database = open_store(settings, create=True)
    with _progress() as progress:
        yield from ingest_files(
            database,
            kind,
            paths,
            clock.now(),
            batch=settings.ingest.batch,
            board=board,
            company=company,
            progress=progress,
        )
    _catch_up(database, settings)


def _poll(settings: Settings, names: list[str]) -> Iterator[Summary]:
    from jobswipe import clock
    from jobswipe.postings.poll import poll
    from jobswipe.sources import catalog

    database = open_store(settings)
    with database.read() as session:
        sources = _named(session, names) if names else catalog.due(session, clock.now())
        if not sources:
            known = catalog.everything(session)
            note("No source is due." if known else "No sources yet: 'jobswipe source add URL' adds one.")
            return
    with _progress() as progress:
        yield from poll(database, settings, sources, progress=progress)
    _catch_up(database, settings)


def _named(session: Session, names: list[str]) -> list[Source]:
    """The named sources, each once. A paused one too: a person asks for it."""
    from jobswipe.errors import UsageError
    from jobswipe.sources import catalog

    found = {one.id: one for one in (catalog.named(session, name) for name in names)}
    for one in found.values():
        if not one.polled:
            raise UsageError(
                f"{catalog.name(one)} came from files: read more with --kind {one.kind} --file, "
                "or follow its board with 'jobswipe source add URL'."
            )
    return list(found.values())


def _catch_up(database: Database, settings: Settings) -> None:
    # The text index follows at once; the features that a ranking reads follow at the next ranking.
    from jobswipe.matching.index import TextIndex

    with database.read() as session:
        TextIndex(settings.index_dir).refresh(session)


def _progress() -> AbstractContextManager[Callable[[Any], Progress] | None]:
    from contextlib import contextmanager, nullcontext

    if not sys.stderr.isatty():
        return nullcontext()

    @contextmanager
    def bar() -> Iterator[Callable[[Any], Progress]]:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.completed:,.0f} postings"),
            TimeElapsedColumn(),
        )
        with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task("Reading", total=None)
            before = 0.0

            def of(what: Any) -> Progress:
                nonlocal before
                before = shown.tasks[0].completed
                shown.update(task, description=clean(str(what)))
                base = before
                first: list[int] = []

                def advance(counts: Any) -> None:
                    first[:] = first or [0]
                    shown.update(task, completed=base + counts.read)

                return advance

            yield of

    return bar()


def _print(summaries: list[Summary], form: Format) -> None:
    import msgspec

    rows: list[dict[str, Any]] = [
        {
            "source": one.source,
            "status": one.status,
            **msgspec.structs.asdict(one.counts),
            "closed": one.closed,
            "error": one.error,
        }
        for one in summaries
    ]
    for row in rows:
        if row["error"]:
            note(f"jobswipe: {row['source']}: {row['error']}")
    if form is Format.table:
        if len(rows) > 1:
            rows.append(
                {
                    "source": f"all {len(rows)}",
                    "status": "",
                    **{key: sum(row[key] for row in rows) for key in COLUMNS[2:]},
                }
            )
        rows = rows if len(rows) <= 30 else rows[-1:]
        if rows:
            emit(rows, form, COLUMNS)
    else:
        emit(rows, form, [*COLUMNS, "error"])
