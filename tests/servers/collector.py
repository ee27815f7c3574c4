"""A local OTLP/HTTP collector that decodes and keeps what it is sent: spans, and lines of a log."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


@dataclass
class CollectedSpan:
    """A span as it arrived; ids as hex."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    service: str
    failed: bool
    said: str
    attributes: dict[str, Any]
    links: list[tuple[str, str]]
    events: list[dict[str, Any]]
    started: int
    ended: int


@dataclass
class CollectedLine:
    body: str
    severity: str
    trace_id: str
    attributes: dict[str, Any]


@dataclass
class Collector:
    """Use as a context manager; `headers` are those of the last request."""

    spans: list[CollectedSpan] = field(default_factory=list)
    lines: list[CollectedLine] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""

    def __enter__(self) -> Collector:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.collector = self
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def named(self, name: str) -> list[CollectedSpan]:
        return [one for one in self.spans if one.name == name]

    def one(self, name: str) -> CollectedSpan:
        (found,) = self.named(name)
        return found

    def above(self, span: CollectedSpan) -> list[str]:
        """The names from a span up to the root of its trace, as far as they have arrived."""
        by_id = {one.span_id: one for one in self.spans}
        names = []
        here: CollectedSpan | None = span
        while here is not None:
            names.append(here.name)
            here = by_id.get(here.parent_id)
        return names

    def wait(self, condition: Callable[[], Any], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"nothing of the kind arrived: {[one.name for one in self.spans]}"
            time.sleep(0.01)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    collector: Collector


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the base class's
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        collector = self.server.collector
        collector.headers = {key.lower(): value for key, value in self.headers.items()}
        collector.raw += body
        if self.path == "/v1/traces":
            _spans(_decoded(ExportTraceServiceRequest(), body), collector)
        elif self.path == "/v1/logs":
            _lines(_decoded(ExportLogsServiceRequest(), body), collector)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()


def _decoded(message: Message, body: bytes) -> Any:
    message.ParseFromString(body)
    return message


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}


def _spans(request: Any, collector: Collector) -> None:
    for resource in request.resource_spans:
        service = str(_attributes(resource.resource.attributes).get("service.name", ""))
        for scope in resource.scope_spans:
            collector.spans += [
                CollectedSpan(
                    name=one.name,
                    kind=KINDS[one.kind],
                    trace_id=one.trace_id.hex(),
                    span_id=one.span_id.hex(),
                    parent_id=one.parent_span_id.hex(),
                    service=service,
                    failed=one.status.code == 2,
                    said=one.status.message,
                    attributes=_attributes(one.attributes),
                    links=[(link.trace_id.hex(), link.span_id.hex()) for link in one.links],
                    events=[_attributes(event.attributes) for event in one.events],
                    started=one.start_time_unix_nano,
                    ended=one.end_time_unix_nano,
                )
                for one in scope.spans
            ]


def _lines(request: Any, collector: Collector) -> None:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            collector.lines += [
                CollectedLine(one.body.string_value, one.severity_text, one.trace_id.hex(), _attributes(one.attributes))
                for one in scope.log_records
            ]
