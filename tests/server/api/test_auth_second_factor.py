"""The second factor and API keys over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from account_support import EMAIL, PASSWORD, account, otp
from auth_support import API, Browser

from jobswipe import clock
from jobswipe import settings as module
from jobswipe.accounts.principal import scopes_of
from jobswipe.db.engine import Database
from jobswipe.settings import Settings
from server.app import create_app


@pytest.fixture
def settings(home: object) -> Settings:
    return module.load()


@pytest.fixture
def browser(database: Database, settings: Settings) -> Iterator[Browser]:
    """Somebody who is signed in."""
    account(database, settings)
    app = create_app(settings, database)
    with Browser(app) as one:
        one.login()
        yield one


def login(browser: Browser, **more: str) -> tuple[int, str | None]:
    answer = Browser(browser.app).post(f"{API}/auth/login", json={"email": EMAIL, "password": PASSWORD, **more})
    return answer.status_code, answer.json().get("code")


def test_totp_replay_and_the_whole_way(browser: Browser) -> None:
    assert browser.post(f"{API}/account/totp", json={"password": "wrong words here"}).status_code == 403
    secret = browser.post(f"{API}/account/totp", json={"password": PASSWORD}).json()["secret"]
    generator, now = pyotp.TOTP(secret), clock.now()
    wrong = "000000" if otp(generator, now) != "000000" else "111111"
    assert browser.post(f"{API}/account/totp/enable", json={"code": wrong}).status_code == 403
    assert login(browser)[0] == 200
    enabled = browser.post(f"{API}/account/totp/enable", json={"code": otp(generator, now, -1)})
    codes = enabled.json()["recovery_codes"]
    assert len(codes) == 10
    assert browser.get(f"{API}/account").json()["second_factor"] is True
    assert login(browser) == (401, "second_factor")
    assert login(browser, code=otp(generator, now, -1)) == (401, "unauthenticated")  # it was used to enable
    text = otp(generator, clock.now())
    assert login(browser, code=text)[0] == 200
    assert login(browser, code=text) == (401, "unauthenticated")
    assert login(browser, recovery_code=codes[3])[0] == 200
    assert login(browser, recovery_code=codes[3]) == (401, "unauthenticated")
    assert browser.get(f"{API}/account").json()["recovery_codes"] == 9
    fresh = browser.post(f"{API}/account/recovery-codes", json={"password": PASSWORD}).json()["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert browser.post(f"{API}/account/totp/disable", json={"code": wrong}).status_code == 403
    assert browser.post(f"{API}/account/totp/disable", json={"code": fresh[0]}).status_code == 204
    assert browser.post(f"{API}/account/totp/disable", json={"code": fresh[1]}).status_code == 409
    assert browser.post(f"{API}/account/recovery-codes", json={"password": PASSWORD}).status_code == 409
    assert login(browser)[0] == 200


def test_a_stolen_session_cannot_guess_the_code_away(browser: Browser) -> None:
    secret = browser.post(f"{API}/account/totp", json={"password": PASSWORD}).json()["secret"]
    generator, now = pyotp.TOTP(secret), clock.now()
    browser.post(f"{API}/account/totp/enable", json={"code": otp(generator, now, -1)})
    real = {otp(generator, clock.now(), offset) for offset in range(-2, 4)}
    answers = [
        browser.post(f"{API}/account/totp/disable", json={"code": text}).status_code
        for text in [one for one in (f"{number:06}" for number in range(20)) if one not in real][:7]
    ]
    assert answers == [403] * 5 + [429] * 2
    assert browser.get(f"{API}/account").json()["second_factor"] is True


def test_api_keys_are_made_rotated_and_revoked(browser: Browser) -> None:
    made = browser.post(f"{API}/account/api-keys", json={"name": "laptop", "scopes": ["profile:read"], "days": 30})
    assert made.status_code == 201
    key, number = made.json()["key"], made.json()["about"]["id"]
    program = Browser(browser.app)
    program.headers["authorization"] = f"Bearer {key}"
    assert program.get(f"{API}/profile").status_code == 200
    assert program.put(f"{API}/profile", json={}).status_code == 403
    listed = browser.get(f"{API}/account/api-keys").json()["items"]
    assert [one["prefix"] for one in listed] == [key[:17]]
    assert listed[0]["last_used_at"] is not None
    assert key not in str(listed)
    rotated = browser.post(f"{API}/account/api-keys/{number}/rotate").json()
    assert rotated["about"]["scopes"] == ["profile:read"]
    assert program.get(f"{API}/profile").status_code == 200  # both are taken for a day
    assert browser.delete(f"{API}/account/api-keys/{number}").status_code == 204
    assert program.get(f"{API}/profile").status_code == 401
    program.headers["authorization"] = f"Bearer {rotated['key']}"
    assert program.get(f"{API}/profile").status_code == 200
    assert browser.delete(f"{API}/account/api-keys/{number}").status_code == 404
    assert browser.delete(f"{API}/account/api-keys/2147483647").status_code == 404


def test_a_key_has_no_more_than_its_owner(browser: Browser) -> None:
    assert browser.post(f"{API}/account/api-keys", json={"name": "x", "scopes": ["users:write"]}).status_code == 400
    assert browser.post(f"{API}/account/api-keys", json={"name": "x", "scopes": []}).status_code == 400
    assert 400 <= browser.post(f"{API}/account/api-keys", json={"name": "x", "days": 0}).status_code < 500
    made = browser.post(f"{API}/account/api-keys", json={"name": "x"}).json()["about"]["scopes"]
    assert set(made) == set(scopes_of("user")) - {"account:write"}


def test_keys_are_each_persons_own(browser: Browser, database: Database, settings: Settings) -> None:
    account(database, settings, "other@example.com")
    other = Browser(browser.app)
    other.login("other@example.com")
    number = browser.post(f"{API}/account/api-keys", json={"name": "x"}).json()["about"]["id"]
    assert other.get(f"{API}/account/api-keys").json()["items"] == []
    assert other.delete(f"{API}/account/api-keys/{number}").status_code == 404
    assert other.post(f"{API}/account/api-keys/{number}/rotate").status_code == 404
    assert len(browser.get(f"{API}/account/api-keys").json()["items"]) == 1
