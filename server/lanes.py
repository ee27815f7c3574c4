"""The threads that handlers run in: few for what comes with every card, and others for what may take long.

Threads that compute take turns, and the more of them want theirs, the more of the processor goes into the turns: decks
and verdicts have few. A verdict may wait for another of the same person, a deck waits for nothing: so each has its own.
A deck that must wait after all, until postings are read or all are ranked, does so among RANKINGS. A report or a file
that is read holds none of these up.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from litestar.concurrency import get_asyncio_executor

DECKS, VERDICTS, RANKINGS = "decks", "verdicts", "rankings"
T = TypeVar("T")
_lane: ContextVar[str | None] = ContextVar("jobswipe_lane", default=None)


def choose(lane: str | None) -> None:
    """In which lane this request's handler runs from here on; None: in that of all others."""
    _lane.set(lane)


async def within(lane: str, do: Callable[..., T], /, *given: Any, **named: Any) -> T:
    """What `do` gives, run by a thread of the lane."""
    choose(lane)
    bound = partial(copy_context().run, do, *given, **named)
    executor: Any = get_asyncio_executor()
    if isinstance(executor, Lanes):
        return await executor.submit(bound)
    return await asyncio.get_running_loop().run_in_executor(executor, bound)  # nobody made lanes: not in a server


class _Lane:
    """Threads that take from one queue; each is made when it is needed first.

    The library's own pool makes two futures and takes four locks for a call. This one makes the loop's future, and
    all but the call itself is done in the loop's thread.
    """

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._open = 0
        self._shut = False

    def submit(self, do: Callable[[], T]) -> asyncio.Future[T]:
        if self._shut:
            raise RuntimeError("The threads have been told to end.")
        found: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._open += 1
        if self._open > len(self._threads) and len(self._threads) < self._most:
            thread = threading.Thread(target=self._work, name=f"{self._name}_{len(self._threads)}", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._calls.put((found, do))
        return found

    def shutdown(self, wait: bool, *, cancel: bool) -> None:
        self._shut = True
        with suppress(Empty):
            while cancel:
                self._calls.get_nowait()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            future, do = call
            value, error = None, None
            if not future.cancelled():
                try:
                    value = do()
                except BaseException as raised:  # noqa: BLE001 - it is whoever awaits it that is told
                    error = raised
            with suppress(RuntimeError):  # the loop has ended
                future.get_loop().call_soon_threadsafe(self._settle, future, value, error)
            del call, future, do, value, error  # else they stay until the next call

    def _settle(self, future: asyncio.Future[T], value: T, error: BaseException | None) -> None:
        self._open -= 1
        if future.done():  # cancelled
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)


class Lanes:
    """`many` threads, and few for each of the lanes by name; for asyncio's `run_in_executor`, of one loop."""

    def __init__(self, many: int, few: Mapping[str, int]) -> None:
        self._others = _Lane("request", many)
        self._few = {name: _Lane(name, count) for name, count in few.items()}
        atexit.register(self.shutdown)  # what is under way when the program ends is done

    def submit(self, do: Callable[..., T], /, *given: Any) -> asyncio.Future[T]:
        """What the call will give: a future of the running loop, which asyncio takes as it is."""
        lane = self._few.get(_lane.get() or "", self._others)
        return lane.submit(partial(do, *given) if given else do)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads: after all that waits for one, or, with `cancel_futures`, without it."""
        for lane in (*self._few.values(), self._others):
            lane.shutdown(wait, cancel=cancel_futures)
