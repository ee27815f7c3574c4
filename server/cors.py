"""Which pages of other origins may call the API from a browser: those that are listed."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.types import HTTPScope
from litestar.types.asgi_types import HTTPResponseBodyEvent, HTTPResponseStartEvent

from server import heads

_METHODS = b"GET, POST, PUT, PATCH, DELETE"
_HEADERS = b"authorization, content-type, if-none-match, idempotency-key, x-request-id"
_SHOWN = (
    b"etag, retry-after, x-request-id, ratelimit, ratelimit-policy, x-ratelimit-limit, x-ratelimit-remaining, "
    b"x-ratelimit-reset, content-disposition"
)
_KEPT = b"600"
"""Seconds for which a browser keeps the answer to a preflight."""


class Cors:
    """Of the listed origins. Cookies are never part of it: they are of this site alone, others send an API key."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, scope: HTTPScope) -> dict[bytes, bytes]:
        """What an answer gets."""
        if not self._origins:
            return {}
        origin = heads.by_name(scope).get(b"origin", b"")
        if origin not in self._origins:
            return {b"vary": b"Origin"}
        return {
            b"vary": b"Origin",
            b"access-control-allow-origin": origin,
            b"access-control-expose-headers": _SHOWN,
        }

    def preflight(self, scope: HTTPScope) -> tuple[HTTPResponseStartEvent, HTTPResponseBodyEvent] | None:
        """The answer to a browser that asks before a call; None where it does not, or its origin is not listed."""
        if scope["method"] != "OPTIONS":
            return None
        head = heads.by_name(scope)
        if head.get(b"origin", b"") not in self._origins or not head.get(b"access-control-request-method"):
            return None
        told: Mapping[bytes, bytes] = {
            b"access-control-allow-methods": _METHODS,
            b"access-control-allow-headers": _HEADERS,
            b"access-control-max-age": _KEPT,
            b"vary": b"Access-Control-Request-Method, Access-Control-Request-Headers",
        }
        return (
            {"type": "http.response.start", "status": 204, "headers": list(told.items())},
            {"type": "http.response.body", "body": b"", "more_body": False},
        )
