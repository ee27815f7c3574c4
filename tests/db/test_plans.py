"""The queries of the journeys use indexes: every statement of a real run is explained, on both engines."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from statements import statements

from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.matching import relearn
from jobswipe.models import Posting
from jobswipe.postings import reskill
from jobswipe.settings import QueueSettings, WorkerSettings
from jobswipe.sources import catalog
from jobswipe.tasks import desk, ledger, retention
from jobswipe.tasks.queue import Queue
from jobswipe.tasks.relay import Relay, mend_clock

sys.path.insert(0, str(Path(__file__).parents[1] / "postings"))
from support import NOW, ingest, raw

LARGE = ("posting", "posting_place", "posting_skill", "posting_version", "cluster_member", "source_run", "swipe",
         "source_rejection", "application_event", "task_run")  # fmt: skip


@contextmanager
def recorded(database: Database) -> Iterator[dict[str, Any]]:
    """Each distinct statement of the block with parameters that it ran with."""
    seen: dict[str, Any] = {}
    with statements(database) as ran:
        yield seen
    for statement, parameters in ran:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            seen.setdefault(statement, parameters[0] if isinstance(parameters, list) else parameters)


def plan(database: Database, statement: str, parameters: Any) -> str:
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            return "\n".join(str(row[3]) for row in rows)
        connection.execute(text("SET enable_seqscan = off"))
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))


def scans(found: str) -> list[str]:
    """The large tables that a plan reads from end to end."""
    tables = "|".join(LARGE)
    whole = re.findall(rf"^SCAN ({tables})(?! USING)\b", found, re.MULTILINE)
    return whole + re.findall(rf"Seq Scan on ({tables})\b", found)


def test_no_journey_reads_a_large_table_from_end_to_end(database_url: str) -> None:
    database = Database(database_url)
    with recorded(database) as seen:
        ingest(database, [raw("1"), raw("2", title="Cook")])
        ingest(database, [raw("x")], kind="rss", board="feed")
        ingest(database, [raw("1", title="Chief Pump Engineer")], now=NOW + timedelta(days=1))
        ingest(database, [raw("1"), raw("2", title="Cook"), raw("3", title=" ")], now=NOW + timedelta(days=2))
        with database.write() as session:
            assert catalog.due(session, NOW) == []
            catalog.rejections(session, catalog.last_run(session, 1).id)
            application, _ = applications.open_for(session, 1, 1, NOW)
            applications.events(session, application.id or 0)
            session.exec(select(Posting.id).where(col(Posting.change_seq) > 3).order_by(col(Posting.change_seq))).all()
            assert reskill.outdated(session) == []
            reskill.apply(session, [reskill.Reread(1, 1, ())])
            relearn.persons(session)
            relearn.stale(session, 1)
    assert len(seen) > 20
    faults = [f"{scanned}: {statement}" for statement, parameters in seen.items()
              if (scanned := scans(plan(database, statement, parameters)))]  # fmt: skip
    assert faults == []
    database.dispose()


@pytest.mark.parametrize("found", ["SCAN posting", "  ->  Seq Scan on swipe  (cost=0)"])
def test_a_scan_is_seen(found: str) -> None:
    assert scans(found)
    assert not scans("SEARCH posting USING INDEX x (source_id=?)\nSCAN posting USING COVERING INDEX y")


def test_no_turn_of_a_worker_reads_the_ledger_from_end_to_end(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url)
    settings = QueueSettings()
    relay = Relay(database, Queue(f"sqlite:///{tmp_path / 'queue.db'}"), settings)
    with recorded(database) as seen:
        with database.write() as session:
            for number in range(4):
                ledger.enqueue(session, "x", {}, dedupe_key=str(number), lane=f"l{number}")
        assert relay.turn() == 4
        with database.write() as session:
            first, second, third = ledger.Claims("w").claim(session, relay.queue.take(3).ids)
            ledger.finish(session, first)
            ledger.extend(session, second)
            ledger.fail(session, second, "no", settings)
            ledger.give_back(session, third)
            desk.cancel(session, third.id)
            desk.retry(session, third.id)
            desk.listing(session, states=["dead"])
            ledger.depth(session)
            mend_clock(session)
        relay.mend()
        retention.clean(database, WorkerSettings())
    relay.queue.close()
    assert len(seen) > 20
    plans = {statement: scans(plan(database, statement, parameters)) for statement, parameters in seen.items()}
    assert [statement for statement, scanned in plans.items() if "task_run" in scanned] == []
    database.dispose()
