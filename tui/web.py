"""The app in a browser of this machine: textual-serve on loopback, for whoever holds the address with its token."""

from __future__ import annotations

import asyncio
import errno
import hmac
import secrets
import shlex
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server, to_int

from jobswipe.errors import UsageError

HOST = "127.0.0.1"
HOSTS = (HOST, "localhost")
FAREWELL = 10.0
"""Seconds that the apps of open pages get, when the server is told to end, to store what is under way."""
_PAGE = Path(__file__).with_name("page")
_FONT_SIZE = 16


def policy(host: str) -> str:
    """The page's Content-Security-Policy: everything is of this server. The terminal makes its cells' styles inline."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self' ws://{host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class Guarded(Server):
    """Each page runs the app with this person's data. Another site that is open in the same browser may send requests
    to loopback, so a request needs the token of this run and must come from a page of this server.

    The page is our own: textual-serve's asks another host for a font.
    """

    def __init__(self, command: str, port: int) -> None:
        super().__init__(command, host=HOST, port=port, title="JobSwipe", templates_path=_PAGE)
        self.token = secrets.token_urlsafe(24)
        self._pages: set[asyncio.Task[Any]] = set()

    @property
    def address(self) -> str:
        return f"{self.public_url}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """Its name. A browser sends cookies to every port of a host: each run has one of its own."""
        return f"jobswipe_tui_{self.port}"

    def initialize_logging(self) -> None:
        """The command says where to go; a line for each request would hide it."""

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002 - the base class names it
        sys.stderr.write(f"The app is at {self.address}\nCtrl-C ends it. Whoever has this address has your data.\n")
        sys.stderr.flush()

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        page = asyncio.current_task()
        assert page is not None  # noqa: S101 - for the type checker: aiohttp runs each handler in a task
        self._pages.add(page)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(page)

    async def on_shutdown(self, app: web.Application) -> None:  # noqa: ARG002 - the base class names it
        """Tell each page's app to end, and wait for it: aiohttp would wait for the page to be closed, for a minute."""
        for page in list(self._pages):
            page.cancel()
        if self._pages:
            await asyncio.wait(set(self._pages), timeout=FAREWELL)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        allowed = {f"{host}:{self.port}" for host in HOSTS}
        origin = request.headers.get("Origin")
        if request.host not in allowed or (origin is not None and origin.partition("://")[2] not in allowed):
            raise web.HTTPForbidden(text="This page is for this machine's own browser alone.")
        given = request.query.get("token")
        if not self._known(given) and not self._known(request.cookies.get(self.cookie)):
            raise web.HTTPForbidden(text="Open the address that 'jobswipe swipe --web' printed: it holds the token.")
        response: web.StreamResponse = await handler(request)
        if given is not None and not response.prepared:
            response.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict", path="/")
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _known(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())

    async def handle_index(self, request: web.Request) -> web.Response:
        # By the name that the browser knows this server by: to another one it would not send the cookie.
        told = {
            "title": self.title,
            "websocket": f"ws://{request.host}/ws",
            "font_size": to_int(request.query.get("fontsize", ""), _FONT_SIZE),
        }
        page = aiohttp_jinja2.render_template("app_index.html", request, told)
        page.headers["Content-Security-Policy"] = policy(request.host)
        page.headers["Cache-Control"] = "no-store"
        page.headers["X-Content-Type-Options"] = "nosniff"
        return page

    def serve(self, debug: bool = False) -> None:  # noqa: ARG002 - the base class names it
        """Serve until SIGINT or SIGTERM; every page's app has stored and ended then. Raises UsageError."""
        listener = _listen(self.port)
        web.run_app(self._make_app(), sock=listener, print=None, shutdown_timeout=1)


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise UsageError(f"Port {port} of {HOST} {why}: give another with --port.") from None


def serve(port: int, arguments: list[str]) -> None:
    """Serve until Ctrl-C; each page starts `jobswipe swipe` with `arguments`. Raises UsageError."""
    start = [sys.executable, "-P", "-c", "from cli.main import run; run()", "swipe", *arguments]
    Guarded(shlex.join(start), port).serve()
