"""Who answers, where several processes serve: each person's deck and verdicts are one process's, that knows them.

A process keeps a warm record of each person (`jobswipe.matching.warm`). A request for a deck or a verdict that lands in
another process than its person's is passed on to that one, and its answer passed back. This is for speed alone: what is
stored is the truth, and any process can answer for anybody. So one that cannot be asked is not waited for.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Receive, Scope, Send
from litestar.types.asgi_types import HTTPReceiveMessage

from server import api, problems
from server.api.cookies import SESSION
from server.door import Door, Tasks
from server.frames import LATE, NOT_TAKEN, UNANSWERED, Asked
from server.link import Link, Sibling
from server.problems import Problem

_PATHS = tuple(f"{api.PREFIX}/{name}" for name in ("deck", "swipes"))
_READS = ("GET", "HEAD")
_BODY = 64_000
"""Bytes of a body that is passed on: decks have none, and 500 verdicts less."""
_AT_ONCE = 0.25
"""Seconds in which a body must be there; what comes slowly is watched where it comes."""
_LONGEST_PATH = 100
"""Bytes of a Unix socket's path that every system takes."""
_COOKIE = SESSION.encode() + b"="
_CLOSE = (b"connection", b"close")
_NO_BODY: HTTPReceiveMessage = {"type": "http.request", "body": b"", "more_body": False}


@contextmanager
def meeting_place() -> Iterator[str]:
    """A private directory for the processes' sockets; "" where there can be none: each answers what lands in it."""
    directory = ""
    try:
        if hasattr(socket, "AF_UNIX"):
            directory = tempfile.mkdtemp(prefix="jobswipe-")
    except OSError:
        pass
    try:
        yield directory if len(os.fsencode(directory)) + 4 <= _LONGEST_PATH else ""
    finally:
        if directory:
            shutil.rmtree(directory, ignore_errors=True)


class Siblings:
    """The layer around all others of `app`, of the process `number` (from 0) of `count` that meet in a directory."""

    def __init__(self, app: Litestar, directory: str, number: int, count: int, stopping: threading.Event) -> None:
        self._inner = app.asgi_handler
        self._number = number
        self._count = count
        self._stopping = stopping
        paths = [str(Path(directory) / str(one)) for one in range(count)]
        self._others = [Sibling(path) for path in paths]
        self._door = Door(app, paths[number])
        app.asgi_handler = self

    async def open(self, tasks: Tasks) -> None:
        """Hear the others, and look for them. `tasks` are the server's own, to which those for others are added."""
        await self._door.open(tasks)
        for number, other in enumerate(self._others):
            if number != self._number:
                other.open()

    def leave(self) -> None:
        """Take no more requests of others; to be called before what is under way is waited for."""
        self._door.leave()

    def close(self) -> None:
        self._door.close()
        for other in self._others:
            other.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or (link := self._whose(scope)) is None:
            await self._inner(scope, receive, send)
            return
        size = _size(scope["headers"])
        if size is None:
            await self._inner(scope, receive, send)
            return
        if size == 0 and scope["method"] in _READS:
            await self._pass_on(scope, link, receive, _NO_BODY, send)
            return
        try:
            async with asyncio.timeout(_AT_ONCE):
                first = cast("HTTPReceiveMessage", await receive())
        except TimeoutError:
            await self._inner(scope, receive, send)
            return
        await self._pass_on(scope, link, _again(first, receive), first, send)

    async def _pass_on(
        self, scope: HTTPScope, link: Link, receive: Receive, first: HTTPReceiveMessage, send: Send
    ) -> None:
        if first["type"] != "http.request" or first["more_body"] or not link.ready:
            await self._inner(scope, receive, send)
            return
        try:
            answered = await link.ask(_asked(link.next_id(), scope, first["body"]))
        except asyncio.CancelledError:  # the grace time is over
            await self._refuse(problems.STOPPING, scope, receive, send)
            raise
        if answered.status == LATE or (answered.status == UNANSWERED and not _repeatable(scope)):
            await self._refuse(problems.UNKNOWN, scope, receive, send)
        elif answered.status in (NOT_TAKEN, UNANSWERED):
            await self._inner(scope, receive, send)
        else:
            if self._stopping.is_set() and _CLOSE not in answered.headers:  # see `server.headers`
                answered.headers.append(_CLOSE)
            await send({"type": "http.response.start", "status": answered.status, "headers": answered.headers})
            await send({"type": "http.response.body", "body": answered.body, "more_body": False})

    async def _refuse(self, problem: Problem, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """By the layers within, that count and log it here."""
        scope["state"][problems.REFUSED] = problem
        await self._inner(scope, receive, send)

    def _whose(self, scope: HTTPScope) -> Link | None:
        """The link to the process whose request it is; None where it is answered here."""
        path = scope["path"]
        if not path.startswith(_PATHS) or scope["method"] not in (*_READS, "POST"):
            return None
        owner = owner_of(scope["headers"], self._count)
        if owner is None or owner == self._number:
            return None
        return self._others[owner].link


def owner_of(headers: Iterable[tuple[bytes, bytes]], count: int) -> int | None:
    """The number of the process that answers whoever shows this credential, an API key or a session; None for nobody.

    As it is sent: whether it holds is seen there.
    """
    shown = b""
    for name, value in headers:
        if name == b"authorization":
            shown = value
            break
        if name == b"cookie" and _COOKIE in value:
            found = (part.strip() for part in value.split(b";"))
            shown = next((part for part in found if part.startswith(_COOKIE)), shown)
    if not shown:
        return None
    return int.from_bytes(hashlib.blake2b(shown, digest_size=8).digest(), "big") % count


def _size(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """The length of the body, 0 where there is none; None where it is not small, or waits for a word of ours."""
    size = 0
    for name, value in headers:
        if name in (b"transfer-encoding", b"expect"):
            return None
        if name == b"content-length":
            size = max(size, int(value[:20]) if value.isdigit() else _BODY + 1)
    return size if size <= _BODY else None


def _repeatable(scope: HTTPScope) -> bool:
    """Whether it does no harm to carry it out twice."""
    return scope["method"] in _READS or any(name == b"idempotency-key" for name, _ in scope["headers"])


def _asked(number: int, scope: HTTPScope, body: bytes) -> Asked:
    return Asked(
        number,
        scope["method"],
        scope["path"],
        scope["raw_path"],
        scope["query_string"],
        cast("list[tuple[bytes, bytes]]", scope["headers"]),
        scope["client"],
        scope["server"],
        scope["scheme"],
        scope["http_version"],
        body,
    )


def _again(first: HTTPReceiveMessage, receive: Receive) -> Receive:
    """`receive` from its beginning, of which `first` was taken."""
    taken = [first]

    async def receiving() -> HTTPReceiveMessage:
        return taken.pop() if taken else cast("HTTPReceiveMessage", await receive())

    return receiving
