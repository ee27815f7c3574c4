"""What the app remembers from one start to the next: a small file in the data directory, encrypted.

It holds the hand of cards, so that the first one is on the screen before the store has been read: cards say what the
resume says. It is derived data: a file that is damaged, older or gone means a start from the beginning.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jobswipe.errors import JobSwipeError
from tui.desk.interface import DeskCard

if TYPE_CHECKING:
    from jobswipe.settings import Settings

FORMAT = 2
HAND = 4
"""Cards that are kept; the store has dealt others before they are judged."""


class Remembered(msgspec.Struct, kw_only=True):
    """`owner` is the desk whose cards these are, `dealt` how many came before; `persona` to `seed` the last run's."""

    format: int = FORMAT
    room: str = "deck"
    theme: str | None = None
    owner: str = ""
    hand: list[DeskCard] = []
    dealt: int = 0
    report: int = 0
    persona: str | None = None
    noise: float = 0.1
    seed: int = 7


def path(settings: Settings, owner: str) -> Path:
    """Where it is kept: each store and person has a file of their own."""
    return settings.tui_dir / f"state-{owner}"


def load(settings: Settings, owner: str) -> Remembered:
    from jobswipe.security.sealed import unseal

    try:
        plain = unseal(settings, _place(owner), path(settings, owner).read_bytes())
        found = msgspec.json.decode(plain, type=Remembered)
    except (OSError, JobSwipeError, msgspec.MsgspecError, ValueError):
        return Remembered()
    return found if found.format == FORMAT and found.owner == owner else Remembered()


def save(settings: Settings, state: Remembered) -> None:
    """Replace its owner's file; a directory that cannot be written to is no reason to fail at the end."""
    from jobswipe.security.sealed import seal

    kept = path(settings, state.owner)
    with suppress(OSError, JobSwipeError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        sealed = seal(settings, _place(state.owner), msgspec.json.encode(state))
        # A draft of its own: another window may end at the same moment.
        handle, draft = tempfile.mkstemp(prefix=f".{kept.name}.", dir=kept.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
        Path(draft).replace(kept)


def _place(owner: str) -> str:
    return f"tui.state {owner}"
