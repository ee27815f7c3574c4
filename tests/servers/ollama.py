"""A local server that speaks Ollama's API, and fails as it is told."""

from __future__ import annotations

import json
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LETTER = (
    "Dear Hiring Team,\n\nAt Example Energy GmbH I moved 140 pipelines from cron to Airflow.\n\n"
    "Kind regards,\nSample Candidate"
)


class Ollama:
    """The server, in threads of this process. `behaviour` names what /api/chat does:

    answer, think, missing, fail, error_line, silent, stall (in the midst), drip (bytes, no words), garbage, html,
    endless, endless_line, packed, empty, cut (ends without its last line), redirect (to `elsewhere`).
    """

    def __init__(self, behaviour: str = "answer", text: str = LETTER, model: str = "llama3.2:latest") -> None:
        self.behaviour, self.text, self.model = behaviour, text, model
        self.elsewhere = "http://example.com/"
        self.requests: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self.left = threading.Event()
        site = self

        class Handler(_Handler):
            server_site = site

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                """A client that leaves is what these tests are about."""
                site.left.set()

        self._http = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Ollama:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_site: Ollama

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def do_GET(self) -> None:
        site = self.server_site
        if site.behaviour == "silent":
            site.stopping.wait(60)
        elif site.behaviour in ("drip", "endless_line"):
            getattr(self, f"on_{site.behaviour}")()
        elif site.behaviour == "garbage":
            self._whole(200, b"<html>hello</html>")
        elif site.behaviour == "fail":
            self._whole(500, b'{"error": "no memory"}')
        elif self.path == "/api/version":
            self._whole(200, b'{"version": "0.12.3"}')
        elif self.path == "/api/tags":
            self._whole(200, json.dumps({"models": [{"name": site.model, "model": site.model, "size": 1}]}).encode())
        else:
            self._whole(404, b"404 page not found")

    def do_POST(self) -> None:
        site = self.server_site
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        site.requests.append(json.loads(body) | {"path": self.path, "authorization": self.headers["Authorization"]})
        getattr(self, f"on_{site.behaviour}")()

    def _whole(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _piece(self, text: str, *, done: bool = False) -> None:
        line = {"model": "llama3.2", "message": {"role": "assistant", "content": text}, "done": done}
        self._chunk(json.dumps(line).encode() + b"\n")

    def _thought(self, text: str) -> None:
        message = {"role": "assistant", "content": "", "thinking": text}
        self._chunk(json.dumps({"model": "llama3.2", "message": message, "done": False}).encode() + b"\n")

    def _words(self, text: str) -> None:
        for word in text.split(" "):
            self._piece(word + " ")

    def on_answer(self) -> None:
        self._begin()
        self._words(self.server_site.text)
        self._piece("", done=True)
        self._chunk(b"")

    def on_think(self) -> None:
        self._begin()
        self._thought("They want")
        self._thought(" a letter.")
        self._words("<think> They want a letter. I worked at Initech. </think> " + self.server_site.text)
        self._piece("", done=True)
        self._chunk(b"")

    def on_missing(self) -> None:
        self._whole(404, b'{"error": "model \\"llama3.2\\" not found, try pulling it first"}')

    def on_fail(self) -> None:
        self._whole(500, b'{"error": "llama runner process has terminated: exit status 2"}')

    def on_html(self) -> None:
        self._whole(200, b"<html><body>A proxy says hello</body></html>\n")

    def on_redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.server_site.elsewhere)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def on_error_line(self) -> None:
        self._begin()
        self._piece("Dear ")
        self._chunk(b'{"error": "an error was encountered while running the model"}\n')
        self._chunk(b"")

    def on_silent(self) -> None:
        self.server_site.stopping.wait(60)
        self.close_connection = True

    def on_stall(self) -> None:
        self._begin()
        self._words("Dear Hiring Team,")
        self.server_site.stopping.wait(60)

    def on_drip(self) -> None:
        self._begin()
        while not self.server_site.stopping.wait(0.02):
            self._chunk(b"\n")

    def on_garbage(self) -> None:
        self._begin()
        self._piece("Dear ")
        self._chunk(b'{"message": {"content": \xff\xfe nonsense\n')
        self._chunk(b"")

    def on_packed(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        packer = zlib.compressobj(wbits=31)
        for _ in range(100):
            self.wfile.write(packer.compress(b" " * 10**6))
        self.wfile.write(packer.flush())
        self.close_connection = True

    def on_empty(self) -> None:
        self._begin()
        self._piece("", done=True)
        self._chunk(b"")

    def on_cut(self) -> None:
        self._begin()
        self._words("Dear Hiring Team, I")
        self._chunk(b"")

    def on_endless(self) -> None:
        self._begin()
        try:
            while not self.server_site.stopping.is_set():
                self._piece("I build pipelines. ")
        except OSError:
            self.server_site.left.set()

    def on_endless_line(self) -> None:
        self._begin()
        try:
            while not self.server_site.stopping.is_set():
                self._chunk(b"x" * 65536)
        except OSError:
            self.server_site.left.set()
