"""Fixtures of the terminal app: a filled store in a home of its own, and the app over it; the clock stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tui_store import NOW, fill

from jobswipe.db.engine import Database, database_of
from jobswipe.settings import Settings, load
from tui.app import SwipeApp


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", NOW.isoformat())
    monkeypatch.setenv("JOBSWIPE_OLLAMA_URL", "")
    monkeypatch.setenv("JOBSWIPE_TUI_ANIMATIONS", "false")


@pytest.fixture
def settings(home: Path, sqlite_template: Path) -> Settings:
    """Of a home with an empty, migrated store."""
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    return load(home)


@pytest.fixture
def store(settings: Settings) -> Iterator[Database]:
    database = database_of(settings)
    yield database
    database.dispose()


@pytest.fixture
def filled(store: Database) -> Database:
    fill(store)
    return store


@pytest.fixture
def app(settings: Settings) -> Callable[[], SwipeApp]:
    """Makes the app as the command does."""

    def make() -> SwipeApp:
        from tui.desk.local import LocalDesk

        return SwipeApp(settings, lambda: LocalDesk(settings))

    return make
