"""The connection by which one serving process asks another: many requests at once, and a word on each that is lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import cast

from jobswipe.observability.logs import logger
from server import frames
from server.frames import HEARS, LATE, LEAVES, NOT_TAKEN, UNANSWERED, Answered, Asked, Frames, UnreadableError

PATIENCE = 120.0
"""Seconds that an answer is waited for: longer than a request waits for the store in turn, its pool and its locks."""
SILENCE = 8.0
"""Seconds in which another process must say that it hears: one that is suspended, or hangs, is asked no more."""
_LOOK = 2.0
"""Seconds between two looks at what is waited for."""
_AGAIN = 0.25
"""Seconds until another process that cannot be reached is tried again."""


class Link(asyncio.Protocol):
    """One connection, with a timer for all that is waited for by it."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()
        self._hears = False
        self._paused = False
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._last = 0
        self._waiting: dict[int, tuple[float, asyncio.Future[Answered]]] = {}
        self._look_at: asyncio.TimerHandle | None = None
        self._called: float | None = None

    @property
    def ready(self) -> bool:
        """Whether requests may be sent: the other end has said that it hears, takes more, and reads what it is sent."""
        return self._hears and not self._paused

    def ask(self, asked: Asked) -> asyncio.Future[Answered]:
        """Send a request, with the id that `next_id` gave; its answer, or what became of it."""
        found: asyncio.Future[Answered] = self._loop.create_future()
        try:
            frame = frames.encode(asked)
        except UnreadableError:
            found.set_result(Answered(asked.id, NOT_TAKEN))
            return found
        self._waiting[asked.id] = (time.monotonic(), found)
        self._transport.write(frame)
        if self._look_at is None:
            self._look_at = self._loop.call_later(_LOOK, self._look)
        return found

    def next_id(self) -> int:
        self._last += 1
        return self._last

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._called = None
        try:
            for frame in self._frames.split(data):
                self._take(frames.answered(frame))
        except UnreadableError:
            self.close()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def connection_lost(self, _: Exception | None) -> None:
        self._hears = False
        if self._look_at is not None:
            self._look_at.cancel()
        for one in list(self._waiting):
            self._settle(Answered(one, UNANSWERED))
        self.closed.set()

    def close(self) -> None:
        self._hears = False
        self._transport.abort()

    def _take(self, answered: Answered) -> None:
        if answered.status == HEARS:
            self._hears = True
        elif answered.status == LEAVES:
            self._hears = False
            for one in [one for one in self._waiting if one > answered.id]:
                self._settle(Answered(one, NOT_TAKEN))
        else:
            self._settle(answered)

    def _settle(self, answered: Answered) -> None:
        _, future = self._waiting.pop(answered.id, (0.0, None))
        if future is not None and not future.done():
            future.set_result(answered)

    def _look(self) -> None:
        """Give up what takes too long, and the connection where nobody hears any more."""
        self._look_at = None
        now = time.monotonic()
        if self._called is not None and now - self._called > SILENCE:
            logger("server").warning("sibling_silent")
            self.close()
            return
        for one, (since, _) in list(self._waiting.items()):
            if now - since <= PATIENCE:
                break
            self._settle(Answered(one, LATE))
        if self._waiting:
            if self._called is None:
                self._called = now
                self._transport.write(frames.ANYBODY)
            self._look_at = self._loop.call_later(_LOOK, self._look)


class Sibling:
    """Another process, by the path of its socket: keeps a link to it as long as there is one to be had."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def link(self) -> Link | None:
        """The link, where the process takes requests now."""
        return self._link if self._link is not None and self._link.ready else None

    def open(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._keep())

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._link is not None:
            self._link.close()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(OSError):  # it is not there yet, or not any more
                _, self._link = await loop.create_unix_connection(Link, self._path)
                await self._link.closed.wait()
            await asyncio.sleep(_AGAIN)
