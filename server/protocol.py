"""Uvicorn's HTTP protocol and server as this house needs them: its words to strangers, and how it stops."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket

import h11
import uvicorn
from litestar import Litestar
from uvicorn.protocols.http.h11_impl import H11Protocol

from jobswipe.settings import ServerSettings
from server import problems
from server.headers import complete

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than the proxies in front do, or they would use one that closes."""


class Protocol(H11Protocol):
    """What is no HTTP never reaches the application: it is answered here, in the application's form."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            app = self.config.app
            assert isinstance(app, Litestar)  # noqa: S101 - `HttpServer` made it so
            body = problems.MALFORMED.body()
            headers = complete(
                [
                    (b"content-type", problems.MEDIA_TYPE.encode()),
                    (b"content-length", str(len(body)).encode()),
                    (b"connection", b"close"),
                ],
                app.state.headers,
            )
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class HttpServer(uvicorn.Server):
    """Stops in steps, whatever the signal; whoever runs it handles the signals and calls `stop`."""

    def __init__(self, app: Litestar, settings: ServerSettings, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                interface="asgi3",
                loop="asyncio",
                http=Protocol,
                ws="none",
                lifespan="on",
                log_config=None,  # what it has to say goes through the process's log
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=math.ceil(settings.grace),
                reset_contextvars=True,  # requests of one connection are no parts of each other
            )
        )
        self._drain = settings.drain
        self._at_start = started
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
        self._at_start()

    async def on_tick(self, counter: int) -> bool:
        self.should_exit = self.should_exit or time.monotonic() >= self._exit_at
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own would raise the signal once more at the end, and the exit code would be the signal's."""
        yield
