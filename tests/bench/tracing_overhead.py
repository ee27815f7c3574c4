"""What tracing costs a request: the same requests with it (10 % kept, sent to a local collector) and without, in turns.

    python tests/bench/tracing_overhead.py

Prints one JSON object for each kind of request. `served_...` is what an operator pays: two servers over one store, one
of which traces, answer requests over HTTP by an API key in turns; of each the processor time of the whole process is
taken, the exporter's thread included. `bare_...` is a service's work without HTTP and who asks around it, and says what
the costs are made of, as shares of it: of a request whose trace is not kept, of one that is (with its spans), of the
exporter's work for it, and all at 10 %.

Processor time is steady on a machine that has other things to do; tracing waits for nobody, so the clock says the same
on an idle one. Exit 1 where tracing costs served requests of a kind more than BAR.
"""

from __future__ import annotations

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

BAR = 0.05
SHARE = 0.1
ADDRESSES = {
    "deck": "/api/v1/deck?limit=10",
    "search": "/api/v1/postings?q=engineer",
    "posting": "/api/v1/postings/7",
}
TURNS, EACH = 40, 100
"""How often each server has its turn at a kind of request, and how many it answers then."""
REQUESTS = {"deck": 1_000, "match": 1_000, "posting": 4_000}
"""How many of each service's work are measured with tracing, and as many without."""
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
        for kind, work in works.items():
            measure(f"bare_{kind}", bare(database, kind, work), tracing, exporter, collector)
        tracing.stop()
        return 0 if served(collector) else 1


def measure(kind: str, request: Request, tracing: Tracing, exporter: Timed, collector: Collector) -> None:
    """Print what tracing costs this kind of work."""
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


def served(collector: Collector) -> bool:
    """Print what tracing costs served requests; whether it is less than BAR."""
    database = Database(settings.load().database_url)
    with database.write() as session:
        _, key = apikeys.create(session, LOCAL_PERSON_ID, "bench", ["deck:read", "postings:read"], clock.now())
    database.dispose()
    with (
        Served("serve", TRACING_ENABLED="false") as plain,
        Served("serve", TRACING_ENABLED="true", TRACING_ENDPOINT=collector.endpoint) as traced,
    ):
        good = True
        for kind, address in ADDRESSES.items():
            spent: dict[Served, list[float]] = {plain: [], traced: []}
            before = 0
            for turn in range(-2, TURNS):  # the first two are for warmth
                if turn == 0:
                    before = len(collector.spans)
                for one in (plain, traced) if turn % 2 else (traced, plain):
                    began = processor_seconds(one.process.pid)
                    for _ in range(EACH):
                        assert one.client.get(address, headers={"authorization": f"Bearer {key}"}).status_code == 200
                    if turn >= 0:
                        spent[one].append((processor_seconds(one.process.pid) - began) / EACH)
            ratio = statistics.median(
                with_it / without for with_it, without in zip(spent[traced], spent[plain], strict=True)
            )
            good &= ratio - 1 < BAR
            print(json.dumps({
                "bench": f"tracing_served_{kind}", "request_us": round(statistics.median(spent[plain]) * 1e6),
                "spans_each_request": round((len(collector.spans) - before) / (TURNS * EACH), 2),
                "overhead": round(ratio - 1, 4),
            }), flush=True)  # fmt: skip
    return good


def processor_seconds(pid: int) -> float:
    """What all threads of a process have taken so far."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


if __name__ == "__main__":
    raise SystemExit(main())
