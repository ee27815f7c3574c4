"""The built-in kinds of task do what their names say, on both databases."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from servers.boards import Boards, feed
from sqlalchemy import text
from task_support import Start, add, effects, ended, eventually, field, states

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.matching.index import TextIndex
from jobswipe.settings import Settings
from jobswipe.sources import catalog
from jobswipe.sources import feed as feed_adapter
from jobswipe.sources.base import Policy

sys.path.insert(0, str(Path(__file__).parents[1] / "postings"))
from support import NOW, ingest, postings, raw, versions

DAY = timedelta(days=1)


def run(database: Database, start: Start, settings: Settings, kind: str) -> None:
    """Run a task of that kind, and what it asked for."""
    add(database, kind)
    running = start(settings)
    eventually(lambda: ended(database))
    running.stop()
    with database.read() as session:
        errors = session.execute(text("SELECT error FROM task_run WHERE state <> 'done'")).scalars().all()
    assert errors == []


def test_due_sources_are_polled_each_in_its_hosts_lane(
    database: Database, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_adapter, "POLICY", Policy(poll_floor=3600, spacing=0.0))
    settings.outbound.allow_private = True
    with Boards() as boards:
        for number in range(3):
            url = boards.put(f"/{number}.rss", feed("a Pump Fitter", "b Cook"))
            with database.write() as session:
                catalog.add(session, "rss", url, clock.now())
        broken = boards.put("/broken.rss", b"no feed")
        with database.write() as session:
            catalog.add(session, "rss", broken, clock.now())
        run(database, start, settings, "ingest.due")
        assert {path: boards.asked[path] for path in boards.boards} == dict.fromkeys(boards.boards, 1)
    with database.read() as session:
        lanes = session.execute(text("SELECT DISTINCT lane FROM task_run WHERE kind = 'ingest.source'")).scalars().all()
        assert catalog.due(session, clock.now()) == []
        failed = catalog.named(session, broken)
    assert lanes == ["host:127.0.0.1"]
    assert failed.failures == 1
    assert len(postings(database)) == 6


def test_a_source_that_is_not_due_or_gone_is_not_polled(database: Database, start: Start, settings: Settings) -> None:
    with Boards() as boards:
        url = boards.put("/a.rss", feed("a Pump Fitter"))
        with database.write() as session:
            source = catalog.add(session, "rss", url, clock.now() + DAY)
            source_id = source.id
        from jobswipe.tasks import ledger

        with database.write() as session:
            for one in (source_id, 999):
                ledger.enqueue(session, "ingest.source", {"source_id": one})
        run(database, start, settings, "ingest.due")
        assert boards.asked["/a.rss"] == 0


def test_the_index_and_the_lake_follow(database: Database, start: Start, settings: Settings) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    add(database, "lake.append")
    run(database, start, settings, "index.follow")
    assert len(TextIndex(settings.index_dir).search("cook")) == 1
    assert list((settings.lake_dir / "postings").glob("*.parquet"))


def test_postings_are_closed_at_their_own_end_and_stay_closed(
    database: Database, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [
        raw("1", valid_through="2026-11-03"),
        raw("2", title="Cook", valid_through="2027-11-03"),
        raw("3", title="Baker"),
    ]
    ingest(database, listed)
    monkeypatch.setenv("JOBSWIPE_NOW", (NOW + 5 * DAY).isoformat())
    run(database, start, settings, "postings.expire")

    def found() -> dict[str, str]:
        return {one.external_id: one.state for one in postings(database)}

    assert found() == {"1": "closed", "2": "open", "3": "open"}
    assert [one.kind for one in versions(database)] == ["closed"]
    summary = ingest(database, listed, now=NOW + 6 * DAY)  # the board lists it still
    assert (summary.counts.unchanged, summary.counts.reopened, summary.closed) == (3, 0, 0)
    assert found()["1"] == "closed"
    later = [raw("1", valid_through="2026-12-03"), *listed[1:]]
    assert ingest(database, later, now=NOW + 7 * DAY).counts.reopened == 1
    assert found()["1"] == "open"


def test_clean_up_by_retention(
    database: Database, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", (NOW - 200 * DAY).isoformat())
    for _ in range(3):
        ingest(database, [raw("1"), raw("2", title=" ")], now=NOW - 200 * DAY)
    (old,) = add(database, "lake.append")
    with database.write() as session:
        session.execute(text("UPDATE task_run SET state = 'done', finished_at = created_at"))
        session.execute(
            text(
                "INSERT INTO worker_beat (worker, host, pid, kinds, threads, running, figures, started_at, beat_at) "
                "SELECT 'dead-1-a', 'h', 1, '[]', 1, 0, '{}', created_at, created_at FROM task_run"
            )
        )
    monkeypatch.setenv("JOBSWIPE_NOW", NOW.isoformat())
    run(database, start, settings, "cleanup.old")
    assert old not in states(database)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM source_run")).scalar() == 1  # the last one stays
        assert session.execute(text("SELECT count(*) FROM source_rejection")).scalar() == 1
        assert session.execute(text("SELECT count(*) FROM worker_beat")).scalar() == 0
    assert effects(database) == []
    assert field(database, max(states(database)), "state") == "done"
