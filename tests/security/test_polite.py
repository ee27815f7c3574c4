"""Turns at a host, waiting times, Retry-After."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.security.polite import HostLimiter, backoff, parse_retry_after

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "date", "expected"),
    [
        ("0", None, 0),
        ("120", None, 120),
        (" 7 ", None, 7),
        ("Mon, 02 Nov 2026 08:01:30 GMT", None, 90),
        ("Mon, 02 Nov 2026 07:00:00 GMT", None, 0),
        ("Mon, 02 Nov 2026 09:00:30 GMT", "Mon, 02 Nov 2026 09:00:00 GMT", 30),
        ("Monday, 02-Nov-26 08:00:10 GMT", None, 10),
        ("9" * 400, None, 604800),
        ("Mon, 02 Nov 2099 08:00:00 GMT", None, 604800),
        (None, None, None),
        ("", None, None),
        ("-5", None, None),
        ("soon", None, None),
        ("1.5", None, None),
        ("Mon, 99 Nov 2026 08:00:00 GMT", None, None),
    ],
)
def test_retry_after(value: str | None, date: str | None, expected: float | None) -> None:
    assert parse_retry_after(value, date, NOW) == expected


@given(st.text(), st.text())
def test_no_header_breaks_the_reader(value: str, date: str) -> None:
    seconds = parse_retry_after(value, date, NOW)
    assert seconds is None or 0 <= seconds <= 604800


def test_backoff_doubles_up_to_a_limit_and_takes_a_random_share() -> None:
    assert [backoff(attempt, lambda: 1.0) for attempt in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff(3, lambda: 0.25) == 2
    assert backoff(5000, lambda: 1.0) == 30


def test_starts_are_spaced_per_host(fake_time) -> None:
    limiter = HostLimiter(clock=fake_time.clock, sleep=fake_time.sleep)
    starts = []
    for host in ("a", "a", "b", "a"):
        with limiter.turn(host, spacing=0.5):
            starts.append((host, fake_time.now))
    assert starts == [("a", 0.0), ("a", 0.5), ("b", 0.5), ("a", 1.0)]


def test_a_pause_holds_everybody_at_that_host(fake_time) -> None:
    limiter = HostLimiter(clock=fake_time.clock, sleep=fake_time.sleep)
    limiter.pause("a", 30)
    with limiter.turn("b"):
        assert fake_time.now == 0
    with limiter.turn("a"):
        assert fake_time.now == 30


def test_threads_never_exceed_the_concurrency() -> None:
    limiter = HostLimiter()
    lock = threading.Lock()
    active = peak = 0

    def visit() -> None:
        nonlocal active, peak
        with limiter.turn("a", concurrency=2):
            with lock:
                active += 1
                peak = max(peak, active)
            time.sleep(0.01)
            with lock:
                active -= 1

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert peak == 2


def test_a_failed_turn_gives_its_place_back() -> None:
    limiter = HostLimiter()
    for _ in range(3):
        with pytest.raises(ValueError, match="boom"), limiter.turn("a", concurrency=1):
            raise ValueError("boom")
