from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from small_store import fill, insert

from jobswipe.db.engine import Database
from jobswipe.matching.index import TextIndex
from jobswipe.models import Posting


def _refreshed(database: Database, directory: Path) -> TextIndex:
    index = TextIndex(directory)
    with database.read() as session:
        assert index.refresh(session)
    return index


def _found(index: TextIndex, query: str) -> set[int]:
    return {posting_id for posting_id, _ in index.search(query, 100)}


def test_follows_what_is_added_changed_and_closed(both: Database, tmp_path: Path) -> None:
    ids = fill(both)
    index = _refreshed(both, tmp_path)
    assert len(_found(index, "nurse")) == 12
    assert _found(index, "nurses") == _found(index, "Nurse")  # words are stemmed
    with both.write() as session:
        (new,) = insert(session, [{"title": "Head Nurse", "company": "Ward", "city": "Berlin"}], first_seq=500)
        closed = session.get(Posting, ids[-1])
        changed = session.get(Posting, ids[0])
        assert closed is not None
        assert changed is not None
        closed.state, closed.change_seq = "closed", 501
        changed.title, changed.change_seq = "Night Nurse", 502
        session.add_all([closed, changed])
    index = _refreshed(both, tmp_path)
    assert {new, ids[0]} <= _found(index, "nurse")
    assert ids[-1] not in _found(index, "nurse")
    assert len(_found(index, "nurse")) == 13


def test_a_company_and_any_odd_query_can_be_searched(sqlite: Database, tmp_path: Path) -> None:
    fill(sqlite)
    index = _refreshed(sqlite, tmp_path)
    assert _found(index, "company 3")
    for query in ("", "   ", "title:(", '"', "a AND OR NOT", "[* TO", "x" * 10_000, "C++ & C#", "日本語", "\x00"):
        index.search(query)


def test_changes_taken_twice_change_nothing(sqlite: Database, tmp_path: Path) -> None:
    fill(sqlite)
    index = _refreshed(sqlite, tmp_path)
    mark = (tmp_path / "mark.json").read_bytes()
    with sqlite.write() as session:
        (new,) = insert(session, [{"title": "Head Nurse", "company": "Ward"}], first_seq=500)
    _refreshed(sqlite, tmp_path)
    (tmp_path / "mark.json").write_bytes(mark)  # as if the process had been killed after its commit
    index = _refreshed(sqlite, tmp_path)
    assert [posting_id for posting_id, _ in index.search("head nurse ward", 10)].count(new) == 1


@pytest.mark.parametrize("harm", ["no mark", "torn mark", "older format", "lost segments", "torn segment", "no index"])
def test_a_damaged_index_is_rebuilt_by_itself(sqlite: Database, tmp_path: Path, harm: str) -> None:
    fill(sqlite)
    _refreshed(sqlite, tmp_path)
    mark, text = tmp_path / "mark.json", tmp_path / "text"
    if harm == "no mark":
        mark.unlink()
    elif harm == "torn mark":
        mark.write_bytes(mark.read_bytes()[:10])
    elif harm == "older format":
        mark.write_bytes(msgspec.json.encode(msgspec.json.decode(mark.read_bytes()) | {"format": 0}))
    elif harm == "lost segments":
        for file in text.glob("*.idx"):
            file.unlink()
    elif harm == "torn segment":
        (text / "meta.json").write_text("{")
    else:
        shutil.rmtree(text)
    assert len(_found(_refreshed(sqlite, tmp_path), "nurse")) == 12


def test_an_index_of_another_store_is_rebuilt(sqlite: Database, tmp_path: Path, empty_sqlite_database: str) -> None:
    from jobswipe.db.migrate import upgrade

    fill(sqlite)
    _refreshed(sqlite, tmp_path)
    other = Database(empty_sqlite_database)
    upgrade(other)
    with other.write() as session:
        insert(session, [{"title": f"Potter {n}", "company": "Kiln"} for n in range(70)], first_seq=2)
    index = _refreshed(other, tmp_path)
    other.dispose()
    assert not _found(index, "nurse")
    assert len(_found(index, "potter")) == 70


def test_a_store_put_back_to_an_earlier_state_is_noticed(sqlite: Database, tmp_path: Path) -> None:
    ids = fill(sqlite)
    _refreshed(sqlite, tmp_path)
    with sqlite.write() as session:
        posting = session.get(Posting, ids[-1])
        assert posting is not None
        session.delete(posting)
        insert(session, [{"title": "Potter", "company": "Kiln"}], first_seq=61)
    assert len(_found(_refreshed(sqlite, tmp_path), "nurse")) == 11


def test_while_another_process_writes_the_old_index_is_read(sqlite: Database, tmp_path: Path) -> None:
    fill(sqlite)
    _refreshed(sqlite, tmp_path)
    with sqlite.write() as session:
        insert(session, [{"title": "Head Nurse", "company": "Ward"}], first_seq=500)
    handle = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        index = TextIndex(tmp_path)
        with sqlite.read() as session:
            assert not index.refresh(session, wait=0.05)
        assert len(_found(index, "nurse")) == 12
    finally:
        os.close(handle)
    assert len(_found(_refreshed(sqlite, tmp_path), "nurse")) == 13


def test_scores_are_of_the_ids_asked_for_and_highest_at_one(sqlite: Database, tmp_path: Path) -> None:
    ids = np.array(fill(sqlite), np.int64)
    index = _refreshed(sqlite, tmp_path)
    scores = index.scores(dict.fromkeys(index.terms("registered nurse"), 1.0), ids, 100)
    assert scores.max() == 1
    assert (scores > 0).sum() == 12
    half = index.scores(dict.fromkeys(index.terms("registered nurse"), 1.0), ids[-6:], 100)
    assert len(half) == 6
    assert index.scores({}, ids, 10).max() == 0
    assert index.rarity("nurs") > index.rarity("look") == pytest.approx(0, abs=0.1)
    assert index.rarity("zebra") == 0
