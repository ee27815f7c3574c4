"""What a route says of itself in its options, and what the layers tell each other of one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from litestar.types import Scope

LimitClass = Literal["auth", "api", "public", "none"]

LIMIT_CLASS = "limit_class"
"""Which rate limit a route is under; without it the class follows from whom the route is for."""
MAX_BODY = "max_body"
"""Bytes of a request's body that a route takes; [limits] max_body where it says nothing."""
NO_COMPRESSION = "no_compression"
"""Of a route whose answer has a secret in it beside what the caller chose: its size must not tell the secret."""
PAGE = "page"
"""Of a route that answers with an HTML page, or with what such a page loads."""
ANY_QUERY = "any_query"
"""Of a route of the API that takes query parameters which it does not know: a log-in service adds some of its own."""
LANE = "lane"
"""Of a route that is asked with every card: which threads of their own its handlers have."""

_ROUTE = "jobswipe_route_options"
_HEADERS = "jobswipe_headers"
_HEAD = "jobswipe_head"
_DIGEST = "jobswipe_digest"


def remember(scope: Scope, options: Mapping[str, Any]) -> None:
    """Keep the options of the route that a request is for."""
    scope.setdefault("state", {})[_ROUTE] = options


def of(scope: Scope) -> Mapping[str, Any]:
    """The options of the request's route; none where there is no such route."""
    found: Mapping[str, Any] = scope.get("state", {}).get(_ROUTE, {})
    return found


def ask_head(scope: Scope) -> None:
    """Tell that only the head of the answer is asked for, though its route sees a GET."""
    scope.setdefault("state", {})[_HEAD] = True


def only_head(scope: Scope) -> bool:
    return bool(scope.get("state", {}).get(_HEAD))


def add_header(scope: Scope, name: str, value: str) -> None:
    """A header of the answer, whoever makes it; the last one of a name counts."""
    scope.setdefault("state", {}).setdefault(_HEADERS, {})[name.encode()] = value.encode("latin-1")


def headers(scope: Scope) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = scope.get("state", {}).get(_HEADERS, {})
    return found


def tell_digest(scope: Scope, digest: str) -> None:
    """The digest of the answer's body (`server.encoding`), of who answers it more than once."""
    scope.setdefault("state", {})[_DIGEST] = digest


def digest(scope: Scope) -> str | None:
    found: str | None = scope.get("state", {}).get(_DIGEST)
    return found
