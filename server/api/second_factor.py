"""Your second factor: codes of an authenticator, and the recovery codes for its loss."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.accounts import audit, service, signin, throttle, totp
from jobswipe.errors import ConflictError, ForbiddenError
from server.api.access import ApiRequest, needs, shows


class Asked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`password` is the one that holds now."""

    password: str


class Secret(msgspec.Struct, kw_only=True):
    """For an authenticator: `uri` as a QR code, or `secret` by hand. Nothing is asked for until it is enabled."""

    secret: str
    uri: str


class Code(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A code of the authenticator; to switch it off, a recovery code does, too."""

    code: str


class RecoveryCodes(msgspec.Struct, kw_only=True):
    """Each stands in for a code once. They are shown this once."""

    recovery_codes: list[str]


_PASSWORD = "four words do very well"  # noqa: S105 - an example
_CODES = {"recovery_codes": ["abcdef-ghjkmn", "pqrstu-vwxyz2"]}
_SECRET = {
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "otpauth://totp/JobSwipe:candidate%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=JobSwipe",
}
_OPT = needs("account:write", by_session=True)


@post(
    "/account/totp",
    status_code=200,
    opt=_OPT | shows(request={"password": _PASSWORD}, response=_SECRET),
    sync_to_thread=True,
)
def set_up(request: ApiRequest, data: JSONBody[Asked]) -> Secret:
    """Begin to set an authenticator up: a new secret, which replaces one that was not enabled."""
    state, who = request.app.state, request.user
    signin.ask_again(state.database, state.settings, who.person_id, data.password)
    with state.database.write() as session:
        secret, uri = totp.set_up(session, who.person_id)
    return Secret(secret=secret, uri=uri)


@post(
    "/account/totp/enable",
    status_code=200,
    opt=_OPT | shows(request={"code": "123456"}, response=_CODES),
    sync_to_thread=True,
)
def enable(request: ApiRequest, data: JSONBody[Code]) -> RecoveryCodes:
    """Have a code asked for at each sign-in from now on, once one was typed right."""
    now = clock.now()
    with request.app.state.database.write() as session:
        attempt = throttle.begin_own(session, request.user.person_id, now)
    with request.app.state.database.write() as session:
        codes = totp.enable(session, request.user.person_id, data.code, now)
        if codes is not None:
            throttle.succeeded(session, attempt)
    if codes is None:
        raise ForbiddenError("The code is wrong: check the authenticator's clock, and type the present code.")
    return RecoveryCodes(recovery_codes=codes)


@post("/account/totp/disable", status_code=204, opt=_OPT | shows(request={"code": "123456"}), sync_to_thread=True)
def disable(request: ApiRequest, data: JSONBody[Code]) -> None:
    """Have no code asked for any more; one is needed to say so."""
    now, person_id = clock.now(), request.user.person_id
    with request.app.state.database.write() as session:
        attempt = throttle.begin_own(session, person_id, now)
    with request.app.state.database.write() as session:
        done = totp.disable(session, person_id, data.code, now)
        if done:
            throttle.succeeded(session, attempt)
        else:
            audit.record(session, "totp.disabled", actor_id=person_id, person_id=person_id, outcome="code")
    if not done:
        raise ForbiddenError("The code is wrong or was used already: wait for the next one.")


@post(
    "/account/recovery-codes",
    status_code=200,
    opt=_OPT | shows(request={"password": _PASSWORD}, response=_CODES),
    sync_to_thread=True,
)
def recovery_codes(request: ApiRequest, data: JSONBody[Asked]) -> RecoveryCodes:
    """Ten new recovery codes; the earlier ones end."""
    state, who = request.app.state, request.user
    signin.ask_again(state.database, state.settings, who.person_id, data.password)
    with state.database.write() as session:
        if service.get(session, who.person_id).totp_enabled_at is None:
            raise ConflictError("No codes are asked for: switch your second factor on first.")
        return RecoveryCodes(recovery_codes=totp.new_recovery_codes(session, who.person_id))


ROUTES = (set_up, enable, disable, recovery_codes)
