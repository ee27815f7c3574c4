"""No regular expression takes a second for 100 kB, whatever they are."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest
from regexes import SIZE, Use, attacks, uses

LIMIT = 1.0
"""Seconds of processor time for one text."""
TRIES = 3
SHORT = LIMIT / 1000
"""Seconds for a tenth of the text: what takes less takes less than `LIMIT` for all, even where time grows cubically."""


class _TooLong(Exception):
    pass


@pytest.fixture
def alarm() -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, ring)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def test_there_are_regular_expressions() -> None:
    found = uses()
    assert len(found) > 300
    assert any(use.anchored for use in found)
    assert any("jobswipe.pay" in use.name for use in found)


@pytest.mark.parametrize("part", range(4))
def test_none_takes_a_second_for_100_kb(part: int, alarm: None) -> None:
    slow = [told for use in uses()[part::4] for told in _slow(use)]
    assert not slow, "\n".join(slow)


def _slow(use: Use) -> list[str]:
    for text in attacks(use.pattern):
        if _seconds(use, text[: SIZE // 10]) < SHORT:
            continue
        # What takes a second takes it each time; neighbours on the machine make a processor slower for a moment.
        if not any(_in_time(use, text) for _ in range(TRIES)):
            return [f"{use.name} {use.pattern.pattern[:120]!r} on {text[:40]!r}: over {LIMIT} s, {TRIES} times"]
    return []


def _in_time(use: Use, text: str) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        _seconds(use, text)
    except _TooLong:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return True


def _seconds(use: Use, text: str) -> float:
    begun = time.process_time()
    if use.anchored:
        use.pattern.match(text)
    else:
        for _ in use.pattern.finditer(text):
            pass
    return time.process_time() - begun
