"""task: the ledger of background work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import load_settings, open_store
from cli.output import Format, FormatOption, emit, note

if TYPE_CHECKING:
    from jobswipe.models import TaskRun

task = typer.Typer(help="Background work: list, show, run, retry, cancel.", no_args_is_help=True)

COLUMNS = ["id", "kind", "state", "priority", "attempts", "run_at", "finished_at", "error"]
TaskId = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The task's number.")]


def register(app: typer.Typer) -> None:
    app.add_typer(task, name="task")


@task.command("list")
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only tasks in this state: pending, queued, running, done, dead or cancelled; repeatable."),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only tasks of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    form: FormatOption = Format.table,
) -> None:
    """List tasks, the newest first.

    Example: jobswipe task list --state dead
    """
    from jobswipe.errors import UsageError
    from jobswipe.models.tasks import TASK_STATES
    from jobswipe.tasks import desk

    for one in state or ():
        if one not in TASK_STATES:
            raise UsageError(f"No state {one!r}: the states are {', '.join(TASK_STATES)}.")
    with open_store(load_settings()).read() as session:
        rows = [_row(one) for one in desk.listing(session, states=state or (), kind=kind, limit=limit)]
    emit(rows, form, COLUMNS, empty="No tasks.")


@task.command("show")
def show(task_id: TaskId) -> None:
    """Show everything about a task, as JSON.

    Example: jobswipe task show 17
    """
    from cli.output import print_json
    from jobswipe.tasks import desk

    with open_store(load_settings()).read() as session:
        print_json(_row(desk.show(session, task_id)), indent=True)


@task.command("run")
def run(
    name: Annotated[str, typer.Argument(help="The entry of the schedule, such as skills.")],
    here: Annotated[bool, typer.Option("--here", help="Run it in this process, and wait until it has ended.")] = False,
) -> None:
    """Ask for a task of the schedule now, out of its turn.

    A worker runs it; without one, --here does.

    Example: jobswipe task run skills
    Example: jobswipe task run lake --here
    """
    from jobswipe.errors import HopelessError
    from jobswipe.tasks import desk

    settings = load_settings()
    entry = desk.entry(settings, name)
    database = open_store(settings)
    if not here:
        with database.write() as session:
            task_id = desk.run(session, entry)
        note(f"Task {task_id} ({entry.kind}) waits for a worker.")
        return
    done = desk.run_here(database, settings, entry)
    if done.state != "done":
        raise HopelessError(f"Task {done.id} is {done.state}: 'jobswipe task show {done.id}' tells why.")
    note(f"Task {done.id} ({entry.kind}) is done.")


@task.command("retry")
def retry(task_id: TaskId) -> None:
    """Run a dead or cancelled task again, with all its attempts.

    Example: jobswipe task retry 17
    """
    from jobswipe.tasks import desk

    with open_store(load_settings()).write() as session:
        desk.retry(session, task_id)
    note(f"Task {task_id} waits for a worker.")


@task.command("cancel")
def cancel(task_id: TaskId) -> None:
    """End a task that is not ended; what a running one does from here is rolled back.

    Example: jobswipe task cancel 17
    """
    from jobswipe.tasks import desk

    with open_store(load_settings()).write() as session:
        desk.cancel(session, task_id)
    note(f"Task {task_id} is cancelled.")


def _row(one: TaskRun) -> dict[str, Any]:
    found = one.model_dump()
    found["priority"] = -found.pop("rank")
    return found
