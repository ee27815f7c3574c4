"""Decks and verdicts have threads of their own: nothing that takes long holds them up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from litestar.concurrency import set_asyncio_executor, sync_to_thread

from server import lanes, options
from server.api import deck, swipes
from server.lanes import DECKS, RANKINGS, VERDICTS, Lanes

_seen: ContextVar[str] = ContextVar("seen")


@pytest.fixture
def executor() -> Iterator[Lanes]:
    made = Lanes(1, {DECKS: 1, VERDICTS: 1, RANKINGS: 1})
    yield made
    made.shutdown(wait=True)


def submit(executor: Lanes, lane: str | None, do: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
    lanes.choose(lane)
    return executor.submit(do, *arguments)


async def soon(found: asyncio.Future[Any]) -> Any:
    return await asyncio.wait_for(found, 30)


@pytest.mark.parametrize("held", [None, DECKS, VERDICTS, RANKINGS])
def test_no_lane_waits_for_another(executor: Lanes, held: str | None) -> None:
    async def run() -> None:
        free = threading.Event()
        slow = submit(executor, held, free.wait, 60)
        waiting = submit(executor, held, threading.current_thread)
        for lane in {None, DECKS, VERDICTS, RANKINGS} - {held}:
            thread = await soon(submit(executor, lane, threading.current_thread))
            assert thread.name.startswith(lane or "request")
        assert not slow.done()
        free.set()
        assert (await soon(waiting)).name.startswith(held or "request")

    asyncio.run(run())


def test_threads_are_made_when_they_are_needed_and_no_more_than_there_may_be() -> None:
    executor = Lanes(3, {})

    def threads() -> int:
        return sum(one.name.startswith("request_") for one in threading.enumerate())

    async def run() -> None:
        assert threads() == 0
        await soon(executor.submit(int))
        await soon(executor.submit(int))
        assert threads() == 1
        free = threading.Event()
        slow = [executor.submit(free.wait, 60) for _ in range(5)]
        assert threads() == 3
        free.set()
        assert await soon(asyncio.gather(*slow)) == [True] * 5
        assert threads() == 3

    asyncio.run(run())
    executor.shutdown(wait=True)
    assert threads() == 0


def test_what_a_call_gives_and_raises_is_told(executor: Lanes) -> None:
    def fail() -> None:
        raise ValueError("of the call")

    async def run() -> None:
        _seen.set("by the request")
        assert await lanes.within(DECKS, int, "20", base=8) == 16
        assert await lanes.within(DECKS, _seen.get) == "by the request"
        assert (await sync_to_thread(threading.current_thread)).name == "decks_0"  # in the lane that was chosen
        with pytest.raises(ValueError, match="of the call"):
            await lanes.within(DECKS, fail)
        assert await lanes.within(DECKS, int) == 0

    set_asyncio_executor(executor)  # type: ignore[arg-type]  # see `server.lifetime`
    try:
        asyncio.run(run())
    finally:
        set_asyncio_executor(None)


def test_what_is_cancelled_while_it_waits_is_not_done(executor: Lanes) -> None:
    done: list[str] = []

    async def run() -> None:
        free = threading.Event()
        slow = submit(executor, DECKS, free.wait, 60)
        waiting = submit(executor, DECKS, done.append, "waiting")
        assert waiting.cancel()
        free.set()
        assert await soon(slow)
        await soon(submit(executor, DECKS, done.append, "last"))
        assert done == ["last"]

    asyncio.run(run())


def test_an_end_leaves_out_what_waits_and_takes_no_more() -> None:
    executor = Lanes(1, {})
    done: list[str] = []
    begun, free = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        free.wait(60)

    async def run() -> None:
        executor.submit(hold)
        executor.submit(done.append, "waiting")
        assert begun.wait(30)

    asyncio.run(run())  # the loop ends before its thread does
    executor.shutdown(wait=False, cancel_futures=True)
    free.set()
    executor.shutdown(wait=True)
    assert not done

    async def late() -> None:
        executor.submit(done.append, "late")

    with pytest.raises(RuntimeError, match="told to end"):
        asyncio.run(late())


@pytest.mark.parametrize("end", ["", "lanes.shutdown(wait=False, cancel_futures=True)", "raise SystemExit(0)"])
def test_a_program_ends_when_what_is_under_way_is_done(end: str) -> None:
    program = f"""
import asyncio, threading, time
from server.lanes import Lanes

lanes, begun = Lanes(1, {{}}), threading.Event()

def slow():
    begun.set()
    time.sleep(0.3)
    print("done", flush=True)

async def run():
    lanes.submit(slow)
    begun.wait()

asyncio.run(run())
{end}
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout == "done\n"


def test_which_routes_have_a_lane() -> None:
    assert deck.single.opt[options.LANE] == RANKINGS
    assert {handler.opt[options.LANE] for handler in (swipes.judge, swipes.undo)} == {VERDICTS}
    assert swipes.judge_many.opt[options.LANE] is None
