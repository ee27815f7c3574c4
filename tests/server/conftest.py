"""A data directory with a store for served processes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobswipe.db.engine import Database


@pytest.fixture
def store(home: Path, sqlite_template: Path) -> Iterator[Database]:
    """The home has a store at the newest schema."""
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    found = Database(f"sqlite:///{home / 'jobswipe.db'}")
    yield found
    found.dispose()
