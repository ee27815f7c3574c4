"""Two processes that make one source in the same moment: the second waits and takes what the first made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError
from jobswipe.models import Source
from jobswipe.sources import catalog

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def at_once(database: Database, first: Callable[[Session], Any], second: Callable[[Session], Any]) -> Any:
    """What `second` returns or raises when it begins while the transaction of `first` is open."""

    def other() -> Any:
        with database.write() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            first(session)
            waiting = pool.submit(other)
            with pytest.raises(StillWaiting):
                waiting.result(timeout=0.3)
        return waiting.result(timeout=30)


def made(session: Session) -> int | None:
    return catalog.for_files(session, "ashby", "acme", NOW).id


def added(session: Session) -> Source:
    return catalog.add(session, "ashby", "acme", NOW)


def test_two_that_read_files_of_one_board(database: Database) -> None:
    at_once(database, made, made)
    with database.read() as session:
        assert [(one.kind, one.board, one.polled) for one in session.exec(select(Source))] == [("ashby", "acme", False)]


def test_two_that_add_one_board(database: Database) -> None:
    with pytest.raises(ConflictError, match="followed already"):
        at_once(database, added, added)
    with database.read() as session:
        (source,) = session.exec(select(Source))
        assert (source.polled, source.state, source.next_due_at) == (True, "active", NOW)


def test_one_that_adds_while_another_reads_files(database: Database) -> None:
    assert at_once(database, made, added).polled
