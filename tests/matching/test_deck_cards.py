from __future__ import annotations

from small_store import NOW, fill, insert, matcher

from jobswipe.db.engine import Database
from jobswipe.matching import swipes
from jobswipe.matching.deck import deck
from jobswipe.matching.verdicts import SKIP_RESTS
from jobswipe.settings import Settings


def test_never_a_judged_card_and_positions_count_on(both: Database, settings: Settings) -> None:
    fill(both)
    ranking = matcher(both, settings)
    seen: set[int] = set()
    for turn in range(4):
        with both.write() as session:
            cards = deck(ranking, session, 1, 3)
            assert [card.position for card in cards] == [3 * turn + n for n in (1, 2, 3)]
            for card in cards:
                assert card.match.posting_id not in seen
                seen.add(card.match.posting_id)
                swipes.record(
                    session, ranking, 1, card.match.posting_id, "like", NOW,
                    deck_position=card.position, explored=card.explored,
                )  # fmt: skip
    assert len(seen) == 12


def test_every_tenth_card_explores_once_there_is_something_to_learn_from(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        assert not any(card.explored for card in deck(ranking, session, 1, 12))
        swipes.record(session, ranking, 1, 1, "dislike", NOW)
        explored = [card.position for card in deck(ranking, session, 1, 30) if card.explored]
    assert explored == [10, 20, 30]


def test_the_deck_ends_when_all_is_judged(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        for posting_id in ids[:-2]:
            swipes.record(session, ranking, 1, posting_id, "dislike", NOW)
        assert {card.match.posting_id for card in deck(ranking, session, 1, 10)} == set(ids[-2:])


def test_a_skipped_card_rests_and_comes_back(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)

    def dealt() -> set[int]:
        return {card.match.posting_id for card in deck(ranking, session, 1, 60)}

    with sqlite.write() as session:
        before = {one.posting_id: one.score for one in ranking.match(session, 1, 100)}
        swipes.record(session, ranking, 1, ids[0], "skip", NOW)
        assert ids[0] not in dealt()
        after = {one.posting_id: one.score for one in ranking.match(session, 1, 100, include_judged=True)}
        assert after[ids[0]] < before[ids[0]]
        for posting_id in ids[1 : SKIP_RESTS + 1]:
            swipes.record(session, ranking, 1, posting_id, "dislike", NOW)
        assert ids[0] in dealt()


def test_no_company_floods_the_deck(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    with sqlite.write() as session:
        many = [{"title": "Backend Engineer", "company": "Flood", "city": "Berlin"} for _ in range(12)]
        insert(session, many, first_seq=700)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        companies = [card.match.company for card in deck(ranking, session, 1, 12)]
    assert companies.count("Flood") < 12
