"""Good manners towards one host: how many requests at a time, how far apart, and how long to wait after a failure."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]+")
_WEEK = 7 * 86400.0
_BASE = 1.0
_LONGEST_BACKOFF = 30.0


@dataclass
class _Host:
    active: int = 0
    next_start: float = 0.0
    paused_until: float = 0.0


class HostLimiter:
    """Turns at hosts, shared by all threads. `clock` is monotonic seconds, `sleep` takes seconds."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self._changed = threading.Condition()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, host: str, *, concurrency: int = 2, spacing: float = 0.0) -> Iterator[None]:
        """Hold one of the host's `concurrency` places, not sooner than `spacing` seconds after the last start."""
        with self._changed:
            state = self._hosts.setdefault(host, _Host())
            while state.active >= concurrency:
                self._changed.wait()
            state.active += 1
            start = max(self.clock(), state.next_start)
            state.next_start = start + spacing
        try:
            while (wait := max(start, state.paused_until) - self.clock()) > 0:
                self.sleep(wait)
            yield
        finally:
            with self._changed:
                state.active -= 1
                self._changed.notify_all()

    def pause(self, host: str, seconds: float) -> None:
        """Nobody starts a request to the host within the next `seconds`: it asked for rest."""
        with self._changed:
            state = self._hosts.setdefault(host, _Host())
            state.paused_until = max(state.paused_until, self.clock() + seconds)


def backoff(attempt: int, jitter: Callable[[], float]) -> float:
    """Seconds to wait after the failed `attempt` (from 0): a random share of 1, 2, 4, … up to 30 s (full jitter)."""
    return jitter() * min(_LONGEST_BACKOFF, _BASE * 2.0 ** min(attempt, 10))


def parse_retry_after(value: str | None, date: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3: a number or a date), 0 to a week; None if unsaid.

    A date counts from the response's own Date header where there is one, so that a wrong clock does no harm.
    """
    value = (value or "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value[:12]), _WEEK)
    moment = _parse_date(value)
    if moment is None:
        return None
    return min(max((moment - (_parse_date(date) or now)).total_seconds(), 0.0), _WEEK)


def _parse_date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
