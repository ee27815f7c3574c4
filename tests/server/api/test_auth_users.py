"""What admins do over HTTP: accounts, invitations, the audit log; and signing in by a provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from account_support import EMAIL, PASSWORD, account, audited, code
from auth_support import API, Browser
from servers.provider import OpenIdProvider

from jobswipe import settings as module
from jobswipe.db.engine import Database
from jobswipe.settings import Settings
from server.app import create_app

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

ADMIN = "admin@example.com"


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as found:
        yield found


@pytest.fixture
def settings(home: object, monkeypatch: pytest.MonkeyPatch, provider: OpenIdProvider) -> Settings:
    monkeypatch.setenv("JOBSWIPE_ACCOUNTS_REGISTRATION", "invite")
    for name, value in provider.environment().items():
        monkeypatch.setenv(name, value)
    return module.load()


@pytest.fixture
def admin(database: Database, settings: Settings) -> Iterator[Browser]:
    account(database, settings, ADMIN, role="admin")
    with Browser(create_app(settings, database)) as one:
        one.login(ADMIN)
        yield one


def test_an_admin_makes_an_account_whose_owner_sets_the_password(admin: Browser, database: Database) -> None:
    made = admin.post(f"{API}/users", json={"email": EMAIL, "name": "Sample Candidate", "role": "analyst"})
    assert made.status_code == 201
    number = made.json()["person_id"]
    assert "reset_" not in made.text
    assert admin.post(f"{API}/users", json={"email": EMAIL}).status_code == 409
    owner = Browser(admin.app)
    text = code(database, "reset_password")
    assert owner.post(f"{API}/auth/reset", json={"code": text, "password": PASSWORD}).status_code == 204
    assert owner.login()["role"] == "analyst"
    assert owner.get(f"{API}/users").status_code == 403
    assert admin.patch(f"{API}/users/{number}", json={"role": "operator"}).json()["role"] == "operator"
    assert owner.get(f"{API}/account").json()["role"] == "operator"  # at once
    assert admin.patch(f"{API}/users/{number}", json={"disabled": True}).json()["disabled_at"] is not None
    assert owner.get(f"{API}/account").status_code == 401
    assert admin.patch(f"{API}/users/{number}", json={"disabled": False}).json()["disabled_at"] is None
    assert admin.get(f"{API}/users/{number}").json()["email_verified_at"] is not None
    assert admin.delete(f"{API}/users/{number}").status_code == 204
    assert admin.get(f"{API}/users/{number}").status_code == 404
    actions = [one["action"] for one in admin.get(f"{API}/audit?person_id={number}").json()["items"]]
    assert actions == [
        "account.deleted", "account.enabled", "account.disabled", "account.role_changed", "account.signed_in",
        "account.password_changed", "account.created",
    ]  # fmt: skip


def test_admins_do_not_touch_their_own_account(admin: Browser) -> None:
    number = admin.get(f"{API}/account").json()["person_id"]
    assert admin.patch(f"{API}/users/{number}", json={"role": "user"}).status_code == 403
    assert admin.delete(f"{API}/users/{number}").status_code == 403
    assert 400 <= admin.patch(f"{API}/users/{number + 1}", json={"password_hash": "x"}).status_code < 500
    assert admin.patch(f"{API}/users/2147483647", json={"role": "user"}).status_code == 404


def test_invitations(admin: Browser, database: Database) -> None:
    made = admin.post(f"{API}/invitations", json={"email": EMAIL, "role": "operator"})
    assert made.status_code == 201
    assert "invite_" not in made.text
    assert [one["email"] for one in admin.get(f"{API}/invitations").json()["items"]] == [EMAIL]
    guest = Browser(admin.app)
    body = {"email": EMAIL, "password": PASSWORD}
    assert guest.post(f"{API}/auth/register", json=body).status_code == 403
    answer = guest.post(f"{API}/auth/register", json=body | {"invitation": code(database, "invite")})
    assert (answer.status_code, answer.json()) == (202, {"confirmed": True})
    assert guest.login()["role"] == "operator"
    second = admin.post(f"{API}/invitations", json={"email": "b@example.com"}).json()["id"]
    assert guest.delete(f"{API}/invitations/{second}").status_code == 403
    assert admin.delete(f"{API}/invitations/{second}").status_code == 204
    assert admin.delete(f"{API}/invitations/{second}").status_code == 404


def test_listings_go_on_by_their_cursor(admin: Browser, database: Database, settings: Settings) -> None:
    for number in range(4):
        account(database, settings, f"person{number}@example.com")
    for path, key in (("users", "person_id"), ("audit", "id")):
        found: list[int] = []
        cursor = ""
        while True:
            page = admin.get(f"{API}/{path}?limit=2{cursor}").json()
            assert len(page["items"]) <= 2
            found += [one[key] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert len(set(found)) == len(found)
        assert found in (sorted(found), sorted(found, reverse=True))
    for cursor in ("x", "0", "99999999999", admin.get(f"{API}/users?limit=1").json()["next"]):
        refused = admin.get(f"{API}/audit?cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "usage"), cursor
    for bad in ("limit=0", "limit=101", "person_id=x", "person_id=0", "action=" + "a" * 101, "of=1"):
        refused = admin.get(f"{API}/audit?{bad}")
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), bad


def test_users_may_not(signed_in: SignedIn) -> None:
    for role in ("user", "analyst", "operator"):
        client = signed_in(role)
        for path in ("users", "users/1", "invitations", "audit"):
            assert client.get(f"{API}/{path}").status_code == 403


def test_by_a_provider_and_back(
    admin: Browser, database: Database, settings: Settings, provider: OpenIdProvider
) -> None:
    account(database, settings)
    one = Browser(admin.app)
    away = one.get(f"{API}/auth/oidc?next=/deck", follow_redirects=False)
    assert away.status_code == 303
    (cookie,) = away.headers.get_list("set-cookie")
    assert {"httponly", "secure", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
    back = urlsplit(provider.authorize(away.headers["location"]))
    assert back.path == f"{API}/auth/oidc/callback"
    stranger = Browser(admin.app)
    assert stranger.get(f"{back.path}?{back.query}", follow_redirects=False).status_code == 401
    home = one.get(f"{back.path}?{back.query}&session_state=x", follow_redirects=False)
    assert (home.status_code, home.headers["location"]) == (303, "/deck")
    assert one.get(f"{API}/account").json()["email"] == EMAIL
    assert one.get(f"{back.path}?{back.query}", follow_redirects=False).status_code == 401  # the cookie has gone
    assert audited(database)[-1] == ("account.sign_in_failed", "provider")


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/%5Cevil.example", "/%09/evil.example", "/a%0d%0aset-cookie:x"],
)
def test_open_redirect_by_next(admin: Browser, path: str) -> None:
    answer = admin.get(f"{API}/auth/oidc?next={path}", follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


def test_without_a_provider_there_is_none(nobody: Client) -> None:
    assert nobody.get(f"{API}/auth/oidc", follow_redirects=False).status_code == 404
    assert nobody.get(f"{API}/auth/oidc/callback", follow_redirects=False).status_code == 404
