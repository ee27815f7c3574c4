"""The headers of every answer: what a browser may do with it, and not a word of what served it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from jobswipe.settings import Settings

Pairs = tuple[tuple[bytes, bytes], ...]

API: dict[str, str] = {
    # JSON is no page: whoever shows it as one gets nothing loaded, framed or sent from it.
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cache-control": "no-store",
    "x-xss-protection": "0",  # the old filter could itself be used to open holes
}
TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"
"""Two years; only where people reach the server by https."""
_NEVER = frozenset({b"server", b"x-powered-by", b"expect-ct"})
_CLOSE = (b"connection", b"close")


def api_headers(settings: Settings) -> Pairs:
    """What each answer of the API has."""
    named = dict(API)
    if (settings.server.public_url or "").startswith("https://"):
        named["strict-transport-security"] = TRANSPORT_SECURITY
    return tuple((name.encode(), value.encode()) for name, value in named.items())


def complete(headers: Iterable[tuple[bytes, bytes]], ours: Pairs) -> list[tuple[bytes, bytes]]:
    """The headers with ours added, unless the answer has its own of that name; without those that tell too much."""
    kept = [(name, value) for name, value in headers if name.lower() not in _NEVER]
    there = {name.lower() for name, _ in kept}
    return kept + [pair for pair in ours if pair[0] not in there]


class Headers:
    """The outermost layer, so that no answer misses them, whoever made it."""

    def __init__(self, inner: ASGIApp, headers: Pairs, stopping: threading.Event) -> None:
        self._inner = inner
        self._headers = headers
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = complete(message.get("headers", ()), self._headers)
                # A client that keeps its connection would send the next request into a server that has gone.
                message["headers"] = [*found, _CLOSE] if self._stopping.is_set() else found
            await send(message)

        await self._inner(scope, receive, sending)
