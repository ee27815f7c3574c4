"""Every route says who may call it, and nobody else gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import get
from litestar.routes import HTTPRoute

from server.admission import Admission
from server.api import PREFIX
from server.api.access import PUBLIC, SCOPE

if TYPE_CHECKING:
    from .conftest import Client, SignedIn


def test_every_route_says_what_it_needs(nobody: Client) -> None:
    for route in nobody.app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith(PREFIX):
            for handler in route.route_handlers:
                if "OPTIONS" not in handler.http_methods:
                    assert (SCOPE in handler.opt) != (PUBLIC in handler.opt), route.path


def test_no_route_goes_round_the_one_that_admits(nobody: Client) -> None:
    for route in nobody.app.routes:
        assert isinstance(route, HTTPRoute), route.path
        for handler in route.route_handlers:
            assert isinstance(handler.resolve_before_request(), Admission), route.path
            assert not handler.cache, route.path  # a kept answer is given before anybody is asked


def test_a_route_that_says_nothing_is_nobodys(nobody: Client, signed_in: SignedIn) -> None:
    @get(f"{PREFIX}/forgotten")
    async def forgotten() -> str:
        return "open to all"

    nobody.app.register(forgotten)
    for path in ("/forgotten", "//forgotten/"):
        for client, status in ((nobody, 401), (signed_in(), 500)):
            answer = client.get(f"{PREFIX}{path}")
            assert answer.status_code == status
            assert "open" not in answer.text


def test_nobody_is_told_to_sign_in(nobody: Client) -> None:
    for path in ("/api//v1/profile", "/api/v1//profile/", "/api/v1/profile"):
        answer = nobody.get(path)
        assert answer.status_code == 401, path
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthenticated"


def test_a_key_without_the_scope_is_refused(signed_in: SignedIn) -> None:
    client = signed_in(scopes=["profile:read"])
    assert client.get("/api/v1/profile").status_code == 200
    answer = client.put("/api/v1/profile", json={"remote": "only"})
    assert answer.status_code == 403
    assert "profile:write" in answer.json()["detail"]


def test_preferences_are_each_persons_own(signed_in: SignedIn) -> None:
    first, second = signed_in(), signed_in()
    answer = first.put("/api/v1/profile", json={"remote": "only", "countries": ["uk"]})
    assert answer.status_code == 200
    assert answer.json()["countries"] == ["GB"]
    assert first.get("/api/v1/profile").json()["remote"] == "only"
    assert second.get("/api/v1/profile").json()["remote"] == "ok"


def test_a_wrong_key_is_refused(nobody: Client, signed_in: SignedIn) -> None:
    for text in ("Bearer x", "Bearer jobswipe_" + "a" * 49, "Basic eA==", ""):
        assert nobody.get("/api/v1/profile", headers={"authorization": text}).status_code == 401
