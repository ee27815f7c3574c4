"""The headers of every answer: what a browser may do with it, and not a word of what served it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from jobswipe.settings import Settings
from server import options, problems
from server.cors import Cors

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
PAGE: dict[str, str] = {
    # A page loads what this server has, and runs nothing that is written into it.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""What a page has in place of that, or beside it."""
TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"
"""Two years; only where people reach the server by https."""
_NEVER = frozenset({b"server", b"x-powered-by", b"expect-ct"})
_CLOSE = (b"connection", b"close")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]+")
_CONTROLS = bytes([*range(0x20), 0x7F])
_PROBLEM = (b"content-type", problems.MEDIA_TYPE.encode())
_VARY = {"vary": "Authorization, Cookie"}
"""No answer that is kept somewhere is given to somebody else."""


def api_headers(settings: Settings) -> Pairs:
    """What each answer of the API has."""
    return _pairs(settings, API)


def page_headers(settings: Settings) -> Pairs:
    """What each page has."""
    return _pairs(settings, API | PAGE)


def _pairs(settings: Settings, column: dict[str, str]) -> Pairs:
    named = column | _VARY
    if (settings.server.public_url or "").startswith("https://") or settings.server.tls_cert:
        named["strict-transport-security"] = TRANSPORT_SECURITY
    return tuple((name.encode(), value.encode()) for name, value in named.items())


def complete(headers: Iterable[tuple[bytes, bytes]], ours: Pairs) -> list[tuple[bytes, bytes]]:
    """The headers with ours added, unless the answer has its own of that name; without those that tell too much.

    All that answers vary by becomes one header, and no value can begin a header of its own.
    """
    kept: list[tuple[bytes, bytes]] = []
    varied: list[bytes] = []
    there = set()
    for pair in headers:
        name = pair[0].lower()
        if name == b"vary":
            varied.append(pair[1])
        elif name not in _NEVER:
            there.add(name)
            if len(pair[1].translate(None, _CONTROLS)) < len(pair[1]):
                pair = pair[0], _CONTROL.sub(b" ", pair[1])
            kept.append(pair)
    for pair in ours:
        if pair[0] == b"vary":
            varied.insert(0, pair[1])
        elif pair[0] not in there:
            kept.append(pair)
    if vary := _joined(tuple(varied)):
        kept.append((b"vary", vary))
    return kept


@lru_cache(256)
def _joined(lists: tuple[bytes, ...]) -> bytes:
    """The parts of all the lists, each once."""
    return b", ".join(dict.fromkeys(part.strip() for one in lists for part in one.split(b",") if part.strip()))


class Headers:
    """The outermost layer, so that no answer misses them, whoever made it."""

    def __init__(self, inner: ASGIApp, headers: Pairs, pages: Pairs, cors: Cors, stopping: threading.Event) -> None:
        self._inner = inner
        self._headers = headers
        self._pages = pages
        self._cors = cors
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [*message.get("headers", ()), *options.headers(scope).items()]
                if scope["type"] == ScopeType.HTTP:
                    told += self._cors.headers(scope).items()
                page = options.of(scope).get(options.PAGE) and _PROBLEM not in told
                found = complete(told, self._pages if page else self._headers)
                # A client that keeps its connection would send the next request into a server that has gone.
                if self._stopping.is_set() and _CLOSE not in found:
                    found.append(_CLOSE)
                message["headers"] = found
            await send(message)

        await self._inner(scope, receive, sending)
