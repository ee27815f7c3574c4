"""Registering, confirming, signing in and out, a forgotten password."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Response, post
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.accounts import audit, recovery, registration, sessions, signin
from jobswipe.accounts.onetime import PREFIXES
from jobswipe.accounts.principal import Role
from server import options
from server.api import cookies
from server.api.access import ANSWER, OPEN, ApiRequest, needs, shows


class Registration(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`invitation` is the code of an invitation's mail."""

    email: str
    password: str
    name: str = ""
    invitation: str | None = None


class Registered(msgspec.Struct, kw_only=True):
    """`confirmed`: the account is there. Else the mail that was sent says how it goes on."""

    confirmed: bool


class Confirmation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`code` is the mail's; after a registration the `password` that was chosen with it, too."""

    code: str
    password: str = ""


class Credentials(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`code` or `recovery_code` where the answer was `second_factor`."""

    email: str
    password: str
    code: str | None = None
    recovery_code: str | None = None


class Session(msgspec.Struct, kw_only=True):
    """`csrf_token` is to be sent as X-CSRF-Token with each change; the session itself is in the cookie."""

    person_id: int
    role: Role
    session_id: int
    expires_at: datetime
    csrf_token: str


class Forgotten(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    email: str


class NewPassword(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`code` is the mail's; `revoke_api_keys`: end them, too, where somebody else may know what you know."""

    code: str
    password: str
    revoke_api_keys: bool = False


# Under the limit of sign-ins, which is the tightest.
_OPEN = OPEN | {options.LIMIT_CLASS: "auth"}
_EMAIL, _PASSWORD = "candidate@example.com", "four words do very well"
_CODE = "verify_" + "0" * 49


@post(
    "/auth/register",
    status_code=202,
    opt=_OPEN
    | shows(
        request={"email": _EMAIL, "password": _PASSWORD, "name": "Sample Candidate"}, response={"confirmed": False}
    ),
    sync_to_thread=True,
)
def register(request: ApiRequest, data: JSONBody[Registration]) -> Registered:
    """Ask for an account. The answer is the same whether or not the address has one: its mail tells."""
    state = request.app.state
    confirmed = registration.register(
        state.database, state.settings, data.email, data.password, data.name, clock.now(), invitation=data.invitation
    )
    return Registered(confirmed=confirmed)


@post(
    "/auth/verify",
    status_code=204,
    opt=_OPEN | shows(request={"code": _CODE, "password": _PASSWORD}),
    sync_to_thread=True,
)
def verify(request: ApiRequest, data: JSONBody[Confirmation]) -> None:
    """Confirm an e-mail address: of a registration, or the new one of an account."""
    state, now = request.app.state, clock.now()
    if data.code.startswith(PREFIXES["change_email"] + "_"):
        with state.database.write() as session:
            recovery.confirm_email(session, data.code, now)
        return
    registration.confirm(state.database, state.settings, data.code, data.password, now)


@post(
    "/auth/login",
    status_code=200,
    opt=_OPEN
    | shows(
        request={"email": _EMAIL, "password": _PASSWORD},
        response={
            "person_id": 7,
            "role": "user",
            "session_id": 12,
            "expires_at": "2026-12-25T12:00:00Z",
            "csrf_token": "m4Jp0WqgB2mB1cV8t3S0lM3hYd5kqf1cA2zq3o4u5vw",
        },
    )
    | {ANSWER: Session},
    sync_to_thread=True,
)
def login(request: ApiRequest, data: JSONBody[Credentials]) -> Response[Session]:
    """Sign in. The session is in the cookie of the answer; it is new each time, and one that went on has ended."""
    state, replaces = request.app.state, cookies.of(request, cookies.SESSION)
    begun = signin.sign_in(
        state.database,
        state.settings,
        data.email,
        data.password,
        code=data.code,
        recovery_code=data.recovery_code,
        device=cookies.of(request, cookies.DEVICE),
        replaces=replaces,
    )
    if replaces is not None:
        state.credentials.forget()
    answer = Session(
        person_id=begun.person_id,
        role=begun.role,
        session_id=begun.session_id,
        expires_at=begun.expires_at,
        csrf_token=begun.csrf,
    )
    return Response(answer, cookies=cookies.signed_in(begun))


@post("/auth/logout", status_code=204, opt=needs("account:read", by_session=True) | shows(), sync_to_thread=True)
def logout(request: ApiRequest) -> Response[None]:
    """End this session."""
    who = request.user
    with request.app.state.database.write() as session:
        sessions.revoke(session, who.person_id, who.session_id or 0, clock.now())
        audit.record(
            session, "account.signed_out", actor_id=who.person_id, person_id=who.person_id, object_kind="session",
            object_id=who.session_id,
        )  # fmt: skip
    request.app.state.credentials.forget()
    return Response(None, cookies=[cookies.gone(cookies.SESSION)])


@post("/auth/forgot", status_code=202, opt=_OPEN | shows(request={"email": _EMAIL}), sync_to_thread=True)
def forgot(request: ApiRequest, data: JSONBody[Forgotten]) -> None:
    """Have a code for a new password sent, if the address has an account. The answer does not say."""
    with request.app.state.database.write() as session:
        recovery.forgot(session, data.email)


@post(
    "/auth/reset",
    status_code=204,
    opt=_OPEN | shows(request={"code": "reset_" + "0" * 49, "password": _PASSWORD}),
    sync_to_thread=True,
)
def reset(request: ApiRequest, data: JSONBody[NewPassword]) -> Response[None]:
    """Set a new password by a code. All sessions end; sign in with the new one. API keys go on unless you say so."""
    state = request.app.state
    device = recovery.reset(
        state.database, state.settings, data.code, data.password, clock.now(), revoke_api_keys=data.revoke_api_keys
    )
    state.credentials.forget()
    return Response(None, cookies=[cookies.device(device)])


ROUTES = (register, verify, login, logout, forgot, reset)
