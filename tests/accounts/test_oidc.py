"""Signing in by an OpenID provider: only what the provider signed for this browser's own sign-in counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from account_support import EMAIL, account, audited, otp
from servers.provider import CLIENT_ID, OpenIdProvider, key
from sqlmodel import select

from jobswipe import clock
from jobswipe import settings as module
from jobswipe.accounts import oidc, service, totp
from jobswipe.accounts.provider import Provider
from jobswipe.accounts.signin import SignedIn
from jobswipe.db.engine import Database
from jobswipe.errors import (
    ForbiddenError,
    JobSwipeError,
    OutboundError,
    SettingsError,
    UnauthenticatedError,
    UsageError,
)
from jobswipe.models import ExternalIdentity
from jobswipe.settings import Settings


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as found:
        yield found


@pytest.fixture
def there(home: Path, monkeypatch: pytest.MonkeyPatch, provider: OpenIdProvider) -> Settings:
    for name, value in provider.environment().items():
        monkeypatch.setenv(name, value)
    return module.load(home)


def go(
    database: Database, settings: Settings, provider: OpenIdProvider, path: str = "/deck", **instead: Any
) -> tuple[SignedIn, str]:
    """The whole way; `instead` replaces what comes back."""
    client = Provider(settings)
    begun = oidc.begin(database.vault, settings, client, path, clock.now())
    back = {name: values[0] for name, values in parse_qs(urlsplit(provider.authorize(begun.url)).query).items()}
    given = {"code": back["code"], "state": back["state"], "issuer": back["iss"], "cookie": begun.cookie} | instead
    return oidc.finish(database, settings, client, **given)


def test_whoever_the_provider_knows_gets_in(database: Database, there: Settings, provider: OpenIdProvider) -> None:
    person_id = account(database, there)
    begun, path = go(database, there, provider)
    assert (begun.person_id, path) == (person_id, "/deck")
    provider.person["email"] = "moved@example.com"  # the subject is who they are from now on
    assert go(database, there, provider)[0].person_id == person_id
    with database.read() as session:
        linked = session.exec(select(ExternalIdentity)).one()
        assert b"subject-1" not in linked.subject_hash


def test_an_account_is_made_only_where_the_settings_say_so(
    database: Database, there: Settings, provider: OpenIdProvider
) -> None:
    with pytest.raises(ForbiddenError):
        go(database, there, provider)
    there.oidc.create_accounts = True
    begun, _ = go(database, there, provider)
    with database.read() as session:
        made = service.get(session, begun.person_id)
        assert (made.role, made.password_hash) == ("user", None)
        assert service.identity(session, made) == service.Identity(email=EMAIL, name="Sample Candidate")
    assert [one for one in audited(database) if one[0].startswith("account.")] == [
        ("account.sign_in_failed", "provider"),
        ("account.created", "done"),
        ("account.linked", "done"),
        ("account.signed_in", "done"),
    ]


@pytest.mark.parametrize(
    "person", [{"email_verified": False}, {"email_verified": "true"}, {"email": None}, {"email": "x"}]
)
def test_an_address_that_is_not_confirmed_links_nothing(
    database: Database, there: Settings, provider: OpenIdProvider, person: dict[str, Any]
) -> None:
    account(database, there)
    provider.person |= person
    with pytest.raises(ForbiddenError):
        go(database, there, provider)


def test_an_account_whose_address_is_not_confirmed_is_not_linked(
    database: Database, there: Settings, provider: OpenIdProvider
) -> None:
    with database.write() as session:
        service.create(session, service.new_person(session, clock.now()), EMAIL, clock.now())
    with pytest.raises(ForbiddenError):
        go(database, there, provider)


def test_a_disabled_account_and_one_that_asks_for_codes(
    database: Database, there: Settings, provider: OpenIdProvider
) -> None:
    person_id = account(database, there)
    go(database, there, provider)
    with database.write() as session:
        secret, _ = totp.set_up(session, person_id)
        totp.enable(session, person_id, otp(totp.pyotp.TOTP(secret), clock.now()), clock.now())
    with pytest.raises(ForbiddenError, match="code"):
        go(database, there, provider)
    there.oidc.second_factor = True
    go(database, there, provider)
    with database.write() as session:
        service.set_disabled(session, person_id, True, clock.now(), actor_id=None)
    with pytest.raises(ForbiddenError, match="disabled"):
        go(database, there, provider)


def test_claims_that_do_not_hold(database: Database, there: Settings, provider: OpenIdProvider) -> None:
    account(database, there)
    for claims in (
        {"iss": "https://other.example.com"},
        {"aud": "another-client"},
        {"aud": ["another-client", CLIENT_ID]},  # without an authorised party
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"exp": 1},
        {"exp": None},
        {"iat": 99999999999},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"at_hash": "b2YgYW5vdGhlciB0b2tlbg"},
        {"iss": None},
    ):
        provider.claims = claims
        with pytest.raises(UnauthenticatedError):
            go(database, there, provider)
        assert audited(database)[-1] == ("account.sign_in_failed", "provider")
    provider.claims = {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID}
    go(database, there, provider)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_the_provider_did_not_sign_with_its_key(
    database: Database, there: Settings, provider: OpenIdProvider, algorithm: str
) -> None:
    account(database, there)
    provider.algorithm = algorithm
    with pytest.raises(UnauthenticatedError):
        go(database, there, provider)


def test_a_signature_by_another_key(database: Database, there: Settings, provider: OpenIdProvider) -> None:
    account(database, there)
    provider.key = key("one", 1)
    with pytest.raises(UnauthenticatedError):
        go(database, there, provider)


def test_keys_that_the_provider_changed_are_asked_for(
    database: Database, there: Settings, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(database, there)
    monkeypatch.setattr("jobswipe.accounts.provider.AGAIN", -1.0)
    client = Provider(there)
    for kid in ("one", "two"):
        provider.key = key(kid)
        provider.published = [provider.key]
        begun = oidc.begin(database.vault, there, client, None, clock.now())
        back = {name: values[0] for name, values in parse_qs(urlsplit(provider.authorize(begun.url)).query).items()}
        assert oidc.finish(database, there, client, code=back["code"], state=back["state"], cookie=begun.cookie)
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_only_the_browser_that_began_ends_it(database: Database, there: Settings, provider: OpenIdProvider) -> None:
    """Login CSRF: an attacker's code and state are of no use in somebody else's browser."""
    account(database, there)
    other = oidc.begin(database.vault, there, Provider(there), "/deck", clock.now())
    seed, until, _ = other.cookie.split(".")
    for instead in (
        {"cookie": other.cookie},
        {"cookie": None},
        {"cookie": ""},
        {"cookie": "a.b"},
        {"cookie": f"{seed}.{until}.{'x' * 5000}"},
        {"state": None},
        {"state": "ü"},
        {"state": parse_qs(urlsplit(other.url).query)["state"][0]},
        {"code": None},
        {"code": "another"},
        {"code": "x" * 5000},
        {"issuer": "https://other.example.com"},
    ):
        with pytest.raises(UnauthenticatedError):
            go(database, there, provider, **instead)


def test_a_sign_in_that_took_too_long(
    database: Database, there: Settings, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(database, there)
    monkeypatch.setattr(oidc, "SECONDS", -1)
    with pytest.raises(UnauthenticatedError):
        go(database, there, provider)


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "/a\\b", "evil", "/a b", "/a\r\nb",
     "/\t/evil.example", "/ü", "javascript:alert(1)", "/" + "a" * 600, "/a\x00"],
)  # fmt: skip
def test_open_redirect(database: Database, there: Settings, provider: OpenIdProvider, path: str) -> None:
    with pytest.raises(UsageError):
        oidc.begin(database.vault, there, Provider(there), path, clock.now())


@pytest.mark.parametrize("path", [None, "/", "/deck?page=2&next=//x", "/a/b#c", "/@user"])
def test_paths_of_this_server(path: str | None) -> None:
    assert oidc.local_path(path) == (path or "/")


def test_a_provider_elsewhere_than_it_should_be(database: Database, there: Settings, provider: OpenIdProvider) -> None:
    there.oidc.allow_private = False
    with pytest.raises(OutboundError):
        oidc.begin(database.vault, there, Provider(there), None, clock.now())
    there.oidc.allow_private = True
    provider.names_itself = "https://other.example.com"
    with pytest.raises(OutboundError):
        oidc.begin(database.vault, there, Provider(there), None, clock.now())
    there.server.public_url = None
    provider.names_itself = None
    with pytest.raises(SettingsError):
        oidc.begin(database.vault, there, Provider(there), None, clock.now())


def test_a_provider_that_is_down(database: Database, there: Settings, provider: OpenIdProvider) -> None:
    there.oidc.issuer = "http://127.0.0.1:9"
    with pytest.raises(JobSwipeError):
        oidc.begin(database.vault, there, Provider(there), None, clock.now())
