"""What tracing costs a request: the same requests with it (10 % kept, sent to a local collector) and without, in turns.

    python tests/bench/tracing_overhead.py

Prints one JSON object for each kind of request: what tracing adds at 10 %, the exporter's work included, and its parts,
in microseconds of the processor: to a request whose trace is not kept, to one that is (with its spans), and the
exporter's for it. They are taken in one process, request by request with tracing and without: two processes differ by
more than it costs. `http_...` are requests to the API's own routes by an API key, from the ASGI server's call to the
last byte of the answer; `bare_...` is a service's work without HTTP and who asks around it.

`overhead` is the share of a request: of the bare work, and by HTTP of what `jobswipe serve` takes for the same request
in all its threads. Exit 1 where that is more than BAR. Processor time is steady on a machine that has other things to
do; tracing waits for nobody, so the clock says the same on an idle one.
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

from opentelemetry import trace  # noqa: E402 - after the path
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.trace import ReadableSpan  # noqa: E402
from opentelemetry.sdk.trace.export import SpanExportResult  # noqa: E402
from servers.collector import Collector  # noqa: E402
from servers.served import Served  # noqa: E402
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
from server.app import create_app  # noqa: E402

BAR = 0.05
SHARE = 0.1
ADDRESSES = {
    "deck": "/api/v1/deck?limit=10",
    "search": "/api/v1/postings?q=engineer",
    "posting": "/api/v1/postings/7",
}
TURNS, EACH = 15, 100
"""How often a server is timed at a kind of request, and how many it answers each time."""
REQUESTS = {"deck": 2_000, "match": 1_000, "search": 1_000, "posting": 2_000}
"""How many of each kind are measured with tracing, and as many without."""
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
        with database.write() as session:
            _, key = apikeys.create(session, LOCAL_PERSON_ID, "bench", ["deck:read", "postings:read"], clock.now())
        whole = served(key)
        missed = False
        with asyncio.Runner() as loop:
            requests = {f"bare_{kind}": bare(database, kind, work) for kind, work in works.items()}
            requests |= by_http(known, database, key, loop)
            for kind, request in requests.items():
                share = measure(kind, request, tracing, exporter, collector, whole.get(kind.removeprefix("http_")))
                missed |= kind.startswith("http_") and share > BAR
        tracing.stop()
        return int(missed)


def measure(
    kind: str, request: Request, tracing: Tracing, exporter: Timed, collector: Collector, whole: float | None
) -> float:
    """Print what tracing costs this kind of request; answers the share of `whole` seconds, or of the request here."""
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
    costs = {
        "unkept": usual["unkept"] - usual["plain"],
        "kept": usual["kept"] - usual["plain"],
        "export": exporter.seconds / len(spent["kept"]),
    }
    added = (1 - SHARE) * costs["unkept"] + SHARE * (costs["kept"] + costs["export"])
    share = added / (whole or usual["plain"])
    print(json.dumps({
        "bench": f"tracing_{kind}", "overhead": round(share, 4), "added_us": round(added * 1e6, 1),
        "request_us": round((whole or usual["plain"]) * 1e6), "in_process_us": round(usual["plain"] * 1e6),
        "spans": round((len(collector.spans) - before) / len(spent["kept"]), 1),
        **{f"{name}_us": round(value * 1e6, 1) for name, value in costs.items()},
    }), flush=True)  # fmt: skip
    return share


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


def by_http(known: settings.Settings, database: Database, key: str, loop: asyncio.Runner) -> dict[str, Request]:
    """The API's own routes, whole, as a person calls them by an API key."""
    app = create_app(known, database)
    app.state.matcher.refresh()

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


def served(key: str) -> dict[str, float]:
    """Seconds of the processor that a server without tracing takes for a request, by kind."""
    spent: dict[str, float] = {}
    with Served("serve", TRACING_ENABLED="false") as server:
        for kind, address in ADDRESSES.items():
            turns = []
            for turn in range(-2, TURNS):  # the first two are for warmth
                began = processor_seconds(server.process.pid)
                for _ in range(EACH):
                    assert server.client.get(address, headers={"authorization": f"Bearer {key}"}).status_code == 200
                if turn >= 0:
                    turns.append((processor_seconds(server.process.pid) - began) / EACH)
            spent[kind] = statistics.median(turns)
    return spent


def processor_seconds(pid: int) -> float:
    """What all threads of a process have taken so far."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


if __name__ == "__main__":
    raise SystemExit(main())
