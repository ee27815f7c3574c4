"""Driving the app in a test: wait until it has done what it does, and compare its screen with a kept picture."""

from __future__ import annotations

import asyncio
import difflib
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from tui.app import SwipeApp

GOLDEN = Path(__file__).parent / "golden"
SIZES = ((80, 24), (160, 48))
PATIENCE = 60.0
_IDS = re.compile(r"terminal-\d+")
_FONT = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


@asynccontextmanager
async def running(app: SwipeApp, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[None]]:
    """The app on a screen of that size, its first hand dealt."""
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield pilot


async def settled(app: SwipeApp, pilot: Pilot[None]) -> None:
    """Wait until all verdicts are stored, the deck is dealt, and no screen waits for the desk."""
    await asyncio.wait_for(app.dealer.idle(), PATIENCE)
    until = asyncio.get_running_loop().time() + PATIENCE
    while any(worker.is_running and worker.name != "dealer" and worker.group != "run" for worker in app.workers):
        if app.screen_stack and len(app.screen_stack) > 1:
            break  # a dialog waits for the person
        assert asyncio.get_running_loop().time() < until, "a screen still waits"
        await asyncio.sleep(0.02)
    await pilot.pause()
    await pilot.pause()


async def until(condition: Callable[[], bool], pilot: Pilot[None]) -> None:
    """Wait for a condition."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it did not come about"
        await pilot.pause(0.02)


def same_picture(app: SwipeApp, name: str) -> None:
    """Compare the screen with `golden/NAME.svg`; UPDATE_SNAPSHOTS=1 writes it anew."""
    picture = _FONT.sub("", _IDS.sub("terminal", app.export_screenshot(title="JobSwipe")))
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(picture, encoding="utf-8")
        return
    assert path.exists(), f"There is no picture {name} yet: look at the screen, then run with UPDATE_SNAPSHOTS=1."
    kept = path.read_text(encoding="utf-8")
    if kept != picture:
        lines = difflib.unified_diff(_words(kept), _words(picture), "kept", "now", lineterm="", n=0)
        raise AssertionError(f"{name} looks different:\n" + "\n".join(list(lines)[:40]))


def text(app: SwipeApp) -> str:
    """The words on the screen, line by line."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


def _words(svg: str) -> list[str]:
    found = re.findall(r"<text[^>]*>(.*?)</text>", svg)
    return found or svg.splitlines()
