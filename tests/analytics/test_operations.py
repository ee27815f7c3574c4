"""Figures of the past: taken from the store, appended to the lake, told by day."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from jobswipe.analytics.lake import Lake
from jobswipe.analytics.page import render
from jobswipe.analytics.report import Report, build
from jobswipe.db.engine import Database
from jobswipe.models import MetricSnapshot
from jobswipe.observability import snapshots
from jobswipe.settings import Settings, load
from jobswipe.tasks import ledger

sys.path.insert(0, str(Path(__file__).parents[1] / "postings"))
from support import ingest, raw

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def settings(home: Path) -> Settings:
    return load(home)


def take(database: Database, settings: Settings, at: datetime) -> int:
    with database.write() as session:
        return snapshots.take(session, settings, at)


def rows(report: Report, name: str) -> list[dict[str, Any]]:
    return next(section.dicts() for section in report.sections if section.name == name)


def test_what_is_kept_of_a_moment(database: Database, settings: Settings) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    with database.write() as session:
        ledger.enqueue(session, "lake.append", {})
    count = take(database, settings, AT)
    with database.read() as session:
        found = {(one.figure, one.label): one.value for one in session.exec(select(MetricSnapshot))}
    assert len(found) == count
    assert (found["postings", "open"], found["postings", "closed"], found["openings", ""]) == (2, 0, 2)
    assert (found["tasks", "pending"], found["tasks", "dead"], found["queue_depth", ""]) == (1, 0, 1)
    assert found["index_lag_changes", ""] == 2
    assert found["database_bytes", ""] > 10_000
    assert {("sources", "healthy"), ("swipes", "like"), ("applications", "applied")} <= found.keys()


def test_the_same_moment_twice_is_kept_once(database: Database, settings: Settings) -> None:
    count = take(database, settings, AT)
    take(database, settings, AT)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(MetricSnapshot)).one() == count


def test_the_report_tells_now_before_and_by_day(database: Database, settings: Settings, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    empty = build("operations", lake, {})
    assert [section.rows for section in empty.sections] == [(), (), ()]
    take(database, settings, AT - timedelta(days=7))
    ingest(database, [raw("1")])
    take(database, settings, AT - timedelta(days=1))
    ingest(database, [raw("1"), raw("2", title="Cook")])
    take(database, settings, AT)
    assert lake.append(database)["snapshots"] > 60
    report = build("operations", lake, {})
    openings = next(row for row in rows(report, "figures") if row["figure"] == "openings")
    assert (openings["now"], openings["day_before"], openings["week_before"]) == (2, 1, 0)
    assert [(row["day"], row["openings"]) for row in rows(report, "by_day")] == [
        ("2026-03-10", 2),
        ("2026-03-09", 1),
        ("2026-03-03", 0),
    ]
    assert [row["looks"] for row in rows(report, "work_by_day")] == [1, 1, 1]
    assert "<svg" in render(report, AT.isoformat())
