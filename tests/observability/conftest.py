"""Nothing of one test's watching is left to the next; a store, settings, a collector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers.collector import Collector
from watching import Configure

from jobswipe import settings as settings_module
from jobswipe.db.engine import Database
from jobswipe.observability import context, logs, measure, redact, runtime
from jobswipe.settings import Settings


@pytest.fixture(autouse=True)
def _unwatched() -> Iterator[None]:
    yield
    runtime.finish_command()
    runtime.stop()
    context.install(None)
    measure.install(None)
    for kept in (redact._known, redact._by_start, redact._lengths):
        kept.clear()
    assert not logs.active()


@pytest.fixture
def configure(home: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Settings with values as the environment gives them: configure(metrics_port=0)."""

    def load(**values: Any) -> Settings:
        monkeypatch.setenv("JOBSWIPE_METRICS_PORT", "0")
        monkeypatch.setenv("JOBSWIPE_OLLAMA_URL", "")
        for key, value in values.items():
            monkeypatch.setenv(f"JOBSWIPE_{key.upper()}", str(value))
        return settings_module.load(home)

    return load


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def sqlite_store(sqlite_database: str) -> Iterator[Database]:
    """Where one engine is enough."""
    found = Database(sqlite_database)
    yield found
    found.dispose()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        yield server
