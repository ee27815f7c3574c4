"""What a process makes of another that is silent, slow, leaves or cannot be read; frames; where they meet."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from server import frames, link, problems, siblings
from server.frames import ANYBODY, HEARS, LATE, LEAVES, NOT_TAKEN, UNANSWERED, Answered, Asked, Frames
from server.link import Link
from server.siblings import Siblings, meeting_place, owner_of

Say = Callable[[Answered], None]
KEYS = {
    owner: next(
        header
        for header in ((b"authorization", b"Bearer %d" % number) for number in range(100))
        if owner_of([header], 2) == owner
    )
    for owner in range(2)
}


def asked(number: int, body: bytes = b"") -> Asked:
    return Asked(number, "GET", "/", b"/", b"", [(b"a", b"\xff")], ("::1", 1), None, "http", "1.1", body)


class Other:
    """The other end: says that it hears, and then what a test says, on each frame that comes."""

    def __init__(self, path: str, on_frame: Callable[[bytes, Say], None]) -> None:
        self._path = path
        self._on_frame = on_frame

    async def __aenter__(self) -> None:
        self._server = await asyncio.start_unix_server(self._meet, self._path)

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(answered: Answered) -> None:
            writer.write(frames.encode(answered) if answered.status >= 0 else b"\xff" * 9)

        say(Answered(0, HEARS))
        parts = Frames()
        while data := await reader.read(65_536):
            for frame in parts.split(data):
                self._on_frame(frame, say)
        writer.close()


def with_link(on_frame: Callable[[bytes, Say], None], do: Callable[[Link], Awaitable[None]]) -> None:
    async def run(path: str) -> None:
        async with Other(path, on_frame):
            _, made = await asyncio.get_running_loop().create_unix_connection(Link, path)
            await holds(lambda: made.ready)
            await do(made)
            made.close()

    with meeting_place() as directory:
        asyncio.run(run(f"{directory}/0"))


async def holds(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_LOOK", 0.05)
    monkeypatch.setattr(link, "PATIENCE", 0.5)


def test_one_that_does_not_hear_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_LOOK", 0.05)
    monkeypatch.setattr(link, "SILENCE", 0.2)

    async def do(made: Link) -> None:
        assert (await made.ask(asked(1))).status == UNANSWERED
        assert not made.ready
        await made.closed.wait()

    with_link(lambda _frame, _say: None, do)


def test_one_that_hears_has_its_time_and_no_more(hasty: None) -> None:
    def on_frame(frame: bytes, say: Say) -> None:
        if not frame:
            say(Answered(0, HEARS))

    async def do(made: Link) -> None:
        assert (await made.ask(asked(1))).status == LATE
        assert made.ready

    with_link(on_frame, do)


def test_what_came_after_it_left_was_not_taken() -> None:
    def on_frame(frame: bytes, say: Say) -> None:
        if frames.asked(frame).id == 3:
            say(Answered(2, LEAVES))
            say(Answered(1, 200))

    async def do(made: Link) -> None:
        taken, waiting, untaken = (made.ask(asked(made.next_id())) for _ in range(3))
        assert (await untaken).status == NOT_TAKEN
        assert (await taken).status == 200
        assert not waiting.done()
        assert not made.ready
        made.close()
        assert (await waiting).status == UNANSWERED

    with_link(on_frame, do)


def test_what_cannot_be_read_ends_the_connection() -> None:
    async def do(made: Link) -> None:
        assert (await made.ask(asked(1))).status == UNANSWERED

    with_link(lambda _frame, say: say(Answered(0, -1)), do)


def test_what_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def do(made: Link) -> None:
        monkeypatch.setattr(frames, "LARGEST", 1_000)
        assert (await made.ask(asked(1, b"x" * 1_000))).status == NOT_TAKEN

    with_link(lambda _frame, _say: None, do)


def test_frames_are_put_together_however_they_were_cut() -> None:
    said = [asked(1), asked(2, b"x" * 300), asked(3)]
    stream = ANYBODY + b"".join(frames.encode(one) for one in said)
    for size in (1, 3, 50, len(stream)):
        parts = Frames()
        found = [frame for at in range(0, len(stream), size) for frame in parts.split(stream[at : at + size])]
        assert found[0] == b""
        assert [frames.asked(frame) for frame in found[1:]] == said


class App:
    """In the place of the application: answers by its name, and what it is to refuse by that."""

    def __init__(self, name: bytes, *, wait: float = 0.0, size: int = 0) -> None:
        self.asgi_handler: Any = self._answer
        self._name = name
        self._wait = wait
        self._size = size
        self.refused: list[problems.Problem] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.asgi_handler(scope, receive, send)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if problems.REFUSED in scope["state"]:
            self.refused.append(scope["state"][problems.REFUSED])
            return
        body = (await receive())["body"]
        await asyncio.sleep(self._wait)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"by", self._name)]})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"x" * self._size, "more_body": False})


async def ask(app: App, method: str = "POST", body: bytes = b"a body") -> list[Any]:
    """A request of the process 1's person."""
    said: list[Any] = []
    coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return coming.pop()

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "server": None, "client": ("127.0.0.1", 1), "scheme": "http",
        "method": method, "path": "/api/v1/swipes", "raw_path": b"/api/v1/swipes", "query_string": b"",
        "headers": [KEYS[1]], "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return said


def two(first: Any, second: Any, do: Callable[[threading.Event], Awaitable[None]]) -> None:
    """`do` while the process 0 knows the process 1."""

    async def run(directory: str) -> None:
        stopping = threading.Event()
        both = [Siblings(app, directory, number, 2, stopping) for number, app in enumerate((first, second))]
        for one in both:
            await one.open(set())
        await holds(lambda: both[0]._others[1].link)
        await do(stopping)
        for one in both:
            one.leave()
            one.close()

    with meeting_place() as directory:
        asyncio.run(run(directory))


def test_an_answer_in_parts_comes_whole_and_says_that_this_process_stops() -> None:
    first = App(b"first")

    async def do(stopping: threading.Event) -> None:
        for headers in ([(b"by", b"second")], [(b"by", b"second"), (b"connection", b"close")]):
            assert await ask(first) == [
                {"type": "http.response.start", "status": 200, "headers": headers},
                {"type": "http.response.body", "body": b"a bodyxx", "more_body": False},
            ]
            stopping.set()

    two(first, App(b"second", size=2), do)


def test_a_get_without_a_body_is_passed_on_at_once() -> None:
    first = App(b"first")

    async def do(_: threading.Event) -> None:
        unheard = b"no length was told of this"
        assert (await ask(first, "GET", unheard))[1]["body"] == b"xx"

    two(first, App(b"second", size=2), do)


def test_an_answer_that_is_too_large_or_late_is_unknown(monkeypatch: pytest.MonkeyPatch, hasty: None) -> None:
    first, second = App(b"first"), App(b"second", size=2_000)

    async def do(_: threading.Event) -> None:
        monkeypatch.setattr(frames, "LARGEST", 1_000)
        assert await ask(first) == []
        assert first.refused == [problems.UNKNOWN]
        assert (await ask(first, "GET"))[0]["headers"] == [(b"by", b"first")]
        second._size, second._wait = 0, 60
        assert await ask(first, "GET") == []  # another would take as long
        assert first.refused == [problems.UNKNOWN] * 2

    two(first, second, do)


def test_beyond_the_grace_time_it_is_told() -> None:
    first = App(b"first")

    async def do(_: threading.Event) -> None:
        task = asyncio.get_running_loop().create_task(ask(first))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert first.refused == [problems.STOPPING]

    two(first, App(b"second", wait=60), do)


def test_where_they_meet_nobody_else_comes_in() -> None:
    with meeting_place() as directory:
        assert Path(directory).stat().st_mode & 0o777 == 0o700
    assert not Path(directory).exists()


def test_where_there_is_no_place_to_meet_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with meeting_place() as directory:
        assert directory == ""
    assert list(deep.iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with meeting_place() as directory:
        assert directory == ""
    monkeypatch.delattr(siblings.socket, "AF_UNIX")
    with meeting_place() as directory:
        assert directory == ""
