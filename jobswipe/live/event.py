"""Something that happened, as those who watch are told, and where in time a watcher is."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zlib import crc32

import msgspec

Type = Literal["ingest", "match", "notification", "task", "missed"]
TYPES: tuple[Type, ...] = get_args(Type)
Value = str | int | float | bool | None

OVERLAP = timedelta(seconds=15)
"""A change is read again for so long: its transaction may end later than its moment says, on a clock that is behind."""
LONGEST_GAP = timedelta(hours=1)
"""How far back a watcher that comes again is told."""
_KEPT = 32
"""Events of which a position knows that they were told; of more within OVERLAP some are told again."""
_POSITION = re.compile(r"([0-9]{1,15})\.((?:[0-9a-f]{8}){0,32})")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is the same wherever and how often it is read. `person_id`: whose it is; None: the operators' alone."""

    type: Type
    key: str
    at: datetime
    person_id: int | None
    data: dict[str, Value]

    @property
    def mark(self) -> str:
        """Eight hexadecimal digits that stand for the key."""
        return f"{crc32(self.key.encode()):08x}"


class Position:
    """How far a watcher was told, as an opaque text that any process can go on from (`Last-Event-ID`)."""

    def __init__(self, at: datetime, marks: tuple[str, ...] = ()) -> None:
        self.at = at
        self._told: deque[tuple[datetime, str]] = deque(((at, mark) for mark in marks), maxlen=_KEPT)

    @classmethod
    def parse(cls, text: str, now: datetime) -> Position | None:
        """The position that a text means; None for one of somebody's own making. None is later than now."""
        found = _POSITION.fullmatch(text)
        if found is None:
            return None
        at = datetime.fromtimestamp(min(int(found[1]) / 1000, now.timestamp()), UTC)
        marks = tuple(found[2][start : start + 8] for start in range(0, len(found[2]), 8))
        return cls(max(at, now - LONGEST_GAP), marks)

    @property
    def marks(self) -> frozenset[str]:
        return frozenset(mark for _, mark in self._told)

    def told(self, event: Event) -> str:
        """Note that an event was told; the position from here as a text."""
        self.at = max(self.at, event.at)
        self._told.append((event.at, event.mark))
        marks = "".join(mark for at, mark in self._told if at >= self.at - OVERLAP)
        return f"{int(self.at.timestamp() * 1000)}.{marks}"
