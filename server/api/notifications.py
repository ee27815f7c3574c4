"""What a person is told: the notifications, and the preferences that say what and when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, patch, post, put
from litestar.params import JSONBody, QueryParameter

from jobswipe import clock
from jobswipe.notifications import outbox, preferences
from jobswipe.notifications.outbox import OPEN
from jobswipe.notifications.preferences import Mode
from jobswipe.notifications.render import headline
from server.api.access import ApiRequest, needs, shows
from server.api.params import CursorText, Id, Limit, PathId, after, cursor

State = Literal["waiting", "sent", "failed", "dead", "suppressed"]
Kind = Literal["strong_match", "posting_changed", "posting_closed", "follow_up", "source_broken", "digest"]
ClockText = Annotated[str, msgspec.Meta(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
_LIST = "notifications"


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that you are told. `in_digest`: it waits for, or went with, a digest. `about` is one line.

    `error` says why it was not sent, or not needed any more. `next_try_at` is null where none follows.
    """

    id: int
    kind: Kind
    state: State
    about: str
    posting_id: int | None
    application_id: int | None
    in_digest: bool
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    settled_at: datetime | None
    seen_at: datetime | None
    error: str | None


class NotificationPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[NotificationView]
    next: str | None


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether you saw it."""

    seen: bool


class SeenUpTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """You saw all up to the notification of this number."""

    upto: Id


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many were changed."""

    count: int


class KindChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not at all, at once, or gathered in the digest. `channels` are names; null is every channel."""

    mode: Mode
    channels: Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=20)] | None = None


class KindChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A choice for each kind; what is null is as usual. The digest itself is now or off."""

    strong_match: KindChoice | None = None
    posting_changed: KindChoice | None = None
    posting_closed: KindChoice | None = None
    follow_up: KindChoice | None = None
    source_broken: KindChoice | None = None
    digest: KindChoice | None = None


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From one time of day to another, which may be on the next day."""

    from_: ClockText = msgspec.field(name="from")
    to: ClockText


class NotificationPreferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What you are told and when. `timezone` is IANA's, null: the server's. A match is strong from `min_score` on."""

    timezone: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    quiet: QuietHours | None = None
    digest_at: ClockText = "08:00"
    min_score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.6
    kinds: KindChoices = KindChoices()


_ONE = {
    "id": 71, "kind": "strong_match", "state": "sent", "about": "Strong match: Data Engineer at Acme",
    "posting_id": 7, "application_id": None, "in_digest": False, "attempts": 1, "created_at": "2026-03-02T08:00:00Z",
    "next_try_at": None, "settled_at": "2026-03-02T08:01:00Z", "seen_at": None, "error": None,
}  # fmt: skip
_CHOSEN = {
    "timezone": "Europe/Berlin",
    "quiet": {"from": "22:00", "to": "07:00"},
    "digest_at": "08:00",
    "min_score": 0.6,
    "kinds": {
        "strong_match": {"mode": "now", "channels": ["phone"]},
        "posting_changed": {"mode": "digest", "channels": None},
        "posting_closed": {"mode": "now", "channels": None},
        "follow_up": {"mode": "now", "channels": None},
        "source_broken": {"mode": "off", "channels": None},
        "digest": {"mode": "now", "channels": None},
    },
}
_READ, _WRITE = needs("notifications:read"), needs("notifications:write")


@get("/notifications", opt=_READ | shows(response={"items": [_ONE], "next": None}), sync_to_thread=True)
def listing(
    request: ApiRequest,
    limit: Limit = 20,
    cursor_: CursorText = None,
    state_: Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")] = None,
    kind: Annotated[Kind | None, QueryParameter(description="Only this kind.")] = None,
    seen: Annotated[bool | None, QueryParameter(description="Only those that you saw, or did not.")] = None,
) -> NotificationPage:
    """Your notifications, the latest first, with what became of each."""
    before = after(_LIST, cursor_, Id)
    with request.app.state.database.read() as session:
        found = outbox.listing(
            session, request.user.person_id, state=state_, kind=kind, seen=seen, before=before, limit=limit
        )
        items = [_view(one) for one in found]
    return NotificationPage(items=items, next=cursor(_LIST, items[-1].id) if len(items) == limit else None)


@get("/notifications/{notification_id:int}", opt=_READ | shows(response=_ONE), sync_to_thread=True)
def show(request: ApiRequest, notification_id: PathId) -> NotificationView:
    """A notification of yours."""
    with request.app.state.database.read() as session:
        return _view(outbox.get(session, request.user.person_id, notification_id))


@patch(
    "/notifications/{notification_id:int}",
    opt=_WRITE | shows(request={"seen": True}, response=_ONE | {"seen_at": "2026-03-02T09:00:00Z"}),
    sync_to_thread=True,
)
def mark(request: ApiRequest, notification_id: PathId, data: JSONBody[Seen]) -> NotificationView:
    """Mark a notification as seen, or as not seen."""
    with request.app.state.database.write() as session:
        return _view(outbox.mark(session, request.user.person_id, notification_id, clock.now(), seen=data.seen))


@post(
    "/notifications/seen",
    opt=_WRITE | shows(request={"upto": 71}, response={"count": 4}),
    status_code=200,
    sync_to_thread=True,
)
def mark_all(request: ApiRequest, data: JSONBody[SeenUpTo]) -> Count:
    """Mark all notifications up to one as seen; those that came later stay as they are."""
    with request.app.state.database.write() as session:
        return Count(count=outbox.mark_all(session, request.user.person_id, data.upto, clock.now()))


@post(
    "/notifications/{notification_id:int}/retry",
    opt=_WRITE | shows(response=_ONE | {"state": "waiting", "attempts": 0, "settled_at": None}),
    status_code=200,
    sync_to_thread=True,
)
def retry(request: ApiRequest, notification_id: PathId) -> NotificationView:
    """Try a dead or failed notification again with the next sending."""
    person_id = request.user.person_id
    with request.app.state.database.write() as session:
        outbox.retry(session, person_id, [notification_id], clock.now())
        return _view(outbox.get(session, person_id, notification_id))


@get("/notifications/preferences", opt=_READ | shows(response=_CHOSEN), sync_to_thread=True)
def wanted(request: ApiRequest) -> NotificationPreferences:
    """What you are told and when; the usual, where you chose nothing."""
    with request.app.state.database.read() as session:
        return _chosen(preferences.get(session, request.user.person_id))


@put("/notifications/preferences", opt=_WRITE | shows(request=_CHOSEN, response=_CHOSEN), sync_to_thread=True)
def choose(request: ApiRequest, data: JSONBody[NotificationPreferences]) -> NotificationPreferences:
    """Replace what you are told and when. What is left out is as usual."""
    given: dict[str, Any] = msgspec.to_builtins(data)
    given["kinds"] = {name: one for name, one in given["kinds"].items() if one is not None}
    chosen = preferences.decode(given)
    with request.app.state.database.write() as session:
        preferences.put(session, request.user.person_id, chosen, clock.now())
        session.flush()
        return _chosen(preferences.get(session, request.user.person_id))


def _chosen(found: preferences.Preferences) -> NotificationPreferences:
    return msgspec.convert(found.to_dict(), NotificationPreferences)


def _view(row: outbox.Told) -> NotificationView:
    known = {
        name: value for name, value in msgspec.structs.asdict(row).items() if name in NotificationView.__struct_fields__
    }
    follows = row.state in OPEN and not row.gathered
    return msgspec.convert(
        known
        | {
            "about": headline(row.kind, row.payload),
            "posting_id": row.payload.get("posting_id"),
            "application_id": row.payload.get("application_id"),
            "in_digest": row.gathered,
            "next_try_at": row.next_try_at if follows else None,
            "error": row.last_error,
        },
        NotificationView,
    )


ROUTES = (listing, show, mark, mark_all, retry, wanted, choose)
