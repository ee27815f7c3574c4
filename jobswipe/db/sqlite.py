"""SQLite's write-ahead log: readers go on while one writes."""

from __future__ import annotations

import sqlite3
import time

_PAUSE = 0.01
"""Seconds."""


def write_ahead(connection: sqlite3.Connection) -> None:
    """Keep the file's changes in a write-ahead log from here on.

    Where two connections change a new file's journal at once SQLite refuses one without waiting: it is asked again for
    as long as the connection waits for a lock. Raises sqlite3.OperationalError then, as for any other fault.
    """
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    until = time.monotonic() + patience / 1_000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(_PAUSE)
        else:
            return
