"""One trace from a command over a task to the request it makes; sampling, links, failures, and what is not told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.boards import Boards, feed
from servers.collector import Collector
from watching import Configure

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import NotFoundError, SettingsError, StorageError
from jobswipe.observability import context, redact, runtime, tracing
from jobswipe.observability.context import current_traceparent, entry_span, outgoing_headers, span, task_span
from jobswipe.postings.poll import poll
from jobswipe.sources import catalog

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
UNSAMPLED = PARENT[:-1] + "0"


@pytest.fixture
def boards() -> Iterator[Boards]:
    with Boards() as server:
        yield server


@pytest.fixture
def traced(configure: Configure, collector: Collector) -> Iterator[tracing.Tracing]:
    """A process that keeps every trace."""
    settings = configure(
        tracing_enabled=True,
        tracing_endpoint=collector.endpoint,
        tracing_ratio_api=1,
        tracing_ratio_task=1,
        outbound_allow_private=True,
    )
    found = tracing.Tracing(settings, "worker")
    yield found
    found.stop()


def test_one_trace_from_command_over_task_to_request(
    configure: Configure, collector: Collector, database: Database, boards: Boards
) -> None:
    url = boards.put("/jobs.rss", feed("Pump fitter", "Valve maker"), content_type="application/rss+xml")
    settings = configure(
        tracing_enabled=True, tracing_endpoint=collector.endpoint, tracing_ratio_task=0, outbound_allow_private=True
    )
    # The command makes the task: what it leaves behind is the row's traceparent.
    command = tracing.Tracing(settings, "command")
    with entry_span("run jobswipe ingest", "internal", "command"), database.write() as session:
        source = catalog.add(session, "rss", url, clock.now())
        row = current_traceparent()
    command.stop()
    # The worker takes it up. Its own share of 0 decides nothing: the trace came with its decision.
    worker = tracing.Tracing(settings, "worker")
    with task_span("ingest.source", 7, 1, row):
        (summary,) = poll(database, settings, [source])
    worker.stop()
    assert summary.counts.stored == 2

    root, task = collector.one("run jobswipe ingest"), collector.one("process ingest.source")
    assert (root.service, root.kind, root.parent_id) == ("jobswipe-command", "internal", "")
    assert (task.service, task.kind, task.parent_id) == ("jobswipe-worker", "consumer", root.span_id)
    assert task.links == [(root.trace_id, root.span_id)]
    assert task.attributes["messaging.destination.name"] == "ingest.source"
    assert task.attributes["messaging.message.id"] == "7"
    request = collector.one("GET 127.0.0.1")
    assert request.kind == "client"
    assert request.attributes["http.response.status_code"] == 200
    # Over the thread that fetches.
    assert collector.above(request) == ["GET 127.0.0.1", "fetch rss", "process ingest.source", "run jobswipe ingest"]
    statements = [
        one for one in collector.spans if one.attributes.get("db.statement", "").startswith("INSERT INTO posting")
    ]
    assert {tuple(collector.above(one)[1:]) for one in statements} >= {
        ("store rss", "process ingest.source", "run jobswipe ingest")
    }
    assert "/" not in "".join(one.name for one in statements)
    assert {one.trace_id for one in collector.spans} == {root.trace_id}
    assert root.started <= task.started <= request.started <= request.ended <= task.ended
    # What came from outside is a parameter, and parameters stay here.
    assert b"Pump fitter" not in collector.raw
    # A public board is not told about our traces.
    assert all("traceparent" not in one.headers for one in boards.seen)


def test_a_real_command_sends_its_trace(
    home: Path, collector: Collector, boards: Boards, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = boards.put("/jobs.rss", feed("Pump fitter"), content_type="application/rss+xml")
    monkeypatch.setenv("JOBSWIPE_OUTBOUND_ALLOW_PRIVATE", "true")
    for arguments in (["init"], ["source", "add", url]):
        subprocess.run([JOBSWIPE, *arguments], check=True, capture_output=True)
    environment = os.environ | {"JOBSWIPE_TRACING_ENABLED": "true", "JOBSWIPE_TRACING_ENDPOINT": collector.endpoint}
    done = subprocess.run([JOBSWIPE, "ingest"], env=environment, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert collector.above(collector.one("GET 127.0.0.1")) == ["GET 127.0.0.1", "fetch rss", "run jobswipe ingest"]
    failed = subprocess.run([JOBSWIPE, "posting", "show", "99"], env=environment, check=False, capture_output=True)
    assert failed.returncode == 2
    assert failed.stderr.count(b"\n") == 1
    root = collector.one("run jobswipe posting show")
    assert (root.failed, root.attributes["error.type"]) == (True, "NotFoundError")


def test_a_collector_that_is_away_costs_a_command_two_seconds_and_no_word(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBSWIPE_TRACING_ENABLED", "true")
    monkeypatch.setenv("JOBSWIPE_TRACING_ENDPOINT", "http://127.0.0.1:9")
    done = subprocess.run([JOBSWIPE, "config", "check"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.count("\n") == 1
    monkeypatch.setenv("JOBSWIPE_TRACING_ENDPOINT", "collector:4318")
    done = subprocess.run([JOBSWIPE, "config", "check"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "[tracing] endpoint" in done.stderr) == (2, True)


def test_the_first_message_stays_in_the_trace_and_each_further_one_begins_its_own(
    traced: tracing.Tracing, collector: Collector
) -> None:
    with entry_span("GET /sources", "server", "api"):
        with span("step"):
            first = current_traceparent()
        second, third = current_traceparent(), current_traceparent()
    for number, row in enumerate((first, second, third)):
        with task_span("ingest.source", number, 1, row):
            pass
    traced.flush()
    request = collector.one("GET /sources")
    tasks = {one.attributes["messaging.message.id"]: one for one in collector.named("process ingest.source")}
    assert tasks["0"].trace_id == request.trace_id
    producers = collector.named("send task")
    assert len({one.trace_id for one in (request, *producers)}) == 3
    assert {one.parent_id for one in producers} == {""}
    assert all(one.links == [(request.trace_id, request.span_id)] for one in producers)
    assert {tasks["1"].parent_id, tasks["2"].parent_id} == {one.span_id for one in producers}


def test_an_attempt_again_has_the_same_parent(traced: tracing.Tracing, collector: Collector) -> None:
    for attempt in (1, 2):
        with task_span("digest", 5, attempt, PARENT):
            pass
    traced.flush()
    found = collector.named("process digest")
    assert {one.parent_id for one in found} == {"00f067aa0ba902b7"}
    assert [one.attributes["jobswipe.attempt"] for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("route_class", "kept"), [("api", 0), ("page", 40), ("task", 0), ("command", 40), ("health", 0)]
)
def test_a_share_for_each_class_of_routes(
    configure: Configure, collector: Collector, route_class: context.RouteClass, kept: int
) -> None:
    settings = configure(
        tracing_enabled=True, tracing_endpoint=collector.endpoint, tracing_ratio_api=0, tracing_ratio_page=1,
        tracing_ratio_task=0,
    )  # fmt: skip
    found = tracing.Tracing(settings, "server")
    for _ in range(40):
        with entry_span("entry", "server", route_class):
            pass
    found.stop()
    assert len(collector.spans) == kept


def test_a_strangers_decision_is_not_ours_but_the_trace_is_the_same(configure: Configure, collector: Collector) -> None:
    settings = configure(
        tracing_enabled=True, tracing_endpoint=collector.endpoint, tracing_ratio_api=0, tracing_ratio_page=1
    )
    found = tracing.Tracing(settings, "server")
    with entry_span("left", "server", "api", traceparent=PARENT):
        row = current_traceparent() or ""
        assert row.startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
        assert row.endswith("-00")
    with entry_span("taken", "server", "page", traceparent=UNSAMPLED), span("step"):
        assert (current_traceparent() or "").endswith(("-01", "-03"))
    found.stop()
    taken, step = collector.one("taken"), collector.one("step")
    assert len(collector.spans) == 2
    assert (taken.trace_id, taken.parent_id) == ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    assert (step.trace_id, step.parent_id) == (taken.trace_id, taken.span_id)


def test_without_a_tracer_a_stranger_decides_nothing_for_the_worker() -> None:
    with entry_span("GET /x", "server", "api", traceparent=PARENT):
        assert current_traceparent() == UNSAMPLED


def test_the_decision_of_whoever_is_trusted_is_kept(configure: Configure, collector: Collector) -> None:
    settings = configure(
        tracing_enabled=True,
        tracing_endpoint=collector.endpoint,
        tracing_ratio_api=0,
        tracing_ratio_page=1,
        tracing_trust_incoming=True,
    )
    found = tracing.Tracing(settings, "server")
    with entry_span("taken", "server", "api", traceparent=PARENT):
        assert (current_traceparent() or "").startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    with entry_span("left", "server", "page", traceparent=UNSAMPLED), span("step"):
        assert (current_traceparent() or "").endswith(("-00", "-02"))
    found.stop()
    assert [one.name for one in collector.spans] == ["taken"]


def test_about_a_tenth_is_kept(configure: Configure, collector: Collector) -> None:
    settings = configure(tracing_enabled=True, tracing_endpoint=collector.endpoint)
    found = tracing.Tracing(settings, "server")
    for _ in range(2000):
        with entry_span("entry", "server", "api"):
            pass
    found.stop()
    assert 120 < len(collector.spans) < 290


def test_a_failure_is_kept_with_its_trace_id_though_its_trace_is_not(
    configure: Configure, collector: Collector
) -> None:
    settings = configure(tracing_enabled=True, tracing_endpoint=collector.endpoint, tracing_ratio_api=0)
    found = tracing.Tracing(settings, "server")
    redact.protect(["Sample Candidate"])
    logged = {}
    with (
        pytest.raises(StorageError),
        entry_span("GET /deck", "server", "api", attributes={"http.route": "/deck"}),
        span("step"),
    ):
        logged = context.fields()
        raise StorageError("No room for Sample Candidate (sample.candidate@example.com).")
    with pytest.raises(NotFoundError), entry_span("GET /posting", "server", "api"):
        raise NotFoundError("No posting 7.")  # answered, not failed
    found.stop()
    (kept,) = collector.spans
    assert (kept.name, kept.kind, kept.failed) == ("GET /deck", "server", True)
    assert kept.trace_id == logged["trace_id"]
    assert kept.attributes["http.route"] == "/deck"
    assert kept.said == "No room for [redacted] ([redacted])."
    assert kept.ended > kept.started
    assert b"andidate" not in collector.raw


def test_a_statement_that_fails_does_not_tell_what_it_was_given(
    traced: tracing.Tracing, collector: Collector, postgres_database: str
) -> None:
    from sqlalchemy import text

    database = Database(postgres_database)
    statement = text("INSERT INTO company (key, name) VALUES (:key, :key)")
    with entry_span("entry", "server", "api"):
        with database.write() as session:
            session.execute(statement, {"key": "sample.candidate@example.com"})
        with pytest.raises(Exception, match="company"), database.write() as session:
            session.execute(statement, {"key": "sample.candidate@example.com"})
    traced.flush()
    database.dispose()
    (failed,) = [one for one in collector.spans if one.failed and one.kind == "client"]
    assert "[redacted]" in failed.said
    assert b"sample.candidate" not in collector.raw


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (PARENT, True),
        (UNSAMPLED, True),
        ("cc" + PARENT[2:] + "-what-comes-later", True),
        (PARENT + "-more", False),
        ("ff" + PARENT[2:], False),
        (PARENT.upper(), False),
        ("00-" + "0" * 32 + "-00f067aa0ba902b7-01", False),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01", False),
        (PARENT[:-1], False),
        ("", False),
        (None, False),
        ("\n" + PARENT, False),
        (PARENT + "\n", False),
        ("x" * 10_000, False),
    ],
)
def test_a_traceparent_is_read_as_the_standard_says(text: str | None, known: bool) -> None:
    assert (context.parse_traceparent(text) is not None) is known


def test_a_bad_traceparent_begins_a_new_trace(traced: tracing.Tracing, collector: Collector) -> None:
    with task_span("digest", 1, 1, "not one"):
        pass
    traced.flush()
    found = collector.one("process digest")
    assert (found.parent_id, found.links) == ("", [])


def test_without_a_tracer_the_context_is_carried_on() -> None:
    assert current_traceparent() is None
    with task_span("digest", 1, 1, PARENT), span("step") as opened:
        opened.set(anything=1)
        assert current_traceparent() == PARENT
        assert context.fields()["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    with task_span("digest", 1, 1, None):
        assert current_traceparent() is None
        assert context.fields() == {"task_id": 1, "task_kind": "digest", "attempt": 1}


def test_only_our_own_services_are_told(configure: Configure, collector: Collector) -> None:
    settings = configure(
        tracing_enabled=True, tracing_endpoint=collector.endpoint, tracing_propagate_to="ollama.internal, 127.0.0.1"
    )
    found = tracing.Tracing(settings, "worker")
    with entry_span("entry", "internal", "command"):
        assert outgoing_headers("https://boards.example.com/x") == {}
        told = outgoing_headers("http://OLLAMA.internal:11434/api/generate")
        assert told == {"traceparent": current_traceparent()}
    assert outgoing_headers("http://ollama.internal/") == {}
    found.stop()


def test_headers_for_the_collector(configure: Configure, collector: Collector) -> None:
    settings = configure(
        tracing_enabled=True, tracing_endpoint=f"{collector.endpoint}/", tracing_headers="x-key = abc,x-team=ops"
    )
    assert "abc" not in str(settings.tracing)
    runtime.start(settings, "worker")
    with entry_span("entry", "internal", "command"):
        pass
    runtime.stop()
    assert (collector.headers["x-key"], collector.headers["x-team"]) == ("abc", "ops")
    with pytest.raises(SettingsError, match="name=value") as raised:
        tracing.start(configure(tracing_headers="hunter2"), "worker")
    assert "hunter2" not in raised.value.message
