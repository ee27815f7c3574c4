"""Duplicates across sources: joined with a reason, one is shown, and a person can split them for good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import NOW, TEXT, ingest, postings, raw, tally

from jobswipe.db.engine import Database
from jobswipe.errors import NotFoundError
from jobswipe.postings import clusters
from jobswipe.postings.detail import detail


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


def shown(database: Database) -> list[bool]:
    return [row.shown for row in postings(database)]


def test_one_opening_in_two_sources_shows_once(database: Database) -> None:
    ingest(database, [raw("1")])
    assert tally(ingest(database, [raw("x9", url="https://feed.example.com/x9")], kind="rss", board="feed")) == (
        1,
        0,
        0,
        1,
        0,
    )
    first, second = postings(database)
    assert first.cluster_id == second.cluster_id is not None
    assert shown(database) == [True, False]
    with database.read() as session:
        (other,) = detail(session, first.id or 0)["merged"]
    assert other["posting_id"] == second.id
    assert "same company and title, same place" in other["reason"]
    assert tally(ingest(database, [raw("x9", url="https://feed.example.com/x9")], kind="rss", board="feed")) == (
        1,
        0,
        1,
        0,
        0,
    )


def test_the_other_is_shown_when_the_shown_one_closes(database: Database) -> None:
    ingest(database, [raw("1"), raw("2", title="Cook")])
    ingest(database, [raw("x9")], kind="rss", board="feed")
    ingest(database, [raw("2", title="Cook")])
    assert shown(database) == [False, True, True]
    ingest(database, [raw("1"), raw("2", title="Cook")])
    assert shown(database) == [True, True, False]


def test_two_requisitions_of_one_board_stay_two(database: Database) -> None:
    assert tally(ingest(database, [raw("1"), raw("2")])) == (2, 2, 0, 0, 0)
    assert shown(database) == [True, True]


def test_a_feed_that_repeats_itself_shows_once_but_not_for_two_requisitions(database: Database) -> None:
    records = [raw("1"), raw("2"), raw("3", requisition_id="R-3")]
    assert tally(ingest(database, records, kind="rss", board="feed")) == (3, 2, 0, 1, 0)


@pytest.mark.parametrize(
    "other",
    [
        {"place": "Lyon, France"},
        {"title": "Senior Pump Engineer"},
        {"company": "Apex Pumps"},
        {"description_html": "<p>" + " ".join(f"A quite different word number {n}." for n in range(60)) + "</p>"},
    ],
)
def test_what_differs_is_not_joined(database: Database, other: dict[str, str]) -> None:
    ingest(database, [raw("1")])
    assert tally(ingest(database, [raw("x", **other)], kind="rss", board="feed")) == (1, 1, 0, 0, 0)


def test_a_split_stays_split(database: Database) -> None:
    ingest(database, [raw("1")])
    ingest(database, [raw("x")], kind="rss", board="feed")
    with database.write() as session:
        clusters.split(session, 2, NOW)
    assert shown(database) == [True, True]
    ingest(database, [raw("x", description_html=TEXT + "<p>Now with a bicycle.</p>")], kind="rss", board="feed")
    ingest(database, [raw("y")], kind="rss", board="third")
    assert [row.cluster_id is None for row in postings(database)] == [False, True, False]
    with pytest.raises(NotFoundError, match="not merged"), database.write() as session:
        clusters.split(session, 2, NOW)
