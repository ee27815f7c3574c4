"""The parts of the API's description that all operations share: problems, headers, security, words."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from server import problems
from server.api import cookies

INTRODUCTION = """The HTTP API of JobSwipe.

Every error is a problem of RFC 9457 (`application/problem+json`) with a stable `code`. Lists answer `items` and `next`,
the `cursor` of the page after; it is null on the last one. Times are ISO 8601 in UTC. Bodies with an unknown field are
refused.

Show an API key as `Authorization: Bearer …`, or a session's cookie and, with whatever changes something, its CSRF token
in `X-CSRF-Token`. A key does what its scopes allow and its owner's role may."""

TAGS = {
    "profile": "What you want: preferences that the ranking follows.",
    "sources": "Boards that are followed (operators).",
    "runs": "What the polls of a source did (operators).",
    "tasks": "Background work, its schedule and its workers (operators).",
    "notifications": "What you are told, and when.",
    "channels": "Where you are told.",
    "reports": "Figures about the market and about your own search.",
    "events": "What happens, as it happens.",
    "description": "This description.",
}

CODES: dict[int, tuple[str, str]] = {
    400: ("This request makes no sense.", "usage"),
    401: ("Nobody that is known asks.", "unauthenticated"),
    403: ("Whoever asks may not do this.", "forbidden"),
    404: ("It does not exist, or is not yours.", "not_found"),
    406: ("None of the media types that this answers in is accepted.", "not_acceptable"),
    409: ("It contradicts what is stored.", "conflict"),
    413: ("The body is larger than what is taken.", "too_large"),
    415: ("The body is of a type that is not taken.", "unsupported_media_type"),
    422: ("A value is not what it must be.", "invalid"),
    429: ("Too many requests: wait as long as Retry-After says.", "too_many_requests"),
    503: ("Something that is needed does not answer: try again.", "unavailable"),
}
"""What each problem means, and the code that it usually has."""

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong, as RFC 9457 says it.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "pattern": "^[a-z_]+$", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "A sentence for people: what is wrong and what to do."},
        "request_id": {"type": "string", "description": "By which the server's operator finds it in the log."},
        "errors": {
            "type": "array",
            "description": "Where the request is wrong.",
            "items": {
                "type": "object",
                "properties": {
                    "in": {"enum": ["body", "query", "path", "header", "cookie"]},
                    "field": {"type": "string"},
                    "expected": {"type": "string"},
                },
            },
        },
    },
}

HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "By which this request is found in the log; a sound one of the request is taken over.",
        "schema": {"type": "string"},
        "example": "0f8e2a7d4c6b4f1a9d3e5c7b9a1f3e5d",
    },
    "RateLimit-Policy": {
        "description": "The limit, and the seconds that it counts for.",
        "schema": {"type": "string"},
        "example": '"api";q=60;w=60',
    },
    "RateLimit": {
        "description": "The requests that are left, and the seconds until there are more.",
        "schema": {"type": "string"},
        "example": '"api";r=42;t=17',
    },
    "Location": {
        "description": "Where it goes on: have it fetched by GET.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/",
    },
    "Retry-After": {
        "description": "Seconds after which it may be tried again.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 5,
    },
}

SECURITY: dict[str, Any] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `jobswipe_…`. It has scopes, and may expire.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": cookies.SESSION,
        "description": "The cookie of a signed-in browser.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The session's CSRF token: with its cookie, whatever changes something needs it.",
    },
}


def _response(status: int, words: str, code: str) -> dict[str, Any]:
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": words,
        "request_id": HEADERS["X-Request-Id"]["example"],
    }
    shown = ["X-Request-Id"] + (["Retry-After"] if status in (429, 503) else [])
    return {
        "description": words,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in shown},
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }


RESPONSES: dict[str, Any] = {code: _response(status, words, code) for status, (words, code) in CODES.items()} | {
    "other": _response(500, "Any other problem.", "fault")
}
