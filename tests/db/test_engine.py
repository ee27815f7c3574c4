"""The session provider: one commit or none, constraints that hold, pools as set, and clear sentences."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool
from sqlmodel import select

from jobswipe.db.engine import Database
from jobswipe.errors import SettingsError, StorageError
from jobswipe.models import Company, Posting, Source, SourceRun, Swipe
from jobswipe.settings import DatabaseSettings

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_block_that_raises_leaves_nothing(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Company(key="acme", name="Acme"))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.exec(select(Company)).all() == []
    with database.write() as session:
        session.add(Company(key="acme", name="Acme"))
    with database.read() as session:
        assert session.exec(select(Company.name)).all() == ["Acme"]
    database.dispose()


def test_constraints_hold(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(SourceRun(source_id=999, started_at=NOW))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([Source(kind="lever", board="acme", created_at=NOW) for _ in range(2)])
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Source(kind="lever", board="acme", created_at=NOW, state="asleep"))
    database.dispose()


def test_moments_come_back_aware_in_utc(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.add(Source(kind="lever", board="acme", created_at=datetime.fromisoformat("2026-11-01T02:00:00+02:00")))
    with database.read() as session:
        assert session.exec(select(Source.created_at)).one() == NOW
    with pytest.raises(Exception, match="without a zone"), database.write() as session:
        session.add(Source(kind="lever", board="other", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point
    database.dispose()


def test_swipes_are_append_only(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.add(source := Source(kind="lever", board="acme", created_at=NOW))
        session.flush()
        session.add(
            posting := Posting(
                source_id=source.id or 0, external_id="1", change_seq=1, raw_hash="", last_run_id=1, first_seen_at=NOW,
                last_seen_at=NOW, title="Cook", title_key="cook",
            )
        )  # fmt: skip
        session.flush()
        session.add(Swipe(person_id=1, posting_id=posting.id or 0, verdict="like", at=NOW))
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text("UPDATE swipe SET verdict = 'dislike'"))
    with database.write() as session:  # forgetting a source forgets the swipes on its postings
        session.delete(session.get(Source, source.id))
    with database.read() as session:
        assert session.exec(select(Swipe)).all() == []
    database.dispose()


def test_the_pool_is_as_set(postgres_database: str) -> None:
    database = Database(postgres_database, DatabaseSettings())
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert (pool.size(), pool._max_overflow, pool._timeout, pool._recycle) == (20, 30, 30, 1800)
    database.dispose()


def test_sqlite_is_set_for_two_processes(sqlite_database: str) -> None:
    database = Database(sqlite_database)
    with database.read() as session:
        pragmas = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}
    database.dispose()


def test_a_writer_waits_for_another_and_says_so_when_it_takes_too_long(sqlite_database: str) -> None:
    patient = Database(sqlite_database)
    hasty = Database(sqlite_database, DatabaseSettings(busy_timeout=0.1))
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with patient.write() as session:
            session.add(Company(key="acme", name="Acme"))
            session.flush()
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    try:
        with hasty.read() as session:  # a reader does not wait for a writer
            assert session.exec(select(Company)).all() == []
        with pytest.raises(StorageError, match="BUSY_TIMEOUT"), hasty.write() as session:
            session.add(Company(key="other", name="Other"))
            session.flush()
    finally:
        leave.set()
        holder.join()
    patient.dispose()
    hasty.dispose()


def test_an_unreachable_store_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="did not answer"),
        Database("postgresql://127.0.0.1:1/none").read() as session,
    ):
        session.execute(text("SELECT 1"))
    (tmp_path / "jobswipe.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StorageError), Database(f"sqlite:///{tmp_path / 'jobswipe.db'}").read() as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", "oracle://x"])
def test_an_odd_url_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError, match="JOBSWIPE_DATABASE_URL"):
        Database(url)
