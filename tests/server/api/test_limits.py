"""Each class of routes has its limit: by address before it is known who asks, by user and role after."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers.program import prepare

if TYPE_CHECKING:
    from .conftest import Client, SignedIn


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Requests of this process count, all of one address: the application is made after this."""
    for name, value in {"TRUSTED": "", "API": 7, "API_ADMIN": 9, "PUBLIC": 20}.items():
        monkeypatch.setenv(f"JOBSWIPE_LIMITS_{name}", str(value))


@pytest.fixture(params=["file", "valkey"])
def counting(request: pytest.FixtureRequest, counted: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "valkey":
        monkeypatch.setenv("JOBSWIPE_LIMITS_STORE", request.getfixturevalue("valkey_url"))
        monkeypatch.setenv("JOBSWIPE_LIMITS_STORE_TIMEOUT", "10")


@pytest.fixture
def client(counting: None, nobody: Client) -> Client:
    prepare(nobody.app)
    return nobody


def test_each_class_has_its_limit(client: Client, signed_in: SignedIn) -> None:
    for method, path, name, most in (("POST", "/login", "auth", 5), ("GET", "/things/1", "public", 20)):
        for number in range(most):
            answer = client.request(method, path)
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == f'"{name}";q={most};w=60'
            assert re.fullmatch(rf'"{name}";r={most - number - 1};t=\d+', answer.headers["ratelimit"])
            assert answer.headers["x-ratelimit-limit"] == str(most)
            assert answer.headers["x-ratelimit-remaining"] == str(most - number - 1)
        refused = client.request(method, path)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["retry-after"] == refused.headers["x-ratelimit-reset"]
    # What there is not is public, too; health is for whoever watches.
    assert client.get("/nothing").status_code == 429
    assert {client.get("/health").status_code for _ in range(30)} == {200}
    # Users have limits of their own, whatever their address does.
    for who, most in ((signed_in(), 7), (signed_in(), 7), (signed_in("admin"), 9)):
        assert [who.get("/api/v1/profile").status_code for _ in range(most + 2)] == [200] * most + [429] * 2


def test_credentials_that_do_not_hold_count_for_their_address(client: Client, signed_in: SignedIn) -> None:
    wrong = {"authorization": "Bearer jobswipe_" + "a" * 49}
    found = [client.get("/api/v1/profile", headers=wrong) for _ in range(22)]
    assert [answer.status_code for answer in found] == [401] * 20 + [429] * 2
    assert found[-1].json()["code"] == "too_many_requests"
    assert client.get("/api/v1/profile").status_code == 429
    assert signed_in().get("/api/v1/profile").status_code == 200


def test_nobody_is_named_in_the_store(home: Path, counted: None, nobody: Client) -> None:
    assert nobody.get("/api/v1/profile").status_code == 401
    text = b"".join(path.read_bytes() for path in home.glob("limits.db*"))
    assert b"taken" in text
    assert b"testclient" not in text


def test_a_query_that_nobody_knows_is_refused(signed_in: SignedIn) -> None:
    answer = signed_in().get("/api/v1/profile?colour=4711&a=b")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"] == [
        {"in": "query", "field": name, "expected": "no parameter of this name"} for name in ("colour", "a")
    ]
    assert "4711" not in answer.text
