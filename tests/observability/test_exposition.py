"""The metrics port: a clean exposition, bounded series, the right totals, and what happens when it cannot be had."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import text
from watching import Configure, Exposition, everything_once, ingest, opening, scrape

from jobswipe import __version__
from jobswipe.db.engine import Database
from jobswipe.errors import SettingsError
from jobswipe.observability import measure
from jobswipe.observability.metrics_server import MetricsServer, start_metrics_server
from jobswipe.observability.slo import DECK_SECONDS, SLOS, TASK_START_SECONDS
from jobswipe.observability.store_figures import SECTIONS


@pytest.fixture
def server(configure: Configure, database: Database) -> Iterator[MetricsServer]:
    found = start_metrics_server(configure(metrics_store_interval=0), database)
    yield found
    found.close()


def test_the_exposition_is_clean(server: MetricsServer, database: Database) -> None:
    everything_once()
    ingest(database, [opening(str(number)) for number in range(20)])
    found = scrape(server.port)
    assert found.value("http_requests_total", method="other", route="/postings/{id}", status="other") == 1
    assert found.value("task_duration_seconds_count", kind="ingest.source", outcome="failed") == 1
    assert found.value("tasks_in_progress", kind="ingest.source") == 0
    assert found.value("task_start_delay_seconds_sum", kind="ingest.source") == pytest.approx(0.4)
    assert found.value("ingest_records_read_total", kind="ashby") == 20
    assert found.value("ingest_records_total", kind="ashby", outcome="stored") == 20
    assert found.value("ingest_zero_results_total", kind="ashby") == 1
    assert found.value("ingest_fields_filled_total", kind="ashby", field="company") == 20
    assert found.value("ingest_fields_filled_total", kind="ashby", field="salary") == 0
    assert found.value("postings", state="open") == 20
    assert found.value("source_filled_ratio", source="ashby:acme", field="places") == 1
    assert found.value("source_filled_ratio", source="ashby:acme", field="salary") == 0
    assert found.value("resumes_read_total", format="other", outcome="failed") == 1
    assert found.value("database_connections_in_use") == 0
    assert found.total("database_query_duration_seconds_count", statement="INSERT") > 0
    assert [found.value("store_up", section=name) for name in SECTIONS] == [1.0] * len(SECTIONS)
    for slo in SLOS:
        assert found.value("slo_objective_ratio", slo=slo.name) == slo.objective
    # The objectives can be read off the buckets.
    for name, edge in (("deck_duration_seconds", DECK_SECONDS), ("http_request_duration_seconds", DECK_SECONDS)):
        assert any(key[0] == f"jobswipe_{name}_bucket" and ("le", str(edge)) in key[1] for key in found.values)
    assert f'jobswipe_task_start_delay_seconds_bucket{{kind="ingest.source",le="{TASK_START_SECONDS}"}}' in found.text


def test_openmetrics_is_served_to_who_asks_for_it(server: MetricsServer) -> None:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    everything_once()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
    )
    with urllib.request.urlopen(request) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    assert len(families) > 40


def test_a_thousand_postings_make_no_series_more(server: MetricsServer, database: Database) -> None:
    def more(first: int, count: int) -> Exposition:
        titles = [f"Engineer {number} of {number % 97} pumps" for number in range(first, first + count)]
        records = [
            opening(str(first + at), title, f"Town {at}, Germany", company=f"Company {at}")
            for at, title in enumerate(titles)
        ]
        assert ingest(database, records).counts.stored > 0
        return scrape(server.port)

    before = more(0, 10)
    after = more(1_000, 1_000)
    assert after.value("postings", state="open") >= 1_000
    new = {key for key in after.values if key not in before.values}
    assert new <= {key for key in new if dict(key[1]).get("statement")}, new
    assert after.series() - before.series() < 40
    assert after.series() < 500


def test_labels_that_could_grow_stop_growing(server: MetricsServer) -> None:
    for number in range(1_000):
        measure.request("GET", f"/{number}", 200, 0.1)
        measure.task_attempt(f"kind.{number}", "done", 0.1)
        measure.notification(f"channel{number}", "sent")
        measure.ingest_run(f"kind{number}", "complete", {"read": 1, "stored": 1}, 0.1)
    found = scrape(server.port)
    assert found.value("task_duration_seconds_count", kind="other", outcome="done") >= 1_000 - measure.MAX_VALUES
    assert found.total("http_requests_total") == 1_000
    assert found.series() < 10_000


def test_many_sources_are_added_up(configure: Configure, database: Database) -> None:
    for number in range(12):
        ingest(database, [opening(str(number), f"Post {number}")], board=f"board{number}")
    server = start_metrics_server(configure(metrics_sources=5), database)
    try:
        found = scrape(server.port)
    finally:
        server.close()
    names = {dict(labels)["source"] for name, labels in found.values if name == "jobswipe_source_open_postings"}
    assert names == {*(f"ashby:board{number}" for number in range(5)), "other"}
    assert found.total("source_open_postings") == found.value("postings", state="open")
    assert found.total("source_last_run_records", outcome="read") == 12
    assert len([key for key in found.values if key[0] == "jobswipe_source_filled_ratio"]) == 5 * len(measure.FIELDS)


def test_a_taken_port_is_one_sentence(configure: Configure, sqlite_store: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = configure(metrics_port=taken.getsockname()[1])
        with pytest.raises(SettingsError, match="JOBSWIPE_METRICS_PORT") as raised:
            start_metrics_server(settings, sqlite_store)
    assert raised.value.message.count("\n") == 0
    assert not measure.active()
    assert list(settings.metrics_dir.iterdir()) == []


def test_two_servers_do_not_share_a_port(configure: Configure, sqlite_store: Database) -> None:
    first = start_metrics_server(configure(), sqlite_store)
    try:
        with pytest.raises(SettingsError):
            start_metrics_server(configure(metrics_port=first.port), sqlite_store)
    finally:
        first.close()


def test_switched_off_it_opens_and_measures_nothing(configure: Configure, sqlite_store: Database) -> None:
    settings = configure(metrics_enabled=False)
    found = start_metrics_server(settings, sqlite_store)
    assert (found.port, measure.active(), settings.metrics_dir.exists()) == (None, False, False)
    found.close()


def test_health_and_readiness_on_the_same_port(server: MetricsServer, database: Database) -> None:
    def ask(path: str) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
                return answer.status, msgspec.json.decode(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, msgspec.json.decode(error.read()) if path == "/ready" else {}

    assert ask("/health")[1]["status"] == "pass"
    assert ask("/ready")[0] == 200
    with database.write() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0001'"))
    code, report = ask("/ready")
    assert (code, report["status"]) == (503, "fail")
    assert ask("/elsewhere")[0] == 404


def test_a_database_that_hangs_does_not_hold_a_scrape(configure: Configure, postgres_database: str) -> None:
    database, other = Database(postgres_database), Database(postgres_database)
    ingest(database, [opening("1")])
    settings = configure(metrics_store_timeout=5, metrics_store_interval=0)
    server = start_metrics_server(settings, database)
    try:
        assert scrape(server.port).value("postings", state="open") == 1
        settings.metrics.store_timeout = 0.3
        with other.engine.begin() as held:
            held.execute(text("LOCK TABLE posting IN ACCESS EXCLUSIVE MODE"))
            started = time.monotonic()
            for _ in range(3):
                found = scrape(server.port)
            assert time.monotonic() - started < 20
            # What was read a moment ago is shown for a moment; then nothing rather than something old.
            deadline = time.monotonic() + 30
            while found.value("store_up", section="postings") and time.monotonic() < deadline:
                time.sleep(0.1)
                found = scrape(server.port)
            assert ("jobswipe_postings", frozenset({("state", "open")})) not in found.values
            assert found.value("build_info", version=__version__) == 1
            assert threading.active_count() < 20  # one reading at a time, however often it is asked for
        deadline = time.monotonic() + 30
        while not found.value("store_up", section="postings") and time.monotonic() < deadline:
            time.sleep(0.1)
            found = scrape(server.port)
        assert found.value("postings", state="open") == 1
    finally:
        server.close()
        database.dispose()
        other.dispose()
