"""A desk over a server that refuses, asks to wait, hangs or talks nonsense: what is said, and what a verdict does."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from servers.certificate import self_signed

from jobswipe.errors import (
    ConflictError,
    ForbiddenError,
    InputError,
    NotFoundError,
    StorageError,
    UnauthenticatedError,
    UsageError,
)
from tui.desk.interface import AwayError, Verdict
from tui.desk.remote.address import address, check_key, fingerprint
from tui.desk.remote.begin import begin
from tui.desk.remote.desk import RemoteDesk
from tui.desk.remote.line import Line
from tui.desk.remote.owner import owner

LIKE = Verdict(key="0123456789abcdef", posting_id=7, verdict="like", title="A title", position=1)
SECRET = "jobswipe_a-key-that-nobody-has"


class Rude(ThreadingHTTPServer):
    """Answers everything with `answer`: status, headers, body; None hangs. `asked` are the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: tuple[int, dict[str, str], bytes] | None = (200, {}, b"{}")
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.let_go = threading.Event()

    def problem(self, status: int, code: str, detail: str, **headers: str) -> None:
        head = {"content-type": "application/problem+json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.answer = (status, head, json.dumps({"code": code, "detail": detail, "status": status}).encode())


class _Handler(BaseHTTPRequestHandler):
    server: Rude

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        if self.server.answer is None:
            self.server.let_go.wait(60)
            return
        status, headers, content = self.server.answer
        self.send_response(status)
        for name, value in ({"content-length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - as the base class calls them

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def rude() -> Iterator[Rude]:
    server = Rude()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(rude: Rude) -> Iterator[RemoteDesk]:
    found = RemoteDesk(Line(address(f"http://127.0.0.1:{rude.server_port}"), SECRET))
    yield found
    found.close()


@pytest.mark.parametrize(
    ("status", "code", "read", "recorded", "says"),
    [
        (401, "unauthenticated", UnauthenticatedError, AwayError, "does not take this API key"),
        (403, "forbidden", ForbiddenError, AwayError, "swipes:write"),
        (404, "not_found", NotFoundError, NotFoundError, "scope"),
        (409, "conflict", ConflictError, ConflictError, "scope"),
        (409, "idempotency_conflict", ConflictError, ConflictError, "scope"),
        (422, "invalid", InputError, InputError, "scope"),
        (400, "usage", UsageError, UsageError, "scope"),
        (500, "fault", AwayError, AwayError, "cannot do it now"),
        (503, "storage", AwayError, AwayError, "cannot do it now"),
        (507, "disk_full", AwayError, AwayError, "cannot do it now"),
    ],
)
def test_each_refusal_is_one_sentence(
    rude: Rude, desk: RemoteDesk, status: int, code: str, read: type, recorded: type, says: str
) -> None:
    rude.problem(status, code, "This needs the scope swipes:write, which you do not have \x1b[31mhere.")
    with pytest.raises(read, match=says) as told:
        desk.applications()
    with pytest.raises(recorded, match=says):
        desk.record(LIKE)
    assert "\x1b" not in told.value.message
    assert SECRET not in told.value.message
    assert told.value.message.endswith(".")


@pytest.mark.parametrize(("status", "asked", "seconds"), [(429, "17", 17), (503, "5", 5), (429, "99999", 600)])
def test_what_a_server_asks_to_wait_is_waited(
    rude: Rude, desk: RemoteDesk, status: int, asked: str, seconds: float
) -> None:
    rude.problem(status, "too_many_requests", "Too many.", retry_after=asked)
    with pytest.raises(AwayError) as told:
        desk.record(LIKE)
    assert told.value.retry_after == seconds


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"<html>Sign in to the network</html>"),
        (200, {"content-type": "application/json"}, b'{"swipe": {}'),
        (200, {}, b'{"application_id": "twelve"}'),
        (200, {}, b"\xff\xfe"),
        (200, {}, b"[" * 100_000),
        (200, {"content-encoding": "gzip"}, b"no gzip"),
        (200, {"content-encoding": "br"}, b"{}"),
        (200, {"content-encoding": "gzip"}, gzip.compress(b"0" * 40_000_000)),
        (404, {"content-type": "text/html"}, b"no such page"),
        (401, {"content-type": "text/html"}, b"a proxy asks who you are"),
        (502, {}, b""),
        (422, {"content-type": "application/problem+json"}, b"{"),
        (204, {}, b""),
    ],
)
def test_nonsense_makes_a_verdict_wait(rude: Rude, desk: RemoteDesk, answer: tuple[int, dict[str, str], bytes]) -> None:
    """Something in between answers, or a server of another version: nothing is known of the verdict."""
    rude.answer = answer
    with pytest.raises(StorageError):
        desk.record(LIKE)
    with pytest.raises(StorageError):
        desk.deal(10, ())


def test_a_redirect_does_not_get_the_key(rude: Rude, desk: RemoteDesk) -> None:
    elsewhere = Rude()
    threading.Thread(target=elsewhere.serve_forever, args=(0.02,), daemon=True).start()
    try:
        rude.answer = (307, {"location": f"http://127.0.0.1:{elsewhere.server_port}/"}, b"")
        with pytest.raises(AwayError, match="not followed with your key"):
            desk.record(LIKE)
        assert elsewhere.asked == []
    finally:
        elsewhere.shutdown()
        elsewhere.server_close()


def test_a_server_that_hangs_is_given_up(rude: Rude, desk: RemoteDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    rude.answer = None
    with pytest.raises(AwayError, match="does not answer"):
        desk.line.ask("POST", "/swipes", dict, seconds=0.3, json={})
    threading.Timer(0.3, desk.close).start()
    with pytest.raises(AwayError):  # the end of the app is not kept waiting
        desk.line.ask("POST", "/swipes", dict, seconds=600, json={})


def test_a_certificate_that_is_not_trusted_gets_no_key(
    rude: Rude, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    rude.socket = context.wrap_socket(rude.socket, server_side=True, do_handshake_on_connect=False)
    rude.answer = (200, {}, b'{"application_id": 12}')
    where = address(f"https://127.0.0.1:{rude.server_port}")
    desk = RemoteDesk(Line(where, SECRET))
    with pytest.raises(AwayError, match="does not trust, so nothing was sent"):
        desk.record(LIKE)
    assert rude.asked == []
    desk.close()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    desk = RemoteDesk(Line(where, SECRET))
    assert desk.record(LIKE) == 12
    desk.close()


def test_a_proxy_that_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://127.0.0.1")
    with pytest.raises(UsageError, match="The proxy"):
        Line(address("https://jobs.example.com"), SECRET)


def test_nobody_listens() -> None:
    desk = RemoteDesk(Line(address("http://127.0.0.1:1"), SECRET))
    with pytest.raises(AwayError, match="does not answer"):
        desk.record(LIKE)
    desk.close()


def test_a_verdict_goes_with_its_key_and_an_undo_names_its_posting(rude: Rude, desk: RemoteDesk) -> None:
    rude.answer = (200, {}, b'{"application_id": 12, "posting_id": 7}')
    assert desk.record(LIKE) == 12
    assert desk.record(Verdict(key="another-key", posting_id=7, verdict="undo", title="A title")) is None
    (_, path, head, body), (_, undo, undo_head, undo_body) = rude.asked
    assert path == "/api/v1/swipes"
    assert head["Idempotency-Key"] == LIKE.key
    assert head["Authorization"] == f"Bearer {SECRET}"
    assert json.loads(body)["deck_position"] == 1
    assert (undo, undo_head["Idempotency-Key"], undo_body) == ("/api/v1/swipes/undo?posting_id=7", "another-key", b"")


def test_a_change_that_may_have_been_made_is_not_made_again(rude: Rude, desk: RemoteDesk) -> None:
    rude.answer = (200, {}, b"nonsense")
    with pytest.raises(AwayError, match="Look whether it was done"):
        desk.note(1, "They call on Tuesday.")
    assert len(rude.asked) == 1


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://jobs.example.com", "https://jobs.example.com/api/v1"),
        (" https://jobs.example.com/ ", "https://jobs.example.com/api/v1"),
        ("https://jobs.example.com:8443/inner/api/v1/", "https://jobs.example.com:8443/inner/api/v1"),
        ("http://localhost:8000", "http://localhost:8000/api/v1"),
        ("http://127.0.0.2", "http://127.0.0.2/api/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/api/v1"),
    ],
)
def test_an_address(text: str, base: str) -> None:
    assert address(text).base == base


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://jobs.example.com", "write https://jobs.example.com"),
        ("http://127.0.0.1.example.com", "https"),
        ("http://localhost.example.com", "https"),
        ("http://169.254.169.254", "https"),
        ("jobs.example.com", "write it like"),
        ("ftp://jobs.example.com", "write it like"),
        ("https://", "write it like"),
        ("https://[", "write it like"),
        ("https://host:99999", "write it like"),
        ("https://me:secret@jobs.example.com", "no user name"),
        ("https://jobs.example.com/?key=x", "no user name"),
        ("", "write it like"),
    ],
)
def test_what_is_no_address(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as told:
        address(text)
    assert "secret" not in told.value.message


@pytest.mark.parametrize("key", ["", " ", "two words", "a\nb", "ключ", "x" * 600])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(UsageError, match="no key") as told:
        check_key(key)
    assert "two words" not in told.value.message


def test_an_owner_is_the_person_and_is_remembered(rude: Rude, tmp_path: Path) -> None:
    where = address(f"http://127.0.0.1:{rude.server_port}")
    rude.answer = (200, {}, b'{"person_id": 7}')
    found = owner(tmp_path, where, "key-one", Line(where, "key-one"))
    assert owner(tmp_path, where, "key-two", Line(where, "key-two")) == found == fingerprint(where, "person 7")
    rude.problem(503, "storage", "Away.")
    assert owner(tmp_path, where, "key-one", Line(where, "key-one")) == found
    with pytest.raises(AwayError):
        owner(tmp_path, where, "key-three", Line(where, "key-three"))
    rude.problem(403, "forbidden", "This needs the scope account:read, which you do not have here.")
    own = owner(tmp_path, where, "key-four", Line(where, "key-four"))
    assert own != found
    other = address("https://jobs.example.com")
    assert fingerprint(other, "person 7") != found
    for name in ("key-one", "key-four"):
        assert name not in (tmp_path / "servers.json").read_text()


def test_the_key_comes_from_the_environment_or_a_file(
    rude: Rude, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{rude.server_port}"
    rude.answer = (200, {}, b'{"person_id": 7}')
    with pytest.raises(UsageError, match="set JOBSWIPE_API_KEY"):
        begin(url, tmp_path)
    monkeypatch.setenv("JOBSWIPE_API_KEY", "from-the-environment")
    begin(url, tmp_path).desk.close()
    file = tmp_path / "key"
    file.write_text("from-a-file\n")
    monkeypatch.setenv("JOBSWIPE_API_KEY_FILE", str(file))
    begin(url, tmp_path).desk.close()
    assert [head["Authorization"] for _, _, head, _ in rude.asked] == [
        "Bearer from-the-environment",
        "Bearer from-a-file",
    ]
    monkeypatch.setenv("JOBSWIPE_API_KEY", "both")
    with pytest.raises(UsageError, match="keep one"):
        begin(url, tmp_path)
