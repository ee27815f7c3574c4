"""Where requests of the last minute are counted, for all server processes together; here, in a file of one machine.

A sliding window log: the times of the last admitted requests are kept, as many as the limit, and a request is admitted
when the limit-th last one has left the window. So a limit holds over any 60 seconds, not only over whole minutes, and
no burst at a minute's turn gets twice of it, as it does with fixed windows, two-bucket estimates and GCRA
(ITU-T I.371), whose bucket refills while it is emptied.
"""

from __future__ import annotations

import array
import contextlib
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple, Protocol

from jobswipe.db.sqlite import write_ahead

PAUSE = 1.0
"""Seconds for which a store that failed is not asked again: nobody waits for it meanwhile."""
_SWEEP = 60.0
AHEAD = 1.0
"""Seconds that a time may lie ahead: later ones are from before the clock was set back, and count no more."""


class StoreAwayError(Exception):
    """The store does not answer."""


class Taken(NamedTuple):
    """What became of a request. `reset`: seconds until the next one is admitted, else until the oldest is forgotten."""

    admitted: bool
    used: int
    reset: float


class Windows(Protocol):
    async def take(self, key: bytes, most: int, window: float) -> Taken:
        """Count one request under a key, at most `most` in `window` seconds. Raises StoreAwayError."""

    async def close(self) -> None: ...


class FileWindows:
    """In an SQLite file, which is asked in the loop's own thread: it takes less than handing it to another."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._open: sqlite3.Connection | None = None
        self._swept = 0.0
        self._away = 0.0

    async def take(self, key: bytes, most: int, window: float) -> Taken:
        if time.monotonic() < self._away:
            raise StoreAwayError
        try:
            return self._take(key, most, window)
        except (sqlite3.Error, OSError) as error:
            self._away = time.monotonic() + PAUSE
            self._drop()
            raise StoreAwayError from error

    def _take(self, key: bytes, most: int, window: float) -> Taken:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            now = time.time()
            row = connection.execute("SELECT times FROM taken WHERE id = ?", (key,)).fetchone()
            times = array.array("d", row[0] if row else b"")
            recent = [at for at in times if now - window < at <= now + AHEAD]
            if len(recent) >= most:
                return Taken(False, len(recent), recent[-most] + window - now)
            recent.append(now)
            connection.execute(
                "INSERT INTO taken (id, times, until) VALUES (?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET times = excluded.times, until = excluded.until",
                (key, array.array("d", recent).tobytes(), now + window),
            )
            if now - self._swept > _SWEEP:
                self._swept = now
                connection.execute("DELETE FROM taken WHERE until < ?", (now,))
            return Taken(True, len(recent), recent[0] + window - now)
        finally:
            connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            opened = sqlite3.connect(self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False)
            self._open = opened
            # A minute's counts need not survive a power cut.
            write_ahead(opened)
            opened.execute("PRAGMA synchronous = OFF")
            opened.execute(
                "CREATE TABLE IF NOT EXISTS taken (id BLOB PRIMARY KEY, times BLOB, until REAL) WITHOUT ROWID"
            )
        return self._open

    def _drop(self) -> None:
        if self._open is not None:
            with contextlib.suppress(sqlite3.Error):
                self._open.close()
            self._open = None

    async def close(self) -> None:
        self._drop()
