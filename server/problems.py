"""Errors as RFC 9457 problem+json: the one place that says what an error of ours or of Litestar is in HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from jobswipe.errors import JobSwipeError, SettingsError, StorageError, UpstreamError
from jobswipe.observability.logs import logger

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a client may try again what was not available."""
ERROR = "jobswipe_error"
"""Where a request's state keeps the error that was answered as the server's own fault."""
REQUEST_ID = "jobswipe_request_id"

# Codes are for programs and never change; an error of ours brings its own.
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "unavailable",
}
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take this method: see the Allow header.",
}
_FAULT = "This is a fault of the server. Its operator finds it in the log by the request's id."
_AWAY = "The server's store does not answer: try again in a moment."


@dataclass(frozen=True)
class Problem:
    """What is answered. `detail` is a sentence for people."""

    status: int
    code: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, request_id: str | None = None) -> bytes:
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if request_id:
            document["request_id"] = request_id
        return msgspec.json.encode(document)


FAULT = Problem(500, "fault", _FAULT)
MALFORMED = Problem(400, CODES[400], "This is no HTTP request that can be read.")
STOPPING = Problem(
    503, "stopping", "The server stops, and this request took too long: try again.", {"retry-after": str(RETRY_AFTER)}
)


def of(error: Exception) -> Problem:
    """The problem that an error is. What is wrong inside the server is not told outside."""
    if isinstance(error, JobSwipeError):
        headers: dict[str, str] = {}
        if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["retry-after"] = str(RETRY_AFTER)
        elif error.status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = 'Bearer realm="jobswipe"'
        elif isinstance(error, UpstreamError) and error.retry_after is not None:
            headers["retry-after"] = str(round(error.retry_after))
        detail = error.message
        if isinstance(error, StorageError):  # names hosts and paths
            detail = _AWAY
        elif isinstance(error, SettingsError) or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            detail = _FAULT
        return Problem(error.status, error.code, detail, headers)
    if isinstance(error, HTTPException) and error.status_code != HTTPStatus.INTERNAL_SERVER_ERROR:
        status = error.status_code
        detail = _SENTENCES.get(status, error.detail)
        return Problem(status, CODES.get(status, "error"), detail, _with_head(error.headers or {}))
    return FAULT


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's handler of every exception."""
    found = of(error)
    state: dict[str, Any] = request.scope["state"]
    if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        state[ERROR] = error
        tell(error, found)
    return Response(
        found.body(state.get(REQUEST_ID)), status_code=found.status, headers=found.headers, media_type=MEDIA_TYPE
    )


def tell(error: Exception, problem: Problem) -> None:
    """Log what the server could not do: an error of ours in a line, a fault with where it was."""
    log = logger("server")
    if isinstance(error, JobSwipeError):
        log.error("request_failed", problem=error.code, error=error.message)
    else:
        log.error("request_failed", problem=problem.code, error=type(error).__name__, exc_info=error)


def _with_head(headers: dict[str, str]) -> dict[str, str]:
    """Where GET is allowed, HEAD is (`server.observe`)."""
    allowed = headers.get("allow", "").split(", ")
    return headers | {"allow": ", ".join(sorted({*allowed, "HEAD"}))} if "GET" in allowed else headers
