"""Your account: what is kept of you, password and address, sessions, deleting it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.accounts import audit, recovery, service, sessions, signin, totp
from jobswipe.accounts.principal import Role
from jobswipe.errors import NotFoundError
from server import options
from server.api import cookies
from server.api.access import ApiRequest, needs, shows
from server.api.params import PathId


class Account(msgspec.Struct, kw_only=True):
    """`csrf_token` is there for a session; it is to be sent as X-CSRF-Token with each change."""

    person_id: int
    email: str
    name: str
    role: Role
    created_at: datetime
    email_verified_at: datetime | None
    password_changed_at: datetime | None
    last_sign_in_at: datetime | None
    has_password: bool
    second_factor: bool
    recovery_codes: int
    csrf_token: str | None


class Named(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str


class PasswordChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`present` is the password that holds now; `revoke_api_keys`: end all of your API keys, too."""

    present: str
    password: str
    revoke_api_keys: bool = False


class EmailChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`password` is the one that holds now."""

    email: str
    password: str


class Farewell(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`password` is the one that holds now."""

    password: str


class SessionShown(sessions.Shown, frozen=True, kw_only=True):
    """`current`: the session that asks. `last_seen_at` is known to the minute."""

    current: bool


class Sessions(msgspec.Struct, kw_only=True):
    items: list[SessionShown]
    next: None = None


# The answer holds the CSRF token beside a name that others may have chosen: its packed size must not tell.
_SECRET = {options.NO_COMPRESSION: True}
_PASSWORD = "four words do very well"  # noqa: S105 - an example
_ACCOUNT = {
    "person_id": 7,
    "email": "candidate@example.com",
    "name": "Sample Candidate",
    "role": "user",
    "created_at": "2026-11-20T12:00:00Z",
    "email_verified_at": "2026-11-20T12:05:00Z",
    "password_changed_at": "2026-11-20T12:00:00Z",
    "last_sign_in_at": "2026-11-25T08:00:00Z",
    "has_password": True,
    "second_factor": False,
    "recovery_codes": 0,
    "csrf_token": "m4Jp0WqgB2mB1cV8t3S0lM3hYd5kqf1cA2zq3o4u5vw",
}
_SESSION = {
    "id": 12,
    "created_at": "2026-11-25T08:00:00Z",
    "last_seen_at": "2026-11-25T09:00:00Z",
    "expires_at": "2026-12-25T08:00:00Z",
    "address": "198.51.100.7",
    "agent": "Mozilla/5.0",
    "current": True,
}


@get("/account", opt=needs("account:read") | _SECRET | shows(response=_ACCOUNT), sync_to_thread=True)
def show(request: ApiRequest) -> Account:
    """Your account."""
    return _shown(request)


@patch(
    "/account",
    opt=needs("account:write", by_session=True) | shows(request={"name": "Sample Candidate"}, response=_ACCOUNT),
    sync_to_thread=True,
)
def rename(request: ApiRequest, data: JSONBody[Named]) -> Account:
    """Change your name."""
    with request.app.state.database.write() as session:
        service.rename(session, request.user.person_id, data.name)
    return _shown(request)


@post(
    "/account/password",
    status_code=204,
    opt=needs("account:write", by_session=True) | shows(request={"present": _PASSWORD, "password": _PASSWORD + "!"}),
    sync_to_thread=True,
)
def change_password(request: ApiRequest, data: JSONBody[PasswordChange]) -> None:
    """Change your password. Your other sessions end; your API keys go on unless you say so."""
    state, who = request.app.state, request.user
    recovery.change(
        state.database, state.settings, who.person_id, data.present, data.password, who.session_id or 0, clock.now(),
        revoke_api_keys=data.revoke_api_keys,
    )  # fmt: skip
    state.credentials.forget()


@post(
    "/account/email",
    status_code=202,
    opt=needs("account:write", by_session=True)
    | shows(request={"email": "candidate@example.org", "password": _PASSWORD}),
    sync_to_thread=True,
)
def change_email(request: ApiRequest, data: JSONBody[EmailChange]) -> None:
    """Have a new e-mail address confirmed; it holds from then on. The answer does not say whether another has it."""
    state, who = request.app.state, request.user
    signin.ask_again(state.database, state.settings, who.person_id, data.password)
    with state.database.write() as session:
        recovery.ask_for_email(session, state.settings, who.person_id, data.email, clock.now())


@delete(
    "/account",
    status_code=204,
    opt=needs("account:write", by_session=True) | shows(request={"password": _PASSWORD}),
    sync_to_thread=True,
)
def remove(request: ApiRequest, data: JSONBody[Farewell]) -> Response[None]:
    """Delete your account and everything of yours, for good."""
    state, who = request.app.state, request.user
    signin.ask_again(state.database, state.settings, who.person_id, data.password)
    with state.database.write() as session:
        service.remove(session, who.person_id, clock.now(), actor_id=who.person_id)
    state.credentials.forget()
    return Response(None, cookies=[cookies.gone(cookies.SESSION), cookies.gone(cookies.DEVICE)])


@get(
    "/account/sessions",
    opt=needs("account:read") | shows(response={"items": [_SESSION], "next": None}),
    sync_to_thread=True,
)
def list_sessions(request: ApiRequest) -> Sessions:
    """Your sessions that go on, the one that was used last first; at most 100."""
    state, who = request.app.state, request.user
    with state.database.read() as session:
        found = list(sessions.listing(session, who.person_id, clock.now(), state.settings.accounts))
    return Sessions(
        items=[SessionShown(**msgspec.structs.asdict(one), current=one.id == who.session_id) for one in found]
    )


@delete(
    "/account/sessions",
    status_code=204,
    opt=needs("account:write", by_session=True) | shows(),
    sync_to_thread=True,
)
def end_other_sessions(request: ApiRequest) -> None:
    """End all sessions but this one."""
    state, who = request.app.state, request.user
    with state.database.write() as session:
        ended = sessions.revoke_all(session, who.person_id, clock.now(), but=who.session_id)
        audit.record(
            session, "session.others_revoked", actor_id=who.person_id, person_id=who.person_id, sessions_ended=ended
        )
    state.credentials.forget()


@delete(
    "/account/sessions/{session_id:int}",
    status_code=204,
    opt=needs("account:write", by_session=True) | shows(),
    sync_to_thread=True,
)
def end_session(request: ApiRequest, session_id: PathId) -> None:
    """End one of your sessions."""
    state, who = request.app.state, request.user
    with state.database.write() as session:
        sessions.revoke(session, who.person_id, session_id, clock.now())
        audit.record(
            session, "session.revoked", actor_id=who.person_id, person_id=who.person_id, object_kind="session",
            object_id=session_id,
        )  # fmt: skip
    state.credentials.forget()


def _shown(request: ApiRequest) -> Account:
    state, who = request.app.state, request.user
    with state.database.read() as session:
        try:
            account = service.get(session, who.person_id)
        except NotFoundError:
            raise NotFoundError(
                "This is the machine's own data, which has no account: 'jobswipe user create EMAIL --local' makes one."
            ) from None
        identity = service.identity(session, account)
        left = totp.left(session, who.person_id)
    token = cookies.of(request, cookies.SESSION)
    return Account(
        person_id=account.person_id,
        email=identity.email,
        name=identity.name,
        role=who.role,
        created_at=account.created_at,
        email_verified_at=account.email_verified_at,
        password_changed_at=account.password_changed_at,
        last_sign_in_at=account.last_sign_in_at,
        has_password=account.password_hash is not None,
        second_factor=account.totp_enabled_at is not None,
        recovery_codes=left,
        csrf_token=state.credentials.csrf(token) if token and who.session_id is not None else None,
    )


ROUTES = (
    show,
    rename,
    change_password,
    change_email,
    remove,
    list_sessions,
    end_other_sessions,
    end_session,
)
