"""The same payloads again: recorded as read and found as they were, without being read; on both engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, text
from sqlmodel import col, select
from support import NOW, ingest, postings, raw, tally, versions

from jobswipe.db.engine import Database
from jobswipe.models import Source, SourcePayload, SourceRejection, SourceRun
from jobswipe.models.base import UtcDateTime
from jobswipe.postings import files as files_module
from jobswipe.postings import lifecycle, repeats
from jobswipe.postings.files import ingest_files
from jobswipe.postings.ingest import Summary
from jobswipe.sources import catalog
from jobswipe.sources.base import ReadContext

LATER = NOW + timedelta(days=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose records were read, in order."""
    names: list[str] = []
    real = files_module._Intake._read

    def noting(self: Any, path: Path, payload: bytes, digest: str) -> None:
        names.append(path.name)
        real(self, path, payload, digest)

    monkeypatch.setattr(files_module._Intake, "_read", noting)
    return names


def job(number: int | str, **more: Any) -> dict[str, Any]:
    url = f"https://jobs.ashbyhq.com/acme/{number}"
    return {"id": str(number), "title": f"Pump Engineer {number}", "jobUrl": url, "location": "Berlin"} | more


def board(path: Path, *jobs: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"jobs": jobs}))
    return path


Take = Callable[..., list[Summary]]


@pytest.fixture
def take(database: Database) -> Take:
    def run(*paths: Path, now: datetime = NOW, company: str | None = None) -> list[Summary]:
        return ingest_files(database, "ashby", paths, now, batch=2, company=company)

    return run


def runs(database: Database) -> list[SourceRun]:
    with database.read() as session:
        return list(session.exec(select(SourceRun).order_by(col(SourceRun.id))))


def rejected(database: Database, run: SourceRun) -> list[str]:
    with database.read() as session:
        found = session.exec(select(SourceRejection.record).where(SourceRejection.run_id == run.id))
        return sorted(found)


def test_it_is_recorded_as_if_it_had_been_read(database: Database, take: Take, read: list[str], tmp_path: Path) -> None:
    file = board(tmp_path / "a.json", job(1), job(2), job(2, location="Paris"), job(3, title=""), job(4))
    (first,) = take(file)
    assert tally(first) == (5, 3, 0, 1, 1)
    before = [(row.id, row.change_seq, row.raw_hash) for row in postings(database)]
    for day in (1, 2):
        (again,) = take(file, now=NOW + timedelta(days=day))
        assert tally(again) == (5, 0, 3, 1, 1)
        assert (again.status, again.closed, again.error, again.source) == ("complete", 0, None, "ashby:acme")
    assert read == ["a.json"]
    rows = postings(database)
    assert [(row.id, row.change_seq, row.raw_hash) for row in rows] == before
    kept = runs(database)
    assert {(row.last_seen_at, row.last_run_id) for row in rows} == {(NOW + timedelta(days=2), kept[-1].id)}
    assert [(run.status, run.read, run.unchanged) for run in kept] == [("complete", 5, 0)] + [("complete", 5, 3)] * 2
    assert [rejected(database, run) for run in kept] == [["3"]] * 3
    assert versions(database) == []
    with database.read() as session:
        (source,) = session.exec(select(Source))
        assert (source.last_success_at, source.failures, source.next_due_at) == (NOW + timedelta(days=2), 0, None)


def test_one_changed_file_of_a_board_has_all_of_them_read(take: Take, read: list[str], tmp_path: Path) -> None:
    one, two = board(tmp_path / "1.json", job(1)), board(tmp_path / "2.json", job(2))
    take(one, two)
    board(two, job(2, title="Cook"), job(3))
    (changed,) = take(one, two)
    assert (tally(changed), changed.counts.changed, changed.closed) == ((3, 2, 1, 0, 0), 1, 0)
    assert read == ["1.json", "2.json", "2.json", "1.json"]
    assert tally(take(two, one)[0]) == (3, 0, 3, 0, 0)
    assert len(read) == 4


def test_fewer_files_are_another_poll(take: Take, tmp_path: Path) -> None:
    one, two = board(tmp_path / "1.json", job(1)), board(tmp_path / "2.json", job(2))
    take(one, two)
    (fewer,) = take(one)
    assert (tally(fewer), fewer.closed) == ((1, 0, 1, 0, 0), 1)


def test_a_posting_that_was_closed_since_comes_back(database: Database, take: Take, tmp_path: Path) -> None:
    file = board(tmp_path / "a.json", job(1), job(2))
    take(file)
    with database.write() as session:
        session.execute(text("UPDATE posting SET state = 'closed', shown = false WHERE external_id = '1'"))
    (again,) = take(file)
    assert (tally(again), again.counts.reopened) == ((2, 1, 1, 0, 0), 1)


def test_a_posting_whose_own_end_has_passed_stays_closed(
    database: Database, take: Take, read: list[str], tmp_path: Path
) -> None:
    file = board(tmp_path / "a.json", job(1), job(2))
    take(file)
    with database.write() as session:
        ended = "UPDATE posting SET valid_through = :end WHERE external_id = '1'"
        session.execute(text(ended).bindparams(bindparam("end", NOW, type_=UtcDateTime)))
        assert lifecycle.close_expired(session, LATER) == 1
    (again,) = take(file, now=LATER)
    assert (tally(again), len(read)) == ((2, 0, 2, 0, 0), 1)


def test_what_else_decides_how_it_is_read_counts(
    database: Database, take: Take, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = board(tmp_path / "a.json", job(1))
    take(file)
    take(file, company="Acme Pumps")
    assert len(read) == 2
    monkeypatch.setattr(repeats, "READER", "another")
    take(file, company="Acme Pumps")
    assert len(read) == 3


def test_after_a_run_that_broke_off_everything_is_read(
    database: Database, take: Take, read: list[str], tmp_path: Path
) -> None:
    file = board(tmp_path / "a.json", job(1))
    take(file)
    ingest(database, [raw("9")], interrupted=True)
    (after,) = take(file)
    assert (read, tally(after), after.closed) == (["a.json"] * 2, (1, 0, 1, 0, 0), 1)


def test_a_run_that_failed_vouches_for_nothing(database: Database, take: Take, tmp_path: Path) -> None:
    file = board(tmp_path / "a.json", *(job(number, title="") for number in range(3)))
    assert take(file)[0].error
    with database.read() as session:
        assert session.exec(select(SourcePayload)).all() == []


def test_a_source_that_was_removed_is_stored_again(database: Database, take: Take, tmp_path: Path) -> None:
    file = board(tmp_path / "a.json", job(1))
    take(file)
    with database.write() as session:
        catalog.remove(session, catalog.named(session, "ashby:acme"))
    assert tally(take(file)[0]) == (1, 1, 0, 0, 0)


def test_a_board_of_another_name_is_another_board(database: Database, read: list[str], tmp_path: Path) -> None:
    """Postings without addresses belong to the board that is named, or to the file's name."""
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"jobs": [{"id": "1", "title": "Cook", "jobUrl": None, "location": "Berlin"}]}))
    for name in ("acme", "brot", "acme"):
        (summary,) = ingest_files(database, "ashby", [file], NOW, batch=10, board=name)
        assert summary.source == f"ashby:{name}"
    assert len(read) == 2


def test_digests_tell_contexts_apart() -> None:
    context = ReadContext(fetched_at=NOW)
    told = [
        context,
        ReadContext(fetched_at=NOW, company="a"),
        ReadContext(fetched_at=NOW, board="a"),
        ReadContext(fetched_at=NOW, url="a"),
    ]
    assert len({repeats.digest(b"x", one) for one in told} | {repeats.digest(b"", context)}) == 5
    assert repeats.digest(b"x", context) == repeats.digest(b"x", ReadContext(fetched_at=LATER))
