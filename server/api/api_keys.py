"""Your API keys: list, make, rotate, revoke. A key makes no keys: it would outlive itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.accounts import apikeys, audit
from jobswipe.accounts.principal import scopes_of
from jobswipe.errors import UsageError
from jobswipe.models import ApiKey
from server.api.access import ApiRequest, needs, shows
from server.api.params import PathId

LONGEST_DAYS = 3_650


class KeyShown(msgspec.Struct, kw_only=True):
    """`prefix` is how the key begins. `last_used_at` is known to the minute."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Keys(msgspec.Struct, kw_only=True):
    items: list[KeyShown]
    next: None = None


class NewKey(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Without `scopes` it may what you may, but for changing the account. Without `days` it does not expire."""

    name: str
    scopes: list[str] | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_DAYS)] | None = None


class KeyMade(msgspec.Struct, kw_only=True):
    """`key` is what programs send; it is shown this once."""

    key: str
    about: KeyShown


_SHOWN = {
    "id": 3,
    "name": "laptop",
    "prefix": "jobswipe_4fK2mQ9x",
    "scopes": ["deck:read", "swipes:write"],
    "created_at": "2026-11-20T12:00:00Z",
    "expires_at": None,
    "last_used_at": "2026-11-25T08:00:00Z",
}
_MADE = {"key": "jobswipe_" + "0" * 49, "about": _SHOWN}
_ASKED = {"name": "laptop", "scopes": ["deck:read", "swipes:write"], "days": 90}
_OPT = needs("account:write", by_session=True)


@get(
    "/account/api-keys",
    opt=needs("account:read") | shows(response={"items": [_SHOWN], "next": None}),
    sync_to_thread=True,
)
def list_keys(request: ApiRequest) -> Keys:
    """Your API keys, the newest first; at most 50."""
    with request.app.state.database.read() as session:
        return Keys(items=[_shown(one) for one in apikeys.listing(session, request.user.person_id)])


@post("/account/api-keys", opt=_OPT | shows(request=_ASKED, response=_MADE), sync_to_thread=True)
def create(request: ApiRequest, data: JSONBody[NewKey]) -> KeyMade:
    """Make an API key."""
    who, now = request.user, clock.now()
    scopes = apikeys.default_scopes(who.role) if data.scopes is None else data.scopes
    beyond = [one for one in scopes if one not in scopes_of(who.role)]
    if beyond:
        raise UsageError(f"You have no scope {beyond[0]!r} to give: there are {', '.join(scopes_of(who.role))}.")
    until = None if data.days is None else now + timedelta(days=data.days)
    with request.app.state.database.write() as session:
        made, text = apikeys.create(session, who.person_id, data.name, scopes, now, expires_at=until)
        audit.record(
            session, "api_key.made", actor_id=who.person_id, person_id=who.person_id, object_kind="api_key",
            object_id=made.id, scopes=made.scopes,
        )  # fmt: skip
    return KeyMade(key=text, about=_shown(made))


@post("/account/api-keys/{key_id:int}/rotate", opt=_OPT | shows(response=_MADE), sync_to_thread=True)
def rotate(request: ApiRequest, key_id: PathId) -> KeyMade:
    """A new key in place of one, which is taken for a day longer (or as `[accounts] rotation_hours` says)."""
    state, who = request.app.state, request.user
    overlap = timedelta(hours=state.settings.accounts.rotation_hours)
    with state.database.write() as session:
        made, text = apikeys.rotate(session, who.person_id, key_id, clock.now(), overlap)
        audit.record(
            session, "api_key.rotated", actor_id=who.person_id, person_id=who.person_id, object_kind="api_key",
            object_id=key_id, into=made.id,
        )  # fmt: skip
    state.credentials.forget()
    return KeyMade(key=text, about=_shown(made))


@delete("/account/api-keys/{key_id:int}", status_code=204, opt=_OPT | shows(), sync_to_thread=True)
def revoke(request: ApiRequest, key_id: PathId) -> None:
    """Revoke a key: from now on it is refused."""
    state, who = request.app.state, request.user
    with state.database.write() as session:
        apikeys.revoke(session, who.person_id, key_id, clock.now())
        audit.record(
            session, "api_key.revoked", actor_id=who.person_id, person_id=who.person_id, object_kind="api_key",
            object_id=key_id,
        )  # fmt: skip
    state.credentials.forget()


def _shown(one: ApiKey) -> KeyShown:
    assert one.id is not None  # noqa: S101 - for the type checker: it was stored
    return KeyShown(
        id=one.id,
        name=one.name,
        prefix=one.prefix,
        scopes=one.scopes,
        created_at=one.created_at,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
    )


ROUTES = (list_keys, create, rotate, revoke)
