"""The requests of a connection, out of its bytes: one after another, and none that two readers could read differently.

Fields and chunks are read by llhttp (httptools) as strictly as it can. What it would let pass, or takes for its own
matter, is ours: the request's line, how many hosts, codings, upgrades, trailers, and how long all of it may be.
"""

from __future__ import annotations

import asyncio
import re
from abc import abstractmethod
from typing import Any
from urllib.parse import unquote

import httptools
from litestar import Litestar
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jobswipe.settings import LimitsSettings
from server.outgoing import Answer
from server.problems import HEAD_TOO_LARGE, MALFORMED, NOT_IMPLEMENTED, Problem, Refused

_LINE = re.compile(rb"([-!#$%&'*+.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP/1\.([01])(?=\r\n)")
_UPGRADE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_END = b"\r\n\r\n"
_OURS = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect"})


class Incoming(HttpToolsProtocol):
    """Hands each request to the application when the one before it is answered; `refuse` answers what is none."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._unread = b""
        self._whole = True
        """Whether no body is being read."""
        self._in_head = False
        self._keeps: bool | None = None
        """Whether the client keeps the connection; None until the parser saw the end of the head."""
        self._wrong = MALFORMED
        """What is answered where the parser ends."""
        self._hosts = 0
        self._left: int | None = 0
        """Bytes of the body that are still to come; None where it comes in chunks."""
        self._last = b""
        """The last bytes of a body in chunks: its end may come in two parts."""
        self._beside = 0
        """Bytes since the last one of a body: of a chunk's head, of trailers."""

    @property
    def _app(self) -> Litestar:
        app = self.config.app
        assert isinstance(app, Litestar)  # noqa: S101 - `HttpServer` made it so
        return app

    @property
    def _limits(self) -> LimitsSettings:
        limits: LimitsSettings = self._app.state.settings.limits
        return limits

    @abstractmethod
    def refuse(self, problem: Problem) -> None:
        """Answer without the application, and part."""

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._unread += data
        self.read_on()

    def read_on(self) -> None:
        """Read as far as can be read now. What a client asks in advance waits, unread, for its turn."""
        try:
            while self._unread:
                if not self._whole:
                    self._read_body()
                elif self.cycle is not None and not self.cycle.response_complete:
                    self.flow.pause_reading()
                    return
                elif not self._read_head():
                    return
        except (httptools.HttpParserError, Refused) as error:
            self.logger.warning("Invalid HTTP request received.")
            self.refuse(error.problem if isinstance(error, Refused) else self._wrong)

    def _read_head(self) -> bool:
        """Begin the next request; whether its head was there. Raises Refused and HttpParserError."""
        unread = self._unread
        end = unread.find(b"\n\r\n") + 3
        if end < 3:
            if unread[0] <= 0x20 or b"\n\n" in unread:  # no need to wait for the rest
                raise Refused(MALFORMED)
            if len(unread) > self._limits.max_head:
                raise Refused(HEAD_TOO_LARGE)
            return False
        line = _LINE.match(unread)
        if line is None:
            raise Refused(MALFORMED)
        self.headers = []
        self.expect_100_continue = False
        self._hosts = self._left = 0
        self._keeps = None
        self._in_head = True
        # The parser knows few methods, takes addresses apart and would stop reading at an upgrade, which there is not.
        self.parser.feed_data(b"POST / HTTP/1." + line[3] + _UPGRADE.sub(b"", unread[line.end() : end]))
        self._in_head = False
        if self._keeps is None or self._hosts > 1 or (self._hosts == 0 and line[3] == b"1"):
            raise Refused(MALFORMED)
        self._unread = unread[end:]
        self._whole = self._left == 0
        self._last = b""
        self._beside = 0
        self._begin(line[1].decode("ascii"), line[2], "1." + line[3].decode("ascii"))
        return True

    def _begin(self, method: str, target: bytes, version: str) -> None:
        self._unset_keepalive_if_required()  # it runs since the last answer, where this was asked in advance
        raw_path, _, query = target.partition(b"?")
        path = raw_path.decode("ascii")
        self.scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,  # type: ignore[typeddict-item]  # set when the connection was made
            "method": method,
            "root_path": self.root_path,
            "path": self.root_path + (unquote(path) if "%" in path else path),
            "raw_path": self.root_path.encode("ascii") + raw_path,
            "query_string": query,
            "headers": self.headers,
            "state": self.app_state.copy(),
        }
        self.cycle = Answer(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and version == "1.1",
            keep_alive=bool(self._keeps) and version == "1.1",
            on_response=self.on_response_complete,
        )
        if self._whole:
            super().on_message_complete()
        self._start_asgi_task(self.cycle, self.app)

    def _read_body(self) -> None:
        """Give the parser what is of this request, and nothing that comes after it."""
        text, at = self._last + self._unread, len(self._last)
        while at < len(text) and not self._whole:
            if self._left is None:  # in chunks: it ends at an empty line, if not at each
                found = text.find(_END, max(at - 3, 0))
                end = found + 4 if found >= 0 else len(text)
            elif self._left == 0:
                raise Refused(MALFORMED)  # the parser counts otherwise
            else:
                end = min(at + self._left, len(text))
                self._left -= end - at
            self._beside += end - at
            self.parser.feed_data(text[at:end])
            at = end
        self._last, self._unread = text[max(at - 3, 0) : at], text[at:]
        if not self._whole and self._beside > self._limits.max_head:
            raise Refused(HEAD_TOO_LARGE)

    # What the parser calls.

    def on_message_begin(self) -> None:
        if not self._in_head:
            raise Refused(MALFORMED)

    def on_url(self, url: bytes) -> None:
        """It is not the request's own."""

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # a trailer: what was asked is under way, and stays what it is
        name, value = name.lower(), value.rstrip(b" \t")
        self.headers.append((name, value))
        if name not in _OURS:
            return
        if name == b"host":
            self._hosts += 1
        elif name == b"content-length":
            self._left = int(value)
        elif name == b"expect":
            self.expect_100_continue = b"100-continue" in [one.strip() for one in value.lower().split(b",")]
        elif self._left is None or value.lower() != b"chunked":
            self._wrong = NOT_IMPLEMENTED
            raise Refused(NOT_IMPLEMENTED)  # the parser makes an error of its own of it
        else:
            self._left = None

    def on_headers_complete(self) -> None:
        self._keeps = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._in_head:
            return
        self._whole = True
        if not self.parser.should_keep_alive():  # a trailer said so, and the parser takes no more
            self.cycle.keep_alive = False
        super().on_message_complete()
