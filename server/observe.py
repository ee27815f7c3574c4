"""What is seen of each request: its id, span, access line and measures, by the template of its route."""

from __future__ import annotations

import asyncio
import random
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from jobswipe.observability import context, logs, measure
from jobswipe.observability.context import RouteClass
from server import heads, options, problems
from server.problems import Problem

if TYPE_CHECKING:
    from litestar import Litestar

UNMATCHED = "unmatched"
"""The one route of all addresses that there are not: paths of strangers make no series."""
ROUTE_CLASS = "route_class"
"""The option of a handler that says what class its traces are of; "api" where it says nothing."""
_dice = random.Random()  # noqa: S311 - see below
"""For ids that must differ and are no secret: to ask the system for bytes gives other threads the turn, each time."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class Observed:
    """The layer around the router. It answers what the layers within it could not."""

    def __init__(self, app: Litestar, inner: ASGIApp) -> None:
        self._app = app
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._inner(scope, receive, send)
            return
        route, route_class = self._route(scope)
        served = _Served(scope, send, route)
        measure.request_running(1)
        told: Exception | None = None
        try:
            with (
                context.bind(request_id=served.request_id),
                context.entry_span(
                    f"{served.method} {route}",
                    "server",
                    route_class,
                    traceparent=heads.first(scope, b"traceparent"),
                    attributes={"http.request.method": served.method, "http.route": route},
                ) as span,
            ):
                try:
                    told = await self._serve(scope, receive, served)
                finally:
                    span.set(**{"http.response.status_code": served.status})
                    logs.access(served.method, route, served.status, served.seconds())
                if told is not None:
                    raise told  # so that the span knows; it was answered
        except Exception as error:
            if error is not told:
                raise
        finally:
            measure.request_running(-1)
            measure.request(served.method, route, served.status, served.seconds())

    async def _serve(self, scope: HTTPScope, receive: Receive, served: _Served) -> Exception | None:
        """Have it answered; answers the error that was told as the server's own fault."""
        inner = scope.copy()
        if scope["method"] == "HEAD":  # a GET whose body the protocol leaves out
            inner["method"] = "GET"
            options.ask_head(scope)
        try:
            await self._inner(inner, receive, served.send)
        except Exception as error:
            if served.started:
                raise
            problem = problems.of(error)
            await served.answer(problem)
            if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return None
            problems.tell(error, problem)
            return error
        except asyncio.CancelledError:  # the grace time is over
            if not served.started:
                await served.answer(problems.STOPPING)
            raise
        found: Exception | None = scope["state"].get(problems.ERROR)
        return found

    def _route(self, scope: HTTPScope) -> tuple[str, RouteClass]:
        """The route's template and class. Litestar finds the route once more, in its cache."""
        try:
            _, handler, _, _, template = self._app.asgi_router.handle_routing(
                path=normalize_path(scope["path"]), method=scope["method"] if scope["method"] != "HEAD" else "GET"
            )
        except MethodNotAllowedException:
            return self._of_another_method(scope)
        except HTTPException:
            return UNMATCHED, "api"
        options.remember(scope, handler.opt)
        return template, handler.opt.get(ROUTE_CLASS, "api")

    def _of_another_method(self, scope: HTTPScope) -> tuple[str, RouteClass]:
        """The route whose address takes other methods than this one."""
        path = normalize_path(scope["path"])
        for method in HttpMethod:
            try:
                _, handler, _, _, template = self._app.asgi_router.handle_routing(path=path, method=method.value)
            except HTTPException:
                continue
            return template, handler.opt.get(ROUTE_CLASS, "api")
        return UNMATCHED, "api"


class _Served:
    """One request on its way to its answer."""

    def __init__(self, scope: HTTPScope, send: Send, route: str) -> None:
        given = heads.first(scope, b"x-request-id")
        self.request_id = given if given and _REQUEST_ID.fullmatch(given) else f"{_dice.getrandbits(128):032x}"
        scope.setdefault("state", {})[problems.REQUEST_ID] = self.request_id
        self.method: str = scope["method"] if scope["method"] in measure.METHODS else measure.OTHER
        self.route = route
        self.status = 500
        self.started = False
        self._send = send
        self._began = time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self._began

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.request_id.encode())]
        await self._send(message)

    async def answer(self, problem: Problem) -> None:
        for message in problem.messages(self.request_id):
            await self.send(message)
