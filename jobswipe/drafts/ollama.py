"""Ollama over HTTP: a streamed chat that keeps every time limit, and the state of the server for health and messages.

The stream is read in a thread, so that a server that says nothing, drips or never ends is left on time.
"""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Literal

import httpx
import msgspec

from jobswipe.errors import SettingsError, UpstreamError
from jobswipe.observability.context import outgoing_headers
from jobswipe.security.urls import shown
from jobswipe.settings import OllamaSettings

Progress = Callable[[int], None]
"""Called with the number of words so far."""
_LONGEST_LINE = 1_000_000
_LONGEST_WORD = 40
_CONTEXT = 8_192
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_SENTENCE_END = re.compile(r".*[.!?…](?=\s|$)", re.DOTALL)

Status = Literal["pass", "warn"]


class _Answer(msgspec.Struct):
    content: str = ""


class _Line(msgspec.Struct):
    """One line of the stream: the next piece, the end, or an error."""

    message: _Answer | None = None
    done: bool = False
    error: str | None = None


def address(settings: OllamaSettings) -> str:
    """The server's address without an end slash. Raises SettingsError for one that is no web address."""
    url = settings.url.strip().rstrip("/")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SettingsError("[ollama] url is no web address: write it as http://127.0.0.1:11434, or leave it empty.")
    return url


def chat(settings: OllamaSettings, messages: list[dict[str, str]], progress: Progress = lambda _: None) -> str:
    """The model's answer to a chat, without its thinking; cut after `max_words` at the end of a sentence.

    Raises UpstreamError with one sentence: not reachable, model missing, failed, too slow, empty, or no Ollama at all.
    """
    url = address(settings)
    body = {
        "model": settings.model,
        "messages": messages,
        "stream": True,
        "options": {"temperature": 0.3, "num_ctx": _CONTEXT, "num_predict": 3 * settings.max_words},
    }
    stream = _Stream(f"{url}/api/chat", body, settings)
    text, told = "", 0
    try:
        for piece in stream.pieces():
            text += piece
            visible = _THINKING.sub("", text)
            words = len(visible.split())
            if words != told:
                told = words
                progress(words)
            if words > settings.max_words or len(text) > _LONGEST_WORD * 3 * settings.max_words:
                text = " ".join(visible.split(" ")[: settings.max_words])
                whole = _SENTENCE_END.match(text)
                text = whole[0] if whole else text
                break
    finally:
        stream.close()
    found = _THINKING.sub("", text).strip()
    if not found:
        raise UpstreamError(f"{_named(settings)} answered nothing: try again, or set [ollama] model to another.")
    return found


class _Stream:
    """One request, read by a thread of its own."""

    def __init__(self, url: str, body: dict[str, Any], settings: OllamaSettings) -> None:
        self._url, self._body, self._settings = url, body, settings
        self._items: queue.Queue[bytes | Exception | None] = queue.Queue(maxsize=64)
        self._stop = threading.Event()
        self._socket: socket.socket | None = None
        self._headers = outgoing_headers(url)
        self._thread = threading.Thread(target=self._read, name="ollama", daemon=True)

    def _read(self) -> None:
        limits = self._settings
        timeout = httpx.Timeout(limits.first_token_timeout, connect=limits.connect_timeout)
        try:
            with (
                httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
                client.stream("POST", self._url, json=self._body, headers=self._headers) as response,
            ):
                network = response.extensions.get("network_stream")
                self._socket = network.get_extra_info("socket") if network is not None else None
                if response.status_code != 200:
                    self._put(_StatusError(response.status_code, _head(response)))
                    return
                for chunk in response.iter_bytes():
                    if not self._put(chunk):
                        return
            self._put(None)
        except Exception as error:  # noqa: BLE001 - carried to the asking thread and told there
            self._put(error)

    def _put(self, item: bytes | Exception | None) -> bool:
        while not self._stop.is_set():
            with suppress(queue.Full):
                self._items.put(item, timeout=0.2)
                return True
        return False

    def pieces(self) -> Iterator[str]:
        """The pieces of the answer as they come. Raises UpstreamError."""
        settings, named = self._settings, _named(self._settings)
        self._thread.start()
        begun = last = time.monotonic()
        first, rest = True, b""
        while True:
            patience = settings.connect_timeout + settings.first_token_timeout if first else settings.idle_timeout
            until = min(last + patience, begun + settings.total_timeout)
            try:
                item = self._items.get(timeout=max(until - time.monotonic(), 0.001))
            except queue.Empty:
                raise _late(settings, begun, first) from None
            if isinstance(item, Exception):
                raise _told(item, settings)
            if item is None:
                raise UpstreamError(f"{named} broke its answer off: try again.")
            rest += item
            *lines, rest = rest.split(b"\n")
            if len(rest) > _LONGEST_LINE:
                raise UpstreamError(f"{named} does not answer as Ollama does: check [ollama] url.")
            for line in filter(bytes.strip, lines):
                piece, done = _piece(line, settings)
                if piece:
                    first, last = False, time.monotonic()
                    yield piece
                if done:
                    return
            now = time.monotonic()
            if now > begun + settings.total_timeout or now > last + patience:  # bytes came, but no words
                raise _late(settings, begun, first)

    def close(self) -> None:
        """Leave the request, whatever it is doing."""
        self._stop.set()
        if self._socket is not None:
            with suppress(OSError):  # wakes the thread that reads from it
                self._socket.shutdown(socket.SHUT_RDWR)


class _StatusError(Exception):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status, self.body = status, body


def _head(response: httpx.Response) -> bytes:
    out = b""
    for chunk in response.iter_bytes():
        out += chunk
        if len(out) > 10_000:
            break
    return out


def _piece(line: bytes, settings: OllamaSettings) -> tuple[str, bool]:
    try:
        found = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamError(f"{_named(settings)} does not answer as Ollama does: check [ollama] url.") from None
    if found.error is not None:
        raise UpstreamError(f"{_named(settings)} failed ({shown(found.error)}): look at its own messages.")
    return (found.message.content if found.message else ""), found.done


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
    named = _named(settings)
    if isinstance(error, _StatusError):
        said = _error_text(error.body)
        if error.status == 404 and "model" in said.lower():
            return UpstreamError(_missing(settings), upstream_status=404)
        detail = f": {shown(said)}" if said else ""
        return UpstreamError(f"{named} failed (status {error.status}{detail}).", upstream_status=error.status)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return UpstreamError(f"{named} cannot be reached: start it with 'ollama serve', or set [ollama] url.")
    if isinstance(error, httpx.TimeoutException):
        return _late(settings, float("inf"), True)
    return UpstreamError(f"{named} broke its answer off ({type(error).__name__}): try again.")


def _error_text(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    said = found.get("error") if isinstance(found, dict) else None
    return said if isinstance(said, str) else ""


def _named(settings: OllamaSettings) -> str:
    url = httpx.URL(address(settings))
    return f"Ollama at {url.scheme}://{url.netloc.decode('ascii')}"


def _missing(settings: OllamaSettings, known: list[str] | None = None) -> str:
    there = f"; it has {', '.join(shown(one) for one in known[:5])}" if known else ""
    return (
        f"Ollama has no model {settings.model}{there}: run 'ollama pull {settings.model}', or set [ollama] model to "
        "another."
    )


def ollama_status(settings: OllamaSettings) -> tuple[Status, str | None, str]:
    """("pass" or "warn", the server's version, one sentence). Never raises: without Ollama drafts are templates."""
    if not settings.url.strip():
        return "pass", None, "Ollama is not set up: drafts are made from a template."
    try:
        named = _named(settings)
    except SettingsError as error:
        return "warn", None, error.message
    version: str | None = None
    try:
        version = str(_get(settings, "/api/version").get("version") or "") or None
        models = _get(settings, "/api/tags").get("models")
        names = [str(one.get("name")) for one in models if isinstance(one, dict)] if isinstance(models, list) else []
    except UpstreamError as error:
        return "warn", version, error.message
    if settings.model not in names and f"{settings.model}:latest" not in names:
        return "warn", version, _missing(settings, names)
    return "pass", version, f"{named} has the model {settings.model}."


def _get(settings: OllamaSettings, path: str) -> dict[str, Any]:
    """A small JSON object, within `connect_timeout` seconds and again as long for the answer."""
    end = time.monotonic() + 2 * settings.connect_timeout
    body = b""
    try:
        with (
            httpx.Client(timeout=settings.connect_timeout, trust_env=False, follow_redirects=False) as client,
            client.stream("GET", address(settings) + path) as response,
        ):
            if response.status_code != 200:
                raise _told(_StatusError(response.status_code, _head(response)), settings)
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _LONGEST_LINE or time.monotonic() > end:
                    break
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    except httpx.ConnectError as error:
        raise _told(error, settings) from None
    except httpx.TimeoutException as error:
        if isinstance(error, httpx.ConnectTimeout):
            raise _told(error, settings) from None
        raise UpstreamError(f"{_named(settings)} does not answer: look whether it hangs.") from None
    except httpx.HTTPError as error:
        raise _told(error, settings) from None
    if not isinstance(found, dict):
        raise UpstreamError(f"{_named(settings)} does not answer as Ollama does: check [ollama] url.")
    return found
