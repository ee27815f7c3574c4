"""Every kind of answer has every header and one shape of error; requests are counted, logged and named."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers.served import Served, until

from jobswipe import errors
from jobswipe.errors import JobSwipeError

HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cache-control": "no-store",
    "x-xss-protection": "0",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "vary": "Authorization, Cookie",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served")
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    settings = {"SERVER_PUBLIC_URL": "https://jobs.example.com", "LIMITS_TRUSTED": "127.0.0.0/8"}
    with Served(HOME=home, LOGGING_FORMAT="json", **settings) as found:
        yield found


def raw(served: Served, data: bytes) -> bytes:
    """What the server sends back for bytes as they are."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


def parsed(answer: bytes) -> httpx.Response:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return httpx.Response(int(first.split()[1]), headers=[tuple(line.split(": ", 1)) for line in lines], content=body)


KINDS: dict[str, tuple[str, str, int]] = {
    "a document": ("GET", "/things/7", 200),
    "a page of health": ("GET", "/health", 200),
    "a page of readiness": ("GET", "/ready", 200),
    "something made": ("POST", "/tasks/1", 201),
    "no content": ("OPTIONS", "/things/7", 204),
    "a head": ("HEAD", "/things/7", 200),
    "a bad parameter": ("GET", "/sleep?seconds=soon", 422),
    "nothing there": ("GET", "/nothing", 404),
    "a wrong method": ("DELETE", "/things/7", 405),
    "a method of nobody": ("BREW", "/things/7", 405),
    "a file": ("GET", "/file", 200),
    "no JSON": ("POST", "/echo", 415),
    "too much": ("POST", "/upload", 413),
    "a full disk": ("POST", "/full", 507),
    "a conflict": ("GET", "/error/ConflictError", 409),
    "a fault": ("GET", "/fault", 500),
    "a store that is away": ("GET", "/error/StorageError", 503),
}


def check(answer: httpx.Response, golden: dict[str, str] = HEADERS) -> None:
    """The golden list: nothing is missing, twice, or told that nobody has to know."""
    names = [name for name, _ in answer.headers.multi_items()]
    for name, value in golden.items():
        found = answer.headers.get_list(name)
        if name == "vary":  # what can be compressed varies by that, too
            found = [found[0].removesuffix(", Accept-Encoding")]
        assert found == [value]
    assert len(names) == len(set(names))
    expected = {
        "content-type",
        "content-length",
        "date",
        "x-request-id",
        "allow",
        "retry-after",
        "connection",
        "etag",
        "content-encoding",
        "content-disposition",
    }
    assert set(names) - set(golden) <= expected


@pytest.mark.parametrize("kind", KINDS)
def test_every_header_on_every_kind_of_answer(served: Served, kind: str) -> None:
    method, path, status = KINDS[kind]
    answer = served.client.request(method, path, content=b"x" * 6_000 if method == "POST" else None)
    assert answer.status_code == status
    check(answer)
    if status >= 400:
        problem(answer)


PAGE = HEADERS | {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}


def test_a_page_has_the_headers_of_a_page(served: Served) -> None:
    answer = served.get("/page")
    assert answer.headers["content-type"].startswith("text/html")
    check(answer, PAGE)
    # What is no page there is none.
    check(served.get("/page?fault=1"))


def test_a_header_cannot_begin_another(served: Served) -> None:
    answer = served.get("/inject", params={"value": "a\r\nset-cookie: b=c"})
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-echo"] == "a set-cookie: b=c"
    for name in ("x-request-id", "origin", "host"):
        head = f"GET /health HTTP/1.1\r\nHost: localhost\r\n{name}: a\r\x00set-cookie: b=c\r\n\r\n"
        assert b"set-cookie" not in raw(served, head.encode())


@pytest.mark.parametrize(
    "data", [b"HELO example.com\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"\x16\x03\x01\0"]
)
def test_what_is_no_http_gets_the_same_form(served: Served, data: bytes) -> None:
    answer = parsed(raw(served, data + b"\r\n\r\n"))
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")
    check(answer)
    assert answer.json()["code"] == "bad_request"


LIMITS = {"ratelimit", "ratelimit-policy", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


def test_a_refusal_for_too_many_has_every_header_too(store: Any) -> None:
    with Served(SERVER_PUBLIC_URL="https://jobs.example.com", LIMITS_AUTH=1) as few:
        assert few.client.post("/login").status_code == 200
        answer = few.client.post("/login")
        assert answer.status_code == 429
        assert set(answer.headers) >= LIMITS | {"retry-after"}
        for name in LIMITS:
            del answer.headers[name]
        check(answer)
        problem(answer)


def test_no_promise_of_https_where_there_is_none(store: Any) -> None:
    with Served("serve") as plain:
        answer = plain.get("/health")
        assert "strict-transport-security" not in answer.headers
        assert set(HEADERS) - set(answer.headers) == {"strict-transport-security"}
        assert plain.stop() == 0


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert set(found) - {"errors"} == {"type", "title", "status", "code", "detail", "request_id"}
    assert (found["status"], found["request_id"]) == (answer.status_code, answer.headers["x-request-id"])
    assert re.fullmatch(r"[a-z_]+", found["code"])
    assert found["detail"]
    return found


def ours(above: type[JobSwipeError] = JobSwipeError) -> list[type[JobSwipeError]]:
    return [above, *(found for below in above.__subclasses__() for found in ours(below))]


@pytest.mark.parametrize(
    "kind", [kind for kind in ours() if kind.__module__ == errors.__name__], ids=lambda kind: kind.__name__
)
def test_each_error_of_ours_has_its_status_and_code(served: Served, kind: type[JobSwipeError]) -> None:
    answer = served.get(f"/error/{kind.__name__}")
    found = problem(answer)
    assert (found["status"], found["code"]) == (kind.status, kind.code)
    # A sentence about the inside of the server stays inside.
    inside = kind.status in (500, 503) and kind is not errors.BusyError
    assert ("/an/inner/path" in answer.text) is not inside
    assert ("retry-after" in answer.headers) is (kind.status == 503)


def test_a_fault_is_told_to_the_log_alone(served: Served) -> None:
    answer = served.get("/fault", headers={"x-request-id": "the-faulty-one"})
    assert problem(answer)["code"] == "fault"
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    (line,) = until(lambda: [one for one in served.log("request_failed") if one["request_id"] == "the-faulty-one"])
    assert "program.py" in line["exception"]
    assert line["problem"] == "fault"


def test_patience_that_a_board_asks_for_is_passed_on(served: Served) -> None:
    answer = served.get("/retry")
    assert (answer.status_code, answer.headers["retry-after"]) == (502, "18")


def test_allowed_methods_are_told(served: Served) -> None:
    assert served.client.post("/things/7").headers["allow"] == "GET, HEAD, OPTIONS"
    assert "POST" in served.get("/tasks/1").headers["allow"]


def test_a_head_is_a_get_without_its_body(served: Served) -> None:
    whole, head = served.get("/things/7"), served.client.head("/things/7")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_a_request_id_is_taken_where_it_can_be_trusted(served: Served) -> None:
    for given in ("a1b2c3d4", "trace.12_34-ABCD", "x" * 64):
        assert served.get("/health", headers={"x-request-id": given}).headers["x-request-id"] == given
    made = set()
    for given in ("short", "x" * 65, "two words 12", "mail@example.com", "-leading-dash", "naïve-ident".encode(), ""):
        made.add(served.get("/health", headers={"x-request-id": given}).headers["x-request-id"])
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in made)
    assert len(made) == 7


def test_requests_are_counted_by_template(served: Served) -> None:
    before = samples(served)
    for number in range(30):
        assert served.get(f"/things/{number}").status_code == 200
        assert served.get(f"/unknown/{number}").status_code == 404
        assert served.client.request(f"M{number}X", "/things/1").status_code == 405
    assert served.get("/things/not-a-number").status_code == 404
    after = samples(served)
    changed = {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}
    assert changed == {
        ("GET", "/things/{thing}", "200"): 30,
        ("GET", "unmatched", "404"): 31,
        ("other", "/things/{thing}", "405"): 30,
    }
    text = httpx.get(f"http://127.0.0.1:{served.metrics_port}/metrics").text
    assert "jobswipe_http_requests_in_progress 0.0" in text
    assert 'jobswipe_http_request_duration_seconds_count{method="GET",route="/things/{thing}"}' in text


def samples(served: Served) -> dict[tuple[str, str, str], float]:
    text = httpx.get(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=60).text
    found = re.findall(
        r'^jobswipe_http_requests_total\{method="(.*)",route="(.*)",status="(.*)"\} (.*)$', text, re.MULTILINE
    )
    return {(method, route, status): float(value) for method, route, status, value in found}


def test_the_access_log_has_the_template_and_the_ids(served: Served) -> None:
    served.get("/things/4711?token=swordfish", headers={"x-request-id": "in-the-log"})
    (line,) = until(lambda: [one for one in served.log("request") if one["request_id"] == "in-the-log"])
    assert (line["method"], line["route"], line["status"]) == ("GET", "/things/{thing}", 200)
    assert line["logger"] == "server.access"
    assert "4711" not in json.dumps(line)
    assert "swordfish" not in served.text()
    assert all(line.startswith("{") for line in served.said if "listens on" not in line)


def test_requests_of_one_connection_have_ids_of_their_own(served: Served) -> None:
    """Pipelined ones, too: uvicorn starts the next from within the one before."""
    request = b"GET /things/%d HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    answer = raw(
        served, b"".join(request % (number, b"" if number < 4 else b"Connection: close\r\n") for number in range(5))
    )
    ids = re.findall(rb"x-request-id: (\w+)", answer)
    assert len(set(ids)) == 5


def test_a_share_of_the_access_log(store: Any) -> None:
    with Served(LOGGING_ACCESS_RATIO=0, LOGGING_FORMAT="json") as quiet:
        for _ in range(20):
            quiet.get("/health")
        quiet.get("/nothing")
        (line,) = until(lambda: quiet.log("request"))
        assert line["status"] == 404
