from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from small_store import fill, insert
from sqlmodel import delete

from jobswipe.db.engine import Database
from jobswipe.matching import cachefile, features, tables
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.matching.watermark import Watermark
from jobswipe.models import Posting, PostingPlace, PostingSkill


def _fresh(database: Database) -> tuple[Features, Watermark]:
    with database.read() as session:
        return features.catch_up(session, features.empty(), Watermark())


def _same(one: Features, other: Features) -> None:
    """Equal but for the order of the facets' columns."""
    for name in ("ids", "posted", "family", "level", "workplace", "employment", "pay_low", "pay_high", "vectors"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert set(one.names) == set(other.names)
    for row in range(len(one)):
        assert _facets(one, row) == _facets(other, row)
        assert (one.names[one.company[row]]) == (other.names[other.company[row]])


def _facets(all_: Features, row: int) -> set[str]:
    matrix = all_.matrix
    return {all_.names[at] for at in matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]}


def test_catching_up_gives_what_a_rebuild_gives(both: Database) -> None:
    ids = fill(both)
    known, mark = _fresh(both)
    assert len(known) == 60
    with both.write() as session:
        insert(session, [{"title": "Potter", "company": "Kiln", "city": "Austin", "pay": 50_000}], first_seq=500)
        for at, change in enumerate(
            ({"state": "closed"}, {"title": "Chief Potter", "seniority": None}, {"shown": False})
        ):
            posting = session.get(Posting, ids[at])
            assert posting is not None
            for name, value in change.items():
                setattr(posting, name, value)
            posting.change_seq = 501 + at
            session.add(posting)
    with both.read() as session:
        caught, _ = features.catch_up(session, known, mark)
    rebuilt, _ = _fresh(both)
    assert len(caught) == 59
    _same(caught, rebuilt)


def test_what_is_cached_comes_back(sqlite: Database, tmp_path: Path) -> None:
    fill(sqlite)
    known, mark = _fresh(sqlite)
    features.save(tmp_path / "cache", known, mark)
    loaded, loaded_mark = features.load(tmp_path / "cache")
    assert loaded_mark == mark
    _same(known, loaded)
    np.testing.assert_array_equal(known.where, loaded.where)
    assert not list(tmp_path.glob(".cache*"))


@pytest.mark.parametrize("harm", [b"", b"x" * 100, "cut", "flipped", "header"])
def test_a_damaged_cache_is_no_cache(sqlite: Database, tmp_path: Path, harm: str | bytes) -> None:
    fill(sqlite)
    path = tmp_path / "cache"
    features.save(path, *_fresh(sqlite))
    data = bytearray(path.read_bytes())
    if isinstance(harm, bytes):
        data = bytearray(harm)
    elif harm == "cut":
        data = data[:-50]
    else:
        data[-100 if harm == "flipped" else 30] ^= 0xFF
    path.write_bytes(data)
    loaded, mark = features.load(path)
    assert (len(loaded), mark) == (0, Watermark())


def test_an_older_format_is_no_cache(tmp_path: Path) -> None:
    cachefile.write(tmp_path / "cache", {"format": 0}, {"ids": np.zeros(3, np.int64)})
    assert len(features.load(tmp_path / "cache")[0]) == 0


def test_rows_that_vanish_without_a_change_are_noticed(sqlite: Database) -> None:
    ids = fill(sqlite)
    known, mark = _fresh(sqlite)
    with sqlite.write() as session:
        for model, key in ((PostingSkill, PostingSkill.posting_id), (PostingPlace, PostingPlace.posting_id)):
            session.exec(delete(model).where(key == ids[5]))
        session.exec(delete(Posting).where(Posting.id == ids[5]))
    with sqlite.read() as session:
        caught, _ = features.catch_up(session, known, mark)
    assert sorted(caught.ids) == sorted(set(ids) - {ids[5]})


def test_a_facet_is_named_as_people_would_read_it(sqlite: Database) -> None:
    fill(sqlite)
    known, _ = _fresh(sqlite)
    wanted = {"level:senior", "workplace:remote"}
    row = next(at for at in range(60) if wanted <= _facets(known, at))
    expected = (
        "family:software_engineering|country:DE|city:Berlin, DE|remote:DE|rank:3|employment:full_time|language:en"
    )
    assert set(expected.split("|")) <= _facets(known, row)
    assert known.where[known.column["city:Berlin, DE"]] == pytest.approx([52.52, 13.4])


@pytest.mark.parametrize("length", range(8))
def test_the_arrays_of_a_file_are_aligned(tmp_path: Path, length: int) -> None:
    wide = np.arange(5, dtype=np.int64)
    cachefile.write(tmp_path / "file", {"header": "x" * length}, {"one": np.zeros(3, np.int8), "two": wide}, tail=b"t")
    found = cachefile.mapped(tmp_path / "file")
    assert found is not None
    header, arrays, tail = found
    assert header == {"header": "x" * length}
    assert bytes(tail) == b"t"
    assert all(array.flags.aligned for array in arrays.values())
    np.testing.assert_array_equal(arrays["two"], wide)


def test_ids_and_rows_of_all_postings_and_of_chosen_ones(filled: Matcher) -> None:
    all_ = filled.features
    ids = all_.ids
    taken = all_.take(np.array([1, 2, 30], np.int32))
    assert taken.ids_of(np.array([0, 2])) == [ids[1], ids[30]]
    assert all_.ids_of(np.array([], np.int64)) == []
    asked = np.array([ids[30], ids[0], ids[1], 10**9, -1])
    assert sorted(all_.rows_of(asked).tolist()) == [0, 1, 30]
    assert sorted(taken.rows_of(asked).tolist()) == [0, 2]
    assert features.empty().rows_of(asked).tolist() == []


def test_the_titles_products_of_chosen_rows_are_those_of_all(filled: Matcher) -> None:
    all_, at = filled.features, np.arange(0, 60, 7)
    weights = np.random.default_rng(3).normal(size=all_.vectors.shape[1])
    expected = all_.tables.title_products(weights)[at]
    taken = all_.take(at)
    np.testing.assert_array_equal(taken.tables.title_products(weights), expected)
    assert len(taken.tables.distinct[1]) == len(at)
    np.testing.assert_array_equal(taken.tables.title_products(weights), expected)


def test_chosen_rows_go_with_their_last_user(filled: Matcher) -> None:
    taken = filled.features.take(np.array([1, 2]))
    assert taken.tables.openings.shape == (2,)
    seen = weakref.ref(taken)
    gc.disable()  # each deck of a shortlist takes some: they must not lie until the collector comes
    try:
        del taken
        assert seen() is None
    finally:
        gc.enable()


def test_rows_are_counted_without_reading_them_where_nothing_changed(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To count the open ones reads every posting; how many there are in all, an index knows."""
    ids = fill(sqlite)
    known, mark = _fresh(sqlite)
    assert known.rows == len(ids)
    features.save(tmp_path / "f", known, mark)
    kept, mark = features.load(tmp_path / "f")
    assert kept.rows == known.rows
    with monkeypatch.context() as patched:
        patched.setattr(features, "_Rows", None)
        with sqlite.read() as session:
            assert features.catch_up(session, kept, mark) == (kept, mark)
    old = features.Features(kept.arrays(), kept.names)  # of a file that an older JobSwipe wrote
    assert old.rows is None
    with sqlite.read() as session:
        assert features.catch_up(session, old, mark)[0] is old
    assert old.rows == known.rows


def test_equal_title_vectors_are_one_whatever_their_digests(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sqlite)
    known, _ = _fresh(sqlite)
    seen, which = known.tables.distinct
    np.testing.assert_array_equal(seen[which].astype(np.int8), known.vectors)
    assert len(seen) == len(np.unique(known.vectors, axis=0))
    clash = Features(known.arrays(), known.names)
    monkeypatch.setattr(tables, "_digests", lambda vectors: np.zeros(len(vectors), np.uint64))
    again, at = clash.tables.distinct
    np.testing.assert_array_equal(again[at], seen[which])
    assert len(again) == len(seen)
    nothing = features.empty()
    assert len(nothing.tables.distinct[0]) == 0
