"""The threads that handlers run in: few for what comes with every card, and others for what may take long.

Threads that compute take turns, and the more of them want theirs, the more of the processor goes into the turns: decks
and verdicts have few. A report or a file that is read holds none of these up.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

_quick: ContextVar[bool] = ContextVar("jobswipe_quick", default=False)


def choose(*, quick: bool) -> None:
    """In which lane this request's handler runs from here on."""
    _quick.set(quick)


class Lanes(ThreadPoolExecutor):
    """`many` threads, and `few` for the quick lane; each is made when it is needed first."""

    def __init__(self, many: int, few: int) -> None:
        super().__init__(many, thread_name_prefix="request")
        self._few = ThreadPoolExecutor(few, thread_name_prefix="quick")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if _quick.get():
            return self._few.submit(fn, *args, **kwargs)
        return super().submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._few.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)
