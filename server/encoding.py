"""How an answer's body is sent: compressed where the client can read it and nothing leaks, or not at all (304)."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send
from litestar.types.asgi_types import HTTPResponseStartEvent

from server import heads, options
from server.limits import class_of

SMALLEST = 1_000
"""Bytes below which compression saves nothing that counts."""
_PIECE = 2_047
LARGE = 100_000
"""Bytes from which it is done in a thread, so that others are served meanwhile."""
_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
    "br": lambda body: bytes(brotli.compress(body, quality=4)),
    "gzip": lambda body: gzip.compress(body, compresslevel=5, mtime=0),
}
"""The best first."""
_TYPES = ("text/", "application/json", "application/javascript", "application/yaml", "image/svg+xml")
_NOT_WITH_BODY = (b"content-type", b"content-length", b"content-encoding")
_VARY = (b"vary", b"Accept-Encoding")


class Encoded:
    """The layer around the router that compresses whole bodies and answers If-None-Match. Streams pass as they are."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        start: HTTPResponseStartEvent | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            # What has a length comes whole. A stream has none, and its head goes out at once.
            if message["type"] == "http.response.start" and _sized(message):
                start = message
                return
            if start is not None:
                held, start = start, None
                if message["type"] == "http.response.body" and not message["more_body"]:
                    message["body"] = await _encode(scope, held, message["body"])
                await send(held)
            await send(message)

        await self._inner(scope, receive, sending)


async def _encode(scope: HTTPScope, start: HTTPResponseStartEvent, body: bytes) -> bytes:
    """The body as it is sent; the headers of `start` are changed accordingly."""
    headers = {name.lower(): value for name, value in start.get("headers", ())}
    of = options.of(scope)
    limit = class_of(of)
    if of.get(options.NO_COMPRESSION) or limit == "auth" or b"set-cookie" in headers:
        return body
    coding = None
    compressible = _compressible(headers.get(b"content-type", b"")) and b"content-encoding" not in headers
    if compressible:
        start["headers"] = [*start["headers"], _VARY]  # beside what the route varies by: `server.headers` joins them
        if len(body) >= SMALLEST:
            coding = _chosen(heads.joined(scope, b"accept-encoding"))
    tagged = compressible and limit != "none" and b"etag" not in headers
    if tagged and body and scope["method"] == "GET" and start["status"] == 200:
        tag = f'"{options.digest(scope) or digest(body)}{f"-{coding}" if coding else ""}"'
        _set(start, b"etag", tag.encode())
        if _matches(heads.joined(scope, b"if-none-match"), tag):
            start["status"] = 304
            start["headers"] = [pair for pair in start["headers"] if pair[0].lower() not in _NOT_WITH_BODY]
            return b""
    if coding is not None:
        small = await asyncio.to_thread(_CODINGS[coding], body) if len(body) > LARGE else _CODINGS[coding](body)
        if len(small) < len(body):
            _set(start, b"content-encoding", coding.encode())
            _set(start, b"content-length", str(len(small)).encode())
            return small
    return body


def digest(body: bytes) -> str:
    """What tells a body from another.

    In pieces: for a larger one the library gives other threads the turn, and waits to have it again.
    """
    found = hashlib.blake2b(digest_size=16)
    view = memoryview(body)
    for start in range(0, len(body), _PIECE):
        found.update(view[start : start + _PIECE])
    return found.hexdigest()


def _sized(start: HTTPResponseStartEvent) -> bool:
    return any(name.lower() == b"content-length" for name, _ in start["headers"])


@lru_cache(64)
def _compressible(media_type: bytes) -> bool:
    text = media_type.decode("latin-1").partition(";")[0].strip().lower()
    return (text.startswith(_TYPES) and text != "text/event-stream") or text.endswith("+json")


@lru_cache(512)
def _chosen(accepted: str) -> str | None:
    """The coding that the client likes best, of equals the one that compresses best."""
    weights: dict[str, float] = {}
    for part in accepted[:1_000].lower().split(","):
        name, _, parameter = part.partition(";")
        quality = parameter.strip().removeprefix("q=") if parameter.strip() else "1"
        try:
            weights[name.strip()] = float(quality)
        except ValueError:
            weights[name.strip()] = 0.0
    rest = weights.get("*", 0.0)
    best, most = None, max(weights.get("identity", 0.0), 0.0)
    for name in _CODINGS:
        weight = weights.get(name, rest)
        if weight > 0 and (weight > most or (best is None and weight >= most)):
            best, most = name, weight
    return best


def _matches(given: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: the comparison is the weak one."""
    if given.strip() == "*":
        return True
    return bool(given) and any(one.strip().removeprefix("W/") == tag for one in given.split(","))


def _set(start: HTTPResponseStartEvent, name: bytes, value: bytes) -> None:
    start["headers"] = [*(pair for pair in start.get("headers", ()) if pair[0].lower() != name), (name, value)]
