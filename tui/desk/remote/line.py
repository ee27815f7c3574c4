"""Line: requests to one server with one key, each under a limit of time and size, and its refusals as our errors.

The key goes to the address that was given and nowhere else: redirects are not followed, certificates are checked, and
on this machine no proxy is asked.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

import httpx
import msgspec

from jobswipe import __version__
from jobswipe.errors import (
    ConflictError,
    ForbiddenError,
    InputError,
    JobSwipeError,
    NotFoundError,
    StorageError,
    UnauthenticatedError,
    UsageError,
)
from jobswipe.security.bodies import CorruptBodyError, TooLargeError, read_body
from jobswipe.security.polite import parse_retry_after
from tui.desk.interface import AwayError
from tui.desk.remote.address import Address
from tui.text import safe

PATIENCE = 10.0
"""Seconds that a request may take from its first byte to the last of its answer, where nothing else is said."""
CONNECT = 5.0
LARGEST = 32_000_000
"""Bytes of an answer, packed or not."""
LONGEST_WAIT = 600.0
"""Seconds that a server may ask to wait for."""
_ERRORS: dict[int, type[JobSwipeError]] = {
    400: UsageError, 401: UnauthenticatedError, 403: ForbiddenError, 404: NotFoundError, 409: ConflictError,
    413: InputError, 415: InputError, 422: InputError,
}  # fmt: skip
_ENCODINGS = ("", "identity", "gzip", "deflate")
_NEW_KEY = "make another with 'jobswipe apikey create' on the server, and start again with it"
T = TypeVar("T")


class Problem(msgspec.Struct, frozen=True):
    """A refusal in the form of RFC 9457, as the server writes it."""

    code: str
    detail: str
    errors: list[dict[str, str]] = []


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: httpx.Headers
    body: bytes


class Line:
    """Threads may share one. What is under way when it is closed is given up at once."""

    def __init__(self, where: Address, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.where = where
        headers = {
            "Authorization": f"Bearer {key}",
            "User-Agent": f"JobSwipe/{__version__} (terminal app)",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        try:
            self._client = httpx.Client(
                headers=headers,
                follow_redirects=False,
                trust_env=not where.loopback,
                verify=httpx.create_ssl_context(),
                transport=transport,
            )
        except (ImportError, ValueError, OSError) as error:  # OSError: of certificates
            why = safe(str(error)).removesuffix(".")
            raise UsageError(
                f"The proxy or the certificates that the environment names cannot be used: {why}."
            ) from None
        self.closed = threading.Event()

    def get(self, path: str, type_: type[T], *, seconds: float = PATIENCE, **params: Any) -> T:
        return self.ask("GET", path, type_, params=params, seconds=seconds)

    def ask(self, method: str, path: str, type_: type[T], *, seconds: float = PATIENCE, **options: Any) -> T:
        """What a route answers. `options` are httpx's: params, json, content, headers.

        Raises AwayError where the server cannot be asked now, else what the server refuses: UnauthenticatedError,
        ForbiddenError, NotFoundError, ConflictError, InputError, UsageError.
        """
        answer = self.send(method, self.where.base + path, seconds, **options)
        if not 200 <= answer.status < 300:
            self._refuse(answer)
        return decoded(answer.body, type_)

    def send(self, method: str, url: str, seconds: float, **options: Any) -> Answer:
        """Any answer. It is waited for in a thread of its own: a name server too may hang. Raises AwayError."""
        found: list[Answer | AwayError] = []
        done = threading.Event()

        def work() -> None:
            try:
                found.append(self._send(method, url, time.monotonic() + seconds, **options))
            except AwayError as error:
                found.append(error)
            except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:  # RuntimeError: the client was closed
                found.append(self._away(error))
            except Exception as error:  # noqa: BLE001 - whatever a transport raises must reach who waits
                found.append(AwayError(f"{self.where.host} cannot be asked ({type(error).__name__})."))
            finally:
                done.set()

        threading.Thread(target=work, name="line", daemon=True).start()
        until = time.monotonic() + seconds
        while not done.wait(0.05 if self.closed.is_set() else max(0.0, min(0.5, until - time.monotonic()))):
            if self.closed.is_set():
                raise AwayError("The app ends: the server was not waited for.")
            if time.monotonic() >= until:
                raise AwayError(f"{self.where.host} does not answer within {seconds:g} seconds.")
        if isinstance(found[0], AwayError):
            raise found[0]
        return found[0]

    def close(self) -> None:
        self.closed.set()
        self._client.close()

    def _send(self, method: str, url: str, until: float, **options: Any) -> Answer:
        left = max(0.1, until - time.monotonic())
        timeout = httpx.Timeout(left, connect=min(CONNECT, left))
        options["params"] = options.get("params") or None
        with self._client.stream(method, url, timeout=timeout, **options) as response:
            packed = response.headers.get("content-encoding", "").strip().lower()
            if packed not in _ENCODINGS:
                raise malformed()

            def pieces() -> Any:
                for piece in response.iter_raw(65_536):
                    if time.monotonic() > until:
                        raise AwayError(f"{self.where.host} takes too long to answer.")
                    yield piece

            try:
                body = read_body(pieces(), packed or "identity", LARGEST)
            except TooLargeError:
                raise AwayError(f"{self.where.host} answers more than this app reads.") from None
            except CorruptBodyError:
                raise malformed() from None
            return Answer(response.status_code, response.headers, body)

    def _away(self, error: Exception) -> AwayError:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return AwayError(
                f"{self.where.host} shows a certificate that this computer does not trust, so nothing was sent: where "
                "it is of an authority of yours, name that one's file in SSL_CERT_FILE."
            )
        return AwayError(f"{self.where.host} does not answer ({_why(error)}).")

    def _refuse(self, answer: Answer) -> NoReturn:
        """Raise what the server means. Only a refusal in JobSwipe's own form is one: a proxy may be in between."""
        status, host = answer.status, self.where.host
        wait = parse_retry_after(answer.headers.get("retry-after"), answer.headers.get("date"), datetime.now(UTC))
        wait = None if wait is None else min(wait, LONGEST_WAIT)
        if 300 <= status < 400:
            to = safe(answer.headers.get("location", ""))[:200]
            raise AwayError(
                f"{host} points to {to or 'another address'}, which is not followed with your key: start "
                "again with --server and the address that is meant."
            )
        problem = _problem(answer)
        if problem is None:
            raise AwayError(f"{host} answers {status} and is no JobSwipe at this moment.", retry_after=wait)
        detail = safe(problem.detail)[:500]
        if status == 429:
            asked = f" to wait {wait:.0f} seconds" if wait else " for patience"
            raise AwayError(f"{host} asks{asked}: too many requests.", retry_after=wait or 5.0)
        kind = _ERRORS.get(status)
        if status == 401:
            raise UnauthenticatedError(f"{host} does not take this API key: {_NEW_KEY}.")
        if status == 403:
            raise ForbiddenError(f"{detail.removesuffix('.')}: {_NEW_KEY}, or ask whoever runs it.")
        if kind is None:
            raise AwayError(f"{host} cannot do it now: {detail}", retry_after=wait)
        for one in problem.errors[:3]:
            detail += f" {safe(one.get('field', ''))}: {safe(one.get('expected', ''))}."
        raise kind(detail)


def decoded(body: bytes, type_: type[T]) -> T:
    """Raises AwayError where it is not what such a server answers."""
    try:
        return msgspec.json.decode(body, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise malformed() from None


def malformed() -> AwayError:
    return AwayError("The server's answer cannot be read: it is of another version, or something in between wrote it.")


def waits(error: JobSwipeError) -> StorageError | None:
    """What a verdict waits for rather than being lost: a server that is away, or a key that does not hold."""
    if isinstance(error, StorageError):
        return error
    return AwayError(error.message) if isinstance(error, UnauthenticatedError | ForbiddenError) else None


def _problem(answer: Answer) -> Problem | None:
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _why(error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "it takes too long"
    text = re.sub(r"\[Errno -?\d+\] ", "", safe(str(error))) or type(error).__name__
    return text[:200].removesuffix(".")
