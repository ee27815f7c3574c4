"""init and db: make the store and bring it to a schema version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, make_home
from cli.output import Format, FormatOption, emit, note

if TYPE_CHECKING:
    from jobswipe.db.engine import Database
    from jobswipe.db.migrate import Status

db = typer.Typer(help="The store's schema: status, upgrade, downgrade.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.add_typer(db, name="db")


def _database() -> Database:
    from jobswipe.db.engine import database_of

    settings = load_settings()
    make_home(settings)
    return database_of(settings)


def init() -> None:
    """Make the data directory and its store; safe to run again.

    Example: jobswipe init
    """
    from jobswipe.db import migrate

    settings = load_settings()
    migrate.upgrade(_database())
    note(f"Ready: {settings.home}. Next: 'jobswipe source add URL' and 'jobswipe resume import FILE'.")


@db.command("status")
def db_status(form: FormatOption = Format.table) -> None:
    """Show the store's schema version; exit 3 when it is not the code's.

    Example: jobswipe db status --format json
    """
    from jobswipe.db import migrate

    now = migrate.status(_database())
    emit([_row(now)], form, ["current", "head", "pending", "ready"])
    if not now.ready:
        raise typer.Exit(3)


@db.command("upgrade")
def db_upgrade(revision: Annotated[str, typer.Argument(help="Schema version to reach.")] = "head") -> None:
    """Bring the store to the code's schema version.

    Example: jobswipe db upgrade
    """
    from jobswipe.db import migrate

    note(f"The store is at schema version {migrate.upgrade(_database(), revision).current}.")


@db.command("downgrade")
def db_downgrade(
    revision: Annotated[str, typer.Argument(help="Schema version to go back to; 'base' empties the store.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: the data of undone steps is lost.")] = False,
) -> None:
    """Undo schema steps. The data that they brought is lost.

    Example: jobswipe db downgrade base --yes
    """
    from jobswipe.db import migrate
    from jobswipe.errors import UsageError

    if not yes:
        raise UsageError("A downgrade loses the data of the steps that it undoes: run it with --yes to go on.")
    now = migrate.downgrade(_database(), revision)
    note(f"The store is at schema version {now.current or 'base (empty)'}.")


def _row(now: Status) -> dict[str, Any]:
    return {"current": now.current, "head": now.head, "pending": now.pending, "ready": now.ready}
