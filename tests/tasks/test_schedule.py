"""The schedule: every slot once whoever schedules, one catch-up after downtime, cron texts that are wrong."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from task_support import Declare, note, states

from jobswipe import clock
from jobswipe import settings as settings_module
from jobswipe.db.engine import Database
from jobswipe.errors import SettingsError
from jobswipe.models import TaskRun
from jobswipe.settings import Settings
from jobswipe.tasks import kinds, ledger, schedule
from jobswipe.tasks.relay import Relay
from jobswipe.tasks.schedule import Entry, Scheduler

START = datetime(2026, 11, 1, 12, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the code sees; a test moves it."""
    found = Clock(START)
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


@pytest.fixture
def declared(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(schedule, "_declared", dict(schedule._declared))
    return schedule._declared


def entry(cron: str = "*/5 * * * *", name: str = "x") -> Entry:
    return Entry(name, cron, "note", {}, UTC)


def settle(database: Database) -> None:
    """End what waits, so that the next slot is not one with it."""
    with database.write() as session:
        session.execute(text("UPDATE task_run SET state = 'done', finished_at = created_at WHERE state = 'pending'"))


def slots(database: Database) -> list[str]:
    with database.read() as session:
        found = session.exec(select(TaskRun).order_by(col(TaskRun.id)))
        return [task.payload["slot"][11:16] for task in found]


def test_every_slot_once_from_the_next_one_on(database: Database, hands: Clock) -> None:
    one = Scheduler(database, [entry()])
    assert one.turn() == []
    for _ in range(20):
        hands.now += MINUTE
        one.turn()
        settle(database)
    assert slots(database) == ["12:05", "12:10", "12:15", "12:20"]


def test_a_slot_at_this_very_moment_counts() -> None:
    at = datetime(2026, 11, 1, 12, 5, tzinfo=UTC)
    assert entry().latest(at) == at
    assert entry().latest(at - timedelta(microseconds=1)) == at - 5 * MINUTE
    assert entry().latest(at + timedelta(seconds=1, microseconds=1)) == at
    assert entry().following(at) == at + 5 * MINUTE


def test_catch_up_once_after_downtime(database: Database, hands: Clock) -> None:
    Scheduler(database, [entry()]).turn()
    hands.now += timedelta(hours=7)
    later = Scheduler(database, [entry()])
    assert (later.turn(), later.turn()) == (["x"], [])
    assert slots(database) == ["19:00"]


def test_what_still_waits_is_not_asked_for_again(database: Database, hands: Clock) -> None:
    one = Scheduler(database, [entry()])
    for _ in range(30):
        one.turn()
        hands.now += MINUTE
    assert len(states(database)) == 1


def test_many_schedulers_fire_each_slot_once(database: Database, hands: Clock) -> None:
    entries = [entry("* * * * *", name) for name in ("a", "b", "c")]
    Scheduler(database, entries).turn()
    fired: list[str] = []
    count, rounds = 5, 15
    barrier = threading.Barrier(count + 1)

    def run() -> None:
        own = Database(database.url)
        one = Scheduler(own, entries)
        for _ in range(rounds):
            barrier.wait(60)
            fired.extend(one.turn())
            barrier.wait(60)
        own.dispose()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for _ in range(rounds):
        hands.now += MINUTE
        barrier.wait(60)
        barrier.wait(60)
        settle(database)
    for thread in threads:
        thread.join()
    assert sorted(fired) == sorted(["a", "b", "c"] * rounds)
    assert len(states(database)) == 3 * rounds


def test_a_clock_set_back_fires_nothing_twice(database: Database, hands: Clock) -> None:
    one = Scheduler(database, [entry()])
    one.turn()
    hands.now += 10 * MINUTE
    assert one.turn() == ["x"]
    settle(database)
    hands.now -= timedelta(hours=1)
    for _ in range(59):
        hands.now += MINUTE
        assert one.turn() == []
        assert Scheduler(database, [entry()]).turn() == []
    hands.now += 4 * MINUTE
    assert one.turn() == ["x"]
    assert slots(database) == ["12:10", "12:15"]


def test_a_clock_that_was_years_ahead_does_not_silence_the_schedule(database: Database, hands: Clock) -> None:
    hands.now += timedelta(days=900)
    one = Scheduler(database, [entry()])
    one.turn()
    hands.now = START
    assert one.turn() == []
    hands.now += 5 * MINUTE
    assert one.turn() == ["x"]


def test_success_is_recorded_with_the_effect(
    database: Database, relay: Relay, settings: Settings, declare: Declare, hands: Clock
) -> None:
    declare("note")(note)
    one = Scheduler(database, [entry()])
    one.turn()
    hands.now += 5 * MINUTE
    one.turn()
    with database.read() as session:
        (before,) = schedule.freshness(session)
    assert (before.last_success_at, before.stale, before.next_slot) == (None, False, START + 7.5 * MINUTE)
    relay.turn()
    with database.write() as session:
        (task,) = ledger.Claims("w").claim(session, relay.queue.take(1).ids)
        ledger.finish(session, task)
    hands.now += 9 * MINUTE
    with database.read() as session:
        (fresh,) = schedule.freshness(session)
    assert (fresh.last_success_at, fresh.stale) == (hands.now - 9 * MINUTE, False)
    hands.now += 2 * MINUTE
    with database.read() as session:
        assert schedule.freshness(session)[0].stale


def test_entries_that_are_off_are_forgotten(database: Database, hands: Clock) -> None:
    Scheduler(database, [entry(), entry(name="y")]).turn()
    Scheduler(database, [entry(name="y")]).forget()
    with database.read() as session:
        assert [one.name for one in schedule.freshness(session)] == ["y"]


def load(home: Path, text_: str) -> list[Entry]:
    (home / "config.toml").write_text(f"[schedule]\n{text_}\n")
    return schedule.entries(settings_module.load(home))


def test_settings_change_and_end_entries(home: Path, declared: dict[str, Any]) -> None:
    schedule.scheduled("backup-x", cron="0 1 * * *", kind="note")(note)
    found = {
        one.name: one.cron for one in load(home, 'ingest = "1 * * * *"\nlake = "off"\nother = "backup-x = 5 5 * * 1"')
    }
    assert found["ingest"] == "1 * * * *"
    assert found["backup-x"] == "5 5 * * 1"
    assert "lake" not in found
    assert found["expire"] == "35 * * * *"


@pytest.mark.parametrize(
    "wrong", ["", "x", "61 * * * *", "* * * *", "* * * * * *", "0 0 30 2 *", "*/0 * * * *", "5-1 * * * *", "@daily",
              "* * * * * ; rm", "9" * 5000 + " * * * *"],
)  # fmt: skip
def test_a_wrong_cron_text_names_its_key(home: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"\[schedule\] ingest"):
        load(home, f'ingest = "{wrong}"')


@pytest.mark.parametrize("wrong", ["nobody = * * * * *", "x", "= * * * * *", "ingest ="])
def test_a_wrong_other_names_its_key(home: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"\[schedule\] other"):
        load(home, f'other = "{wrong}"')


def test_time_zones(home: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[schedule\] timezone"):
        load(home, 'timezone = "Mars/Olympus"')
    daily = next(one for one in load(home, 'timezone = "Europe/Berlin"\nlake = "30 2 * * *"') if one.name == "lake")
    # On the night when the clocks go back, half past two comes twice; it is one slot.
    assert daily.following(datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert daily.following(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
    now = datetime(2026, 10, 25, 2, tzinfo=UTC)
    assert daily.latest(now) <= now


def test_the_settings_say_what_the_code_declares() -> None:
    kinds.load()
    meanings = settings_module.meanings("schedule")
    for name, one in schedule._declared.items():
        described = meanings[name]
        assert f"`{one.cron}`" in described, name
