"""Searching all postings: words, filters, counts, pages; and postings that are like one."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from small_store import NOW, fill, insert, matcher

from jobswipe.db.engine import Database
from jobswipe.errors import NotFoundError, UsageError
from jobswipe.matching import search as searching
from jobswipe.matching.engine import Matcher
from jobswipe.matching.search import Found, Query
from jobswipe.matching.similar import similar
from jobswipe.models import Posting, Source
from jobswipe.postings.shown import Shown, shown
from jobswipe.settings import Settings


def _find(database: Database, ranking: Matcher, query: Query, limit: int = 100) -> tuple[Found, list[Shown]]:
    with database.read() as session:
        found = searching.search(ranking, session, query, limit)
        looks = shown(session, found.ids)
    assert len(found.ids) == min(found.total, limit)
    return found, [looks[id_] for id_ in found.ids]


def test_words_find_titles_before_descriptions(sqlite: Database, filled: Matcher) -> None:
    found, rows = _find(sqlite, filled, Query(text="backend engineer"))
    assert found.total == 12
    assert all("Backend Engineer" in row.title for row in rows)
    assert _find(sqlite, filled, Query(text="nosuchword"))[0].total == 0
    assert _find(sqlite, filled, Query())[0].total == 60
    for odd in ('"', "(", "a AND", "title:", "*", "\\", "'; --", "ÄÖ 🙂", "+-" * 200):
        _find(sqlite, filled, Query(text=odd))


def test_filters_narrow_each_other(sqlite: Database, filled: Matcher) -> None:
    _, rows = _find(sqlite, filled, Query(country=("de",), workplace=("remote", "hybrid"), seniority=("senior",)))
    assert len(rows) == 10
    assert {row.places[0].country for row in rows} == {"DE"}
    assert {row.workplace for row in rows} == {"remote"}
    _, rows = _find(sqlite, filled, Query(place=("berlin", "Austin, US")))
    assert {row.places[0].city for row in rows} == {"Berlin", "Austin"}
    assert _find(sqlite, filled, Query(place=("Nowhere",)))[0].total == 0
    _, rows = _find(sqlite, filled, Query(company=("COMPANY 3",)))
    assert {row.company for row in rows} == {"Company 3"}
    _, rows = _find(sqlite, filled, Query(salary_min=100_000))
    assert rows
    assert all(row.salary and row.salary.max and row.salary.max >= 100_000 for row in rows)
    assert _find(sqlite, filled, Query(remote_country=("US",)))[0].total == 5
    assert _find(sqlite, filled, Query(employment_type=("contract",)))[0].total == 0
    assert _find(sqlite, filled, Query(posted_since=(NOW - timedelta(days=5)).date()))[0].total == 60
    assert _find(sqlite, filled, Query(posted_since=NOW.date()))[0].total == 0


def test_all_of_the_skills_are_asked_for(sqlite: Database, filled: Matcher) -> None:
    assert _find(sqlite, filled, Query(skill=("sql",)))[0].total == 24
    assert _find(sqlite, filled, Query(skill=("SQL", "Tableau")))[0].total == 12
    assert _find(sqlite, filled, Query(skill=("SQL", "juggling with knives")))[0].total == 0


def test_a_kind_is_counted_without_its_own_filter(sqlite: Database, filled: Matcher) -> None:
    found, _ = _find(sqlite, filled, Query(country=("DE",), workplace=("remote",)))
    assert found.counts is not None
    counts = {kind: {one.value: one.count for one in top} for kind, top in found.counts.items()}
    assert counts["country"] == {"DE": 10, "US": 5}
    assert counts["workplace"] == {"remote": 10, "onsite": 10, "hybrid": 10}
    assert counts["place"] == {"Berlin, DE": 5, "Potsdam, DE": 5}
    assert counts["source"] == {"ashby:sample": 10}
    assert counts["employment_type"] == {"full_time": 10}
    assert sum(counts["company"].values()) == 10
    labels = {one.value: one.label for one in found.counts["country"]}
    assert labels["DE"] == "Germany"
    # A value is what its filter takes.
    for kind, top in found.counts.items():
        for one in top:
            query = msgspec.convert({"country": ("DE",), "workplace": ("remote",), kind: (one.value,)}, Query)
            assert _find(sqlite, filled, query)[0].total == one.count, (kind, one)


def test_pages_hold_each_posting_once(sqlite: Database, filled: Matcher) -> None:
    for query in (Query(), Query(text="engineer"), Query(text="engineer", sort="posted")):
        met: list[int] = []
        mark = None
        while True:
            with sqlite.read() as session:
                page = searching.search(filled, session, query, 7, mark, count=False)
            assert page.counts is None
            met += page.ids
            mark = page.mark
            if mark is None:
                break
        assert len(met) == len(set(met)) == page.total


def test_the_newest_come_first(both: Database, settings: Settings) -> None:
    with both.write() as session:
        ids = insert(session, [{"title": "Nurse", "company": "Acme", "age": age} for age in (9, 1, 5)])
    _, rows = _find(both, matcher(both, settings), Query(text="nurse", sort="posted"))
    assert [row.posting_id for row in rows] == [ids[1], ids[2], ids[0]]


def test_sources_follow_what_comes_and_goes(both: Database, settings: Settings) -> None:
    fill(both)
    ranking = matcher(both, settings)
    assert _find(both, ranking, Query(source=("ashby:sample",)))[0].total == 60
    with both.write() as session:
        session.add(Source(id=2, kind="lever", board="other", created_at=NOW))
        session.flush()
        (new,) = insert(session, [{"title": "Chef", "company": "Acme"}], first_seq=100)
        posting = session.get_one(Posting, new)
        posting.source_id = 2
    found, rows = _find(both, ranking, Query(source=("lever:other",)))
    assert [row.title for row in rows] == ["Chef"]
    assert found.counts is not None
    assert {one.value: one.count for one in found.counts["source"]} == {"ashby:sample": 60, "lever:other": 1}
    assert _find(both, ranking, Query(source=("lever:none",)))[0].total == 0


def test_what_cannot_be_meant_is_refused(sqlite: Database, filled: Matcher) -> None:
    for query in (Query(country=("Germany",)), Query(remote_country=("XX",)), Query(salary_min=1, currency="???")):
        with pytest.raises(UsageError):
            _find(sqlite, filled, query)
    with pytest.raises(UsageError, match="workplace"):
        searching.query(workplace=["moon"])
    assert searching.query(posted_since="2026-02-01", company=None).company == ()


def test_an_empty_store_has_nothing(sqlite: Database, settings: Settings) -> None:
    found, _ = _find(sqlite, matcher(sqlite, settings), Query(text="engineer", company=("x",), source=("a:b",)))
    assert found.total == 0
    assert found.counts is not None
    assert not any(found.counts.values())


def test_similar_postings_are_the_same_role_nearby(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.read() as session:
        found = similar(ranking, session, ids[1], 10)  # Senior Backend Engineer, remote, Berlin
        looks = shown(session, [one.posting_id for one in found])
    assert ids[1] not in looks
    assert len(found) == 10
    top = looks[found[0].posting_id]
    assert "Backend Engineer" in top.title
    assert top.seniority == "senior"
    assert all("Backend" in looks[one.posting_id].title for one in found[:5])
    assert found[0].skills
    scores = [one.score for one in found]
    assert all(0 < score <= 1 for score in scores)


def test_a_closed_posting_has_similar_open_ones(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    with sqlite.write() as session:
        gone = session.get_one(Posting, ids[0])
        gone.state, gone.change_seq = "closed", 200
        session.add(gone)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        assert ids[0] not in [one.posting_id for one in similar(ranking, session, ids[0])]
        with pytest.raises(NotFoundError):
            similar(ranking, session, 10**6)
