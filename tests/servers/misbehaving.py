"""A local HTTP server that misbehaves in one way per path. Every request is recorded.

Query parameters: `times` (how often to fail before the good answer), `after` (Retry-After), `to` (Location),
`bytes` (size of a body), `encoding`. The good answer is JOBS, as JSON.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

JOBS = {"jobs": [{"id": 1, "title": "Baker"}, {"id": 2, "title": "Welder"}]}
BODY = json.dumps(JOBS).encode()
ETAG = '"v1"'
LAST_MODIFIED = "Mon, 02 Nov 2026 08:00:00 GMT"


@dataclass
class Seen:
    """A request as the server saw it; `at` is monotonic seconds."""

    path: str
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)


class Misbehaving:
    """The server, in threads of this process, on a free loopback port. Use as a context manager."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.active = 0
        self.peak = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.site = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Misbehaving:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1", **query: object) -> str:
        """The address of a path, for any host name that the test's resolver maps to 127.0.0.1."""
        tail = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in query.items())
        return f"http://{host}:{self.port}{path}{'?' if tail else ''}{tail}"

    def hits(self, path: str) -> int:
        return sum(urlsplit(request.path).path == path for request in self.seen)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    site: Misbehaving

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about: nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the base class's
        pass

    def do_GET(self) -> None:
        site = self.server.site
        parts = urlsplit(self.path)
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        with site.lock:
            site.seen.append(Seen(self.path, {key.lower(): value for key, value in self.headers.items()}))
            site.active += 1
            site.peak = max(site.peak, site.active)
        try:
            behaviour = getattr(self, "on_" + parts.path.strip("/").replace("-", "_"), None)
            if behaviour is None:
                self.answer(b"nothing here", status=404, content_type="text/plain")
            else:
                behaviour()
        finally:
            with site.lock:
                site.active -= 1

    # Building blocks

    def answer(
        self,
        body: bytes = BODY,
        *,
        status: int = 200,
        content_type: str = "application/json",
        length: int | None = None,
        **headers: str,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.close_connection = True

    def chunks(self, *, content_encoding: str | None = None) -> None:
        """Begin a chunked answer."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        if content_encoding:
            self.send_header("Content-Encoding", content_encoding)
        self.end_headers()
        self.close_connection = True

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def failing(self) -> bool:
        """Whether this request is among the first `times` of its path (default: all of them)."""
        return self.server.site.hits(urlsplit(self.path).path) <= int(self.query.get("times", 1_000_000))

    def fail_first(self, status: int) -> None:
        if not self.failing():
            self.answer()
        elif "after" in self.query:
            self.answer(b"busy", status=status, content_type="text/plain", Retry_After=self.query["after"])
        else:
            self.answer(b"busy", status=status, content_type="text/plain")

    # Good answers

    def on_ok(self) -> None:
        self.answer()

    def on_held(self) -> None:
        """A good answer that takes a moment, so that requests overlap."""
        self.server.site.stopping.wait(0.05)
        self.answer()

    def on_etag(self) -> None:
        if self.headers.get("If-None-Match") == ETAG or self.headers.get("If-Modified-Since") == LAST_MODIFIED:
            self.send_response(304)
            self.end_headers()
        else:
            self.answer(ETag=ETAG, Last_Modified=LAST_MODIFIED)

    def on_packed(self) -> None:
        encoding = self.query["encoding"]
        raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = {
            "gzip": gzip.compress(BODY),
            "members": gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]) + b"\0" * 64,
            "deflate": zlib.compress(BODY),
            "raw-deflate": raw.compress(BODY) + raw.flush(),
            "br": b"not really",
        }[encoding]
        name = {"members": "gzip", "raw-deflate": "deflate"}.get(encoding, encoding)
        self.chunks(content_encoding=name)
        for byte in range(len(body)):
            self.chunk(body[byte : byte + 1])
        self.chunk(b"")

    # Refusals and faults

    def on_429(self) -> None:
        self.fail_first(429)

    def on_503(self) -> None:
        self.fail_first(503)

    def on_500(self) -> None:
        self.fail_first(500)

    def on_403(self) -> None:
        self.answer(b"no", status=403, content_type="text/plain")

    def on_206(self) -> None:
        self.answer(BODY[:10], status=206)

    def on_304(self) -> None:
        self.send_response(304)
        self.end_headers()

    # Slowness

    def on_silent(self) -> None:
        """No answer at all."""
        self.server.site.stopping.wait(20)
        self.close_connection = True

    def on_slow_headers(self) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Long: " + b"x" * 4000:
            self.wfile.write(bytes([byte]))
            if self.server.site.stopping.wait(0.02):
                break
        self.close_connection = True

    def on_drip(self) -> None:
        self.chunks()
        while not self.server.site.stopping.wait(0.02):
            self.chunk(b" ")

    # Lies and damage

    def on_truncated(self) -> None:
        if not self.failing():
            self.answer()
            return
        self.answer(BODY[:20], length=len(BODY))
        self.close_connection = True

    def on_truncated_gzip(self) -> None:
        body = gzip.compress(BODY)
        self.answer(body[: len(body) // 2], Content_Encoding="gzip")

    def on_truncated_chunks(self) -> None:
        self.chunks()
        self.chunk(BODY[:20])

    def on_short_length(self) -> None:
        """Announces less than it sends."""
        self.answer(BODY, length=10)
        self.close_connection = True

    def on_huge_length(self) -> None:
        self.answer(b"x" * 10, length=1 << 40)
        self.close_connection = True

    def on_bad_length(self) -> None:
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + BODY)

    def on_bad_gzip(self) -> None:
        self.answer(b"\x1f\x8b" + b"no gzip at all", Content_Encoding="gzip")

    def on_bomb(self) -> None:
        """Zeros that unpack to `bytes` (default 200 MB), a thousandth of that on the wire."""
        packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
        block = b"\0" * (1 << 20)
        self.chunks(content_encoding="gzip")
        for _ in range(int(self.query.get("bytes", 200 << 20)) >> 20):
            if data := packer.compress(block):
                self.chunk(data)
        self.chunk(packer.flush())
        self.chunk(b"")

    def on_endless(self) -> None:
        self.chunks()
        while not self.server.site.stopping.is_set():
            self.chunk(b"x" * 65536)

    def on_endless_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.site.stopping.is_set():
            self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        self.close_connection = True

    def on_raw(self) -> None:
        """The bytes that `hex` gives."""
        self.raw(bytes.fromhex(self.query["hex"]))

    def on_not_http(self) -> None:
        self.raw(b"220 mail.example ESMTP\r\n")

    def on_reset(self) -> None:
        if not self.failing():
            self.answer()
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    # Redirects

    def on_redirect(self) -> None:
        self.answer(b"", status=int(self.query.get("status", 302)), Location=self.query["to"])

    def on_loop(self) -> None:
        self.answer(b"", status=302, Location="/loop")

    def on_hops(self) -> None:
        """Redirects `left` times, then answers."""
        left = int(self.query["left"])
        if left:
            self.answer(b"", status=302, Location=f"/hops?left={left - 1}")
        else:
            self.answer()

    # Answers of another kind

    def on_html(self) -> None:
        self.answer(b"<html><body>Our careers</body></html>", content_type="text/html; charset=utf-8")

    def on_changed_shape(self) -> None:
        self.answer(b'{"data": {"positions": []}}')

    def on_cookie(self) -> None:
        self.answer(Set_Cookie="who=you; Path=/")
