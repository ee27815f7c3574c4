"""The app in a browser of this machine: textual-serve on loopback, for whoever holds the address with its token."""

from __future__ import annotations

import hmac
import secrets
import shlex
import sys
from typing import Any

from aiohttp import web
from textual_serve.server import Server

COOKIE = "jobswipe_tui"
HOSTS = ("127.0.0.1", "localhost")


class Guarded(Server):
    """Each page runs the app with this person's data. Another site that is open in the same browser may send requests
    to loopback, so a request needs the token of this run and must come from a page of this server.
    """

    def __init__(self, command: str, port: int) -> None:
        super().__init__(command, host="127.0.0.1", port=port, title="JobSwipe")
        self.token = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        return f"{self.public_url}/?token={self.token}"

    def initialize_logging(self) -> None:
        """The command says where to go; a line for each request would hide it."""

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002 - the base class names it
        sys.stderr.write(f"The app is at {self.address}\nCtrl-C ends it. Whoever has this address has your data.\n")
        sys.stderr.flush()

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
        if not self._known(given) and not self._known(request.cookies.get(COOKIE)):
            raise web.HTTPForbidden(text="Open the address that 'jobswipe swipe --web' printed: it holds the token.")
        response: web.StreamResponse = await handler(request)
        if given is not None and not response.prepared:
            response.set_cookie(COOKIE, self.token, httponly=True, samesite="Strict", path="/")
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _known(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())


def serve(port: int, arguments: list[str]) -> None:
    """Serve until Ctrl-C; each page starts `jobswipe swipe` with `arguments`."""
    start = [sys.executable, "-c", "from cli.main import run; run()", "swipe", *arguments]
    Guarded(shlex.join(start), port).serve()
