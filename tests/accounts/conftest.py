"""A store on each engine, and settings, for accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobswipe import settings as module
from jobswipe.db.engine import Database
from jobswipe.settings import Settings


@pytest.fixture
def database(database_url: str, home: Path, cheap_passwords: None) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Anybody may register; no mail server."""
    monkeypatch.setenv("JOBSWIPE_ACCOUNTS_REGISTRATION", "open")
    return module.load(home)
