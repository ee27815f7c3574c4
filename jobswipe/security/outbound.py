"""The polite, safe HTTP client that polls job boards: vetted addresses, caps, per-host turns, retries, validators.

One `Outbound` is shared by all threads of a process; each source run gets its own `fetcher` with the source's terms.
Proxies, cookies and .netrc are not used: the connection goes straight to the vetted address.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import httpcore
import httpx

from jobswipe import __version__
from jobswipe.errors import LimitError, RefusedUrlError, SettingsError, UpstreamError
from jobswipe.observability import context, logs, measure
from jobswipe.security.bodies import ENCODINGS, CorruptBodyError, TooLargeError, read_body
from jobswipe.security.polite import HostLimiter, backoff, parse_retry_after
from jobswipe.security.transport import Deadline, GuardedBackend, OverdueError
from jobswipe.security.urls import Guard, shown
from jobswipe.sources.base import Policy, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobswipe.settings import OutboundSettings

MEGABYTE = 1 << 20
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RETRIED = frozenset({429, 500, 502, 503, 504})
_LONGEST_VALIDATOR = 1024
_log = logs.logger(__name__)


class Validators(Protocol):
    """Where ETag and Last-Modified of a URL are kept. Asked only for conditional requests.

    `put` is called when a body has arrived whole. Keep it in the transaction that stores what the body said: kept
    without that, the next poll would learn "not modified" about postings that were never stored.
    """

    def get(self, url: str) -> tuple[str | None, str | None] | None: ...

    def put(self, url: str, etag: str | None, last_modified: str | None) -> None: ...


class MemoryValidators:
    """Validators that last as long as the object."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str | None, str | None]] = {}

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        return self._known.get(url)

    def put(self, url: str, etag: str | None, last_modified: str | None) -> None:
        self._known[url] = (etag, last_modified)


class _TransientError(Exception):
    """A failure that may be gone at the next attempt. `sentence` says what happened, without an end mark."""

    def __init__(
        self, host: str, sentence: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.host = host
        self.sentence = sentence
        self.status = status
        self.retry_after = retry_after


class Outbound:
    """Connections, limits and turns at hosts, for all threads.

    `contact` is the address in the User-Agent. Seconds: `timeout` for one attempt with its redirects, from the first
    connection to the last byte (waiting for a turn does not count); `connect_timeout` for a connection; `idle_timeout`
    between two bytes; `longest_wait`, beyond which a Retry-After is not waited for. `max_bytes` caps a body, packed
    and unpacked. `attempts` counts the first one. `allow_private` and `allowed_hosts` open private addresses.
    """

    def __init__(
        self,
        *,
        contact: str,
        timeout: float = 60,
        connect_timeout: float = 10,
        idle_timeout: float = 20,
        max_bytes: int = 64 * MEGABYTE,
        attempts: int = 4,
        longest_wait: float = 60,
        allow_private: bool = False,
        allowed_hosts: frozenset[str] = frozenset(),
        guard: Guard | None = None,
        limiter: HostLimiter | None = None,
        ssl_context: ssl.SSLContext | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        if not contact.isascii() or not contact.isprintable():
            raise SettingsError(
                "JOBSWIPE_OUTBOUND_CONTACT must be one line of plain ASCII, a URL or an e-mail address."
            )
        self.user_agent = f"JobSwipe/{__version__} (+{contact})"
        self.timeout = timeout
        self.connect_timeout = connect_timeout
        self.idle_timeout = idle_timeout
        self.max_bytes = max_bytes
        self.attempts = attempts
        self.longest_wait = longest_wait
        self.guard = guard or Guard(allow_private=allow_private, allowed_hosts=allowed_hosts)
        self._closed = threading.Event()
        self.limiter = limiter or HostLimiter(sleep=self._rest)
        self.jitter = jitter
        self.deadline = Deadline()
        self._ssl_context = ssl_context
        self._opening = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None

    @classmethod
    def from_settings(cls, settings: OutboundSettings) -> Outbound:
        return cls(
            contact=settings.contact,
            timeout=settings.timeout,
            max_bytes=settings.max_body_mb * MEGABYTE,
            allow_private=settings.allow_private,
        )

    @property
    def pool(self) -> httpcore.ConnectionPool:
        with self._opening:
            self.check_open()
            if self._pool is None:
                self._pool = httpcore.ConnectionPool(
                    ssl_context=self._ssl_context or httpx.create_ssl_context(),
                    max_connections=100,
                    max_keepalive_connections=20,
                    keepalive_expiry=15,
                    network_backend=GuardedBackend(self.guard, self.deadline),
                )
            return self._pool

    def fetcher(self, policy: Policy | None = None, validators: Validators | None = None) -> PoliteFetcher:
        """A client bound to one source run: its policy's spacing and concurrency, its store of validators."""
        return PoliteFetcher(self, policy or Policy(), validators)

    def _rest(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            self.check_open()

    def check_open(self) -> None:
        """Raises UpstreamError once the client is closed."""
        if self._closed.is_set():
            raise UpstreamError("The request was broken off: the poll was stopped.")

    def close(self) -> None:
        """Close the connections. Requests of other threads end with an error, and so do those that still wait."""
        self._closed.set()
        with self._opening:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def __enter__(self) -> Outbound:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PoliteFetcher:
    """Implements `sources.base.Fetcher`."""

    def __init__(self, outbound: Outbound, policy: Policy, validators: Validators | None) -> None:
        self._outbound = outbound
        self._policy = policy
        self._validators = validators

    def get(self, url: str, *, accept: str | None = None, conditional: bool = False) -> Response:
        """Fetch a URL: 2xx, or 304 with `not_modified` where `conditional` and the stored validators still hold.

        Raises RefusedUrlError (the URL or a redirect may not be fetched), LimitError (too large or too slow) and
        UpstreamError (everything else, after the retries; with the status and the seconds to wait where known).
        """
        out = self._outbound
        for attempt in range(out.attempts):
            try:
                return self._attempt(url, accept, conditional)
            except _TransientError as failure:
                asked = failure.retry_after
                if asked is not None and asked > out.longest_wait:
                    raise UpstreamError(
                        f"{failure.sentence} and asks to wait {asked:.0f} s: poll it again after that.",
                        upstream_status=failure.status,
                        retry_after=asked,
                    ) from failure
                if attempt + 1 == out.attempts:
                    raise UpstreamError(
                        f"{failure.sentence} ({_times(out.attempts)}): try again later.",
                        upstream_status=failure.status,
                        retry_after=asked,
                    ) from failure
                if asked:
                    out.limiter.pause(failure.host, asked)
                out.limiter.sleep((asked or 0.0) + backoff(attempt, out.jitter))
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, url: str, accept: str | None, conditional: bool) -> Response:
        """One attempt with its redirects, each vetted like the first URL, under one time limit."""
        out = self._outbound
        left = out.timeout
        came_from: str | None = None
        for _hop in range(_MOST_REDIRECTS + 1):
            try:
                target = self._vetted(url)
                with self._turn(target):
                    started = time.monotonic()
                    out.deadline.at = started + left
                    try:
                        answer = self._exchange(target, accept, conditional)
                    finally:
                        out.deadline.at = float("inf")
                        left = max(left - (time.monotonic() - started), 0.0)
            except RefusedUrlError as error:
                if came_from is None:
                    raise
                raise RefusedUrlError(f"{came_from} redirects elsewhere: {error.message}") from error
            if isinstance(answer, Response):
                return answer
            came_from, url = _host(target), answer
        raise UpstreamError(f"{_host(url)} redirects more than {_MOST_REDIRECTS} times: check the address.")

    def _vetted(self, url: str) -> httpx.URL:
        try:
            return self._outbound.guard.check(url)
        except RefusedUrlError as error:
            logs.security(
                "outbound_address_refused", who=None, source=None, agent=None, path=shown(url), outcome=error.message
            )
            raise

    def _turn(self, target: httpx.URL) -> AbstractContextManager[None]:
        policy = self._policy
        return self._outbound.limiter.turn(_host(target), concurrency=policy.concurrency, spacing=policy.spacing)

    def _exchange(self, target: httpx.URL, accept: str | None, conditional: bool) -> Response | str:
        """One request, watched: its answer, or the URL that it redirects to."""
        host = _host(target)
        started = time.monotonic()
        outcome = "failed"
        attributes = {"http.request.method": "GET", "server.address": host}
        with context.span(f"GET {host}", "client", attributes=attributes) as span:
            try:
                answer = self._ask(target, accept, conditional)
                outcome = f"{answer.status // 100}xx" if isinstance(answer, Response) else "3xx"
                if isinstance(answer, Response):
                    span.set(**{"http.response.status_code": answer.status})
            except LimitError:
                outcome = "limit"
                raise
            except RefusedUrlError:
                outcome = "refused"
                raise
            except (UpstreamError, _TransientError) as error:
                status = error.upstream_status if isinstance(error, UpstreamError) else error.status
                if status is not None:
                    outcome = f"{status // 100}xx"
                    span.set(**{"http.response.status_code": status})
                raise
            finally:
                seconds = time.monotonic() - started
                measure.outbound(outcome, seconds)
                _log.debug("asked", host=host, outcome=outcome, seconds=round(seconds, 3))
        return answer

    def _ask(self, target: httpx.URL, accept: str | None, conditional: bool) -> Response | str:
        out = self._outbound
        asked = conditional and self._validators is not None
        known = self._validators.get(str(target)) if asked and self._validators is not None else None
        known = known if known and any(known) else None  # a 304 answers nothing but a condition
        with (
            _translated(_host(target), out.timeout, out.max_bytes),
            out.pool.stream(
                "GET",
                httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path),
                headers=self._headers(target, accept, known),
                extensions={
                    "timeout": {
                        "connect": out.connect_timeout,
                        "read": out.idle_timeout,
                        "write": out.idle_timeout,
                        "pool": out.timeout,
                    }
                },
            ) as reply,
        ):
            headers = httpx.Headers(reply.headers)
            if reply.status in _REDIRECTS and "location" in headers:
                return _join(target, headers["location"])
            content_type = headers.get("content-type", "").strip()
            if reply.status == 304 and known is not None:
                return Response(url=str(target), status=304, content_type=content_type, body=b"", not_modified=True)
            if reply.status < 200 or reply.status >= 300 or reply.status == 206:
                raise _failure(_host(target), reply.status, headers)
            announced = headers.get("content-length", "0")
            if announced.isdecimal() and (len(announced) > 15 or int(announced) > out.max_bytes):
                raise TooLargeError
            body = read_body(reply.iter_stream(), _encoding(target, headers), out.max_bytes)
        if asked and self._validators is not None:
            self._validators.put(str(target), _validator(headers.get("etag")), _validator(headers.get("last-modified")))
        return Response(url=str(target), status=reply.status, content_type=content_type, body=body)

    def _headers(
        self, target: httpx.URL, accept: str | None, known: tuple[str | None, str | None] | None
    ) -> list[tuple[bytes | str, bytes | str]]:
        headers: list[tuple[bytes | str, bytes | str]] = [
            ("Host", target.netloc),
            ("User-Agent", self._outbound.user_agent),
            ("Accept", accept or "*/*"),
            ("Accept-Encoding", "gzip, deflate"),
            *context.outgoing_headers(str(target)).items(),  # to our own services alone
        ]
        if known is not None:
            etag, last_modified = known
            if etag:
                headers.append(("If-None-Match", etag))
            if last_modified:
                headers.append(("If-Modified-Since", last_modified))
        return headers


@contextmanager
def _translated(host: str, timeout: float, max_bytes: int) -> Iterator[None]:
    """Turn what goes wrong on the network into this module's errors."""
    try:
        yield
    except OverdueError:
        raise LimitError(
            f"{host} took longer than {timeout:g} s to answer: raise JOBSWIPE_OUTBOUND_TIMEOUT or poll it later."
        ) from None
    except TooLargeError:
        raise LimitError(
            f"{host} sent more than {max_bytes / MEGABYTE:g} MB (unpacked): raise JOBSWIPE_OUTBOUND_MAX_BODY_MB."
        ) from None
    except CorruptBodyError as error:
        raise _TransientError(host, f"{host} sent a damaged compressed body") from error
    except httpcore.ConnectTimeout as error:
        raise _TransientError(host, f"{host} could not be reached in time") from error
    except httpcore.TimeoutException as error:
        raise _TransientError(host, f"{host} stopped answering") from error
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise UpstreamError(
                f"{host} shows a certificate that is not valid ({error.__cause__.verify_message}): check the address."
            ) from error
        raise _TransientError(host, f"{host} could not be reached ({shown(str(error))})") from error
    except httpcore.LocalProtocolError as error:
        raise RefusedUrlError(
            f"A request to {host} cannot be written ({shown(str(error))}): correct the URL."
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        # Connection reset, body shorter than announced, and answers that are not HTTP.
        raise _TransientError(host, f"{host} broke off or garbled its answer ({shown(str(error))})") from error


def _failure(host: str, status: int, headers: httpx.Headers) -> Exception:
    if status in _RETRIED:
        rest = parse_retry_after(headers.get("retry-after"), headers.get("date"), datetime.now(UTC))
        said = "asks for fewer requests" if status == 429 else "has a fault of its own"
        return _TransientError(host, f"{host} {said} (status {status})", status=status, retry_after=rest)
    if status in (404, 410):
        sentence = f"{host} has no such page (status {status}): check the board's name."
    elif status in (401, 403, 407, 451):
        sentence = f"{host} does not let this be read (status {status}): check that the board is public."
    else:
        sentence = f"{host} answered with the unexpected status {status}: check the address."
    return UpstreamError(sentence, upstream_status=status)


def _encoding(target: httpx.URL, headers: httpx.Headers) -> str:
    encoding: str = headers.get("content-encoding", "").strip().lower() or "identity"
    if encoding not in ENCODINGS:
        raise UpstreamError(f"{_host(target)} packs its answer as {shown(encoding)!r}, which was not asked for.")
    return encoding


def _join(target: httpx.URL, location: str) -> str:
    try:
        return str(target.join(location))
    except (httpx.InvalidURL, ValueError):
        raise RefusedUrlError(
            f"{_host(target)} redirects to {shown(location)!r}, which is not a URL: check the address."
        ) from None


def _validator(value: str | None) -> str | None:
    """A validator that can be sent back, else None."""
    fit = value is not None and len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    return value if fit else None


def _host(url: httpx.URL | str) -> str:
    return httpx.URL(url).raw_host.decode("ascii")


def _times(count: int) -> str:
    return "tried once" if count == 1 else f"tried {count} times"
