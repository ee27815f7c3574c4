"""Fixtures of matching: a filled store and a matcher over it, on SQLite; the clock stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_store import NOW, fill, matcher

from jobswipe.db.engine import Database
from jobswipe.matching.engine import Matcher
from jobswipe.settings import Settings, load


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", NOW.isoformat())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path / "matching-home")


@pytest.fixture
def sqlite(sqlite_database: str) -> Iterator[Database]:
    database = Database(sqlite_database)
    yield database
    database.dispose()


@pytest.fixture
def both(database_url: str) -> Iterator[Database]:
    """A database of each engine in turn."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def filled(sqlite: Database, settings: Settings) -> Matcher:
    fill(sqlite)
    return matcher(sqlite, settings)
