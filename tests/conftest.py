"""Fixtures of the whole test tree: a home directory, real servers started once per run, databases per test."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from servers.misbehaving import Misbehaving
from servers.postgres import PostgresServer, postgres
from servers.run import Run, memory
from servers.valkey import DATABASES, ValkeyServer, valkey

# Before numpy is loaded, here and in what the tests start. Threads of the linear algebra wait for one another in a
# loop: where the processors are taken, learning from 400 verdicts takes five times as long with two.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_RUN = pytest.StashKey[Run]()
_LONG = ("fuzz", "tui", "cli", "test_kill.py", "server", "tasks", "observability")  # where processes are started
_KEPT = {"JOBSWIPE_CORPUS"}  # where the labelled data lies: for the tests themselves, not for what they test


def pytest_configure(config: pytest.Config) -> None:
    worker = getattr(config, "workerinput", None)
    # A copy of the template is hundreds of files: on a disk it takes Postgres 150 ms of a processor, in memory 20.
    place = memory()
    run = Run(Path(worker["jobswipe_run"])) if worker is not None else Run.open(place)
    config.stash[_RUN] = run
    if place is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", place)  # the tests' own directories
    # Else each of hundreds of commands that tests start would compile all of it anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # No test may meet the settings or the data of whoever runs it.
    for name in _settings():
        del os.environ[name]
    os.environ["JOBSWIPE_HOME"] = str(run.directory / "home")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes are started comes first: no worker is left alone with a long file at the end of a run."""

    def rank(item: pytest.Item) -> int:
        here = Path(__file__).parent
        return next((n for n, room in enumerate(_LONG) if item.path.is_relative_to(here / room)), len(_LONG))

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist's hook: tells a worker which run it belongs to."""
    node.workerinput["jobswipe_run"] = str(node.config.stash[_RUN].directory)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if _RUN in config.stash:
        config.stash[_RUN].close()


def _settings() -> list[str]:
    return [name for name in os.environ if name.startswith("JOBSWIPE_") and name not in _KEPT]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh JOBSWIPE_HOME; no other JOBSWIPE_* setting is in the environment but one: services take any free port."""
    for name in _settings():
        monkeypatch.delenv(name)
    directory = tmp_path / "home"
    directory.mkdir()
    monkeypatch.setenv("JOBSWIPE_HOME", str(directory))
    monkeypatch.setenv("JOBSWIPE_METRICS_PORT", "0")
    return directory


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed in this process as they are set to be, with as many KiB as MiB are set.

    For tests that are about what comes after: a hash of the true cost takes 32 ms of a processor.
    """
    from argon2 import PasswordHasher

    from jobswipe.accounts import passwords

    def hasher(*, memory_cost: int, **others: int) -> PasswordHasher:
        return PasswordHasher(memory_cost=memory_cost >> 10, **others)

    monkeypatch.setattr(passwords, "PasswordHasher", hasher)
    for kept in (passwords._hasher, passwords._dummy):
        kept.cache_clear()
    yield
    for kept in (passwords._hasher, passwords._dummy):
        kept.cache_clear()


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Run:
    """What all processes of this test run share."""
    return request.config.stash[_RUN]


def _migrate(url: str) -> None:
    from jobswipe.db.engine import Database
    from jobswipe.db.migrate import upgrade

    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()


@pytest.fixture(scope="session")
def postgres_server(run: Run) -> PostgresServer:
    """The run's Postgres 18, started when the first test asks for it."""
    return postgres(run, _migrate)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of a database of this test's own: a copy of the migrated template."""
    name = postgres_server.clone()
    yield postgres_server.url(name, driver="psycopg")
    postgres_server.drop(name)


@pytest.fixture
def empty_postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    name = postgres_server.clone("template0")
    yield postgres_server.url(name, driver="psycopg")
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(run: Run) -> Path:
    """A migrated SQLite file to copy, made once per run."""
    with run.once("sqlite") as directory:
        template = directory / "template.db"
        if not template.exists():
            draft = directory / "draft.db"
            _migrate(f"sqlite:///{draft}")
            with closing(sqlite3.connect(draft)) as connection:
                # One file to copy: nothing is left in the write-ahead log.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            draft.rename(template)
    return template


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> str:
    """The SQLAlchemy URL of a SQLite database of this test's own: a copy of the migrated template."""
    path = tmp_path / "jobswipe.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def empty_sqlite_database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows, of this test's own. The test runs once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_database")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without any table, of this test's own. The test runs once on each engine."""
    url: str = request.getfixturevalue(f"empty_{request.param}_database")
    return url


@pytest.fixture(scope="session")
def valkey_server(run: Run) -> ValkeyServer:
    """The run's Valkey, started when the first test asks for it."""
    return valkey(run)


@pytest.fixture
def valkey_url(valkey_server: ValkeyServer) -> str:
    """A `redis://` URL of an empty numbered database that no other process of the run uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    database = int(worker.removeprefix("gw")) % DATABASES
    valkey_server.command("FLUSHDB", database=database)
    return valkey_server.url(database)


@pytest.fixture
def misbehaving() -> Iterator[Misbehaving]:
    """A local HTTP server that misbehaves on request (see its module)."""
    with Misbehaving() as server:
        yield server
