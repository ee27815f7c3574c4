"""What the polls of a source did: counts, what their postings said, what was rejected and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import get

from jobswipe.models import SourceRun
from jobswipe.postings import filled
from jobswipe.sources import catalog
from server.api.access import ApiRequest, needs, shows
from server.api.params import CursorText, Id, Limit, PathId, after, cursor

Status = Literal["running", "complete", "partial", "not_modified", "failed"]
_RUNS, _REJECTIONS = "runs", "rejections"


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """One poll. read = stored + unchanged + merged + rejected.

    `understood` postings were read anew, and `fields` is the share (0 to 1) of them that say each field.
    """

    id: int
    status: Status
    started_at: datetime
    finished_at: datetime | None
    read: int
    stored: int
    unchanged: int
    merged: int
    rejected: int
    changed: int
    closed: int
    reopened: int
    understood: int
    fields: dict[str, float]
    error: str | None


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[RunView]
    next: str | None


class RejectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was not stored, and why."""

    id: int
    record: str
    reason: str


class RejectionPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[RejectionView]
    next: str | None


_RUN = {
    "id": 97, "status": "complete", "started_at": "2026-03-02T08:00:00Z", "finished_at": "2026-03-02T08:00:04Z",
    "read": 42, "stored": 2, "unchanged": 39, "merged": 0, "rejected": 1, "changed": 1, "closed": 3, "reopened": 0,
    "understood": 3, "fields": {"places": 1.0, "salary": 0.3333}, "error": None,
}  # fmt: skip
_REJECTION = {"id": 8, "record": "record 7", "reason": "It has no title."}
_READ = needs("sources:read")


@get("/sources/{source_id:int}/runs", opt=_READ | shows(response={"items": [_RUN], "next": None}), sync_to_thread=True)
def runs(request: ApiRequest, source_id: PathId, limit: Limit = 20, cursor_: CursorText = None) -> RunPage:
    """The source's runs, the latest first."""
    before = after(_RUNS, cursor_, Id)
    with request.app.state.database.read() as session:
        catalog.numbered(session, source_id)
        items = [_view(one) for one in catalog.runs(session, source_id, before=before, limit=limit)]
    return RunPage(items=items, next=cursor(_RUNS, items[-1].id) if len(items) == limit else None)


@get(
    "/sources/{source_id:int}/runs/{run_id:int}/rejections",
    opt=_READ | shows(response={"items": [_REJECTION], "next": None}),
    sync_to_thread=True,
)
def rejections(
    request: ApiRequest, source_id: PathId, run_id: PathId, limit: Limit = 20, cursor_: CursorText = None
) -> RejectionPage:
    """The records that a run did not store, in the order in which it met them; the first 1,000 of a run are kept."""
    last = after(_REJECTIONS, cursor_, Id)
    with request.app.state.database.read() as session:
        run = catalog.run_of(session, source_id, run_id)
        found = catalog.rejections(session, run.id or 0, limit, after=last or 0)
        items = [RejectionView(id=one.id or 0, record=one.record, reason=one.reason) for one in found]
    return RejectionPage(items=items, next=cursor(_REJECTIONS, items[-1].id) if len(items) == limit else None)


def _view(run: SourceRun) -> RunView:
    known: dict[str, Any] = run.model_dump(exclude={"source_id", "fields"})
    understood = (run.fields or {}).get("postings", 0)
    return msgspec.convert(known | {"understood": understood, "fields": filled.rates(run.fields)}, RunView)


ROUTES = (runs, rejections)
