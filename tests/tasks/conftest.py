"""A store with a queue and settings that do not wait long, and kinds of task that tests declare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from task_support import Declare, Running

from jobswipe import settings as settings_module
from jobswipe.db.engine import Database
from jobswipe.settings import Settings
from jobswipe.tasks import kinds
from jobswipe.tasks.queue import Queue
from jobswipe.tasks.relay import Relay
from jobswipe.tasks.worker import Worker


@pytest.fixture(params=["sqlite", "valkey"])
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty queue of this test's own. The test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    url: str = request.getfixturevalue("valkey_url")
    return url


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings under which what is lost is found soon."""
    for name, value in {
        "QUEUE_POLL": "0.05",
        "QUEUE_LOST": "1",
        "QUEUE_BACKOFF": "0.05",
        "WORKER_BEAT": "0.2",
        "WORKER_GRACE": "10",
    }.items():
        monkeypatch.setenv(f"JOBSWIPE_{name}", value)


@pytest.fixture
def settings(home: Path, quick: None, tmp_path: Path) -> Settings:
    return settings_module.load(home)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """With a table for effects that takes the same effect twice: only the ledger keeps it from doing so."""
    found = Database(database_url)
    with found.write() as session:
        session.execute(text("CREATE TABLE effect (task_id INTEGER, note TEXT)"))
    yield found
    found.dispose()


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declare a kind for this test only."""
    kinds.load()
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    return kinds.task


@pytest.fixture
def relay(database: Database, settings: Settings) -> Iterator[Relay]:
    queue = Queue(settings.queue_url)
    yield Relay(database, queue, settings.queue)
    queue.close()


@pytest.fixture
def start(database: Database) -> Iterator[Callable[..., Running]]:
    """Start workers; they are stopped at the end."""
    started: list[Running] = []

    def begin(settings: Settings, **options: Any) -> Running:
        running = Running(Worker(database, settings, scheduling=False, **options))
        started.append(running)
        return running

    yield begin
    for one in started:
        one.stop(at_once=True)
        one.worker.queue.close()
