"""Errors as RFC 9457 problem+json: the one place that says what an error of ours or of Litestar is in HTTP."""

from __future__ import annotations

import errno
import math
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from litestar.types.asgi_types import HTTPResponseBodyEvent, HTTPResponseStartEvent

from jobswipe.errors import JobSwipeError, SettingsError, StorageError, ThrottledError, UpstreamError
from jobswipe.observability.logs import logger
from server import invalid

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a client may try again what was not available."""
ERROR = "jobswipe_error"
"""Where a request's state keeps the error that was answered as the server's own fault."""
REFUSED = "jobswipe_refused"
"""Where it keeps what the outermost layer has it answered with, in place of being carried out."""
REQUEST_ID = "jobswipe_request_id"

# Codes are for programs and never change; an error of ours brings its own.
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    413: "too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    421: "misdirected",
    422: "invalid",
    429: "too_many_requests",
    431: "head_too_large",
    501: "not_implemented",
    503: "unavailable",
    507: "disk_full",
}
OTHERS = ("malformed_json", "fault", "stopping", "busy")
"""Codes of which there is more than one for a status."""
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take this method: see the Allow header.",
    413: "The body is larger than this address takes.",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FAULT = "This is a fault of the server. Its operator finds it in the log by the request's id."
_AWAY = "The server's store does not answer: try again in a moment."


@dataclass(frozen=True)
class Problem:
    """What is answered. `detail` is a sentence for people."""

    status: int
    code: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)
    errors: tuple[dict[str, str], ...] = ()
    """Where the request is wrong: `in` (body, query, path, header), `field`, `expected`. Never what was given."""

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase

    def messages(self, request_id: str | None = None) -> tuple[HTTPResponseStartEvent, HTTPResponseBodyEvent]:
        """The answer in ASGI's two messages."""
        body = self.body(request_id)
        headers = {**self.headers, "content-type": MEDIA_TYPE, "content-length": str(len(body))}
        return (
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            },
            {"type": "http.response.body", "body": body, "more_body": False},
        )

    def body(self, request_id: str | None = None) -> bytes:
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        if request_id:
            document["request_id"] = request_id
        return msgspec.json.encode(document)


class Refused(Exception):
    """A request that the server does not take, with what is answered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def wrong(*errors: dict[str, str]) -> Refused:
    """That parts of the request are not what they must be."""
    return Refused(Problem(422, CODES[422], "The request is not of its form: see errors.", errors=errors))


FAULT = Problem(500, "fault", _FAULT)
MALFORMED = Problem(400, CODES[400], "This is no HTTP request that can be read.")
MALFORMED_JSON = Problem(400, "malformed_json", "The body is no JSON that can be read.")
GONE = Problem(400, CODES[400], "The client went away before its request was whole.")
DISK_FULL = Problem(507, CODES[507], "The server has no room to store this: try again later.", {"retry-after": str(60)})
BUSY = Problem(503, "busy", "There are too many connections: try again in a moment.", {"retry-after": str(RETRY_AFTER)})
HEAD_TOO_SLOW = Problem(408, CODES[408], "The request's head did not come in time.")
HEAD_TOO_LARGE = Problem(431, CODES[431], "The request's head is too large.")
NOT_IMPLEMENTED = Problem(501, CODES[501], "The request's body comes in a coding that is not known here.")
STOPPING = Problem(
    503, "stopping", "The server stops, and this request took too long: try again.", {"retry-after": str(RETRY_AFTER)}
)
UNKNOWN = Problem(
    503,
    CODES[503],
    "The server cannot tell whether this was carried out: look, or send it again with its Idempotency-Key.",
    {"retry-after": str(RETRY_AFTER)},
)


def of(error: Exception) -> Problem:
    """The problem that an error is. What is wrong inside the server is not told outside."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, JobSwipeError):
        headers: dict[str, str] = {}
        if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["retry-after"] = str(RETRY_AFTER)
        elif error.status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = 'Bearer realm="jobswipe"'
        elif isinstance(error, UpstreamError | ThrottledError) and error.retry_after is not None:
            headers["retry-after"] = str(math.ceil(error.retry_after))
        detail = error.message
        if isinstance(error, StorageError):  # names hosts and paths
            detail = _AWAY
        elif isinstance(error, SettingsError) or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            detail = _FAULT
        return Problem(error.status, error.code, detail, headers)
    if isinstance(error, ValidationException):
        return wrong(*invalid.errors(error)).problem
    if isinstance(error, InternalServerException) and "disconnected" in error.detail:
        return GONE
    if isinstance(error, OSError) and error.errno in _FULL:
        return DISK_FULL
    if isinstance(error, HTTPException) and error.status_code != HTTPStatus.INTERNAL_SERVER_ERROR:
        status = error.status_code
        # Litestar's own sentences repeat what was sent.
        detail = _SENTENCES.get(status, f"{HTTPStatus(status).phrase}.")
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
