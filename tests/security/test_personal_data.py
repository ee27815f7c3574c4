"""Nothing at rest shows whose data it is: marked values go in by services and commands and are looked for."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_store
from accounts import people
from sqlalchemy import Boolean, DateTime, Float, Integer, make_url, text
from typer.testing import CliRunner

from cli.main import app
from jobswipe import settings as module
from jobswipe.accounts import archive_write
from jobswipe.analytics.lake import Lake
from jobswipe.db.engine import Database, database_of
from jobswipe.matching.engine import Matcher
from jobswipe.models import metadata
from jobswipe.models.base import UtcDateTime

MARK = people.MARK
DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0018-sealed-by-person.md"
_PLAIN_TYPES = (Integer, Float, Boolean, DateTime, UtcDateTime)
RESUME = f"""# {MARK} O'Brien

{MARK}@example.org | +49 30 5829417

## Experience

### Backend Engineer, {MARK} Works
2020-01 - 2023-05
- Kept {MARK} running
"""


def places(found: bytes, where: str) -> list[str]:
    """Where in a content a mark is, as text, as UTF-16 or in Base64."""
    marks = [MARK.lower().encode(), MARK.lower().encode("utf-16-le"), b"s3cret", b"5829417"]
    return [f"{where}: {mark!r}" for mark in marks if mark in found.lower()]


def dump(database: Database) -> list[str]:
    """Every value of every row, as a dump tells it."""
    found = []
    with database.read() as session:
        for table in metadata.sorted_tables:
            for row in session.execute(text(f"SELECT * FROM {table.name}")).mappings():
                for name, value in row.items():
                    content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    found += places(content, f"{table.name}.{name}")
    return found


def files(*directories: Path) -> list[str]:
    found = []
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                found += places(path.read_bytes(), str(path.relative_to(directory)))
    return found


@pytest.fixture
def store(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The home's store, on the engine of this test, with two persons who have everything."""
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", database_url)
    monkeypatch.setenv("JOBSWIPE_NOW", people.NOW.isoformat())
    monkeypatch.setenv("JOBSWIPE_OLLAMA_URL", "")
    monkeypatch.setenv("JOBSWIPE_LOGGING_LEVEL", "debug")
    monkeypatch.setenv("JOBSWIPE_LOGGING_FILE", str(home / "logs" / "all.jsonl"))
    settings = module.load()
    database = database_of(settings)
    small_store.fill(database, None)
    people.fill(database, Matcher(database, settings))
    yield database
    database.dispose()


def run(*arguments: str, given: str | None = None) -> str:
    ended = CliRunner().invoke(app, list(arguments), input=given, catch_exceptions=False)
    assert ended.exit_code == 0, (arguments, ended.output)
    return ended.output


def work(home: Path) -> str:
    """Let a worker do what waits; what it said."""
    environment = dict(os.environ) | {"JOBSWIPE_SCHEDULE_NOTIFY": "off"}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("jobswipe"), "worker", "--kinds", "draft.write"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        database = database_of(module.load())
        end = time.monotonic() + 120
        while time.monotonic() < end and process.poll() is None:
            with database.read() as session:
                states = session.execute(text("SELECT state FROM task_run WHERE kind = 'draft.write'")).scalars().all()
            if states and set(states) <= {"done", "dead"}:
                break
            time.sleep(0.2)
        database.dispose()
        assert states, "a draft was asked for"
        assert set(states) == {"done"}
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    return said


def test_nothing_at_rest_shows_whose_it_is(store: Database, home: Path, tmp_path: Path) -> None:
    """The command line on top of the services, a worker, and what both leave behind."""
    file = tmp_path / f"{MARK}.md"
    file.write_text(RESUME)
    said = run("resume", "import", str(file))
    assert MARK in said, "its owner sees it"
    file.unlink()
    run("resume", "set", "basics.phone", f"+49 {MARK}")
    run("application", "note", "1", f"{MARK} called")
    run("application", "remind", "1", "3d", "--text", f"Thank {MARK}")
    run("application", "draft", "1")
    run("application", "draft", "1", "--background", "--question", f"Do you know {MARK}?")
    run("notification", "channel", "add", "mail", "-", given=f"mailtos://{MARK}:s3cret@example.com")
    run("match")
    run("report", "funnel", "--format", "json")
    logged = work(home)
    Lake(home / "lake").append(store)
    with store.read() as session:
        assert MARK.encode() in archive_write.gather(session, 1).resumes[-1].text.encode(), "it is there, sealed"
    found = dump(store) + files(home) + places(logged.encode(), "worker's output")
    if store.dialect == "sqlite":
        path = Path(make_url(store.url).database or "")
        for one in path.parent.glob(f"{path.name}*"):
            found += places(one.read_bytes(), one.name)
    assert found == []
    run("resume", "remove", "1")
    assert dump(store) + files(home) == []


def test_the_look_would_find_them(store: Database) -> None:
    """The test of the test: a mark in a column is found."""
    with store.write() as session:
        session.execute(text("UPDATE application SET title = :title WHERE id = 1"), {"title": f"At {MARK}"})
    assert dump(store) == [f"application.title: {MARK.lower().encode()!r}"]


def test_every_column_that_can_hold_a_text_is_decided_on() -> None:
    decided = set(re.findall(r"`([a-z_]+\.(?:\*|[a-z0-9_]+))`", DECISION.read_text(encoding="utf-8")))
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.type, _PLAIN_TYPES)
    }
    left = {name for name in columns if name not in decided and f"{name.partition('.')[0]}.*" not in decided}
    assert left == set(), f"say in {DECISION.name} whether they are sealed, hashed or plain, and why"
    gone = {name for name in decided - columns if not name.endswith(".*")}
    assert gone == set(), "these are no columns that hold a text any more"


def test_sealed_columns_hold_nothing_but_what_is_sealed(store: Database) -> None:
    with store.read() as session:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.name.endswith("sealed"):
                    statement = text(f"SELECT {column.name} FROM {table.name} WHERE {column.name} IS NOT NULL")
                    assert all(bytes(one)[:1] == b"\x01" for one in session.execute(statement).scalars()), table.name
