"""1,000 swipes by a scripted tester: no verdict lost, no card twice, undo exact, memory flat."""

from __future__ import annotations

import asyncio
import gc
import os
import random
from collections.abc import Callable

import psutil
import pytest
from driving import running, settled
from sqlmodel import select
from stores.many_postings import fill

from jobswipe.db.engine import Database
from jobswipe.models import PreferenceModel, Swipe
from tui.app import SwipeApp

SWIPES = int(os.environ.get("SWIPES", "1000"))
GROWTH = 40_000_000
"""Bytes that the process may grow by between the middle and the end: the model learns from 400 verdicts at most, and
its state keeps 1,000.
"""


@pytest.mark.timeout(1200)
def test_a_thousand(app: Callable[[], SwipeApp], store: Database) -> None:
    fill(store, SWIPES + 60)
    chance = random.Random(7)

    async def run() -> None:
        one = app()
        async with running(one, (80, 24)) as pilot:
            dealer, memory = one.dealer, psutil.Process()
            expected: list[tuple[int, str]] = []
            log: list[tuple[int, str]] = []
            seen: set[int] = set()
            middle = 0
            while len(expected) < SWIPES:
                while dealer.current is None:
                    await pilot.pause(0.01)
                if expected and chance.random() < 0.05:
                    posting_id, _ = expected.pop()
                    seen.discard(posting_id)
                    log.append((posting_id, "undo"))
                    await pilot.press("u")
                    assert dealer.current.posting_id == posting_id
                    continue
                key, verdict = chance.choice((("right", "like"), ("left", "dislike"), ("s", "save")))
                posting_id = dealer.current.posting_id
                assert posting_id not in seen, "a card came twice"
                seen.add(posting_id)
                expected.append((posting_id, verdict))
                log.append((posting_id, verdict))
                await pilot.press(key)
                if len(expected) == SWIPES // 2 and not middle:
                    await settled(one, pilot)
                    gc.collect()
                    middle = memory.memory_info().rss
            await settled(one, pilot)
            gc.collect()
            assert memory.memory_info().rss - middle < GROWTH
            with store.read() as session:
                rows = session.exec(select(Swipe).order_by(Swipe.id)).all()
            undone = {row.undoes_id for row in rows}
            standing = [(row.posting_id, row.verdict) for row in rows if row.verdict != "undo" and row.id not in undone]
            assert standing == expected
            stored = [(row.posting_id, row.verdict) for row in rows]
            crossed_out = len(log) - len(stored)
            assert crossed_out >= 0
            assert crossed_out % 2 == 0
            # Taking all of the session back leaves the model that never learned.
            for _ in range(20):
                posting_id, _ = expected.pop()
                await pilot.press("u")
                assert dealer.current
                assert dealer.current.posting_id == posting_id
            await settled(one, pilot)
            with store.read() as session:
                version = session.exec(select(PreferenceModel.version)).one()
            assert version >= SWIPES

    asyncio.run(run())
