"""serve and up: the HTTP server, by itself or with the worker, until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import load_settings, make_home, open_store
from cli.output import note

if TYPE_CHECKING:
    from jobswipe.db.engine import Database
    from jobswipe.settings import Settings

HostOption = Annotated[str | None, typer.Option(help="Address to listen on; default: [server] host.")]
PortOption = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Port to listen on, 0 any free one; default: [server] port.")
]


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(serve)


def up(
    host: HostOption = None,
    port: PortOption = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes; each runs several threads.")] = 1,
) -> None:
    """Make the store ready and run all that JobSwipe is on one machine: server, worker and schedule.

    SIGTERM or Ctrl-C stops all of it; a worker process that crashes is replaced.

    Example: jobswipe up
    Example: jobswipe up --port 8000 --workers 2
    """
    from jobswipe.db import migrate
    from jobswipe.db.engine import database_of, parse_url

    settings = _settings()
    if parse_url(settings.database_url).get_backend_name() == "sqlite":
        make_home(settings)
        database = database_of(settings)
        migrate.upgrade(database)
    else:
        # Several machines share it: its schema is brought up to date once, before any of them.
        database = _open(settings)
    _run(settings, database, host, port, workers=workers)


def serve(
    host: HostOption = None,
    port: PortOption = None,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Run a worker and the schedule, too; all end together.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Worker processes of --with-worker; default: 1.")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that serve on the one port; default: [server] processes."),
    ] = None,
) -> None:
    """Serve HTTP until SIGTERM or Ctrl-C; requests that are under way are finished.

    Example: jobswipe serve --host 0.0.0.0 --port 8080
    Example: jobswipe serve --with-worker --workers 2
    Example: jobswipe serve --processes 2
    """
    from jobswipe.errors import UsageError

    if workers is not None and not with_worker:
        raise UsageError("--workers counts the processes of a worker: give --with-worker, too.")
    settings = _settings()
    _run(settings, _open(settings), host, port, workers=(workers or 1) if with_worker else 0, processes=processes)


def _settings() -> Settings:
    """Raises SettingsError, where they are not fit for production too."""
    from jobswipe import production

    settings = load_settings(service=True)
    production.require(settings)
    return settings


def _run(
    settings: Settings,
    database: Database,
    host: str | None,
    port: int | None,
    *,
    workers: int,
    processes: int | None = None,
) -> None:
    from server.serve import run

    if workers:
        from jobswipe.tasks import schedule
        from jobswipe.tasks.queue import Queue

        # What is wrong with the settings is said once, here, and not by each process.
        schedule.entries(settings)
        Queue(settings.queue_url)
    code = run(settings, database, host=host, port=port, workers=workers, processes=processes, note=note)
    if code:
        raise typer.Exit(code)


def _open(settings: Settings) -> Database:
    """The store; a Postgres that does not answer now is no reason not to serve: /ready tells.

    Raises NotReadyError and SettingsError.
    """
    import threading

    from jobswipe.db import migrate
    from jobswipe.db.engine import database_of, parse_url
    from jobswipe.errors import NotReadyError, StorageError

    if parse_url(settings.database_url).get_backend_name() == "sqlite":
        return open_store(settings)
    make_home(settings)
    database = database_of(settings)
    found: list[NotReadyError] = []

    def look() -> None:
        try:
            migrate.require_ready(database)
        except NotReadyError as error:
            found.append(error)
        except StorageError:
            pass

    # A host that swallows packets would hold the start for minutes.
    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(settings.health.timeout)
    if found:
        raise found[0]
    return database
