"""Decks and verdicts have threads of their own: nothing that takes long holds them up."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator

import pytest

from server import lanes, options
from server.api import deck, swipes
from server.lanes import Lanes


@pytest.fixture
def executor() -> Iterator[Lanes]:
    made = Lanes(1, 1)
    yield made
    made.shutdown(wait=True)


def quickly(executor: Lanes) -> str:
    def submit() -> str:
        lanes.choose(quick=True)
        return str(executor.submit(lambda: threading.current_thread().name).result(timeout=30))

    return contextvars.copy_context().run(submit)


def test_a_quick_request_does_not_wait_for_a_slow_one(executor: Lanes) -> None:
    free = threading.Event()
    slow = executor.submit(free.wait, 60)
    waiting = executor.submit(threading.current_thread)
    assert quickly(executor).startswith("quick")
    assert not slow.done()
    free.set()
    assert waiting.result(timeout=30).name.startswith("request")


def test_a_slow_request_does_not_wait_for_quick_ones(executor: Lanes) -> None:
    free = threading.Event()

    def fill() -> None:
        lanes.choose(quick=True)
        executor.submit(free.wait, 60)

    contextvars.copy_context().run(fill)
    assert executor.submit(lambda: 7).result(timeout=30) == 7
    free.set()


def test_decks_and_verdicts_are_quick_and_many_verdicts_are_not() -> None:
    for handler in (deck.deal, deck.single, swipes.judge, swipes.undo):
        assert handler.opt[options.QUICK] is True
    assert not swipes.judge_many.opt[options.QUICK]
