"""Decks and verdicts have threads of their own: nothing that takes long holds them up."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from server import lanes, options
from server.api import deck, swipes
from server.lanes import DECKS, RANKINGS, VERDICTS, Lanes


@pytest.fixture
def executor() -> Iterator[Lanes]:
    made = Lanes(1, {DECKS: 1, VERDICTS: 1, RANKINGS: 1})
    yield made
    made.shutdown(wait=True)


def submit(executor: Lanes, lane: str | None, do: Callable[..., Any], *arguments: Any) -> Future[Any]:
    def within() -> Future[Any]:
        lanes.choose(lane)
        return executor.submit(do, *arguments)

    return contextvars.copy_context().run(within)


@pytest.mark.parametrize("held", [None, DECKS, VERDICTS, RANKINGS])
def test_no_lane_waits_for_another(executor: Lanes, held: str | None) -> None:
    free = threading.Event()
    slow = submit(executor, held, free.wait, 60)
    waiting = submit(executor, held, threading.current_thread)
    for lane in {None, DECKS, VERDICTS, RANKINGS} - {held}:
        thread = submit(executor, lane, threading.current_thread).result(timeout=30)
        assert thread.name.startswith(lane or "request")
    assert not slow.done()
    free.set()
    assert waiting.result(timeout=30).name.startswith(held or "request")


def test_which_routes_have_a_lane() -> None:
    assert deck.single.opt[options.LANE] == RANKINGS
    assert {handler.opt[options.LANE] for handler in (swipes.judge, swipes.undo)} == {VERDICTS}
    assert swipes.judge_many.opt[options.LANE] is None
