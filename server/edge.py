"""The layer before the router: whose request it is, by which name, how large, how often; then how it is sent."""

from __future__ import annotations

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send

from jobswipe.settings import LimitsSettings
from server import bodies, lanes, options, problems
from server.cors import Cors
from server.forwarded import Forwarded, peer
from server.limits import Limiter, class_of
from server.problems import CODES, Problem, Refused


class Edge:
    """Refuses by raising Refused, which the layer around it answers."""

    def __init__(
        self, inner: ASGIApp, limits: LimitsSettings, forwarded: Forwarded, cors: Cors, limiter: Limiter
    ) -> None:
        self._inner = inner
        self._limits = limits
        self._forwarded = forwarded
        self._cors = cors
        self._limiter = limiter

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        direct = peer(scope)
        self._forwarded.apply(scope)
        if (refused := scope["state"].get(problems.REFUSED)) is not None:
            raise Refused(refused)
        self._check_head(scope)
        of = options.of(scope)
        lanes.choose(of.get(options.LANE))
        # A balancer asks for the health of a machine by that machine's address; there, nothing is told to anybody.
        limit = class_of(of)
        if limit != "none" and direct is not None:
            self._forwarded.check_host(scope, from_here=direct.is_loopback and peer(scope) == direct)
        preflight = self._cors.preflight(scope)
        if preflight is not None:
            for message in preflight:
                await send(message)
            return
        most = int(of.get(options.MAX_BODY) or self._limits.max_body)
        bodies.check_length(scope["headers"], most)
        await self._limiter.arrive(scope, limit)
        await self._inner(
            scope,
            bodies.watched(receive, most, self._limits),
            self._counting(scope, send),
        )

    def _check_head(self, scope: HTTPScope) -> None:
        url = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if url > self._limits.max_url:
            raise Refused(Problem(414, CODES[414], f"The address is longer than {self._limits.max_url} bytes."))
        lengths = [len(name) + len(value) + 4 for name, value in scope["headers"]]
        if url + sum(lengths) > self._limits.max_head or len(lengths) > self._limits.max_headers:
            raise Refused(
                Problem(
                    431,
                    CODES[431],
                    f"There may be {self._limits.max_headers} headers and {self._limits.max_head} bytes of them.",
                )
            )

    def _counting(self, scope: HTTPScope, send: Send) -> Send:
        """`send`, by which an answer that refuses a credential counts, and becomes a 429 where there were too many."""
        replaced = False

        async def sending(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start" and message["status"] == 401:
                try:
                    await self._limiter.failed(scope)
                except Refused as refused:
                    replaced = True
                    for one in refused.problem.messages(scope["state"].get(problems.REQUEST_ID)):
                        await send(one)
                    return
            await send(message)

        return sending
