"""What every serving process has around it: its signals, its threads, and an end in time."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from litestar.concurrency import set_asyncio_executor

from jobswipe import heap
from jobswipe.settings import ServerSettings, Settings
from jobswipe.tasks.supervise import BEYOND_GRACE
from server.lanes import DECKS, RANKINGS, VERDICTS, Lanes

BEYOND = 5.0
"""Seconds beyond all grace times after which the process ends itself, whatever a request or a worker still does."""
SWITCH = 0.0005
"""Seconds after which a thread that computes lets another have its turn: requests wait for the store, not for it."""
CUT_OFF = 1
"""The exit code of that."""

Note = Callable[[str], None]


@contextmanager
def on_signals(stop: Callable[..., None]) -> Iterator[None]:
    """Call `stop` at SIGINT and SIGTERM."""
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def threads(settings: ServerSettings) -> Iterator[None]:
    """The threads that Litestar runs handlers in; one that computes lets the others have their turn."""
    heap.settle(heap.BUSY)
    heap.seldom()
    sys.setswitchinterval(SWITCH)
    few = {DECKS: settings.deck_threads, VERDICTS: settings.verdict_threads, RANKINGS: settings.ranking_threads}
    executor = Lanes(settings.threads, few)
    set_asyncio_executor(executor)  # type: ignore[arg-type]  # it is given to the loop, which calls `submit`
    try:
        yield
    finally:
        set_asyncio_executor(None)
        executor.shutdown(wait=False, cancel_futures=True)


def longest(settings: Settings, workers: int) -> float:
    """Seconds that a stop may take."""
    requests = settings.server.drain + settings.server.grace
    return max(requests, settings.worker.grace + BEYOND_GRACE if workers else 0.0) + BEYOND


def guard(stopping: threading.Event, seconds: float, note: Note) -> None:
    """End the process itself when a stop takes too long: a thread at a request can be ended in no other way."""

    def end() -> None:
        stopping.wait()
        time.sleep(seconds)
        note("Requests did not end in time and were cut off.")
        os._exit(CUT_OFF)

    threading.Thread(target=end, name="guard", daemon=True).start()
