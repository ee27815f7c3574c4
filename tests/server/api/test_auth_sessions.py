"""Registering, signing in and out, sessions, and what a browser may and may not do with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from account_support import EMAIL, PASSWORD, account, audited, code, work
from auth_support import API, Browser
from sqlmodel import col, select

from jobswipe import clock
from jobswipe import settings as module
from jobswipe.accounts import apikeys, audit, service
from jobswipe.db.engine import Database
from jobswipe.models import Account, LoginSession
from jobswipe.settings import Settings
from server.app import create_app

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

NEW = "five other words for it"
Open = Callable[[], Browser]


@pytest.fixture
def settings(home: object, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JOBSWIPE_ACCOUNTS_REGISTRATION", "open")
    return module.load()


@pytest.fixture
def browser(database: Database, settings: Settings) -> Iterator[Open]:
    """`browser()`: another browser of the same server."""
    app = create_app(settings, database)
    with Browser(app):
        yield lambda: Browser(app)


def test_the_whole_way(browser: Open, database: Database, settings: Settings) -> None:
    one = browser()
    asked = {"email": EMAIL, "password": PASSWORD, "name": "Sample O'Brien"}
    answer = one.post(f"{API}/auth/register", json=asked)
    assert (answer.status_code, answer.json()) == (202, {"confirmed": False})
    text = code(database, "verify_email")
    assert one.post(f"{API}/auth/verify", json={"code": text, "password": PASSWORD}).status_code == 204
    begun = one.login()
    shown = one.get(f"{API}/account").json()
    assert shown["email"] == EMAIL
    assert (shown["name"], shown["role"], shown["csrf_token"]) == ("Sample O'Brien", "user", begun["csrf_token"])
    assert one.patch(f"{API}/account", json={"name": "Sample Candidate"}).json()["name"] == "Sample Candidate"
    (session,) = one.get(f"{API}/account/sessions").json()["items"]
    assert (session["agent"], session["current"]) == ("Sample Browser/1.0", True)
    assert one.get(f"{API}/profile").status_code == 200
    assert one.put(f"{API}/profile", json={"remote": "only"}).status_code == 200
    assert one.post(f"{API}/auth/logout").status_code == 204
    assert one.get(f"{API}/account").status_code == 401
    assert [action for action, _ in audited(database)] == [
        "account.registration_asked", "account.created", "account.signed_in", "account.signed_out",
    ]  # fmt: skip


def test_the_cookie_is_for_this_host_and_no_script(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    one = browser()
    one.login()
    answer = one.post(f"{API}/auth/login", json={"email": EMAIL, "password": PASSWORD})
    cookies = dict(header.partition("=")[::2] for header in answer.headers.get_list("set-cookie"))
    assert set(cookies) == {"__Host-jobswipe", "__Host-jobswipe-device"}
    for value in cookies.values():
        attributes = {part.strip().lower() for part in value.split(";")[1:]}
        assert attributes >= {"secure", "httponly", "samesite=strict", "path=/"}
        assert not any(part.startswith("domain") for part in attributes)
    assert one.session is not None
    assert one.session not in answer.text


def test_session_fixation(browser: Open, database: Database, settings: Settings) -> None:
    """A token that somebody planted before the sign-in is worth nothing after it."""
    account(database, settings)
    planted = "session_" + "0" * 49
    one, attacker = browser(), browser()
    body = {"email": EMAIL, "password": PASSWORD}
    answer = one.post(f"{API}/auth/login", json=body, headers={"cookie": f"__Host-jobswipe={planted}"})
    assert answer.status_code == 200
    first = one.session
    assert first != planted
    assert attacker.get(f"{API}/account", headers={"cookie": f"__Host-jobswipe={planted}"}).status_code == 401
    stolen = {"cookie": f"__Host-jobswipe={first}"}
    assert attacker.get(f"{API}/account", headers=stolen).status_code == 200
    one.login()  # who signs in again has a new token, and the one before has ended
    assert one.session != first
    assert attacker.get(f"{API}/account", headers=stolen).status_code == 401


def test_enumeration_by_message(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    one = browser()
    bodies: dict[str, dict[str, Any]] = {
        "register": {"password": PASSWORD},
        "login": {"password": "not the password at all"},
        "forgot": {},
    }
    for path, body in bodies.items():
        answers = [
            one.post(f"{API}/auth/{path}", json={"email": email, **body}) for email in (EMAIL, "unknown@example.com")
        ]
        told = [(answer.status_code, _without_id(answer.text), set(answer.headers)) for answer in answers]
        assert told[0] == told[1], path


def test_reset_token_reuse(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    one, other = browser(), browser()
    other.login()
    assert one.post(f"{API}/auth/forgot", json={"email": EMAIL}).status_code == 202
    work(database, settings)
    text = code(database, "reset_password")
    assert text not in one.post(f"{API}/auth/forgot", json={"email": EMAIL}).text
    assert one.post(f"{API}/auth/reset", json={"code": text, "password": NEW}).status_code == 204
    again = one.post(f"{API}/auth/reset", json={"code": text, "password": "six words of the attacker's"})
    assert (again.status_code, again.json()["code"]) == (400, "bad_code")
    assert other.get(f"{API}/account").status_code == 401
    one.login(password=NEW)


def test_brute_force_does_not_lock_the_owner_out(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    owner, attacker = browser(), browser()
    owner.login()
    for _ in range(5):
        body = {"email": EMAIL, "password": "a guess of the attacker"}
        assert attacker.post(f"{API}/auth/login", json=body).status_code == 401
    refused = attacker.post(f"{API}/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 900
    assert owner.get(f"{API}/account").status_code == 200  # who is signed in stays so
    owner.login()  # and their browser, known by its own cookie, signs in from the same address


def test_mass_assignment(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    one = browser()
    one.login()
    for method, path, body in (
        ("POST", "/auth/register", {"email": "b@example.com", "password": PASSWORD, "role": "admin"}),
        ("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD, "person_id": 1}),
        ("PATCH", "/account", {"name": "x", "role": "admin"}),
        ("PATCH", "/account", {"name": "x", "email": "b@example.com"}),
        ("POST", "/account/password", {"present": PASSWORD, "password": NEW, "person_id": 1}),
        ("POST", "/account/api-keys", {"name": "x", "person_id": 1}),
    ):
        assert 400 <= one.request(method, f"{API}{path}", json=body).status_code < 500, path
    with database.read() as session:
        (only,) = session.exec(select(Account)).all()
        assert (only.role, service.identity(session, only).name) == ("user", "Sample Candidate")


def test_a_change_needs_the_csrf_token(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    account(database, settings, "other@example.com")
    one, other = browser(), browser()
    token, others = one.login()["csrf_token"], other.login("other@example.com")["csrf_token"]
    for shown in (None, "", "x", others, token + "x", "ü"):
        del one.headers["x-csrf-token"]
        headers = {} if shown is None else {"x-csrf-token": shown.encode()}
        answer = one.patch(f"{API}/account", json={"name": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert one.get(f"{API}/account").status_code == 200  # reading needs none
        one.headers["x-csrf-token"] = token
    assert one.patch(f"{API}/account", json={"name": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "https://jobs.example.com"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://jobs.example.com.evil.example"}, False),
        ({"origin": "https://evil.example?jobs.example.com"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_a_change_from_another_sites_page_is_refused(
    browser: Open, database: Database, settings: Settings, headers: dict[str, str], taken: bool
) -> None:
    account(database, settings)
    one = browser()
    answer = one.post(f"{API}/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert (answer.status_code == 200) is taken
    one.login()
    answer = one.patch(f"{API}/account", json={"name": "x"}, headers=headers)
    assert (answer.status_code == 200) is taken


def test_sessions_are_each_persons_own(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    account(database, settings, "other@example.com")
    one, two, other = browser(), browser(), browser()
    first, second, foreign = one.login(), two.login(), other.login("other@example.com")
    assert one.delete(f"{API}/account/sessions/{foreign['session_id']}").status_code == 404
    assert other.get(f"{API}/account").status_code == 200
    assert one.delete(f"{API}/account/sessions/{second['session_id']}").status_code == 204
    assert two.get(f"{API}/account").status_code == 401
    two.login()
    assert one.delete(f"{API}/account/sessions").status_code == 204
    assert [item["id"] for item in one.get(f"{API}/account/sessions").json()["items"]] == [first["session_id"]]
    assert two.get(f"{API}/account").status_code == 401


def test_a_changed_password_ends_the_others_at_once(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    one, two = browser(), browser()
    one.login(), two.login()
    assert two.get(f"{API}/account").status_code == 200
    wrong = one.post(f"{API}/account/password", json={"present": "wrong words here", "password": NEW})
    assert wrong.status_code == 403
    assert one.post(f"{API}/account/password", json={"present": PASSWORD, "password": NEW}).status_code == 204
    assert two.get(f"{API}/account").status_code == 401
    assert one.get(f"{API}/account").status_code == 200


@pytest.mark.parametrize("way", ["reset", "change"])
@pytest.mark.parametrize("revoke", [None, False, True])
def test_a_new_password_ends_api_keys_where_that_is_asked_for(
    browser: Open, database: Database, settings: Settings, way: str, revoke: bool | None
) -> None:
    person_id = account(database, settings)
    other_id = account(database, settings, "other@example.com")
    with database.write() as session:
        keys = [
            apikeys.create(session, whose, name, ["account:read"], clock.now())[1]
            for whose, name in ((person_id, "laptop"), (person_id, "script"), (other_id, "theirs"))
        ]
    one = browser()
    one.login()

    def taken() -> list[bool]:
        told = [browser().get(f"{API}/account", headers={"authorization": f"Bearer {key}"}) for key in keys]
        return [answer.status_code == 200 for answer in told]

    assert taken() == [True, True, True]  # and remembered: what is revoked is forgotten at once
    more = {} if revoke is None else {"revoke_api_keys": revoke}
    if way == "reset":
        one.post(f"{API}/auth/forgot", json={"email": EMAIL})
        work(database, settings)
        body = {"code": code(database, "reset_password"), "password": NEW}
        assert one.post(f"{API}/auth/reset", json=body | more).status_code == 204
    else:
        body = {"present": PASSWORD, "password": NEW}
        assert one.post(f"{API}/account/password", json=body | more).status_code == 204
    assert taken() == [not revoke, not revoke, True]
    with database.read() as session:
        (event,) = audit.listing(session, action="account.password_changed")
    assert event.detail["api_keys_revoked"] == (2 if revoke else 0)


def test_api_keys_end_only_with_a_code_or_password_that_holds(
    browser: Open, database: Database, settings: Settings
) -> None:
    person_id = account(database, settings)
    with database.write() as session:
        _, key = apikeys.create(session, person_id, "laptop", ["account:read"], clock.now())
    one = browser()
    one.login()
    wrong = {"password": NEW, "revoke_api_keys": True}
    for path, body, status in (
        ("/auth/reset", {"code": "reset_" + "0" * 49}, 400),
        ("/account/password", {"present": "wrong words here"}, 403),
        ("/auth/reset", {"code": "reset_" + "0" * 49, "revoke_api_keys": "yes"}, 422),
    ):
        assert one.post(API + path, json=wrong | body).status_code == status
    assert browser().get(f"{API}/account", headers={"authorization": f"Bearer {key}"}).status_code == 200


def test_another_address_by_its_mail(browser: Open, database: Database, settings: Settings) -> None:
    account(database, settings)
    one = browser()
    one.login()
    body = {"email": "new@example.com", "password": PASSWORD}
    assert one.post(f"{API}/account/email", json=body).status_code == 202
    assert one.get(f"{API}/account").json()["email"] == EMAIL
    assert one.post(f"{API}/auth/verify", json={"code": code(database, "change_email")}).status_code == 204
    assert one.get(f"{API}/account").json()["email"] == "new@example.com"


def test_deleting_an_account_asks_for_the_password(browser: Open, database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    one = browser()
    one.login()
    assert one.request("DELETE", f"{API}/account", json={"password": "wrong words here"}).status_code == 403
    assert one.request("DELETE", f"{API}/account", json={"password": PASSWORD}).status_code == 204
    assert one.get(f"{API}/account").status_code == 401
    with database.read() as session:
        assert session.get(Account, person_id) is None
    answer = one.post(f"{API}/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 401


def test_last_seen_is_noted_once_a_minute(browser: Open, database: Database, settings: Settings) -> None:
    settings.accounts.cache = 0
    account(database, settings)
    one = browser()
    one.login()

    def seen() -> Any:
        with database.read() as session:
            return session.exec(select(LoginSession.last_seen_at).order_by(col(LoginSession.id).desc())).first()

    before = seen()
    assert one.get(f"{API}/account").status_code == 200
    assert seen() == before
    for ago, status in ((timedelta(minutes=2), 200), (timedelta(hours=settings.accounts.idle_hours + 1), 401)):
        with database.write() as session:
            row = session.exec(select(LoginSession)).one()
            row.last_seen_at = clock.now() - ago
            session.add(row)
        assert one.get(f"{API}/account").status_code == status
    with database.write() as session:
        assert clock.now() - seen() > timedelta(days=1)  # a session that has ended is not woken


def test_closed_is_the_default(nobody: Client) -> None:
    answer = nobody.post(f"{API}/auth/register", json={"email": EMAIL, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_key_does_nothing_that_outlives_it(signed_in: SignedIn) -> None:
    client = signed_in("admin")
    for method, path, body in (
        ("PATCH", "/account", {"name": "x"}),
        ("POST", "/account/password", {"present": PASSWORD, "password": NEW}),
        ("POST", "/account/api-keys", {"name": "x"}),
        ("POST", "/account/totp", {"password": PASSWORD}),
        ("DELETE", "/account", {"password": PASSWORD}),
        ("POST", "/users", {"email": "b@example.com"}),
        ("POST", "/auth/logout", None),
    ):
        assert client.request(method, f"{API}{path}", json=body).status_code == 403, path
    assert client.get(f"{API}/account").json()["csrf_token"] is None


def _without_id(text: str) -> str:
    return re.sub(r'"request_id":"[^"]*"', "", text)
