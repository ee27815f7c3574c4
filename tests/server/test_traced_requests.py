"""A request in its trace: from the caller's span over ours to the task that it asked for."""

from __future__ import annotations

from servers.collector import Collector
from servers.served import Served, until
from sqlalchemy import text

from jobswipe.db.engine import Database

TRACE, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{ABOVE}-01"


def traceparents(store: Database) -> list[str]:
    with store.read() as session:
        return list(session.execute(text("SELECT traceparent FROM task_run ORDER BY id")).scalars())


def test_one_trace_from_the_caller_to_the_task(store: Database) -> None:
    with (
        Collector() as collector,
        Served(
            workers=1,
            TRACING_ENABLED=True,
            TRACING_ENDPOINT=collector.endpoint,
            TRACING_TRUST_INCOMING=True,
            TRACING_RATIO_API=0,
            TRACING_RATIO_TASK=0,
            QUEUE_POLL=0.05,
            SCHEDULE_INGEST="off",
            LOGGING_FORMAT="json",
        ) as served,
    ):
        assert served.client.post("/tasks/2", headers={"traceparent": PARENT}).status_code == 201
        first, second = traceparents(store)
        assert (first.split("-")[1], second.split("-")[1] == TRACE) == (TRACE, False)
        served.client.post("/tasks/1", headers={"traceparent": "00-nonsense"})
        assert served.get("/fault").status_code == 500
        until(lambda: len(collector.named("process postings.expire")) >= 2)
        collector.wait(lambda: collector.named("POST /tasks/{count}") and collector.named("GET /fault"), 120)
        ours = collector.one("POST /tasks/{count}")
        assert (ours.kind, ours.trace_id, ours.parent_id, ours.service) == ("server", TRACE, ABOVE, "jobswipe-server")
        assert ours.attributes["http.response.status_code"] == 201
        assert not ours.failed
        (task,) = (one for one in collector.named("process postings.expire") if one.trace_id == TRACE)
        assert (task.kind, task.parent_id) == ("consumer", ours.span_id)
        # Nobody kept this one's trace; that it failed is kept.
        fault = collector.one("GET /fault")
        assert (fault.failed, fault.kind) == (True, "server")
        line = until(lambda: [one for one in served.log("request") if one["route"] == "/tasks/{count}"])[0]
        assert (line["trace_id"], line["span_id"]) == (TRACE, ours.span_id)
        assert served.stop() == 0
