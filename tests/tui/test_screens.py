"""Every screen as a picture at 80 × 24 and 160 × 48, driven by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from driving import SIZES, running, same_picture, settled, until
from tui_store import fill

from jobswipe.db.engine import Database
from tui.app import SwipeApp

Make = Callable[[], SwipeApp]
sizes = pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
TOUR = (
    ("deck", ""),
    ("details", "d"),
    ("", "escape"),
    ("reason", "r"),
    ("", "escape"),
    ("filters", "f"),
    ("", "escape"),
    ("help", "question_mark"),
    ("", "escape"),
    ("light", "f2"),
    ("contrast", "f2"),
    ("", "f2"),
    ("market", "3"),
    ("resume", "4"),
    ("resume-doubtful", "n"),
    ("operations", "6"),
    ("", "1 right left s space"),
    ("deck-judged", "right"),
    ("", "2"),
    ("pipeline", "L"),
)
"""Pictures by name, each after these keys."""


@sizes
def test_looks_as_it_did(app: Make, filled: Database, size: tuple[int, int]) -> None:
    async def drive() -> None:
        one = app()
        async with running(one, size) as pilot:
            for name, keys in TOUR:
                for key in keys.split():
                    await pilot.press(key)
                    await settled(one, pilot)
                if name:
                    await pilot.pause(0.2)
                    await settled(one, pilot)
                    same_picture(one, f"{name}-{size[0]}x{size[1]}")

    asyncio.run(drive())


@sizes
def test_simulator(app: Make, filled: Database, size: tuple[int, int]) -> None:
    async def drive() -> None:
        one = app()
        async with running(one, size) as pilot:
            one.remembered.persona = "backend-berlin"
            await pilot.press("5")
            await pilot.pause()
            screen = one.screen
            for count in range(1, 6):
                await pilot.press("s")
                await until(lambda count=count: screen.simulation and len(screen.simulation.frames) == count, pilot)
                await until(lambda: not any(w.is_running and w.group == "run" for w in one.workers), pilot)
            await pilot.pause()
            same_picture(one, f"simulator-{size[0]}x{size[1]}")

    asyncio.run(drive())


@sizes
def test_nothing_yet(app: Make, store: Database, size: tuple[int, int]) -> None:
    async def drive() -> None:
        one = app()
        async with running(one, size) as pilot:
            same_picture(one, f"no-postings-{size[0]}x{size[1]}")
            await pilot.press("4")
            await settled(one, pilot)
            same_picture(one, f"no-resume-{size[0]}x{size[1]}")

    asyncio.run(drive())


def test_hard_texts(app: Make, store: Database) -> None:
    """Emoji, right-to-left text, no text, 100 kB of it, escapes and markup."""
    fill(store, postings=0, hard=True)

    async def drive() -> None:
        one = app()
        async with running(one, (80, 24)) as pilot:
            seen = []
            while one.dealer.current is not None:
                seen.append(one.dealer.current.listing)
                same_picture(one, f"hard-{seen[-1].posting_id}")
                await pilot.press("d")
                await until(lambda: len(one.screen_stack) == 2, pilot)
                await pilot.press("escape")
                await pilot.press("right")
                await settled(one, pilot)
            assert len(seen) == 5

    asyncio.run(drive())
