"""A posting's life in the store: seen, unchanged, changed, closed, reopened, reposted, rejected; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select
from support import NOW, ingest, postings, raw, tally, versions

from jobswipe.db.engine import Database
from jobswipe.errors import PayloadError
from jobswipe.models import Company, PostingPlace, PostingSkill, SourceRun
from jobswipe.postings import rows
from jobswipe.postings.ingest import Run
from jobswipe.sources import catalog
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


def test_a_posting_is_stored_whole(database: Database) -> None:
    assert tally(ingest(database, [raw()])) == (1, 1, 0, 0, 0)
    (row,) = postings(database)
    assert (row.state, row.shown, row.first_seen_at, row.change_seq) == ("open", True, NOW, 1)
    with database.read() as session:
        shape = rows.load(session, [row.id or 0])[row.id or 0]
    assert (shape.company, shape.title, shape.places[0].city) == ("Acme Pumps", "Pump Engineer", "Berlin")
    assert shape.description_text is not None
    assert "- You know Python and SQL" in shape.description_text
    assert {"Python (computer programming)", "SQL"} <= {skill.name for skill in shape.skills}


def test_the_same_again_changes_nothing(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    before = [(row.id, row.change_seq) for row in postings(database)]
    later = NOW + timedelta(days=1)
    summary = ingest(database, [raw("1"), raw("2", title="Cook")], now=later)
    assert tally(summary) == (2, 0, 2, 0, 0)
    assert summary.closed == 0
    after = postings(database)
    assert [(row.id, row.change_seq) for row in after] == before
    assert {row.last_seen_at for row in after} == {later}
    assert versions(database) == []


def test_a_change_keeps_what_was_said_before(database: Database) -> None:
    ingest(database, [raw(salary_text="€60.000 - €75.000 p.a.")])
    summary = ingest(database, [raw(title="Senior Pump Engineer", salary_text="€65.000 - €80.000 p.a.")])
    assert (tally(summary), summary.counts.changed) == ((1, 1, 0, 0, 0), 1)
    (version,) = versions(database)
    assert (version.kind, version.number) == ("changed", 1)
    assert {"title", "salary", "seniority"} <= set(version.changed)
    assert version.before["title"] == "Pump Engineer"
    assert version.before["salary"]["max"] == 75000
    (row,) = postings(database)
    assert (row.title, row.salary_max, row.change_seq) == ("Senior Pump Engineer", 80000, 2)


def test_a_new_spelling_of_the_same_record_is_no_change(database: Database) -> None:
    ingest(database, [raw()])
    summary = ingest(database, [raw(tags=["new"])])
    assert tally(summary) == (1, 0, 1, 0, 0)
    assert versions(database) == []


def test_what_a_complete_poll_no_longer_lists_is_closed_and_comes_back(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    summary = ingest(database, [raw("1")])
    assert summary.closed == 1
    assert [(row.external_id, row.state, row.shown) for row in postings(database)] == [
        ("1", "open", True),
        ("2", "closed", False),
    ]
    summary = ingest(database, [raw("1"), raw("2", title="Cook")])
    assert (tally(summary), summary.counts.reopened) == ((2, 1, 1, 0, 0), 1)
    assert [(row.state, row.shown, row.closed_at) for row in postings(database)] == [("open", True, None)] * 2
    assert [version.kind for version in versions(database)] == ["closed", "reopened"]


def test_a_posting_that_comes_back_under_a_new_id_is_a_repost(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    ingest(database, [raw("2", title="Cook")])
    ingest(database, [raw("2", title="Cook"), raw("3")])
    first, _, third = postings(database)
    assert (first.state, third.repost_of_id) == ("closed", first.id)


def test_a_poll_that_returns_nothing_closes_nothing(database: Database) -> None:
    ingest(database, [raw()])
    summary = ingest(database, [])
    assert (summary.status, summary.closed) == ("failed", 0)
    assert summary.error == (
        "ashby:acme lists no postings, though 1 were open: nothing was closed. "
        "Look at the board; 'jobswipe source remove ashby:acme' forgets it."
    )
    assert postings(database)[0].state == "open"


def test_a_poll_that_fails_half_way_keeps_what_it_stored_and_closes_nothing(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    with database.read() as session:
        source = catalog.named(session, "ashby:acme")

    def torn() -> Iterator[RawPosting]:
        yield raw("3", title="Baker")
        raise PayloadError("The answer ended in the middle.")

    run = Run(database, source, batch=1, fetched_at=NOW)
    run.feed(torn(), ReadContext(fetched_at=NOW))
    summary = run.finish()
    assert (summary.status, summary.closed, summary.error) == ("partial", 0, "The answer ended in the middle.")
    assert [row.state for row in postings(database)] == ["open"] * 3
    with database.read() as session:
        source = catalog.named(session, "ashby:acme")
        assert (source.failures, source.last_error) == (1, "The answer ended in the middle.")


def test_a_changed_shape_closes_nothing(database: Database) -> None:
    ingest(database, [raw(str(number), title=f"Cook {number}") for number in range(4)])
    torn = [
        raw("0", title="Cook 0"),
        *(Rejection(record=f"record {number}", reason="it has no title") for number in range(3)),
    ]
    summary = ingest(database, torn)
    assert (tally(summary), summary.closed) == ((4, 0, 1, 0, 3), 0)


def test_a_bad_record_is_rejected_with_its_reason_and_the_others_are_stored(database: Database) -> None:
    records = [raw("1"), raw("2", title=" "), raw("3", title="x" * 501), raw("4", title="Cook"), raw("", title="Baker")]
    summary = ingest(database, records)
    assert tally(summary) == (5, 2, 0, 0, 3)
    with database.read() as session:
        run = catalog.last_run(session, 1)
        assert run is not None
        reasons = {one.record: one.reason for one in catalog.rejections(session, run.id or 0)}
    assert reasons["2"] == "it has no title"
    assert "501" in reasons["3"]
    assert reasons["Baker"] == "it has no id"


def test_a_listed_posting_that_cannot_be_read_today_is_not_closed(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook"), raw("3", title="Baker")])
    summary = ingest(database, [raw("1"), raw("2", title=""), raw("3", title="Baker")])
    assert (tally(summary), summary.closed) == ((3, 0, 2, 0, 1), 0)


def test_a_posting_that_is_no_longer_public_is_closed(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    summary = ingest(database, [raw("1"), raw("2", title="Cook", listed=False)])
    assert (tally(summary), summary.closed) == ((2, 0, 1, 0, 1), 1)


@pytest.mark.parametrize("batch", [1, 500])
def test_a_record_for_each_place_is_one_posting(database: Database, batch: int) -> None:
    twice = [raw(place="Berlin, Germany"), raw(place="Lyon, France")]
    assert tally(ingest(database, twice, batch=batch)) == (2, 1, 0, 1, 0)
    with database.read() as session:
        assert session.exec(select(PostingPlace.city).order_by(PostingPlace.position)).all() == ["Berlin", "Lyon"]
    again = ingest(database, twice, batch=batch)
    assert tally(again) == (2, 0, 1, 1, 0)
    assert versions(database) == []


def test_ten_thousand_places_are_capped(database: Database) -> None:
    places = [RawLocation(text=f"Berlin {number}, Germany") for number in range(10_000)]
    assert tally(ingest(database, [raw(locations=places)])) == (1, 1, 0, 0, 0)
    with database.read() as session:
        assert 0 < len(session.exec(select(PostingPlace)).all()) <= 250


def test_boards_do_not_close_each_others_postings(database: Database) -> None:
    ingest(database, [raw("1", company="Acme")], board="acme")
    ingest(database, [raw("1", company="Other")], board="other")
    assert [row.state for row in postings(database)] == ["open", "open"]


def test_an_interrupted_run_is_completed_by_the_next(database: Database) -> None:
    records = [raw(str(number), title=f"Cook {number}") for number in range(5)]
    ingest(database, records[:3], interrupted=True, batch=2)
    summary = ingest(database, records, batch=2)
    assert tally(summary) == (5, 2, 3, 0, 0)
    assert len(postings(database)) == 5
    with database.read() as session:
        assert [run.status for run in session.exec(select(SourceRun).order_by(SourceRun.id))] == ["failed", "complete"]


def test_companies_and_skills_are_kept_once(database: Database) -> None:
    ingest(database, [raw("1", company="Acme, Inc."), raw("2", company="ACME", title="Cook")])
    with database.read() as session:
        assert session.exec(select(Company.key)).all() == ["acme"]
        assert len(session.exec(select(PostingSkill)).all()) >= 4


def test_change_numbers_never_repeat(database: Database) -> None:
    ingest(database, [raw(str(number), title=f"Cook {number}") for number in range(7)], batch=3)
    ingest(database, [raw(str(number), title=f"Head Cook {number}") for number in range(7)], batch=3)
    numbers = [row.change_seq for row in postings(database)]
    assert sorted(numbers) == list(range(8, 15))
