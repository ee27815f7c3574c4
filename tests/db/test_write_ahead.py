"""SQLite refuses one of two connections that change a new file's journal at once; that one asks again."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from jobswipe.db.sqlite import write_ahead


class Refused(sqlite3.Connection):
    """A connection to which another one is in the way, so many times as `times` says."""

    times = 0
    code = sqlite3.SQLITE_BUSY

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        if "journal_mode" in sql and self.times:
            self.times -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error
        return super().execute(sql, *given)


def opened(path: Path, patience: float) -> Refused:
    return sqlite3.connect(path / "new.db", timeout=patience, factory=Refused)


def test_asks_again_while_it_has_patience(tmp_path: Path) -> None:
    connection = opened(tmp_path, 5)
    connection.times = 3
    write_ahead(connection)
    assert connection.times == 0
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_gives_up_in_the_end(tmp_path: Path) -> None:
    connection = opened(tmp_path, 0.05)
    connection.times = 1_000_000
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(connection)


def test_another_fault_is_told_at_once(tmp_path: Path) -> None:
    connection = opened(tmp_path, 5)
    connection.times, connection.code = 2, sqlite3.SQLITE_FULL
    with pytest.raises(sqlite3.OperationalError):
        write_ahead(connection)
    assert connection.times == 1
