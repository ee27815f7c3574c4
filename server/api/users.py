"""Accounts and invitations, for admins; and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody, QueryParameter
from sqlmodel import Session

from jobswipe import clock
from jobswipe.accounts import audit, emails, mail, recovery, registration, service
from jobswipe.accounts.principal import Role
from jobswipe.errors import ForbiddenError
from jobswipe.models import Account
from server.api.access import ApiRequest, needs, shows
from server.api.params import MAX_ID, NO_NUL, CursorText, Id, Limit, PathId, after, cursor

_USERS, _INVITATIONS, _EVENTS = "users", "invitations", "audit"


class User(msgspec.Struct, kw_only=True):
    person_id: int
    email: str
    name: str
    role: Role
    created_at: datetime
    email_verified_at: datetime | None
    last_sign_in_at: datetime | None
    disabled_at: datetime | None
    second_factor: bool


class Users(msgspec.Struct, kw_only=True):
    items: list[User]
    next: str | None


class NewUser(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    email: str
    name: str = ""
    role: Role = "user"


class UserChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays."""

    role: Role | None = None
    disabled: bool | None = None


class NewInvitation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    email: str
    role: Role = "user"


class Invitation(msgspec.Struct, kw_only=True):
    id: int
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


class Invitations(msgspec.Struct, kw_only=True):
    items: list[Invitation]
    next: str | None


class Event(msgspec.Struct, kw_only=True):
    """`actor_id`: who did it; null for somebody who is not known, and on the command line."""

    id: int
    at: datetime
    action: str
    outcome: str
    actor_id: int | None
    person_id: int | None
    object_kind: str | None
    object_id: str | None
    request_id: str | None
    detail: dict[str, Any]


class Events(msgspec.Struct, kw_only=True):
    items: list[Event]
    next: str | None


_USER = {
    "person_id": 7,
    "email": "candidate@example.com",
    "name": "Sample Candidate",
    "role": "user",
    "created_at": "2026-11-20T12:00:00Z",
    "email_verified_at": "2026-11-20T12:05:00Z",
    "last_sign_in_at": None,
    "disabled_at": None,
    "second_factor": False,
}
_INVITATION = {
    "id": 4,
    "email": "candidate@example.com",
    "role": "user",
    "created_at": "2026-11-20T12:00:00Z",
    "expires_at": "2026-11-27T12:00:00Z",
}
_EVENT = {
    "id": 31,
    "at": "2026-11-20T12:00:00Z",
    "action": "account.role_changed",
    "outcome": "done",
    "actor_id": 1,
    "person_id": 7,
    "object_kind": "account",
    "object_id": "7",
    "request_id": "4b8d8b1f3f0c4c52a3b5d3f6f7c1e2a9",
    "detail": {"before": "user", "after": "operator"},
}
_WRITE = needs("users:write", by_session=True)


@get("/users", opt=needs("users:read") | shows(response={"items": [_USER], "next": None}), sync_to_thread=True)
def list_users(request: ApiRequest, limit: Limit = 50, cursor_: CursorText = None) -> Users:
    """Accounts, in the order of their numbers."""
    last = after(_USERS, cursor_, Id)
    with request.app.state.database.read() as session:
        found = service.listing(session, after=last or 0, limit=limit + 1)
        items = [_user(session, one) for one in found[:limit]]
    return Users(items=items, next=cursor(_USERS, items[-1].person_id) if len(found) > limit else None)


@get("/users/{person_id:int}", opt=needs("users:read") | shows(response=_USER), sync_to_thread=True)
def show_user(request: ApiRequest, person_id: PathId) -> User:
    """An account."""
    with request.app.state.database.read() as session:
        return _user(session, service.get(session, person_id))


@post(
    "/users",
    opt=_WRITE | shows(request={"email": "candidate@example.com", "role": "user"}, response=_USER),
    sync_to_thread=True,
)
def create_user(request: ApiRequest, data: JSONBody[NewUser]) -> User:
    """Make an account. A mail with a code to set its password is sent."""
    state, now = request.app.state, clock.now()
    with state.database.write() as session:
        person_id = service.new_person(session, now)
        account = service.create(session, person_id, emails.normal(data.email), now, name=data.name, role=data.role)
        code = recovery.reset_code(session, state.settings, account, now)
        mail.enqueue(session, "reset", token_id=code.id)
        audit.record(
            session, "account.created", actor_id=request.user.person_id, person_id=person_id, object_kind="account",
            object_id=person_id, by="admin", role=data.role,
        )  # fmt: skip
        return _user(session, account)


@patch(
    "/users/{person_id:int}",
    opt=_WRITE | shows(request={"role": "operator"}, response=_USER),
    sync_to_thread=True,
)
def change_user(request: ApiRequest, person_id: PathId, data: JSONBody[UserChange]) -> User:
    """Change a role, disable or enable an account. Nobody does that to their own."""
    state, actor_id = request.app.state, _other(request, person_id)
    with state.database.write() as session:
        account = service.get(session, person_id)
        if data.role is not None:
            account = service.set_role(session, person_id, data.role, actor_id=actor_id)
        if data.disabled is not None:
            account = service.set_disabled(session, person_id, data.disabled, clock.now(), actor_id=actor_id)
        found = _user(session, account)
    state.credentials.forget()
    return found


@delete("/users/{person_id:int}", status_code=204, opt=_WRITE | shows(), sync_to_thread=True)
def delete_user(request: ApiRequest, person_id: PathId) -> None:
    """Delete an account and everything of its person, for good."""
    actor_id = _other(request, person_id)
    with request.app.state.database.write() as session:
        service.remove(session, person_id, clock.now(), actor_id=actor_id)
    request.app.state.credentials.forget()


@get(
    "/invitations",
    opt=needs("users:read") | shows(response={"items": [_INVITATION], "next": None}),
    sync_to_thread=True,
)
def list_invitations(request: ApiRequest, limit: Limit = 50, cursor_: CursorText = None) -> Invitations:
    """Invitations that can be accepted."""
    last = after(_INVITATIONS, cursor_, Id)
    with request.app.state.database.read() as session:
        found = registration.invitations(session, clock.now(), after=last or 0, limit=limit + 1)
        items = [_invitation(session, one) for one in found[:limit]]
    return Invitations(items=items, next=cursor(_INVITATIONS, items[-1].id) if len(found) > limit else None)


@post(
    "/invitations",
    opt=_WRITE | shows(request={"email": "candidate@example.com", "role": "user"}, response=_INVITATION),
    sync_to_thread=True,
)
def invite(request: ApiRequest, data: JSONBody[NewInvitation]) -> Invitation:
    """Invite somebody by mail."""
    state = request.app.state
    with state.database.write() as session:
        made, _ = registration.invite(
            session, request.user.person_id, data.email, data.role, clock.now(), state.settings
        )
        return _invitation(session, made)


@delete("/invitations/{invitation_id:int}", status_code=204, opt=_WRITE | shows(), sync_to_thread=True)
def withdraw(request: ApiRequest, invitation_id: PathId) -> None:
    """Withdraw an invitation."""
    with request.app.state.database.write() as session:
        registration.withdraw(session, invitation_id, clock.now(), actor_id=request.user.person_id)


@get("/audit", opt=needs("audit:read") | shows(response={"items": [_EVENT], "next": None}), sync_to_thread=True)
def list_events(
    request: ApiRequest,
    limit: Limit = 50,
    cursor_: CursorText = None,
    person_id: Annotated[int | None, QueryParameter(ge=1, le=MAX_ID, description="Only what was done to them.")] = None,
    actor_id: Annotated[int | None, QueryParameter(ge=1, le=MAX_ID, description="Only what they did.")] = None,
    action: Annotated[
        str | None, QueryParameter(max_length=100, pattern=NO_NUL, description="Only this, such as api_key.made.")
    ] = None,
) -> Events:
    """The audit log, the latest first."""
    before = after(_EVENTS, cursor_, Id)
    with request.app.state.database.read() as session:
        found = audit.listing(
            session,
            before=before,
            limit=limit + 1,
            person_id=person_id,
            actor_id=actor_id,
            action=action,
        )
    items = [Event(**one.model_dump()) for one in found[:limit]]
    return Events(items=items, next=cursor(_EVENTS, items[-1].id) if len(found) > limit else None)


def _other(request: ApiRequest, person_id: int) -> int:
    """Who asks, who is not the person that it is about."""
    if person_id == request.user.person_id:
        raise ForbiddenError("This is your own account: let another admin do that, or the operator.")
    return request.user.person_id


def _user(session: Session, one: Account) -> User:
    identity = service.identity(session, one)
    role: Role = one.role  # type: ignore[assignment]  # a constraint of the table holds it
    return User(
        person_id=one.person_id,
        email=identity.email,
        name=identity.name,
        role=role,
        created_at=one.created_at,
        email_verified_at=one.email_verified_at,
        last_sign_in_at=one.last_sign_in_at,
        disabled_at=one.disabled_at,
        second_factor=one.totp_enabled_at is not None,
    )


def _invitation(session: Session, one: Any) -> Invitation:
    return Invitation(
        id=one.id,
        email=registration.invited(session, one),
        role=one.role,
        created_at=one.created_at,
        expires_at=one.expires_at,
    )


ROUTES = (
    list_users,
    show_user,
    create_user,
    change_user,
    delete_user,
    list_invitations,
    invite,
    withdraw,
    list_events,
)
