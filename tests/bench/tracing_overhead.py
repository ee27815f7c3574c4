"""What tracing costs a request: the same requests with it (10 % kept, sent to a local collector) and without, in turns.

    python tests/bench/tracing_overhead.py

Prints one JSON object for each kind of request: microseconds without tracing, and what tracing adds as shares of
that: to a request whose trace is not kept, to one that is (with its spans), the exporter's work for it in its own
thread, and all of it at 10 %. `http_...` are requests to the API's own routes by an API key, from the ASGI server's
call to the last byte of the answer; `bare_...` is a service's work without HTTP and who asks around it.

Medians of the process's processor time, request by request, are steady on a machine that has other things to do;
tracing waits for nobody, so the clock says the same on an idle one. The exporter works in one of many requests' times,
which a median leaves out: it is counted by itself. Exit 1 where tracing costs a request by HTTP that asks the
store more than BAR; `http_plain` asks nothing and is nothing but the frame, without a server's reading and writing of
HTTP: what counts of it are the microseconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "observability")]

from litestar import get  # noqa: E402 - after the path
from opentelemetry import trace  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.trace import ReadableSpan  # noqa: E402
from opentelemetry.sdk.trace.export import SpanExportResult  # noqa: E402
from servers.collector import Collector  # noqa: E402
from watching import ingest, opening  # noqa: E402

from jobswipe import clock, settings  # noqa: E402
from jobswipe.accounts import apikeys  # noqa: E402
from jobswipe.db.engine import Database  # noqa: E402
from jobswipe.db.migrate import upgrade  # noqa: E402
from jobswipe.matching.deck import deck  # noqa: E402
from jobswipe.matching.engine import Matcher  # noqa: E402
from jobswipe.matching.persona import bundled  # noqa: E402
from jobswipe.models import LOCAL_PERSON_ID  # noqa: E402
from jobswipe.observability import context, engines  # noqa: E402
from jobswipe.observability.context import bind, entry_span  # noqa: E402
from jobswipe.observability.tracing import Tracing  # noqa: E402
from jobswipe.postings.detail import detail  # noqa: E402
from jobswipe.resumes import service  # noqa: E402
from jobswipe.resumes.parse import ParsedResume  # noqa: E402
from server.api.access import OPEN  # noqa: E402
from server.app import create_app  # noqa: E402

BAR = 0.05
SHARE = 0.1
ADDRESSES = {
    "deck": "/api/v1/deck?limit=10",
    "search": "/api/v1/postings?q=engineer",
    "posting": "/api/v1/postings/7",
    "plain": "/plain",
}
REQUESTS = {"deck": 1_000, "match": 1_000, "search": 1_000, "posting": 4_000, "plain": 6_000}
"""How many of each kind are measured with tracing, and as many without. A plain one asks no store."""
Request = Callable[[], bool]
"""Makes one request; answers whether its trace is kept."""


class Timed(OTLPSpanExporter):
    """The exporter, with the processor time that it takes."""

    seconds = 0.0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        started = time.thread_time()
        try:
            return super().export(spans)
        finally:
            self.seconds += time.thread_time() - started


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="jobswipe-bench-") as name, Collector() as collector:
        os.environ |= {"JOBSWIPE_HOME": name, "JOBSWIPE_TRACING_ENABLED": "true"}
        known = settings.load()
        prepare(known)
        database = Database(known.database_url)
        exporter = Timed(endpoint=f"{collector.endpoint}/v1/traces")
        tracing = Tracing(known, "server", exporter)
        matcher = Matcher(database, known)
        matcher.refresh()
        works: dict[str, Callable[[Any], Any]] = {
            "deck": lambda session: deck(matcher, session, LOCAL_PERSON_ID, 10),
            "match": lambda session: matcher.match(session, LOCAL_PERSON_ID, 20),
            "posting": lambda session: detail(session, 7),
        }
        missed = False
        with asyncio.Runner() as loop:
            requests = {f"bare_{kind}": bare(database, kind, work) for kind, work in works.items()}
            requests |= by_http(known, database, loop)
            for kind, request in requests.items():
                overhead = measure(kind, request, tracing, exporter, collector)
                missed |= overhead > BAR and kind in {f"http_{work}" for work in ADDRESSES if work != "plain"}
        tracing.stop()
        return int(missed)


def measure(kind: str, request: Request, tracing: Tracing, exporter: Timed, collector: Collector) -> float:
    """Print what tracing costs this kind of request; answers the share."""
    tracer, statements = context._tracer, tracing._statements
    for _ in range(20):
        request()
    spent: dict[str, list[float]] = {"plain": [], "unkept": [], "kept": []}
    tracing.flush(30)
    exporter.seconds, before = 0.0, len(collector.spans)
    for number in range(REQUESTS[kind.partition("_")[2]]):
        for on in (True, False) if number % 2 else (False, True):
            context.install(tracer if on else None)
            (engines.tell if on else engines.untell)(statements)
            started = time.process_time()
            kept = request()
            seconds = time.process_time() - started
            spent["plain" if not on else "kept" if kept else "unkept"].append(seconds)
    context.install(tracer)
    engines.tell(statements)
    tracing.flush(30)
    usual = {name: statistics.median(values) for name, values in spent.items()}
    # Per kept request, in shares of what one without tracing takes.
    export = exporter.seconds / len(spent["kept"]) / usual["plain"]
    unkept, kept_too = usual["unkept"] / usual["plain"] - 1, usual["kept"] / usual["plain"] - 1
    overhead = (1 - SHARE) * unkept + SHARE * (kept_too + export)
    figures = {"overhead": overhead, "unkept": unkept, "kept": kept_too, "export": export}
    print(json.dumps({
        "bench": f"tracing_{kind}", "request_us": round(usual["plain"] * 1e6),
        "spans": round((len(collector.spans) - before) / len(spent["kept"]), 1),
        **{name: round(value, 4) for name, value in figures.items()},
    }), flush=True)  # fmt: skip
    return overhead


def prepare(known: settings.Settings) -> None:
    """A store with a thousand postings and a person who looks for one of them."""
    database = Database(known.database_url)
    upgrade(database)
    titles = ("Backend Engineer", "Data Analyst", "Account Executive", "Nurse", "Designer")
    ingest(database, [opening(str(n), f"{titles[n % 5]} {n}", company=f"Company {n % 50}") for n in range(1_000)])
    with database.write() as session:
        resume = service.ReadResume("bench.json", "", ParsedResume(bundled()[0].resume, ""))
        service.store(session, LOCAL_PERSON_ID, resume, clock.now())
    database.dispose()


def bare(database: Database, kind: str, work: Callable[[Any], Any]) -> Request:
    """What a handler of the API does around its work."""

    def request() -> bool:
        with (
            bind(request_id="0123456789abcdef"),
            entry_span(f"GET /{kind}", "server", "api", attributes={"http.route": f"/{kind}"}) as span,
            database.read() as session,
        ):
            work(session)
            span.set(**{"http.response.status_code": 200})
            return trace.get_current_span().is_recording()

    return request


def by_http(known: settings.Settings, database: Database, loop: asyncio.Runner) -> dict[str, Request]:
    """The API's own routes, whole, as a person calls them by an API key; and a route that does nothing."""
    app = create_app(known, database)
    app.state.matcher.refresh()

    async def handle() -> dict[str, str]:
        return {"status": "pass"}

    app.register(get("/plain", opt=OPEN)(handle))
    with database.write() as session:
        _, key = apikeys.create(session, LOCAL_PERSON_ID, "bench", ["deck:read", "postings:read"], clock.now())

    def requests(address: str) -> Request:
        def request() -> bool:
            return loop.run(ask(app, address, key))

        return request

    return {f"http_{kind}": requests(address) for kind, address in ADDRESSES.items()}


async def ask(app: Any, address: str, key: str) -> bool:
    """One GET, as an ASGI server hands it over; whether its trace is kept."""
    path, _, query = address.partition("?")
    headers = {
        "host": "127.0.0.1",
        "accept": "application/json",
        "user-agent": "bench",
        "authorization": f"Bearer {key}",
    }
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8080), "state": {},
    }  # fmt: skip
    kept: list[bool] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, (address, message)
            kept.append(trace.get_current_span().is_recording())

    await app(scope, receive, send)
    return kept[0]


if __name__ == "__main__":
    raise SystemExit(main())
