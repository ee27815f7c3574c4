"""source: the boards that are followed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note

source = typer.Typer(
    help="The boards that are followed: add, list, check, pause, resume, every, remove.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(source, name="source")


@source.command("add")
def add(
    url: Annotated[str, typer.Argument(help="A careers URL of a known board, a feed, or any careers page.")],
    company: Annotated[str | None, typer.Option(help="The employer's name, where the board does not give it.")] = None,
    kind: Annotated[str | None, typer.Option(help="The kind of board; then URL may be the board's slug.")] = None,
) -> None:
    """Follow a board; its kind and slug are read from the URL.

    Example: jobswipe source add https://jobs.lever.co/acme
    """
    from jobswipe import clock
    from jobswipe.sources import catalog, registry

    resolved, board = catalog.resolve(url, kind)
    with open_store(load_settings(), create=True).write() as session:
        added = catalog.add(session, resolved, board, clock.now(), company=company)
        name = catalog.name(added)
    policy = registry.adapter(resolved).POLICY
    if not policy.enabled_by_default:
        note(f"Note: the terms of {resolved} restrict automated use; you added it on purpose.")
    note(f"Following {name}. Next: 'jobswipe ingest {name}'.")


@source.command("list")
def list_(form: FormatOption = Format.table) -> None:
    """List the sources with their freshness and open postings.

    Example: jobswipe source list
    """
    from jobswipe.sources import catalog

    with open_store(load_settings()).read() as session:
        counts = catalog.open_counts(session)
        rows: list[dict[str, Any]] = [
            {
                "source": catalog.name(one),
                "company": one.company,
                "state": one.state if one.polled else "files",
                "open": counts.get(one.id or 0, 0),
                "last_success": one.last_success_at.isoformat(timespec="seconds") if one.last_success_at else None,
                "next_due": one.next_due_at.isoformat(timespec="seconds") if one.next_due_at else None,
                "error": one.last_error,
            }
            for one in catalog.everything(session)
        ]
    emit(
        rows,
        form,
        ["source", "company", "state", "open", "last_success", "next_due", "error"],
        empty="No sources yet: 'jobswipe source add URL' adds one.",
    )


@source.command("check")
def check(
    name: Annotated[str, typer.Argument(help="kind:board, slug or number.")], form: FormatOption = Format.table
) -> None:
    """Show what the last run of a source did, and why it rejected what it rejected.

    Example: jobswipe source check lever:acme
    """
    from jobswipe.sources import catalog

    with open_store(load_settings()).read() as session:
        found = catalog.named(session, name)
        run = catalog.last_run(session, found.id or 0)
        if run is None:
            note(f"{catalog.name(found)} has not run yet: 'jobswipe ingest {catalog.name(found)}'.")
            return
        rejected = [
            {"record": one.record, "reason": one.reason} for one in catalog.rejections(session, run.id or 0, 1000)
        ]
        note(
            f"{catalog.name(found)}: {run.status}, read {run.read} = stored {run.stored} + unchanged {run.unchanged} "
            f"+ merged {run.merged} + rejected {run.rejected}; closed {run.closed}"
            + (f". {run.error}" if run.error else ".")
        )
    emit(rejected, form, ["record", "reason"], empty="Nothing was rejected.")


@source.command("pause")
def pause(name: Annotated[str, typer.Argument(help="kind:board, slug or number.")]) -> None:
    """Stop polling a source; its postings stay. 'jobswipe ingest SOURCE' still polls it when it is named.

    Example: jobswipe source pause lever:acme
    """
    from jobswipe.sources import catalog

    with open_store(load_settings()).write() as session:
        found = catalog.named(session, name)
        catalog.pause(session, found)
        note(f"{catalog.name(found)} is paused.")


@source.command("resume")
def resume(name: Annotated[str, typer.Argument(help="kind:board, slug or number.")]) -> None:
    """Poll a paused source again.

    Example: jobswipe source resume lever:acme
    """
    from jobswipe.sources import catalog

    with open_store(load_settings()).write() as session:
        found = catalog.named(session, name)
        catalog.resume(session, found)
        note(f"{catalog.name(found)} is active.")


@source.command("every")
def every(
    name: Annotated[str, typer.Argument(help="kind:board, slug or number.")],
    minutes: Annotated[int, typer.Argument(min=0, max=43_200, help="Minutes between two polls; 0: the kind's least.")],
) -> None:
    """Say how often a source is polled. What its kind's terms allow ('jobswipe source kinds') is the least.

    Example: jobswipe source every lever:acme 360
    """
    from jobswipe import clock
    from jobswipe.sources import catalog

    with open_store(load_settings()).write() as session:
        found = catalog.named(session, name)
        catalog.set_every(session, found, minutes * 60 or None, clock.now())
        note(f"{catalog.name(found)} is polled every {catalog.poll_floor(found).total_seconds() / 60:g} minutes.")


@source.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="kind:board, slug or number.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a source, its postings and the swipes on them.

    Example: jobswipe source remove lever:acme --yes
    """
    from jobswipe.errors import UsageError
    from jobswipe.sources import catalog

    with open_store(load_settings()).write() as session:
        found = catalog.named(session, name)
        label = catalog.name(found)
        if not yes:
            raise UsageError(f"This forgets {label} with its postings and swipes: run it with --yes to go on.")
        count = catalog.remove(session, found)
    note(f"Removed {label} and its {count} postings.")


@source.command("kinds")
def kinds(form: FormatOption = Format.table) -> None:
    """List the kinds of board that can be read, with their terms.

    Example: jobswipe source kinds
    """
    from jobswipe.sources import registry

    rows = []
    for kind in registry.kinds():
        policy = registry.adapter(kind).POLICY
        rows.append(
            {
                "kind": kind,
                "poll_floor_minutes": policy.poll_floor // 60,
                "attribution": policy.attribution,
                "redistribute": policy.redistribute,
                "default": policy.enabled_by_default,
            }
        )
    emit(rows, form, ["kind", "poll_floor_minutes", "attribution", "redistribute", "default"])
