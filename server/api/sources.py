"""The boards that are followed: add, look, check, pause, pace, poll now, remove."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import delete, get, patch, post
from litestar.exceptions import TooManyRequestsException
from litestar.params import JSONBody, QueryParameter
from sqlmodel import Session

from jobswipe import clock
from jobswipe.accounts import audit
from jobswipe.errors import UsageError
from jobswipe.models import Source
from jobswipe.postings import filled, trial
from jobswipe.postings.trial import Trial
from jobswipe.sources import catalog, registry
from jobswipe.sources.catalog import LONGEST_EVERY
from server.api.access import ApiRequest, needs, shows
from server.api.params import CursorText, Id, Limit, PathId, after, cursor

State = Literal["active", "paused"]
AT_ONCE = 2
"""Boards that one process looks at while somebody waits; more are told to try again."""
_LIST = "sources"
_looking = threading.BoundedSemaphore(AT_ONCE)

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$(?!\n)")]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
KindName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """A board. `polled` is false for one that came from files; `open`: its open postings.

    `poll_every` is in seconds: the least time between two polls. `failures` counts those in a row.
    """

    id: int
    name: str
    kind: str
    board: str
    company: str | None
    url: str | None
    state: State
    polled: bool
    poll_every: int
    open: int
    created_at: datetime
    last_success_at: datetime | None
    next_due_at: datetime | None
    failures: int
    last_error: str | None


class SourceDetail(SourceView, frozen=True, kw_only=True):
    """A board with the share (0 to 1) of its open postings that say each field."""

    fields: dict[str, float]


class ListedSource(SourceView, frozen=True, kw_only=True):
    """A board of the list. `fields`, where asked for: the share (0 to 1) of its open postings that say each."""

    fields: dict[str, float] | None


class SourcePage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ListedSource]
    next: str | None


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of board that can be read, with its terms; `poll_floor` is in seconds.

    `enabled_by_default` is false where its terms restrict automated use.
    """

    kind: str
    poll_floor: int
    attribution: str | None
    redistribute: bool
    enabled_by_default: bool


class Kinds(msgspec.Struct, frozen=True, kw_only=True):
    items: list[KindView]


class NewSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A careers address, whose kind is read from it; with `kind`, `url` may be the board's slug."""

    url: Address
    kind: KindName | None = None
    company: Line | None = None


class SourceChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is null stays. `poll_every` is in seconds, 0: as often as the kind's terms allow."""

    state: State | None = None
    poll_every: Annotated[int, msgspec.Meta(ge=0, le=int(LONGEST_EVERY.total_seconds()))] | None = None
    company: Line | None = None


class SourceRemoved(msgspec.Struct, frozen=True, kw_only=True):
    """How many postings went with it."""

    postings: int


class TaskAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The task that does it; its state is at /tasks/{task_id}."""

    task_id: int


SOURCE = {
    "id": 3, "name": "lever:acme", "kind": "lever", "board": "acme", "company": "Acme", "state": "active",
    "url": "https://jobs.lever.co/acme", "polled": True, "poll_every": 3600, "open": 41,
    "created_at": "2026-03-01T12:00:00Z", "last_success_at": "2026-03-02T08:00:00Z",
    "next_due_at": "2026-03-02T09:00:00Z", "failures": 0, "last_error": None,
}  # fmt: skip
_DETAIL = SOURCE | {"fields": {"places": 1.0, "salary": 0.4146, "workplace": 0.878}}
_KIND = {"kind": "lever", "poll_floor": 3600, "attribution": None, "redistribute": True, "enabled_by_default": True}
_TRIAL = {
    "payloads": 1, "read": 42, "rejected": 1, "complete": True, "titles": ["Baker", "Welder"],
    "rejections": [{"record": "record 7", "reason": "It has no title."}],
    "fields": {"places": 1.0, "salary": 0.4146}, "error": None,
}  # fmt: skip
_READ, _WRITE = needs("sources:read"), needs("sources:write")


@get("/sources", opt=_READ | shows(response={"items": [SOURCE | {"fields": None}], "next": None}), sync_to_thread=True)
def listing(
    request: ApiRequest,
    limit: Limit = 20,
    cursor_: CursorText = None,
    state_: Annotated[State | None, QueryParameter(name="state", description="Only sources in this state.")] = None,
    kind: Annotated[str | None, QueryParameter(max_length=100, description="Only this kind.")] = None,
    fields: Annotated[bool, QueryParameter(description="With what their open postings say.")] = False,
) -> SourcePage:
    """The sources, in the order in which they were added."""
    last = after(_LIST, cursor_, Id)
    with request.app.state.database.read() as session:
        found = catalog.listing(session, state=state_, kind=kind, after=last or 0, limit=limit)
        counts = catalog.open_counts(session)
        said = filled.of_sources(session, [one.id or 0 for one in found]) if fields else {}
        items = [
            ListedSource(
                **msgspec.structs.asdict(_view(one, counts.get(one.id or 0, 0))),
                fields=filled.rates(said.get(one.id or 0)) if fields else None,
            )
            for one in found
        ]
    return SourcePage(items=items, next=cursor(_LIST, items[-1].id) if len(items) == limit else None)


@get("/sources/kinds", opt=_READ | shows(response={"items": [_KIND]}), sync_to_thread=True)
def kinds() -> Kinds:
    """The kinds of board that can be read, with their terms."""
    policies = [(kind, registry.adapter(kind).POLICY) for kind in registry.kinds()]
    return Kinds(
        items=[
            KindView(
                kind=kind,
                poll_floor=policy.poll_floor,
                attribution=policy.attribution,
                redistribute=policy.redistribute,
                enabled_by_default=policy.enabled_by_default,
            )
            for kind, policy in policies
        ]
    )


@post(
    "/sources",
    opt=_WRITE | shows(request={"url": "https://jobs.lever.co/acme", "company": "Acme"}, response=SOURCE),
    sync_to_thread=True,
)
def add(request: ApiRequest, data: JSONBody[NewSource]) -> SourceView:
    """Follow a board; its kind and slug are read from the address. It is polled when the schedule comes round."""
    kind, board = catalog.resolve(data.url, data.kind)
    with request.app.state.database.write() as session:
        source = catalog.add(session, kind, board, clock.now(), company=data.company)
        _audit(session, request, "source.add", source)
        return _view(source, catalog.open_counts(session).get(source.id or 0, 0))


@get("/sources/{source_id:int}", opt=_READ | shows(response=_DETAIL), sync_to_thread=True)
def show(request: ApiRequest, source_id: PathId) -> SourceDetail:
    """A source, with what its open postings say."""
    with request.app.state.database.read() as session:
        source = catalog.numbered(session, source_id)
        said = filled.of_source(session, source_id)
    view = _view(source, said["postings"])
    return SourceDetail(**msgspec.structs.asdict(view), fields=filled.rates(said))


@patch(
    "/sources/{source_id:int}",
    opt=_WRITE | shows(request={"state": "paused"}, response=SOURCE | {"state": "paused"}),
    sync_to_thread=True,
)
def change(request: ApiRequest, source_id: PathId, data: JSONBody[SourceChange]) -> SourceView:
    """Pause or resume a source, set how often it is polled, or name its employer. A paused one keeps its postings."""
    changes = {key: value for key, value in msgspec.structs.asdict(data).items() if value is not None}
    if not changes:
        raise UsageError("Nothing is to change: give state, poll_every or company.")
    now = clock.now()
    with request.app.state.database.write() as session:
        source = catalog.numbered(session, source_id)
        if data.state is not None:
            (catalog.pause if data.state == "paused" else catalog.resume)(session, source)
        if data.poll_every is not None:
            catalog.set_every(session, source, data.poll_every or None, now)
        if data.company is not None:
            source.company = data.company
            session.add(source)
        _audit(session, request, "source.change", source, changed=sorted(changes))
        return _view(source, catalog.open_counts(session).get(source_id, 0))


@delete("/sources/{source_id:int}", opt=_WRITE | shows(response={"postings": 41}), status_code=200, sync_to_thread=True)
def remove(request: ApiRequest, source_id: PathId) -> SourceRemoved:
    """Forget a source with its postings and everybody's swipes on them. This cannot be undone; pausing can."""
    with request.app.state.database.write() as session:
        source = catalog.numbered(session, source_id)
        name = catalog.name(source)
        postings = catalog.remove(session, source)
        audit.record(
            session,
            "source.remove",
            actor_id=request.user.person_id,
            object_kind="source",
            object_id=source_id,
            name=name,
            postings=postings,
        )
    return SourceRemoved(postings=postings)


@post("/sources/{source_id:int}/check", opt=_WRITE | shows(response=_TRIAL), status_code=200, sync_to_thread=True)
def check(request: ApiRequest, source_id: PathId) -> Trial:
    """Fetch the board now and read it, without storing anything: 20 seconds and three pages at most.

    What the board does wrong is in the answer's `error`; the first 20 titles and rejected records are shown.
    """
    state = request.app.state
    with _turn():
        with state.database.write() as session:
            source = catalog.numbered(session, source_id)
            _audit(session, request, "source.check", source)
        return trial.look(source, state.settings.outbound)


@post(
    "/sources/{source_id:int}/run", opt=_WRITE | shows(response={"task_id": 512}), status_code=202, sync_to_thread=True
)
def run(request: ApiRequest, source_id: PathId) -> TaskAsked:
    """Have the source polled now by a worker. Where that waits already, it is that task."""
    from jobswipe.tasks import jobs

    with request.app.state.database.write() as session:
        source = catalog.numbered(session, source_id)
        task_id = jobs.poll_now(session, source, clock.now())
        _audit(session, request, "source.run", source, task_id=task_id)
    return TaskAsked(task_id=task_id)


@contextmanager
def _turn() -> Iterator[None]:
    if not _looking.acquire(timeout=1):
        raise TooManyRequestsException(
            f"{AT_ONCE} boards are being looked at already: try again in a moment.", headers={"Retry-After": "5"}
        )
    try:
        yield
    finally:
        _looking.release()


def _audit(session: Session, request: ApiRequest, action: str, source: Source, **detail: Any) -> None:
    audit.record(
        session,
        action,
        actor_id=request.user.person_id,
        object_kind="source",
        object_id=source.id,
        name=catalog.name(source),
        **detail,
    )


def _view(source: Source, open_: int) -> SourceView:
    return msgspec.convert(
        source.model_dump()
        | {
            "name": catalog.name(source),
            "poll_every": int(catalog.poll_floor(source).total_seconds()),
            "open": open_,
        },
        SourceView,
    )


ROUTES = (listing, kinds, add, show, change, remove, check, run)
