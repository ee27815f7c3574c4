"""Requests that are wrong, too large, too slow or never end: each is told what was expected, and holds up nobody."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from servers.served import SECONDS, Served, until

CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served")
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    limits = {"HEAD_TIMEOUT": 1, "BODY_TIMEOUT": 1, "BODY_RATE": 100, "WRITE_TIMEOUT": 1, "MAX_BODY": 100_000}
    settings = {f"LIMITS_{name}": value for name, value in limits.items()}
    with Served(HOME=home, LOGGING_FORMAT="json", **settings) as found:
        yield found


def connect(served: Served) -> socket.socket:
    host, _, port = served.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def head(path: str, *lines: bytes, method: str = "POST") -> bytes:
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), b"Host: localhost", *lines, b"", b""])


def rest(connection: socket.socket) -> bytes:
    """All that the server still says; it parts by itself."""
    answer = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            answer += part
    return answer


def told(answer: bytes) -> dict[str, Any]:
    first, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in first
    found: dict[str, Any] = json.loads(body)
    assert first.startswith(f"HTTP/1.1 {found['status']}".encode())
    return found


WHOLE: dict[str, Any] = {"name": "Sample", "parts": [{"count": 1}]}
BODIES: dict[str, tuple[Any, str, str]] = {
    "no object": ([], "", "an object"),
    "a bare text": ("4711", "", "an object"),
    "a missing field": ({"parts": []}, "name", "a value: it is required"),
    "a field too many": (WHOLE | {"role": "admin"}, "role", "no field of this name"),
    "a number for a text": (WHOLE | {"name": 4711}, "name", "a text"),
    "a text for a number": ({"name": "a", "parts": [{"count": "1"}]}, "parts[0].count", "a whole number"),
    "an empty text": (WHOLE | {"name": ""}, "name", "a text of at least 1 letters"),
    "a long text": (WHOLE | {"name": "x" * 21}, "name", "a text of at most 20 letters"),
    "a large number": ({"name": "a", "parts": [{"count": 10}]}, "parts[0].count", "a whole number of at most 9"),
    "no choice": ({"name": "a", "parts": [{"count": 1, "mood": "4711"}]}, "parts[0].mood", "one of bad, good"),
    "no time": (WHOLE | {"at": "4711"}, "at", "a date and time such as 2026-01-31T12:00:00Z"),
    "neither": (WHOLE | {"at": []}, "at", "a date and time such as 2026-01-31T12:00:00Z or null"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_what_is_wrong_in_a_body_is_said_of_its_field(served: Served, kind: str) -> None:
    body, field, expected = BODIES[kind]
    answer = served.client.post("/echo", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"] == [{"in": "body", "field": field, "expected": expected}]
    assert "4711" not in answer.text


def test_what_is_right_is_taken(served: Served) -> None:
    assert served.client.post("/echo", json=WHOLE).status_code == 200
    for kind in ("application/json; charset=utf-8", "application/merge-patch+json"):
        answer = served.client.post("/echo", content=json.dumps(WHOLE), headers={"content-type": kind})
        assert answer.status_code == 200


def test_what_is_wrong_in_a_query_is_said(served: Served) -> None:
    missing, wrong = served.get("/wait"), served.get("/wait?seconds=4711x")
    assert missing.json()["errors"] == [{"in": "query", "field": "seconds", "expected": "a value: it is required"}]
    assert wrong.json()["errors"] == [{"in": "query", "field": "seconds", "expected": "a number"}]
    assert "4711" not in wrong.text


def test_the_api_takes_no_query_that_it_does_not_know(served: Served) -> None:
    # Who asks is asked for first.
    assert served.get("/api/v1/profile?colour=4711").status_code == 401


@pytest.mark.parametrize("body", [b"{", b'{"name": NaN}', b"\xff", b"[" * 50_000, b'{"name": "\\ud800"}'])
def test_what_is_no_json_is_said_to_be_none(served: Served, body: bytes) -> None:
    answer = served.client.post("/echo", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_only_json_is_taken_where_json_is_wanted(served: Served, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = served.client.post("/echo", content=json.dumps(WHOLE), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_no_body_is_asked_for(served: Served) -> None:
    answer = served.client.post("/echo")
    assert answer.json()["errors"] == [{"in": "body", "field": "", "expected": "a body of application/json"}]


def test_a_body_is_counted_as_it_comes(served: Served) -> None:
    assert served.client.post("/upload", content=b"x" * 5_000).json() == {"size": 5_000}
    said = served.client.post("/upload", content=b"x" * 5_001)
    unsaid = served.client.post("/upload", content=iter([b"x" * 2_000] * 3))
    for answer in (said, unsaid):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert "5000" in answer.json()["detail"]
    # An address that says nothing takes what the settings say.
    assert served.client.post("/echo", content=b"x" * 100_001).status_code == 413


def test_a_length_that_is_not_true_helps_nobody(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(head("/upload", b"Content-Length: 10") + b"x" * 10 + b"x" * 20_000 + b"\r\n\r\n")
        answer = rest(connection)
    assert b'{"size":10}' in answer
    assert b"400 Bad Request" in answer  # what came after it is no request
    with connect(served) as connection:  # who could be made to see two requests in one
        lines = (b"Content-Length: 3", b"Transfer-Encoding: chunked")
        connection.sendall(head("/upload", *lines) + b"0\r\n\r\n")  # and the server parts with them
        assert told(rest(connection))["code"] == "bad_request"


def test_a_client_that_sends_forever_is_answered_and_left(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(head("/upload", CHUNKED.strip()))
        chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
        started, sent = time.monotonic(), 0
        with pytest.raises(OSError):  # noqa: PT011 - reset or broken pipe, as it happens
            while time.monotonic() - started < SECONDS:
                connection.sendall(chunk)
                sent += 1
        assert sent
    assert served.get("/health").status_code == 200


def test_an_answer_is_readable_while_the_client_still_sends(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(head("/upload", CHUNKED.strip()) + b"4000\r\n" + b"x" * 0x4000)
        assert told(rest(connection))["code"] == "too_large"


def test_a_body_that_nobody_reads_costs_its_connection(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(head("/swallow", b"Content-Length: 90000") + b"x")
        assert b'"heard"' in rest(connection)  # it ends though not all was sent


def test_a_head_that_does_not_end_is_not_waited_for(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        assert told(rest(connection))["code"] == "too_slow"
    with connect(served) as silent:
        assert rest(silent) == b""
    with connect(served) as connection:  # byte by byte is not fast enough
        with suppress(OSError):
            for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 1_000:
                connection.send(bytes([byte]))
                time.sleep(0.02)
        answer = rest(connection)
    assert not answer or told(answer)["code"] == "too_slow"
    with connect(served) as connection:  # nor where it was begun in advance
        connection.sendall(head("/wait?seconds=0", method="GET") + b"GET /health HTTP/1.1\r\n")
        first, _, second = rest(connection).partition(b'{"waited":0.0}')
    assert first.startswith(b"HTTP/1.1 200")
    assert told(second)["code"] == "too_slow"


def test_a_body_that_hardly_comes_is_not_waited_for(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(head("/upload", b"Content-Length: 4000") + b"x")
        assert told(rest(connection))["code"] == "too_slow"


def test_a_slow_line_is_no_reason_to_part(served: Served) -> None:
    """More than the least, over more than the time that a silent client has."""
    with connect(served) as connection:
        connection.sendall(head("/upload", b"Content-Length: 4500", b"Connection: close"))
        for _ in range(9):
            connection.sendall(b"x" * 500)
            time.sleep(0.2)
        assert b'{"size":4500}' in rest(connection)


def test_addresses_and_heads_have_a_length(served: Served) -> None:
    long = served.get("/things/1?a=" + "x" * 9_000)
    assert (long.status_code, long.json()["code"]) == (414, "uri_too_long")
    many = served.get("/things/1", headers={f"x-{number}": "a" for number in range(120)})
    large = served.get("/things/1", headers={f"x-{number}": "a" * 3_000 for number in range(12)})
    for answer in (many, large):
        assert (answer.status_code, answer.json()["code"]) == (431, "head_too_large")
    with connect(served) as connection:  # one that never ends
        with suppress(OSError):
            connection.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 1_000_000)
        answer = rest(connection)
    assert told(answer)["code"] == "head_too_large"


def test_a_coding_of_nobody_is_not_known(served: Served) -> None:
    with connect(served) as connection:
        connection.sendall(head("/upload", b"Transfer-Encoding: gzip"))
        assert told(rest(connection))["code"] == "not_implemented"


def test_a_client_that_goes_away_is_no_fault(served: Served) -> None:
    before = len(served.log("request_failed"))
    for _ in range(3):
        with connect(served) as connection:
            connection.sendall(head("/upload", b"Content-Length: 4000") + b"x" * 10)
    until(
        lambda: len([one for one in served.log("request") if one["route"] == "/upload" and one["status"] == 400]) >= 3
    )
    assert len(served.log("request_failed")) == before


def test_a_client_that_does_not_read_is_left(served: Served) -> None:
    def running() -> bool:
        return "in_progress 0.0" not in served.metrics()

    with connect(served) as connection:
        connection.sendall(head("/flood", method="GET"))
        until(running)
        until(lambda: not running())


def test_a_full_disk_is_said(served: Served) -> None:
    answer = served.client.post("/full", content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert int(answer.headers["retry-after"]) > 0
    assert until(lambda: served.log("request_failed"))[-1]["error"] == "OSError"


def test_connections_are_counted(store: Any) -> None:
    with Served(LIMITS_CONNECTIONS=5) as few:
        held = [connect(few) for _ in range(5)]
        with connect(few) as connection:
            found = told(rest(connection))
        assert (found["status"], found["code"]) == (503, "busy")
        for one in held:
            one.close()
        until(lambda: few.get("/health").status_code == 200)


def test_one_address_cannot_have_all_connections(store: Any) -> None:
    with Served(LIMITS_CONNECTIONS_EACH=3, LIMITS_TRUSTED="") as few:
        held = [connect(few) for _ in range(3)]
        with connect(few) as connection:
            assert told(rest(connection))["code"] == "busy"
        for one in held:
            one.close()
        until(lambda: few.get("/health").status_code == 200)
