"""An answer on its way out: its head, and its body in the frame that the client's version knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_BODILESS = (204, 304)


def head(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The line and the fields. Raises RuntimeError where one of them would begin another."""
    lines = [name + b": " + value for name, value in headers]
    found = STATUS_LINE[status] + b"\r\n".join([*lines, b"", b""])
    ends = len(lines) + 2
    if found.count(b"\n") != ends or found.count(b"\r") != ends or b"\0" in found:
        raise RuntimeError("A header of an answer has a control character in it.")
    return found


class Answer(RequestResponseCycle):
    """Uvicorn's, but to HTTP/1.0 nothing comes in chunks, and what must have no body may say its length."""

    _left: int | None = None
    """Bytes of the body that are still to be sent; None where nobody said how many."""

    async def send(self, message: Any) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        expected = "http.response.body" if self.response_started else "http.response.start"
        if self.response_complete or message["type"] != expected:
            raise RuntimeError(f"{message['type']} is sent where {expected} is due, or nothing.")
        if self.response_started:
            self._send_body(message.get("body", b""), more=message.get("more_body", False))
        else:
            self._send_head(message["status"], message.get("headers", ()))

    def _send_head(self, status: int, given: Iterable[tuple[bytes, bytes]]) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        headers = list(self.default_headers)
        closes = False
        for name, value in given:
            if name == b"content-length":
                self._left = int(value)
            elif name == b"connection":
                closes = closes or b"close" in [one.strip() for one in value.lower().split(b",")]
            elif name == b"transfer-encoding":  # is said below
                continue
            headers.append((name, value))
        if closes:
            self.keep_alive = False
        elif not self.keep_alive:
            headers.append((b"connection", b"close"))
        if self._left is None and status not in _BODILESS and self.scope["http_version"] != "1.0":
            self.chunked_encoding = True
            headers.append((b"transfer-encoding", b"chunked"))
        if status in _BODILESS or self.scope["method"] == "HEAD":
            self._left = 0
        self.transport.write(head(status, headers))

    def _send_body(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            body = b""
        elif self.chunked_encoding:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + (b"" if more else b"0\r\n\r\n")
        elif self._left is not None:
            if len(body) > self._left:
                raise RuntimeError("The body of an answer is longer than was said.")
            self._left -= len(body)
        if body:
            self.transport.write(body)
        if more:
            return
        if self._left:
            raise RuntimeError("The body of an answer is shorter than was said.")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
