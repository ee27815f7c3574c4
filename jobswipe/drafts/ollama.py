"""Ollama by its own Python client: a streamed chat that keeps every time limit, and the server's state for health.

The client is used in a thread, so that a server that says nothing, drips or never ends is left on time.
"""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import httpx

from jobswipe.errors import SettingsError, UpstreamError
from jobswipe.observability.context import outgoing_headers
from jobswipe.security.urls import shown
from jobswipe.settings import OllamaSettings

if TYPE_CHECKING:
    from ollama import ChatResponse

Progress = Callable[[int], None]
"""Called with the number of words so far."""
_LONGEST_BODY = 1_000_000
_LONGEST_PIECE = 1_000
"""Bytes that a token takes in a stream, generously: Ollama sends about 150."""
_LONGEST_WORD = 40
_CONTEXT = 8_192
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_SENTENCE_END = re.compile(r".*[.!?…](?=\s|$)", re.DOTALL)

Status = Literal["pass", "warn"]


def address(settings: OllamaSettings) -> str:
    """The server's address without an end slash. Raises SettingsError for one that is no web address."""
    url = settings.url.strip().rstrip("/")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host or (parsed.port or 0) > 65535:
        raise SettingsError("[ollama] url is no web address: write it as http://127.0.0.1:11434, or leave it empty.")
    return url


def chat(
    settings: OllamaSettings,
    messages: list[dict[str, str]],
    progress: Progress = lambda _: None,
    told: Callable[[str], None] = lambda _: None,
) -> str:
    """The model's answer to a chat, without its thinking; cut after `max_words` at the end of a sentence.

    With each further word `progress` gets how many there are, and `told` the text so far.

    Raises UpstreamError with one sentence: not reachable, model missing, failed, too slow, empty, or no Ollama at all.
    """
    text, known = "", 0
    with _Connection(
        settings,
        patience=max(settings.first_token_timeout, settings.idle_timeout),
        total=settings.total_timeout,
        most=_LONGEST_BODY + _LONGEST_PIECE * 3 * settings.max_words,
    ) as connection:
        for piece in _pieces(connection, settings, messages):
            text += piece
            visible = _THINKING.sub("", text)
            words = len(visible.split())
            if words != known:
                known = words
                progress(words)
                told(visible)
            if words > settings.max_words or len(text) > _LONGEST_WORD * 3 * settings.max_words:
                text = " ".join(visible.split(" ")[: settings.max_words])
                whole = _SENTENCE_END.match(text)
                text = whole[0] if whole else text
                break
    found = _THINKING.sub("", text).strip()
    if not found:
        raise UpstreamError(f"{_named(settings)} answered nothing: try again, or set [ollama] model to another.")
    return found


class _Connection:
    """A client of Ollama's for one piece of work: it bounds what is read, and can be left from another thread.

    `patience` and `total` are in seconds, for each read and for all; `most` is in bytes of an answer.
    """

    def __init__(self, settings: OllamaSettings, *, patience: float, total: float, most: int) -> None:
        url = httpx.URL(address(settings))
        self._socket: socket.socket | None = None
        try:
            from ollama import Client  # the import makes a client, too, of what OLLAMA_HOST and proxy variables say

            self.client = Client(
                str(url),
                auth=(url.username, url.password) if url.userinfo else None,
                # What is packed could become endless when it is unpacked.
                headers={"Accept-Encoding": "identity"} | outgoing_headers(str(url)),
                timeout=httpx.Timeout(patience, connect=settings.connect_timeout),
                follow_redirects=False,
                trust_env=False,
                event_hooks={"response": [self._answered]},
            )
        except Exception as error:  # noqa: BLE001 - such an environment raises what it likes
            raise UpstreamError(
                f"Ollama's client does not start ({type(error).__name__}): correct OLLAMA_HOST, OLLAMA_API_KEY or the "
                "proxy variables of the environment."
            ) from None
        self.begun = time.monotonic()
        self.most, self.until = most, self.begun + total

    def _answered(self, response: httpx.Response) -> None:
        network = response.extensions.get("network_stream")
        self._socket = network.get_extra_info("socket") if network is not None else None
        if time.monotonic() > self.until:  # left before it answered
            raise httpx.ReadTimeout("It took too long.")
        response.headers.pop("Content-Encoding", None)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Bounded(response.stream, self)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the server, whatever it is doing. Whoever uses the client closes it."""
        self.until = 0.0
        if self._socket is not None:
            with suppress(OSError):  # wakes the thread that reads from it, which closing does not
                self._socket.shutdown(socket.SHUT_RDWR)


class _Bounded(httpx.SyncByteStream):
    """A body, line by line without blank ones, that ends when it is too long or takes too long."""

    def __init__(self, body: httpx.SyncByteStream, connection: _Connection) -> None:
        self._body, self._connection = body, connection

    def __iter__(self) -> Iterator[bytes]:
        seen, rest = 0, b""
        for chunk in self._body:
            seen += len(chunk)
            if time.monotonic() > self._connection.until:
                raise httpx.ReadTimeout("It takes too long.")
            if seen > self._connection.most or len(rest) > _LONGEST_BODY:
                raise ValueError("It is too long.")
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line + b"\n" for line in lines if line.strip())
        yield rest

    def close(self) -> None:
        self._body.close()


def _pieces(connection: _Connection, settings: OllamaSettings, messages: list[dict[str, str]]) -> Iterator[str]:
    """The pieces of the answer as they come. Raises UpstreamError."""
    items: queue.SimpleQueue[ChatResponse | Exception | None] = queue.SimpleQueue()
    options = {"temperature": 0.3, "num_ctx": _CONTEXT, "num_predict": 3 * settings.max_words}

    def read() -> None:
        try:
            with connection.client as client:
                for part in client.chat(settings.model, messages, stream=True, options=options):
                    items.put(part)
            items.put(None)
        except Exception as error:  # noqa: BLE001 - carried to the asking thread and told there
            items.put(error)

    threading.Thread(target=read, name="ollama", daemon=True).start()
    begun = last = connection.begun
    first = True
    while True:
        patience = settings.connect_timeout + settings.first_token_timeout if first else settings.idle_timeout
        until = min(last + patience, begun + settings.total_timeout)
        try:
            item = items.get(timeout=max(until - time.monotonic(), 0.001))
        except queue.Empty:
            raise _late(settings, begun, first) from None
        if item is None:
            raise UpstreamError(f"{_named(settings)} broke its answer off: try again.")
        if isinstance(item, httpx.ReadTimeout):
            raise _late(settings, begun, first)
        if isinstance(item, Exception):
            raise _told(item, settings)
        now = time.monotonic()
        if item.message.content or item.message.thinking:
            first, last = False, now
            yield item.message.content or ""
        if item.done:
            return
        if now > begun + settings.total_timeout or now > last + patience:  # lines came, but no words
            raise _late(settings, begun, first)


def _late(settings: OllamaSettings, begun: float, first: bool) -> UpstreamError:
    named = _named(settings)
    if time.monotonic() >= begun + settings.total_timeout:
        return UpstreamError(
            f"{named} did not finish within {settings.total_timeout:g} s: raise JOBSWIPE_OLLAMA_TOTAL_TIMEOUT, or set "
            "[ollama] model to a smaller one."
        )
    if first:
        return UpstreamError(
            f"{named} said nothing for {settings.first_token_timeout:g} s: raise JOBSWIPE_OLLAMA_FIRST_TOKEN_TIMEOUT, "
            "or set [ollama] model to a smaller one."
        )
    return UpstreamError(f"{named} stopped in the midst of its answer for {settings.idle_timeout:g} s: try again.")


def _told(error: Exception, settings: OllamaSettings) -> UpstreamError:
    from ollama import ResponseError

    named = _named(settings)
    if isinstance(error, ResponseError):
        said, status = str(error.error), error.status_code
        if status < 0:  # a line of the stream
            return UpstreamError(f"{named} failed ({shown(said)}): look at its own messages.")
        if status == 404 and "model" in said.lower():
            return UpstreamError(_missing(settings), upstream_status=404)
        detail = f": {shown(said)}" if said and "<" not in said else ""
        return UpstreamError(f"{named} failed (status {status}{detail}).", upstream_status=status)
    if isinstance(error, ConnectionError | httpx.ConnectError | httpx.ConnectTimeout):
        return UpstreamError(f"{named} cannot be reached: start it with 'ollama serve', or set [ollama] url.")
    if isinstance(error, httpx.TimeoutException):
        return UpstreamError(f"{named} does not answer: look whether it hangs.")
    # Of the client's own reading of what is no JSON, or other JSON than Ollama's.
    if isinstance(error, ValueError | TypeError | AttributeError | RecursionError):
        return UpstreamError(f"{named} does not answer as Ollama does: check [ollama] url.")
    return UpstreamError(f"{named} broke its answer off ({type(error).__name__}): try again.")


def _named(settings: OllamaSettings) -> str:
    url = httpx.URL(address(settings))
    return f"Ollama at {url.scheme}://{url.netloc.decode('ascii')}"


def _missing(settings: OllamaSettings, known: list[str] | None = None) -> str:
    there = f"; it has {', '.join(shown(one) for one in known[:5])}" if known else ""
    return (
        f"Ollama has no model {settings.model}{there}: run 'ollama pull {settings.model}', or set [ollama] model to "
        "another."
    )


def _listens(url: str, wait: float) -> bool:
    """Whether anybody takes connections there; the client's library is large, and need not be loaded to know."""
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname or "", address.port or 80), timeout=wait):
            return True
    except OSError:
        return False


def ollama_status(settings: OllamaSettings) -> tuple[Status, str | None, str]:
    """("pass" or "warn", the server's version, one sentence). Never raises: without Ollama drafts are templates.

    Where no address is set and nobody listens at the usual one, nothing is wrong.
    Takes `connect_timeout` seconds for each step and about twice as long for all.
    """
    if not settings.url.strip():
        return "pass", None, "Ollama is not set up: drafts are made from a template."
    wait = settings.connect_timeout
    if "url" not in settings.model_fields_set and not _listens(settings.url, wait):  # nobody has said that there is one
        return "pass", None, f"{_named(settings)} is not there: drafts are made from a template."
    try:
        with (
            _Connection(settings, patience=wait, total=2 * wait, most=_LONGEST_BODY) as connection,
            connection.client as client,
        ):
            names = [one.model for one in client.list().models if one.model]
            found = client._request_raw("GET", "/api/version").json()  # noqa: SLF001 - the package has no call for it
            version = str(found.get("version") or "") or None
    except (SettingsError, UpstreamError) as error:
        return "warn", None, error.message
    except (ConnectionError, httpx.ConnectError) as error:
        if "url" not in settings.model_fields_set:  # nobody has said that there is one
            return "pass", None, f"{_named(settings)} is not there: drafts are made from a template."
        return "warn", None, _told(error, settings).message
    except Exception as error:  # noqa: BLE001 - whatever the client raises is told in a sentence
        return "warn", None, _told(error, settings).message
    if settings.model not in names and f"{settings.model}:latest" not in names:
        return "warn", version, _missing(settings, names)
    return "pass", version, f"{_named(settings)} has the model {settings.model}."
