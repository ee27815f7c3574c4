"""The refresh of skills and preferences, and the figures of the past, as tasks of a worker."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from task_support import Start, add, claim, ended, eventually, field

from jobswipe import clock, skills
from jobswipe.db.engine import Database
from jobswipe.errors import LeaseLostError, UsageError
from jobswipe.postings import reskill
from jobswipe.settings import Settings
from jobswipe.skills.skill import Skill
from jobswipe.tasks import desk, jobs, ledger, retention
from jobswipe.tasks.context import TaskContext
from jobswipe.tasks.relay import Relay

sys.path.insert(0, str(Path(__file__).parents[1] / "postings"))
from support import ingest, raw


def run(database: Database, start: Start, settings: Settings, kind: str) -> None:
    add(database, kind)
    running = start(settings)
    eventually(lambda: ended(database))
    running.stop()


def figure(database: Database, statement: str) -> Any:
    with database.read() as session:
        return session.execute(text(statement)).scalar()


@pytest.fixture
def outdated(database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """Seven postings that an older edition read; answers the last change number."""
    ingest(database, [raw(str(n), title=f"Engineer {n}", company=f"Company {n}") for n in range(7)])
    monkeypatch.setattr(skills, "EDITION", skills.EDITION + 1)
    monkeypatch.setattr(skills, "extract", lambda given: [Skill("sample:new", "new", given[:5])])
    return int(figure(database, "SELECT max(change_seq) FROM posting"))


def test_skills_are_read_anew_in_bounded_tasks(
    database: Database, start: Start, settings: Settings, outdated: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reskill.outdated, "__defaults__", (2,))
    monkeypatch.setattr(jobs, "SKILLS_A_RUN", 4)
    run(database, start, settings, "skills.refresh")
    assert figure(database, "SELECT count(*) FROM task_run WHERE state = 'done'") == 2  # the second had the rest
    assert figure(database, f"SELECT count(*) FROM posting WHERE skills_edition = {skills.EDITION}") == 7
    assert figure(database, "SELECT count(*) FROM posting_skill") == 7
    assert figure(database, "SELECT count(DISTINCT change_seq) FROM posting") == 7
    assert figure(database, "SELECT min(change_seq) FROM posting") == outdated + 1
    assert figure(database, "SELECT value FROM change_counter WHERE name = 'posting'") == outdated + 7
    assert figure(database, "SELECT count(*) FROM posting_version") == 0


def test_a_worker_that_lost_its_lease_writes_nothing(
    database: Database, relay: Relay, settings: Settings, outdated: int
) -> None:
    (task_id,) = add(database, "skills.refresh")
    relay.turn()
    (task,) = claim(database, relay)
    with database.write() as session:
        desk.cancel(session, task_id)
    with pytest.raises(LeaseLostError):
        jobs.skills_refresh(TaskContext(task, database, settings), {})
    assert figure(database, "SELECT max(change_seq) FROM posting") == outdated
    assert figure(database, f"SELECT count(*) FROM posting WHERE skills_edition = {skills.EDITION}") == 0


def test_one_that_is_to_stop_leaves_the_rest_to_a_further_task(
    database: Database, relay: Relay, settings: Settings, outdated: int
) -> None:
    add(database, "skills.refresh")
    relay.turn()
    (task,) = claim(database, relay)
    jobs.skills_refresh(TaskContext(task, database, settings, stopping=lambda: True), {})
    assert field(database, task.id, "state") == "done"
    assert figure(database, "SELECT count(*) FROM task_run WHERE state = 'pending' AND kind = 'skills.refresh'") == 1


def test_preferences_are_mended_person_by_person(database: Database, start: Start, settings: Settings) -> None:
    ingest(database, [raw("1")])
    with database.write() as session:
        for person in (1, 2, 3):
            session.execute(
                text("INSERT INTO person (id, created_at) VALUES (:id, :now) ON CONFLICT DO NOTHING"),
                {"id": person, "now": "2026-01-01 00:00:00+00:00"},
            )
            session.execute(
                text(
                    "INSERT INTO swipe (person_id, posting_id, verdict, at, score, parts, model_version, explored) "
                    "VALUES (:id, 1, 'like', '2026-01-01 00:00:00+00:00', 0.5, '{\"title\": 0.5}', 0, false)"
                ),
                {"id": person},
            )
    run(database, start, settings, "preferences.refresh")
    assert figure(database, "SELECT count(*) FROM preference_model WHERE length(state) > 100") == 3
    assert figure(database, "SELECT max(version) FROM preference_model") == 1
    run(database, start, settings, "preferences.refresh")
    assert figure(database, "SELECT max(version) FROM preference_model") == 1


def test_figures_are_kept_and_forgotten_after_their_time(
    database: Database, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(database, start, settings, "snapshot.take")
    kept = figure(database, "SELECT count(*) FROM metric_snapshot")
    assert kept > 25
    monkeypatch.setenv("JOBSWIPE_NOW", (clock.now() + timedelta(days=91)).isoformat())
    run(database, start, settings, "snapshot.take")
    settings.worker.keep_snapshots_days = 120
    retention.clean(database, settings.worker)
    assert figure(database, "SELECT count(*) FROM metric_snapshot") == 2 * kept
    settings.worker.keep_snapshots_days = 90
    retention.clean(database, settings.worker)
    assert figure(database, "SELECT count(*) FROM metric_snapshot") == kept


def test_an_entry_can_be_asked_for_out_of_its_turn(database: Database, settings: Settings, outdated: int) -> None:
    entry = desk.entry(settings, "skills")
    with database.write() as session:
        first = desk.run(session, entry)
        assert desk.run(session, entry) == first
    done = desk.run_here(database, settings, entry)
    assert (done.id, done.state, done.schedule) == (first, "done", "skills")
    assert figure(database, f"SELECT count(*) FROM posting WHERE skills_edition = {skills.EDITION}") == 7


def test_an_entry_that_is_off_can_be_run_and_an_unknown_one_not(settings: Settings) -> None:
    settings.schedule.lake = "off"
    assert desk.entry(settings, "lake").kind == "lake.append"
    with pytest.raises(UsageError, match="did you mean 'snapshot'"):
        desk.entry(settings, "snapshots")
    with pytest.raises(UsageError, match="there is accounts, cleanup"):
        desk.entry(settings, "zzz")


def test_one_that_fails_is_told(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reskill, "outdated", lambda _session: 1 / 0)
    done = desk.run_here(database, settings, desk.entry(settings, "skills"))
    assert (done.state, done.attempts) == ("dead", 3)
    assert ledger.bounded(done.error or "").startswith("ZeroDivisionError")
