"""worker: run tasks and the schedule until it is told to stop."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import load_settings, make_home
from cli.output import note


def register(app: typer.Typer) -> None:
    app.command()(worker)


def worker(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes; each runs several threads.")] = 1,
    kinds: Annotated[
        str | None, typer.Option(help="Only these kinds of task, with commas between them; default: all.")
    ] = None,
) -> None:
    """Run what waits in the task ledger, and the schedule, until SIGTERM or Ctrl-C.

    Tasks that cannot be finished within the grace time are given back. A process that crashes or is stuck is replaced.

    Example: jobswipe worker --workers 2
    """
    from contextlib import closing

    from jobswipe.db.engine import database_of
    from jobswipe.observability.metrics_server import start_metrics_server
    from jobswipe.tasks import schedule
    from jobswipe.tasks.kinds import check
    from jobswipe.tasks.queue import Queue
    from jobswipe.tasks.supervise import supervise

    settings = load_settings(service=True)
    make_home(settings)
    # What is wrong with the settings is said once, here, and not by each process.
    schedule.entries(settings)
    Queue(settings.queue_url)
    _require_store(settings.database_url)
    wanted = check(kinds)
    # The processes find the meter by their environment, and count together.
    with closing(start_metrics_server(settings, database_of(settings))) as served:
        if served.port is not None:
            note(f"Metrics and health: http://{settings.metrics.host}:{served.port}/metrics, /health, /ready")
        code = supervise(workers, wanted, grace=settings.worker.grace, note=note)
    if code:
        raise typer.Exit(code)


def _require_store(url: str) -> None:
    """An embedded store must be there; one that only does not answer is waited for by the processes.

    Raises NotReadyError.
    """
    from pathlib import Path

    from jobswipe.db.engine import parse_url
    from jobswipe.errors import NotReadyError

    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise NotReadyError(f"There is no store in {Path(parsed.database or '').parent} yet: run 'jobswipe init'.")
