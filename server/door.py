"""The socket by which a serving process is asked by others: a request that comes here is carried out as any other."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any, cast

from litestar import Litestar
from litestar.types import Message
from litestar.types.asgi_types import HTTPReceiveMessage

from jobswipe.observability.logs import logger
from server import frames
from server.frames import HEARS, LEAVES, UNANSWERED, Answered, Asked, Frames, UnreadableError

Tasks = set[asyncio.Task[None]]


class Door:
    """Listens at a path. `tasks` are those of the server: it waits for them at its end, as for those of its clients."""

    def __init__(self, app: Litestar, path: str) -> None:
        self.app = app
        self.tasks: Tasks = set()
        self.open_now: set[_Asking] = set()
        self.leaving = False
        self._path = path
        self._server: asyncio.Server | None = None

    async def open(self, tasks: Tasks) -> None:
        self.tasks = tasks
        try:  # a socket that a process before left is replaced
            self._server = await asyncio.get_running_loop().create_unix_server(lambda: _Asking(self), self._path)
        except OSError as error:
            logger("server").warning("siblings_cannot_ask", error=str(error))

    def leave(self) -> None:
        """Take no more requests; what was taken is still answered."""
        self.leaving = True
        if self._server is not None:
            self._server.close()
        for one in self.open_now:
            one.say_that_it_leaves()

    def close(self) -> None:
        for one in list(self.open_now):
            one.close()


class _Asking(asyncio.Protocol):
    """The connection of one process that asks."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._frames = Frames()
        self._last = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._door.open_now.add(self)
        if not self._door.leaving:
            self._say(Answered(0, HEARS))

    def connection_lost(self, _: Exception | None) -> None:
        self._door.open_now.discard(self)

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._frames.split(data):
                if not frame:
                    self._say(Answered(self._last, LEAVES if self._door.leaving else HEARS))
                elif not self._door.leaving:  # else it was told, or is told now, which is the last one that was taken
                    self._take(frames.asked(frame))
        except UnreadableError:
            logger("server").warning("sibling_unreadable")
            self._transport.abort()

    def say_that_it_leaves(self) -> None:
        self._say(Answered(self._last, LEAVES))

    def close(self) -> None:
        self._transport.close()

    def _take(self, asked: Asked) -> None:
        self._last = asked.id
        # Requests are no parts of each other: see `reset_contextvars` in `server.protocol`.
        task = asyncio.get_running_loop().create_task(self._carry_out(asked), context=contextvars.Context())
        self._door.tasks.add(task)
        task.add_done_callback(self._door.tasks.discard)

    async def _carry_out(self, asked: Asked) -> None:
        request = _Request(asked)
        try:
            await self._door.app(request.scope(), request.receive, request.send)  # type: ignore[arg-type]  # a request's
        except Exception:  # noqa: BLE001 - as the server does with those of its clients
            logger("server").exception("relayed_request_failed")
        finally:  # one that is cut off was answered, too
            self._say(request.answer())

    def _say(self, answered: Answered) -> None:
        if self._transport.is_closing():
            return
        try:
            self._transport.write(frames.encode(answered))
        except UnreadableError:
            self._transport.write(frames.encode(Answered(answered.id, UNANSWERED)))


class _Request:
    """One request, with its answer as it comes."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._heard = False
        self._answer: tuple[int, frames.Pairs] | None = None
        self._body: list[bytes] = []
        self._whole = False

    def scope(self) -> dict[str, Any]:
        asked = self._asked
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": asked.http_version,
            "server": asked.server,
            "client": asked.client,
            "scheme": asked.scheme,
            "method": asked.method,
            "root_path": "",
            "path": asked.path,
            "raw_path": asked.raw_path,
            "query_string": asked.query,
            "headers": asked.headers,
            "state": {},
        }

    async def receive(self) -> HTTPReceiveMessage:
        if self._heard:
            return {"type": "http.disconnect"}
        self._heard = True
        return {"type": "http.request", "body": self._asked.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._answer = (message["status"], list(message.get("headers", ())))
        elif message["type"] == "http.response.body":
            self._body.append(message.get("body", b""))
            self._whole = not message.get("more_body", False)

    def answer(self) -> Answered:
        if self._answer is None or not self._whole:
            return Answered(self._asked.id, UNANSWERED)
        return Answered(self._asked.id, *self._answer, b"".join(self._body))
