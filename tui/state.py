"""What the app remembers from one start to the next: a small JSON file in the data directory.

It holds the hand of cards, so that the first one is on the screen before the store has been read. It is derived data: a
file that is damaged, older or gone means a start from the beginning.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from tui.desk.interface import DeskCard

NAME = "state.json"
FORMAT = 1
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


def load(directory: Path) -> Remembered:
    try:
        found = msgspec.json.decode((directory / NAME).read_bytes(), type=Remembered)
    except (OSError, msgspec.MsgspecError):
        return Remembered()
    return found if found.format == FORMAT else Remembered()


def save(directory: Path, state: Remembered) -> None:
    """Replace the file; a directory that cannot be written to is no reason to fail at the end."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory / f"{NAME}.draft"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(state))
        draft.replace(directory / NAME)
    except OSError:
        return
