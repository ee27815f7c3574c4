"""The stage of the load benches: Postgres with the store, a home with its index, persons with API keys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from load import data, people
from servers.postgres import postgres
from servers.run import Run

from jobswipe import settings as settings_module
from jobswipe.accounts import apikeys
from jobswipe.db.engine import Database, database_of
from jobswipe.db.migrate import upgrade
from jobswipe.matching import profile
from jobswipe.matching.engine import Matcher
from jobswipe.matching.preferences import decode
from jobswipe.models import Person
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume

POSTINGS = int(os.environ.get("LOAD_POSTINGS", "100000"))
PERSONS = int(os.environ.get("LOAD_PERSONS", "1000"))


@contextmanager
def stage() -> Iterator[list[str]]:
    """Sets JOBSWIPE_HOME and JOBSWIPE_DATABASE_URL to a filled store; gives the persons' API keys, in their order."""
    run = Run.open()
    try:
        server = postgres(run, lambda _url: None)
        # As Postgres comes, not as short tests want it: a plan made while a table was empty does not stay for ever.
        server.execute("ALTER SYSTEM SET autovacuum_naptime = '1min'")
        server.execute("SELECT pg_reload_conf()")
        kept = data.kept_in() / f"{data.FORMAT}-{POSTINGS}"
        home = run.directory / "home"
        for name in [name for name in os.environ if name.startswith("JOBSWIPE_")]:
            del os.environ[name]
        url = server.url("load")
        os.environ |= {"JOBSWIPE_HOME": str(home), "JOBSWIPE_DATABASE_URL": url, "JOBSWIPE_LOGGING_LEVEL": "warning"}
        if (kept / "dump").exists():
            data.restore(server, "load", kept / "dump")
            _upgrade(url)
            shutil.copytree(kept / "index", home / "index")
        else:
            server.execute("CREATE DATABASE load TEMPLATE template0")
            _make(url)
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copytree(home / "index", kept / "index", dirs_exist_ok=True)
            data.dump(server, "load", kept / "dump")
        yield _persons()
    finally:
        run.close()


def _make(url: str) -> None:
    """A new store and its index."""
    _upgrade(url)
    database = Database(url)
    data.fill(url, POSTINGS)
    Matcher(database, settings_module.load()).refresh()
    database.dispose()


def _upgrade(url: str) -> None:
    """The newest schema: a dump may be of an older one."""
    database = Database(url)
    upgrade(database)
    database.dispose()


def _persons() -> list[str]:
    """The persons with their resumes, preferences and API keys."""
    database = database_of(settings_module.load())
    keys = []
    with database.write() as session:
        for person_id in range(1, PERSONS + 1):
            if session.get(Person, person_id) is None:
                session.add(Person(id=person_id, created_at=data.NOW))
                session.flush()
            read = service.ReadResume("resume.json", f"load-{person_id}", ParsedResume(people.resume(person_id), ""))
            service.store(session, person_id, read, data.NOW)
            if (wants := people.preferences(person_id)) is not None:
                profile.put(session, person_id, decode(wants), data.NOW)
            scopes = ["deck:read", "swipes:write"]
            keys.append(apikeys.create(session, person_id, "load", scopes, datetime.now(UTC))[1])
    database.dispose()
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return keys


def memory(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def spread(seconds: list[float]) -> dict[str, float]:
    """p50, p99 and the worst, in milliseconds."""
    ordered = sorted(seconds) or [0.0]
    at = {"p50_ms": 0.5, "p99_ms": 0.99, "worst_ms": 1.0}
    return {
        name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2) for name, share in at.items()
    }
