"""Uvicorn's HTTP protocol as this house needs it: its words to strangers, and what it lets a slow client do."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

import uvicorn
from litestar import Litestar

from jobswipe import heap
from jobswipe.security.networks import parse
from jobswipe.settings import Settings
from server import problems, tls
from server.headers import complete
from server.incoming import Incoming
from server.outgoing import head
from server.problems import Problem
from server.siblings import Siblings

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than the proxies in front do, or they would use one that closes."""
LINGER = 2.0
"""Seconds for which a client that still sends may do so, unheard, so that it reads what it was answered."""


class _Transport:
    """A transport that is closed only when the client can have read the answer."""

    def __init__(self, transport: asyncio.Transport, protocol: Protocol) -> None:
        self._inner = transport
        self._protocol = protocol
        self.write = transport.write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def is_closing(self) -> bool:
        return self._protocol.lingers or self._inner.is_closing()

    def close(self) -> None:
        if self._protocol.is_sent_to() and not self.is_closing():
            self._protocol.linger(self._inner)
        elif not self._protocol.lingers:
            self._inner.close()


class Protocol(Incoming):
    """What is no HTTP never reaches the application: it is answered here, in the application's form.

    So is a head that does not come to its end, and who connects once too often. Bodies are the application's matter
    (`server.bodies`); one that nobody reads to its end costs its connection.
    """

    lingers = False
    _timer: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _counted: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(_Transport(transport, self))  # type: ignore[arg-type]  # it delegates
        self._timer = self.loop.call_later(self._limits.head_timeout, self._late)
        if self._crowded():
            self.refuse(problems.BUSY)

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_timer(None)
        self._cancel_stuck()
        if self._counted is not None:
            clients = self._clients()
            clients[self._counted] -= 1
            if clients[self._counted] <= 0:
                del clients[self._counted]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.lingers:
            return
        super().data_received(data)
        self._watch()

    def _watch(self) -> None:
        """Wait for the rest of a head, but not for long."""
        if self.lingers:
            return
        waits = self.cycle is None or self.cycle.response_complete
        if not waits:
            self._set_timer(None)
        elif self._timer is None:
            self._set_timer(self._limits.head_timeout)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self.is_sent_to():
            if self._timer is None:
                self._set_timer(LINGER)
        elif self._unread:  # asked in advance
            self.read_on()
            self._watch()

    def shutdown(self) -> None:
        if self.lingers:
            self.transport.abort()
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(self._limits.write_timeout, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_stuck()

    def is_sent_to(self) -> bool:
        """Whether the client is in the middle of a body."""
        return not self._whole

    def linger(self, transport: asyncio.Transport) -> None:
        """Say no more, and hear nothing for a while: an answer in a connection that is reset may never be read."""
        self.lingers = True
        self._set_timer(None)
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
        self.loop.call_later(LINGER, transport.abort)

    def _late(self) -> None:
        """The head, or the rest of a body that nobody reads, did not come in time."""
        self._timer = None
        if self.cycle is not None and self.is_sent_to():
            self.linger(self.transport)
        elif self._unread:
            self.refuse(problems.HEAD_TOO_SLOW)
        elif not self.transport.is_closing():
            self.transport.close()

    def refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is None or not cycle.response_started or (cycle.response_complete and self._whole):
            start, body = problem.messages()
            found = complete([*start["headers"], (b"connection", b"close")], self._app.state.headers)
            self.transport.write(head(problem.status, found) + body["body"])
        if cycle is not None and not cycle.response_complete:  # the rest of its body will not be heard
            cycle.disconnected = True
            cycle.message_event.set()
        self.linger(self.transport)

    def _crowded(self) -> bool:
        """Count the connection; whether there are too many, in all or of its address."""
        if len(self.connections) > self._limits.connections:
            return True
        address = self.client[0] if self.client else None
        known = parse(address) if address else None
        state = self._app.state
        if address is None or known in state.forwarded.proxies or known in state.limiter.trusted:
            return False
        self._counted = address
        clients = self._clients()
        clients[address] += 1
        return clients[address] > self._limits.connections_each

    def _clients(self) -> Counter[str]:
        found: Counter[str] = self.server_state.__dict__.setdefault("clients", Counter())
        return found

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _cancel_stuck(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None


class HttpServer(uvicorn.Server):
    """Stops in steps, whatever the signal; whoever runs it handles the signals and calls `stop`."""

    def __init__(
        self, app: Litestar, settings: Settings, started: Callable[[], None], siblings: Siblings | None = None
    ) -> None:
        encrypted = tls.context(settings.server)
        super().__init__(
            uvicorn.Config(
                app,
                interface="asgi3",
                loop="auto",  # uvloop where there is one
                http=Protocol,
                ws="none",
                lifespan="on",
                log_config=None,  # what it has to say goes through the process's log
                access_log=False,
                proxy_headers=False,  # `server.forwarded` knows whom to believe
                server_header=False,
                ssl_context_factory=(lambda _config, _default: encrypted) if encrypted else None,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=math.ceil(settings.server.grace),
                reset_contextvars=True,  # requests of one connection are no parts of each other
            )
        )
        self._drain = settings.server.drain
        self._at_start = started
        self._siblings = siblings
        self._told = 0
        self._exit_at = math.inf

    def stop(self) -> None:
        """Take requests for the drain time, then finish those under way. From a signal handler or a thread, too.

        A second call leaves out the drain time, a third one does not wait for what is under way.
        """
        self._told += 1
        self._exit_at = time.monotonic() + self._drain if self._told == 1 else 0.0
        self.force_exit = self._told > 2

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self._siblings is not None:
            await self._siblings.open(self.server_state.tasks)
        heap.leave_out()
        self._at_start()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        if self._siblings is None:
            await super().shutdown(sockets)
            return
        self._siblings.leave()
        await super().shutdown(sockets)
        self._siblings.close()

    async def on_tick(self, counter: int) -> bool:
        self.should_exit = self.should_exit or time.monotonic() >= self._exit_at
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own would raise the signal once more at the end, and the exit code would be the signal's."""
        yield
