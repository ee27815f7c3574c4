"""Signing in by an OpenID provider: authorization code with PKCE, state and nonce, bound to the browser that began.

Nothing is stored of a sign-in that has begun. The browser keeps a random seed in a cookie; state, nonce and verifier
are keyed hashes of it, of the time until which it holds and of the page to go to. Another browser, another page or a
later time has another state.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, select

from jobswipe import clock
from jobswipe.accounts import audit, emails, service, signin
from jobswipe.accounts.signin import SignedIn
from jobswipe.db.engine import Database
from jobswipe.errors import (
    ConflictError,
    ForbiddenError,
    JobSwipeError,
    SettingsError,
    UnauthenticatedError,
    UsageError,
)
from jobswipe.models import Account, ExternalIdentity
from jobswipe.security import vault
from jobswipe.security.vault import Vault
from jobswipe.settings import Settings

if TYPE_CHECKING:
    from jobswipe.accounts.provider import Provider

CALLBACK = "/api/v1/auth/oidc/callback"
SECONDS = 600
"""In which a sign-in that has begun is to end."""
_LONGEST_PATH = 500


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and the cookie that it keeps."""

    url: str
    cookie: str


def local_path(text: str | None) -> str:
    """A path on this server to go on to. Raises UsageError for anything that leads, or may lead, elsewhere."""
    path = text or "/"
    fit = path.startswith("/") and path[1:2] not in ("/", "\\") and "\\" not in path and len(path) <= _LONGEST_PATH
    if not fit or not path.isascii() or not path.isprintable() or " " in path:
        raise UsageError("The page to go on to is a path on this server, such as /deck.")
    return path


def begin(store: Vault, settings: Settings, provider: Provider, next_path: str | None, now: datetime) -> Begun:
    """Raises UsageError, SettingsError, UpstreamError."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    path = local_path(next_path)
    packed = base64.urlsafe_b64encode(path.encode()).decode().rstrip("=")
    cookie = f"{secrets.token_urlsafe(32)}.{int(now.timestamp()) + SECONDS}.{packed}"
    url = prepare_grant_uri(
        provider.metadata()["authorization_endpoint"],
        client_id=settings.oidc.client_id,
        response_type="code",
        redirect_uri=redirect_uri(settings),
        scope=settings.oidc.scopes,
        state=_derived(store, "state", cookie),
        nonce=_derived(store, "nonce", cookie),
        code_challenge=create_s256_code_challenge(_derived(store, "verifier", cookie)),
        code_challenge_method="S256",
    )
    return Begun(str(url), cookie)


def redirect_uri(settings: Settings) -> str:
    """What the provider must know as this server's address. Raises SettingsError."""
    if settings.server.public_url is None:
        raise SettingsError("Set JOBSWIPE_SERVER_PUBLIC_URL to where people reach this server: the provider needs it.")
    return settings.server.public_url + CALLBACK


def finish(
    database: Database,
    settings: Settings,
    provider: Provider,
    *,
    code: str | None,
    state: str | None,
    cookie: str | None,
    issuer: str | None = None,
    device: str | None = None,
    replaces: str | None = None,
) -> tuple[SignedIn, str]:
    """The session, and the page to go on to. Raises UnauthenticatedError, ForbiddenError, UpstreamError."""
    now = clock.now()
    try:
        path = _opened(database.vault, cookie or "", state or "", now)
        if not code or len(code) > 4096 or (issuer is not None and issuer != provider.issuer):
            raise UnauthenticatedError("The provider did not sign you in: try again.")
        answer = provider.exchange(code, _derived(database.vault, "verifier", cookie or ""), redirect_uri(settings))
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str):
            raise UnauthenticatedError("The provider's answer does not hold: sign in again.")
        nonce = _derived(database.vault, "nonce", cookie or "")
        claims = provider.claims(id_token, nonce, access_token if isinstance(access_token, str) else None)
    except UnauthenticatedError as error:
        raise signin.refused(database, None, "provider", error) from None
    problem: JobSwipeError
    with database.write() as session:
        try:
            account = _account(session, settings, provider.issuer, claims, now)
        except (ForbiddenError, ConflictError) as error:
            audit.record(session, "account.sign_in_failed", actor_id=None, person_id=None, outcome="provider")
            problem = error
        else:
            begun = signin.enter(session, settings, account, now, by="provider", device=device, replaces=replaces)
            return begun, path
    raise problem


def _account(session: Session, settings: Settings, issuer: str, claims: dict[str, Any], now: datetime) -> Account:
    """Whose account it is, linked or made where that is allowed. Raises ForbiddenError, ConflictError."""
    subject = vault.of(session).fingerprint("external_identity.subject", f"{issuer}\0{claims['sub']}")
    statement = select(ExternalIdentity).where(
        ExternalIdentity.issuer == issuer, ExternalIdentity.subject_hash == subject
    )
    known = session.exec(statement).one_or_none()
    if known is not None:
        account = service.get(session, known.person_id)
    else:
        account = _new(session, settings, claims, now)
        session.add(ExternalIdentity(person_id=account.person_id, issuer=issuer, subject_hash=subject, created_at=now))
        session.flush()
        audit.record(session, "account.linked", actor_id=account.person_id, person_id=account.person_id)
    if account.disabled_at is not None:
        raise ForbiddenError("This account is disabled: ask the operator.")
    if account.totp_enabled_at is not None and not settings.oidc.second_factor:
        raise ForbiddenError("Your account asks for a code: sign in with your password and a code.")
    return account


def _new(session: Session, settings: Settings, claims: dict[str, Any], now: datetime) -> Account:
    """The account with the provider's e-mail address. Only an address that both sides have confirmed links."""
    try:
        email = emails.normal(str(claims.get("email") or ""))
    except UsageError:
        email = ""
    if not email or claims.get("email_verified") is not True:
        raise ForbiddenError("The provider does not vouch for your e-mail address: confirm it there first.")
    found = service.by_email(session, email)
    if found is not None:
        if found.email_verified_at is None:
            raise ForbiddenError("Your e-mail address is not confirmed here: set a password by 'forgot' first.")
        return found
    if not settings.oidc.create_accounts and settings.accounts.registration != "open":
        raise ForbiddenError("You have no account here: ask the operator for one.")
    try:
        name = service.name_of(str(claims.get("name") or ""))
    except UsageError:
        name = ""
    made = service.create(session, service.new_person(session, now), email, now, name=name, verified=True)
    audit.record(session, "account.created", actor_id=made.person_id, person_id=made.person_id, by="provider")
    return made


def _opened(store: Vault, cookie: str, state: str, now: datetime) -> str:
    """The page of a sign-in that this browser began. Raises UnauthenticatedError."""
    refused = UnauthenticatedError("This sign-in was not begun in this browser, or too long ago: begin again.")
    if not hmac.compare_digest(_derived(store, "state", cookie).encode(), state.encode("utf-8", "replace")):
        raise refused
    try:
        _, until, packed = cookie.split(".")
        path = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except ValueError:
        raise refused from None
    if int(until) < now.timestamp():
        raise refused
    return local_path(path)


def _derived(store: Vault, what: str, cookie: str) -> str:
    return base64.urlsafe_b64encode(store.fingerprint(f"oidc.{what}", cookie)).decode().rstrip("=")
