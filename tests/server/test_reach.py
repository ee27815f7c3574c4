"""Who asks and by which name: proxies are believed, clients are not; origins are listed, or get no word of CORS."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar.types import HTTPScope
from servers.served import Served, refused

from jobswipe.errors import SettingsError
from jobswipe.settings import ServerSettings
from server.forwarded import Forwarded


def scope(client: str, *headers: tuple[str, str]) -> HTTPScope:
    found = [(name.encode(), value.encode()) for name, value in headers]
    return {"client": (client, 1), "scheme": "http", "headers": found}


def seen(client: str, *headers: tuple[str, str], **settings: Any) -> tuple[str, str]:
    made = scope(client, *headers)
    Forwarded(ServerSettings(**settings)).apply(made)
    assert made["client"] is not None
    return made["client"][0], made["scheme"]


PROXY = {"trusted_proxies": "10.0.0.0/8, fd00::/8"}
FORWARDED = "x-forwarded-for"
NAMED = {"host": "jobs.example.com"}


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        # What a client wrote stands to the left of what our proxies saw.
        ("10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "10.9.9.9, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        # What cannot be read ends the walk.
        ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, evil, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        # Nobody else is believed.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_the_client_is_whom_our_proxies_saw(peer: str, told: str, client: str) -> None:
    assert seen(peer, (FORWARDED, told), **PROXY)[0] == client


def test_headers_that_come_twice_are_one_list() -> None:
    told = [(FORWARDED, "198.51.100.1"), (FORWARDED, "203.0.113.7")]
    assert seen("10.0.0.1", *told, **PROXY)[0] == "203.0.113.7"


def test_a_header_of_the_proxys_own() -> None:
    fly = PROXY | {"proxy_header": "Fly-Client-IP"}
    told = [("fly-client-ip", "203.0.113.7"), (FORWARDED, "198.51.100.1")]
    assert seen("10.0.0.1", *told, **fly)[0] == "203.0.113.7"
    assert seen("203.0.113.9", *told, **fly)[0] == "203.0.113.9"
    assert seen("10.0.0.1", (FORWARDED, "198.51.100.1"), **fly)[0] == "10.0.0.1"


def test_the_scheme_is_the_last_proxys() -> None:
    assert seen("10.0.0.1", ("x-forwarded-proto", "https"), **PROXY)[1] == "https"
    assert seen("10.0.0.1", ("x-forwarded-proto", "https, http"), **PROXY)[1] == "http"
    assert seen("10.0.0.1", ("x-forwarded-proto", "gopher"), **PROXY)[1] == "http"
    assert seen("203.0.113.9", ("x-forwarded-proto", "https"), **PROXY)[1] == "http"


def test_networks_that_are_none_are_refused(store: Any) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        Forwarded(ServerSettings(trusted_proxies="10.0.0.0/40"))
    code, said = refused("serve", SERVER_TRUSTED_PROXIES="everybody")
    assert (code, "trusted_proxies" in said) == (2, True)
    code, said = refused("serve", SERVER_CORS_ORIGINS="*")
    assert (code, "wildcard" in said) == (2, True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Any) -> Any:
    home = tmp_path_factory.mktemp("served")
    (home / "jobswipe.db").write_bytes(sqlite_template.read_bytes())
    with Served(
        HOME=home,
        SERVER_HOSTS="jobs.example.com, www.example.com",
        SERVER_CORS_ORIGINS="https://app.example.com,http://localhost:3000",
        SERVER_TRUSTED_PROXIES="127.0.0.1",
        LIMITS_PUBLIC=20,
    ) as found:
        yield found


def test_a_proxy_in_front_is_believed_over_a_socket(served: Served) -> None:
    answer = served.get("/who", headers=NAMED | {FORWARDED: "198.51.100.1, 203.0.113.1", "x-forwarded-proto": "https"})
    assert answer.json() == {"client": "203.0.113.1", "scheme": "https"}


def test_a_client_cannot_have_more_by_saying_to_be_others(served: Served) -> None:
    found = [
        served.get("/who", headers=NAMED | {FORWARDED: f"198.51.100.{number}, 203.0.113.2"}).status_code
        for number in range(25)
    ]
    assert found == [200] * 20 + [429] * 5


def test_an_ipv6_customer_counts_as_one(served: Served) -> None:
    found = [
        served.get("/who", headers=NAMED | {FORWARDED: f"2001:db8::{number:x}"}).status_code for number in range(25)
    ]
    assert found.count(429) == 5


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("jobs.example.com", 200),
        ("JOBS.example.com:443", 200),
        ("www.example.com.", 200),
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("evil.example.org", 421),
        ("jobs.example.com.evil.example.org", 421),
        ("203.0.113.7", 421),
        ("jobs.example.com@evil.example.org", 421),
    ],
)
def test_the_server_is_reached_by_its_own_names(served: Served, host: str, status: int) -> None:
    answer = served.get("/things/1", headers={"host": host})
    assert answer.status_code == status
    # A balancer asks by the machine's address.
    assert served.get("/health", headers={"host": host}).status_code == 200


def test_who_came_through_the_proxy_is_not_here(served: Served) -> None:
    answer = served.get("/things/1", headers={"host": "localhost", FORWARDED: "203.0.113.3"})
    assert (answer.status_code, answer.json()["code"]) == (421, "misdirected")


def cors(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("origin", ["https://app.example.com", "http://localhost:3000"])
def test_a_listed_origin_may_read(served: Served, origin: str) -> None:
    for path in ("/things/1", "/nothing", "/api/v1/profile"):
        answer = served.get(path, headers={"origin": origin})
        assert cors(answer)["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["vary"]
    asked = {
        "origin": origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization",
    }
    answer = served.client.options("/api/v1/profile", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "PUT" in cors(answer)["access-control-allow-methods"]
    assert "authorization" in cors(answer)["access-control-allow-headers"]


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "",
        "https://evil.example.org",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example.org",
        "https://evilapp.example.com",
        "https://APP.example.com",
        "https://app.example.com/",
        "https://app.example.com, https://evil.example.org",
    ],
)
def test_others_hear_no_word_of_it(served: Served, origin: str) -> None:
    assert cors(served.get("/things/1", headers={"origin": origin})) == {}
    asked = {"origin": origin, "access-control-request-method": "PUT"}
    assert cors(served.client.options("/api/v1/profile", headers=asked)) == {}
