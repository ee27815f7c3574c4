"""Failures are counted, pauses grow, and whoever attacks an account does not lock its owner out."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from jobswipe.accounts import throttle
from jobswipe.db.engine import Database
from jobswipe.errors import ThrottledError

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WHO = b"w" * 32


def attempt(
    database: Database, address: str | None, now: datetime = NOW, who: bytes = WHO, device: str | None = None
) -> throttle.Attempt:
    with database.write() as session:
        return throttle.begin(session, who, address, now, device=device)


def pause(database: Database, address: str | None, now: datetime = NOW, who: bytes = WHO) -> float:
    with pytest.raises(ThrottledError) as told:
        attempt(database, address, now, who)
    return told.value.retry_after


def test_pauses_grow_from_the_fifth_failure_on(database: Database) -> None:
    now, pauses = NOW, []
    for number in range(1, 16):
        attempt(database, "192.0.2.1", now)
        if number < 5:
            continue
        seconds = pause(database, "192.0.2.1", now)
        pauses.append(seconds)
        now += timedelta(seconds=seconds)
    assert pauses[:4] == [1, 2, 4, 8]
    assert max(pauses) <= 900


def test_an_attempt_during_a_pause_does_not_make_it_longer(database: Database) -> None:
    for _ in range(5):
        attempt(database, "192.0.2.1")
    for _ in range(20):
        assert pause(database, "192.0.2.1") == 1
    attempt(database, "192.0.2.1", NOW + timedelta(seconds=1))


def test_the_owner_elsewhere_is_not_held_by_an_attackers_failures(database: Database) -> None:
    for _ in range(5):
        attempt(database, "192.0.2.1")
    pause(database, "192.0.2.1")
    attempt(database, "198.51.100.7")


def test_many_addresses_at_one_account_slow_strangers_down_for_a_minute_at_most(database: Database) -> None:
    now, longest = NOW, 0.0
    for number in range(60):
        try:
            attempt(database, f"198.51.100.{number}", now)
        except ThrottledError as error:
            longest = max(longest, error.retry_after)
            now += timedelta(seconds=error.retry_after)
            attempt(database, f"198.51.100.{number}", now)
    assert 1 <= longest <= 60
    attempt(database, "192.0.2.200", now + timedelta(seconds=60))


def test_a_device_that_signed_in_before_is_let_through(database: Database) -> None:
    for number in range(31):
        attempt(database, f"198.51.100.{number}") if number < 30 else pause(database, "203.0.113.9")
    with database.write() as session:
        text = throttle.new_device(session, WHO)
        device = throttle.device_of(session, WHO, text)
        assert device is not None
        assert throttle.device_of(session, b"x" * 32, text) is None
        assert throttle.device_of(session, WHO, text[:-1] + "!") is None
        assert throttle.device_of(session, WHO, None) is None
        assert throttle.device_of(session, WHO, "ü" * 300) is None
    for _ in range(5):
        attempt(database, "203.0.113.9", device=device)
    with pytest.raises(ThrottledError):  # it has its own count
        attempt(database, "203.0.113.9", device=device)


def test_one_address_that_tries_many_accounts_is_slowed_down(database: Database) -> None:
    for number in range(20):
        attempt(database, "192.0.2.1", who=bytes([number]) * 32)
    pause(database, "192.0.2.1", who=b"z" * 32)
    attempt(database, "192.0.2.2", who=b"z" * 32)


def test_a_success_takes_its_counts_back(database: Database) -> None:
    for _ in range(50):
        done = attempt(database, "192.0.2.1")
        with database.write() as session:
            throttle.succeeded(session, done)
    for _ in range(5):
        attempt(database, "192.0.2.1")
    pause(database, "192.0.2.1")


def test_it_is_forgotten_after_an_hour(database: Database) -> None:
    for _ in range(5):
        attempt(database, "192.0.2.1")
    later = NOW + throttle.FORGOTTEN + timedelta(seconds=1)
    for _ in range(4):
        attempt(database, "192.0.2.1", later)
    with database.write() as session:
        throttle.prune(session, later + throttle.FORGOTTEN + timedelta(seconds=1))
        assert session.connection().exec_driver_sql("SELECT count(*) FROM sign_in_failure").scalar() == 0


def test_many_at_once_are_each_counted(database: Database) -> None:
    """The count comes before the look: a burst gets no more tries than a queue."""
    let_through, lock = 0, threading.Lock()

    def one() -> None:
        nonlocal let_through
        try:
            attempt(database, "192.0.2.1")
        except ThrottledError:
            return
        with lock:
            let_through += 1

    threads = [threading.Thread(target=one) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert let_through == 5


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("nonsense", None, True),
    ],
)
def test_what_is_one_address(first: str | None, second: str | None, same: bool) -> None:
    assert (throttle.network(first) == throttle.network(second)) is same


def test_no_subject_is_stored_in_the_clear(database: Database) -> None:
    attempt(database, "192.0.2.1")
    with database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT subject_hash FROM sign_in_failure").scalars().all()
    assert len(rows) == 3
    assert all(len(one) == 32 and b"192" not in one for one in rows)
