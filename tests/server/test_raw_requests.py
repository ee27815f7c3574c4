"""Requests byte by byte as they are written: which are taken, which are none, and who keeps the connection after it."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from servers.served import SECONDS, Served, until

CHUNKED = "Transfer-Encoding: chunked"
MOST = 8_192


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served")
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    with Served(HOME=home, LOGGING_FORMAT="json", LIMITS_MAX_HEAD=MOST) as found:
        yield found
        until(lambda: "in_progress 0.0" in found.metrics())
        assert not found.log("request_failed")
        # Two answers are not as long as they say.
        assert found.text().count("Exception in ASGI application") <= 2


def ask(served: Served, data: bytes, pieces: int = 1_000_000) -> bytes:
    """All that is answered until the server parts."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError):  # it may part before all is sent
            for start in range(0, len(data), pieces):
                connection.sendall(data[start : start + pieces])
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                answer += part
    return answer


def get(*lines: str, target: str = "/things/1", method: str = "GET", version: str = "1.1", host: bool = True) -> bytes:
    first = [f"{method} {target} HTTP/{version}", *(["Host: localhost"] if host else [])]
    return "\r\n".join([*first, *lines, "", ""]).encode("latin-1")


def post(*lines: str, body: bytes = b"", target: str = "/upload", version: str = "1.1") -> bytes:
    return get(*lines, target=target, method="POST", version=version) + body


def chunks(body: bytes, *lines: str) -> bytes:
    return post(CHUNKED, *lines, body=body)


LAST = get("Connection: close", target="/things/7")
"""Asked after each: it is answered where the connection was kept."""
THREE = b"3\r\nabc\r\n0\r\n\r\n"

TAKEN: dict[str, tuple[bytes, list[int]]] = {
    "one": (get(), [200]),
    "three at once": (get() * 3, [200] * 3),
    "a body": (post("Content-Length: 3", body=b"abc"), [200]),
    "a body and one after it": (post("Content-Length: 3", body=b"abc") + get(), [200, 200]),
    "a body that nobody wants": (get("Content-Length: 3") + b"abc" + get(), [200, 200]),
    "a length with zeros": (post("Content-Length:\t003 ", body=b"abc"), [200]),
    "chunks": (chunks(b"3\r\nabc\r\n00002\r\nde\r\n0\r\n\r\n"), [200]),
    "chunks and one after them": (chunks(THREE) + get(), [200, 200]),
    "chunks of empty lines": (chunks(b"8\r\n\r\n\r\n\r\n\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n") + get(), [200, 200]),
    "chunks of another case": (post("transfer-encoding: Chunked ", body=THREE), [200]),
    "chunks for a GET": (get(CHUNKED) + THREE, [200]),
    "an extension": (chunks(b'3;a=b;c="d e"\r\nabc\r\n0\r\n\r\n'), [200]),
    "a trailer": (chunks(b"3\r\nabc\r\n0\r\nHost: evil.example.org\r\nX: a\r\n\r\n") + get(), [200, 200]),
    "methods of nobody": (
        get(method="BREW") + get(method="get") + get(method="DESCRIBE") + get(),
        [405, 405, 405, 200],
    ),
    "a long method": (get(method="A" * 5_000) + get(), [405, 200]),
    "CONNECT": (get(method="CONNECT", target="example.com:443") + get(method="CONNECT") + get(), [404, 405, 200]),
    "addresses of other kinds": (
        get(target="http://localhost/things/1") + get(target="*") + get(target="localhost:80") + get(target="//a/b"),
        [404] * 4,
    ),
    "OPTIONS of all": (get(method="OPTIONS", target="*"), [404]),
    "what a browser would have quoted": (get(target='/things/1?a[]={}|\\^`<>"'), [200]),
    "quoted": (get(target="/th%69ngs/1"), [200]),
    "letters beyond ASCII in a value": (get("X: \xe4\xff"), [200]),
    "an upgrade": (
        get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA") + get(),
        [200, 200],
    ),
    "an upgrade with a body": (
        post("Upgrade: h2c", "Connection: upgrade", "Content-Length: 3", body=b"abc") + get(),
        [200, 200],
    ),
    "an upgrade with chunks": (chunks(THREE, "Connection: upgrade", "UPGRADE: websocket") + get(), [200, 200]),
    "who waits to be asked": (post("Expect: 100-continue", "Content-Length: 3", body=b"abc"), [100, 200]),
    "another expectation": (post("Expect: 200-ok", "Content-Length: 3", body=b"abc"), [200]),
    "many headers": (get(*[f"X-{number}: a" for number in range(120)]), [431]),
}
CLOSED: dict[str, tuple[bytes, list[int]]] = {
    "close": (get("Connection: close"), [200]),
    "close among others": (get("Connection: x, CLOSE"), [200]),
    "close to a proxy": (get("Proxy-Connection: close"), [200]),
    "1.0": (get(version="1.0", host=False), [200]),
    "1.0 that would stay": (get("Connection: keep-alive", version="1.0"), [200]),
    "1.0 cannot wait to be asked": (
        post("Expect: 100-continue", "Content-Length: 3", version="1.0", body=b"abc"),
        [200],
    ),
    "chunks of 1.0": (post(CHUNKED, version="1.0", body=THREE), [200]),
    "too large": (post("Content-Length: 9999999"), [413]),
    "close in a trailer": (chunks(b"0\r\nConnection: close\r\n\r\n"), [200]),
    "what follows is none": (get() + b"nonsense\r\n\r\n", [200, 400]),
    "what follows a body is none": (post("Content-Length: 3", body=b"abcdef\r\n\r\n"), [200, 400]),
    "an empty line after a body": (post("Content-Length: 3", body=b"abc\r\n") + get(), [200, 400]),
}
REFUSED: dict[str, tuple[bytes, int]] = {
    # Two readers of these could see different requests.
    "a length and chunks": (post("Content-Length: 6", CHUNKED, body=b"0\r\n\r\nG"), 400),
    "chunks and a length": (post(CHUNKED, "Content-Length: 3", body=b"0\r\n\r\n"), 400),
    "two lengths": (post("Content-Length: 3", "Content-Length: 4", body=b"abcd"), 400),
    "one length twice": (post("Content-Length: 3", "Content-Length: 3", body=b"abc"), 400),
    "a list of lengths": (post("Content-Length: 3, 3", body=b"abc"), 400),
    "another coding": (post("Transfer-Encoding: gzip"), 501),
    "another coding before": (post("Transfer-Encoding: gzip, chunked", body=THREE), 501),
    "another coding in a line before": (post("Transfer-Encoding: gzip", CHUNKED, body=THREE), 501),
    "identity": (post("Transfer-Encoding: identity"), 501),
    "almost chunked": (post("Transfer-Encoding: xchunked", body=THREE), 501),
    "chunked, quoted": (post('Transfer-Encoding: "chunked"', body=THREE), 501),
    "a comma before chunked": (post("Transfer-Encoding: ,chunked", body=THREE), 501),
    "another coding after": (post("Transfer-Encoding: chunked, gzip", body=THREE), 400),
    "chunked twice": (post(CHUNKED, CHUNKED, body=THREE), 400),
    "another coding in a line after": (post(CHUNKED, "Transfer-encoding: cow", body=THREE), 400),
    "no coding": (post("Transfer-Encoding:"), 400),
    "a control character before chunked": (post("Transfer-Encoding: \x0bchunked", body=THREE), 400),
    "chunked in a second line": (post("Transfer-Encoding:\r\n chunked", body=THREE), 400),
    "a space before the colon of chunked": (post("Transfer-Encoding : chunked", body=THREE), 400),
    **{
        f"a length of {length!r}": (post(f"Content-Length: {length}", body=b"abc"), 400)
        for length in ("+3", "-3", "1_0", "0x3", "", "3 3", "3\x0b", "3.0", "\xb3", "9" * 23)
    },
    **{
        f"a chunk of {size!r}": (chunks(size.encode() + b"\r\nabc\r\n0\r\n\r\n"), 400)
        for size in ("+3", "-3", "0x3", "1_0", "3 ", " 3", "3 ;a", "", "2", "4", "f" * 17, "3;", "3;a\nb", "3\n")
    },
    "chunks with bare ends": (chunks(b"3\nabc\n0\n\n"), 400),
    "a trailer that is none": (chunks(b"0\r\nnonsense\r\n\r\n"), 400),
    "a length in a trailer": (chunks(b"0\r\nContent-Length: 30\r\n\r\n"), 400),
    # The line.
    "no host": (get(host=False), 400),
    "two hosts": (get("Host: localhost"), 400),
    "no version": (b"GET /things/1\r\n\r\n", 400),
    **{f"version {one}": (get(version=one), 400) for one in ("0.9", "1.2", "2.0", "3.0", "1.10", "1", "")},
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "http in small letters": (b"GET /things/1 http/1.1\r\nHost: localhost\r\n\r\n", 400),
    "another protocol": (b"GET /things/1 ICE/1.0\r\nHost: localhost\r\n\r\n", 400),
    "two spaces": (get(target=" /things/1"), 400),
    "a tab": (b"GET\t/things/1\tHTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a space at the end": (get(version="1.1 "), 400),
    **{f"a method {one!r}": (get(method=one), 400) for one in ("", "G(T", "G\xc4T", "G\0T")},
    **{f"an address {one!r}": (get(target=one), 400) for one in ("", "/\xe4", "/\0", "/\x7f", "/a b", "/\t")},
    "an empty line before": (b"\r\n" + get(), 400),
    "a space before": (b" " + get(), 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "letters of nobody": (bytes(range(128, 256)) + b"\r\n\r\n", 400),
    # The fields.
    "bare ends of lines": (get().replace(b"\r\n", b"\n"), 400),
    "one bare end": (get("X: a\nY: b"), 400),
    "a bare return": (get("X: a\rY: b"), 400),
    "a bare last end": (get("X: a")[:-2] + b"\n", 400),
    "a value in two lines": (get("X: a\r\n b"), 400),
    "a second line first": (b"GET /things/1 HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n", 400),
    **{f"a value with {one!r}": (get(f"X: a{one}b"), 400) for one in "\0\x01\x0b\x0c\x1f\x7f"},
    **{f"a name {one!r}": (get(f"{one}: a"), 400) for one in ("", "X ", "X Y", "X\xe4", "X(", "X\0", "X\t", '"X"')},
    "no colon": (get("nonsense"), 400),
    # How long it may be.
    "a head without an end": (b"GET / HTTP/1.1\r\nX: " + b"a" * 300_000, 431),
    "a line without an end": (b"G" * 300_000, 431),
    "spaces without an end": (b"GET / HTTP/1.1\r\nX:" + b" " * 300_000, 431),
    "an extension without an end": (chunks(b"3;" + b"a" * 300_000), 431),
    "a trailer without an end": (chunks(b"0\r\nX: " + b"a" * 300_000), 431),
    "trailers without an end": (chunks(b"0\r\n" + b"X: a\r\n" * 50_000), 431),
}  # fmt: skip


def statuses(answer: bytes) -> list[int]:
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]


@pytest.mark.parametrize("pieces", [1_000_000, 5])
@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_taken_leaves_the_connection_open(served: Served, kind: str, pieces: int) -> None:
    data, expected = TAKEN[kind]
    answer = ask(served, data + LAST, pieces)
    assert statuses(answer) == [*expected, 200]
    assert answer.endswith(b'{"thing":7}')


@pytest.mark.parametrize("pieces", [1_000_000, 5])
@pytest.mark.parametrize("kind", CLOSED)
def test_after_some_the_server_parts(served: Served, kind: str, pieces: int) -> None:
    data, expected = CLOSED[kind]
    answer = ask(served, data + LAST, pieces)
    assert statuses(answer) == expected
    assert b"\r\nconnection: close\r\n" in answer


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_none_is_told_so_and_nothing_after_it_is_heard(served: Served, kind: str) -> None:
    data, status = REFUSED[kind]
    answer = ask(served, data + LAST, 1_000_000)
    assert statuses(answer) == [status]
    first, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\ncontent-type: application/problem+json" in first
    assert b"\r\nconnection: close" in first
    assert b"\r\nx-content-type-options: nosniff" in first
    assert f'"status":{status}'.encode() in body


@pytest.mark.parametrize("kind", [kind for kind, (data, _) in REFUSED.items() if len(data) < 1_000])
def test_it_is_the_same_in_pieces(served: Served, kind: str) -> None:
    data, status = REFUSED[kind]
    assert statuses(ask(served, data + LAST, 5)) == [status]


def test_a_trailer_is_no_header(served: Served) -> None:
    answer = ask(served, post(CHUNKED, target="/names", body=b"3\r\nabc\r\n0\r\nX-Late: a\r\n\r\n") + LAST)
    assert b'{"names":["host","transfer-encoding"]}' in answer


def test_a_body_of_unknown_length(served: Served) -> None:
    answer = ask(served, get(target="/parts") + get(target="/parts", method="HEAD") + LAST)
    assert statuses(answer) == [200, 200, 200]
    assert answer.count(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n") == 1
    assert answer.count(b"\r\ntransfer-encoding: chunked\r\n") == 2
    answer = ask(served, get(target="/parts", version="1.0"))
    assert b"transfer-encoding" not in answer
    assert answer.endswith(b"\r\n\r\nonetwo")


def test_a_head_alone(served: Served) -> None:
    asked = get(target="/big", method="HEAD")
    answer = ask(served, asked + LAST)
    assert statuses(answer) == [200, 200]
    assert int(re.findall(rb"\r\ncontent-length: (\d+)", answer)[0]) > 1_000
    assert len(answer) < 3_000


def test_an_answer_is_as_long_as_it_says(served: Served) -> None:
    assert ask(served, get(target="/said?length=3") + LAST).count(b"HTTP/1.1 200") == 2
    for length in (2, 4):  # more is not sent, less is not waited for
        answer = ask(served, get(target=f"/said?length={length}") + LAST)
        assert statuses(answer) == [200]
        assert answer.endswith(b"\r\n\r\n" if length == 2 else b"\r\n\r\nabc")


def test_nothing_that_is_sent_begins_a_header(served: Served) -> None:
    assert b"\r\nx-evil" not in ask(served, get(target="/inject?value=a%0d%0ax-evil:%20b%00") + LAST)
