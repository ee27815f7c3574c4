"""Background work: the ledger of tasks, the schedule, the workers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import PathParameter, QueryParameter
from sqlmodel import Session

from jobswipe.accounts import audit
from jobswipe.models import TaskRun
from jobswipe.tasks import agenda
from server.api.access import ApiRequest, needs, shows
from server.api.params import CursorText, Id, Limit, PathId, after, cursor
from server.api.sources import TaskAsked

State = Literal["pending", "queued", "running", "done", "dead", "cancelled"]
_LIST = "tasks"


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work. `payload` shows numbers and flags; texts, which may be a person's, are "[hidden]".

    Higher `priority` goes first; `attempts` counts those that were begun; `schedule` is the entry that asked for it.
    """

    id: int
    kind: str
    state: State
    priority: int
    attempts: int
    schedule: str | None
    worker: str | None
    payload: dict[str, str | int | float | bool | None]
    error: str | None
    created_at: datetime
    run_at: datetime
    started_at: datetime | None
    lease_until: datetime | None
    finished_at: datetime | None


class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[TaskView]
    next: str | None


class Schedules(msgspec.Struct, frozen=True, kw_only=True):
    items: list[agenda.ScheduleView]


class WorkerView(msgspec.Struct, frozen=True, kw_only=True):
    """A worker process. `alive` is false where it has not been heard of for too long; no kinds: all kinds."""

    worker: str
    host: str
    pid: int
    alive: bool
    kinds: list[str]
    threads: int
    running: int
    started_at: datetime
    beat_at: datetime


class Workers(msgspec.Struct, frozen=True, kw_only=True):
    items: list[WorkerView]


TASK = {
    "id": 512, "kind": "ingest.source", "state": "done", "priority": 0, "attempts": 1, "schedule": None,
    "worker": "web-1-41", "payload": {"source_id": 3}, "error": None, "created_at": "2026-03-02T08:00:00Z",
    "run_at": "2026-03-02T08:00:00Z", "started_at": "2026-03-02T08:00:01Z", "lease_until": None,
    "finished_at": "2026-03-02T08:00:05Z",
}  # fmt: skip
_WAITING = TASK | {"state": "pending", "attempts": 0, "worker": None, "started_at": None, "finished_at": None}
_CANCELLED = _WAITING | {
    "state": "cancelled", "error": "Cancelled by a person.", "finished_at": "2026-03-02T08:00:05Z"
}  # fmt: skip
_ENTRY = {
    "name": "lake", "kind": "lake.append", "cron": "15 * * * *", "timezone": "UTC",
    "next_slot": "2026-03-02T09:15:00Z", "last_slot": "2026-03-02T08:15:00Z",
    "last_success_at": "2026-03-02T08:15:02Z", "stale": False,
}  # fmt: skip
_WORKER = {
    "worker": "web-1-41", "host": "web-1", "pid": 41, "alive": True, "kinds": [], "threads": 4, "running": 1,
    "started_at": "2026-03-01T12:00:00Z", "beat_at": "2026-03-02T08:00:00Z",
}  # fmt: skip
_READ, _WRITE = needs("tasks:read"), needs("tasks:write")


@get("/tasks", opt=_READ | shows(response={"items": [TASK], "next": None}), sync_to_thread=True)
def listing(
    request: ApiRequest,
    limit: Limit = 20,
    cursor_: CursorText = None,
    state_: Annotated[
        list[State] | None, QueryParameter(name="state", max_items=6, description="In these states; repeatable.")
    ] = None,
    kind: Annotated[str | None, QueryParameter(max_length=100, description="Only this kind.")] = None,
) -> TaskPage:
    """The tasks, the newest first."""
    from jobswipe.tasks import desk

    before = after(_LIST, cursor_, Id)
    with request.app.state.database.read() as session:
        found = desk.listing(session, states=state_ or (), kind=kind, before=before, limit=limit)
        items = [_view(one) for one in found]
    return TaskPage(items=items, next=cursor(_LIST, items[-1].id) if len(items) == limit else None)


@get("/tasks/{task_id:int}", opt=_READ | shows(response=TASK), sync_to_thread=True)
def show(request: ApiRequest, task_id: PathId) -> TaskView:
    """A task."""
    from jobswipe.tasks import desk

    with request.app.state.database.read() as session:
        return _view(desk.show(session, task_id))


@post("/tasks/{task_id:int}/retry", opt=_WRITE | shows(response=_WAITING), status_code=200, sync_to_thread=True)
def retry(request: ApiRequest, task_id: PathId) -> TaskView:
    """Run a dead or cancelled task again, with all its attempts."""
    from jobswipe.tasks import desk

    with request.app.state.database.write() as session:
        desk.retry(session, task_id)
        return _done(request, session, "task.retry", task_id)


@post("/tasks/{task_id:int}/cancel", opt=_WRITE | shows(response=_CANCELLED), status_code=200, sync_to_thread=True)
def cancel(request: ApiRequest, task_id: PathId) -> TaskView:
    """End a task that is not ended; what a running one does from here is rolled back."""
    from jobswipe.tasks import desk

    with request.app.state.database.write() as session:
        desk.cancel(session, task_id)
        return _done(request, session, "task.cancel", task_id)


@get("/schedules", opt=_READ | shows(response={"items": [_ENTRY]}), sync_to_thread=True)
def schedules(request: ApiRequest) -> Schedules:
    """The entries of the schedule that are on, by name."""
    state = request.app.state
    with state.database.read() as session:
        return Schedules(items=agenda.listing(session, state.settings))


@post("/schedules/{name:str}/run", opt=_WRITE | shows(response={"task_id": 513}), status_code=202, sync_to_thread=True)
def run(
    request: ApiRequest, name: Annotated[str, PathParameter(max_length=100, description="The entry's name.")]
) -> TaskAsked:
    """Have an entry's task run now, out of its turn. Where it waits already, it is that task."""
    state = request.app.state
    with state.database.write() as session:
        task_id = agenda.ask(session, state.settings, name)
        audit.record(
            session,
            "schedule.run",
            actor_id=request.user.person_id,
            object_kind="schedule",
            object_id=name,
            task_id=task_id,
        )
    return TaskAsked(task_id=task_id)


@get("/workers", opt=_READ | shows(response={"items": [_WORKER]}), sync_to_thread=True)
def workers(request: ApiRequest) -> Workers:
    """The worker processes, those that died without a word too, the freshest first."""
    from jobswipe.observability.task_figures import alive
    from jobswipe.tasks import ledger

    state = request.app.state
    with state.database.read() as session:
        beats = ledger.beats(session)
        living = {one.worker for one in alive(beats, state.settings)}
        items = [
            msgspec.convert(one.model_dump(exclude={"figures"}) | {"alive": one.worker in living}, WorkerView)
            for one in beats
        ]
    return Workers(items=items)


def _done(request: ApiRequest, session: Session, action: str, task_id: int) -> TaskView:
    from jobswipe.tasks import desk

    session.expire_all()  # the row was changed beneath the session
    task = desk.show(session, task_id)
    audit.record(
        session, action, actor_id=request.user.person_id, object_kind="task", object_id=task_id, kind=task.kind
    )
    return _view(task)


def _view(task: TaskRun) -> TaskView:
    from jobswipe.tasks import shown

    return msgspec.convert(
        task.model_dump()
        | {"priority": -task.rank, "payload": shown.payload(task.payload), "error": shown.error(task.error)},
        TaskView,
    )


ROUTES = (listing, show, retry, cancel, schedules, run, workers)
