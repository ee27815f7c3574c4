"""Launch: the app on this terminal, or its plain mode where the terminal shows no more."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobswipe.settings import Settings
    from tui.desk.interface import Desk

SWITCH = 0.001
"""Seconds after which a thread that computes lets the screen's have its turn."""

FRAMES = "240"
"""Paintings a second that the screen may have. At Textual's own 60 a key that follows another waits up to 16 ms."""


def why_plain() -> str | None:
    """Why this terminal cannot show the app; None where it can."""
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "This terminal cannot place text (TERM is not set, or dumb): the plain mode runs instead."
    if not sys.stdout.isatty():
        return "The output is no terminal: the plain mode runs instead."
    encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
    if encoding != "utf8":
        return f"This terminal shows {sys.stdout.encoding}, not UTF-8: the plain mode runs instead."
    return None


def run(settings: Settings, make_desk: Callable[[], Desk], *, owner: str = "local", far: str | None = None) -> int:
    """Run the app until the person leaves it; how many verdicts wait. Raises what kept the desk from being made.

    `owner` and `far` are those of `SwipeApp`.
    """
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)
    gc.disable()  # what a start makes is there to stay: to look through it for garbage takes 40 ms
    from tui import lean
    from tui.app import SwipeApp

    sys.setswitchinterval(SWITCH)
    if sys.stdout.isatty():  # exported sizes would outlast every change of the window
        os.environ.pop("COLUMNS", None)
        os.environ.pop("LINES", None)

    def desk() -> Desk:
        if far is None:
            lean.load()
        made = make_desk()
        gc.freeze()  # the modules: to look for garbage among them would hold up the keys for 100 ms
        gc.enable()
        return made

    app = SwipeApp(settings, desk, owner, far=far)
    app.run()
    if app.failure is not None:
        raise app.failure
    return len(app.dealer.waiting)


def run_plain(
    settings: Settings, make_desk: Callable[[], Desk], *, owner: str = "local", far: str | None = None
) -> int:
    """Run the plain mode on standard input and output; how many verdicts wait."""
    from tui.plain import Plain

    desk = make_desk()
    try:
        plain = Plain(desk, settings.tui_dir, owner=owner, far=far is not None)
        plain.run()
    finally:
        desk.close()
    return len(plain.waiting)
