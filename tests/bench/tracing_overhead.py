"""What tracing costs a request: the same requests with it (10 % kept, sent to a local collector) and without, in turns.

    python tests/bench/tracing_overhead.py

Prints one JSON object for each kind of request: microseconds without tracing, and what tracing adds as shares of
that: to a request whose trace is not kept, to one that is (with its spans), the exporter's work for it in its own
thread, and all of it at 10 %. Medians of the thread's processor time, request by request, are steady on a machine that
has other things to do; tracing waits for nobody, so the clock says the same on an idle one. Exit 1 above BAR.
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
from watching import ingest, opening  # noqa: E402

from jobswipe import clock, settings  # noqa: E402
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
REQUESTS = {"deck": 1_000, "match": 1_000, "posting": 4_000}
"""How many of each kind are measured with tracing, and as many without."""


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
        traced = Database(known.database_url)
        exporter = Timed(endpoint=f"{collector.endpoint}/v1/traces")
        tracing = Tracing(known, "server", exporter)
        tracer = context._tracer
        engines.forget("tracing")
        plain = Database(known.database_url)
        matcher = Matcher(plain, known)
        matcher.refresh()
        works: dict[str, Callable[[Any], Any]] = {
            "deck": lambda session: deck(matcher, session, LOCAL_PERSON_ID, 10),
            "match": lambda session: matcher.match(session, LOCAL_PERSON_ID, 20),
            "posting": lambda session: detail(session, 7),
        }
        missed = False
        for kind, count in REQUESTS.items():
            for side in (traced, plain):
                request(side, kind, works[kind])
            spent: dict[str, list[float]] = {"plain": [], "unkept": [], "kept": []}
            exporter.seconds = 0.0
            before = len(collector.spans)
            for number in range(count):
                for on in (True, False) if number % 2 else (False, True):
                    context.install(tracer if on else None)
                    started = time.thread_time()
                    kept = request(traced if on else plain, kind, works[kind])
                    seconds = time.thread_time() - started
                    spent["plain" if not on else "kept" if kept else "unkept"].append(seconds)
            tracing.flush(30)
            usual = {name: statistics.median(values) for name, values in spent.items()}
            # Per kept request, in shares of what one without tracing takes.
            export = exporter.seconds / len(spent["kept"]) / usual["plain"]
            unkept, kept_too = usual["unkept"] / usual["plain"] - 1, usual["kept"] / usual["plain"] - 1
            overhead = (1 - SHARE) * unkept + SHARE * (kept_too + export)
            missed |= overhead > BAR
            figures = {"overhead": overhead, "unkept": unkept, "kept": kept_too, "export": export}
            print(json.dumps({
                "bench": f"tracing_{kind}", "request_us": round(usual["plain"] * 1e6),
                "spans": round((len(collector.spans) - before) / len(spent["kept"]), 1),
                **{name: round(value, 4) for name, value in figures.items()},
            }))  # fmt: skip
        tracing.stop()
        return int(missed)


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


def request(database: Database, kind: str, work: Callable[[Any], Any]) -> bool:
    """What a handler of the API does around its work; whether its trace is kept."""
    with (
        bind(request_id="0123456789abcdef"),
        entry_span(f"GET /{kind}", "server", "api", attributes={"http.route": f"/{kind}"}) as span,
        database.read() as session,
    ):
        work(session)
        span.set(**{"http.response.status_code": 200})
        return trace.get_current_span().is_recording()


if __name__ == "__main__":
    raise SystemExit(main())
