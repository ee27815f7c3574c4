"""The threads that handlers run in: few for what comes with every card, and others for what may take long.

Threads that compute take turns, and the more of them want theirs, the more of the processor goes into the turns: decks
and verdicts have few. A verdict may wait for another of the same person, a deck waits for nothing: so each has its own.
A deck that must wait after all, until postings are read or all are ranked, does so among RANKINGS. A report or a file
that is read holds none of these up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, TypeVar

from litestar.concurrency import sync_to_thread

DECKS, VERDICTS, RANKINGS = "decks", "verdicts", "rankings"
T = TypeVar("T")
_lane: ContextVar[str | None] = ContextVar("jobswipe_lane", default=None)


def choose(lane: str | None) -> None:
    """In which lane this request's handler runs from here on; None: in that of all others."""
    _lane.set(lane)


async def within(lane: str, do: Callable[..., T], /, *given: Any, **named: Any) -> T:
    """What `do` gives, run by a thread of the lane."""
    choose(lane)
    return await sync_to_thread(do, *given, **named)


class Lanes(ThreadPoolExecutor):
    """`many` threads, and few for each of the lanes by name; each thread is made when it is needed first."""

    def __init__(self, many: int, few: Mapping[str, int]) -> None:
        super().__init__(many, thread_name_prefix="request")
        self._few = {name: ThreadPoolExecutor(count, thread_name_prefix=name) for name, count in few.items()}

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        lane = self._few.get(_lane.get() or "")
        return super().submit(fn, *args, **kwargs) if lane is None else lane.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for lane in self._few.values():
            lane.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)
