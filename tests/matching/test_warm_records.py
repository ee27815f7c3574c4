"""What is kept between requests never shows: the same cards as computed anew, whoever changed the store."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from small_store import NOW, RESUME, fill, insert, matcher, prefer, specs
from sqlmodel import Session, select
from statements import statements

from jobswipe.db.engine import Database
from jobswipe.matching import score, shortlist, swipes
from jobswipe.matching.deck import Card, choose, deck, looked
from jobswipe.matching.design import Space
from jobswipe.matching.engine import Matcher, TakesLongerError
from jobswipe.matching.verdicts import judged
from jobswipe.matching.warm import Records
from jobswipe.models import Posting, PreferenceModel, Source, Swipe
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume
from jobswipe.settings import Settings

HOLDS = 300
"""The shortlist's length in these tests; the store has more postings."""


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Shortlists of HOLDS postings; what is asked for grows with every ranking of all."""
    asked: list[int] = []
    monkeypatch.setattr(shortlist, "KEPT", HOLDS)
    whole = Matcher._all
    monkeypatch.setattr(Matcher, "_all", lambda self, *given: (asked.append(1), whole(self, *given))[1])
    return asked


def crowded(database: Database) -> list[int]:
    """600 postings and a person."""
    ids = fill(database)
    with database.write() as session:
        for turn in range(1, 10):
            rows = [{**row, "company": f"Company {at % 40}", "age": 3 * turn} for at, row in enumerate(specs())]
            ids += insert(session, rows, first_seq=turn * 1_000)
    return ids


def anew(ranking: Matcher, session: Session, size: int) -> list[Card]:
    """The deck as ranking every posting gives it."""
    view = ranking.view(session, 1)
    dealt = len(ranking.warm(session, 1)[1].log)
    open_ = view.allowed & ~np.isin(view.space.features.ids, judged(session, 1))
    chosen = choose(view, open_, size, dealt, ranking.settings.match.explore_every)
    matches = ranking.describe(session, view, np.array([row for row, _ in chosen], np.int64))
    return [
        Card(position=dealt + match.rank, explored=taught, match=match)
        for match, (_, taught) in zip(matches, chosen, strict=True)
    ]


@pytest.mark.parametrize(("seed", "longer", "ranked"), [(1, 0, 30), (2, 0, 30), (3, 100, 1)])
def test_the_deck_of_a_shortlist_is_that_of_all_postings(
    sqlite: Database,
    settings: Settings,
    short: list[int],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    longer: int,
    ranked: int,
) -> None:
    monkeypatch.setattr(shortlist, "MANY", 1)  # each verdict has all ranked, or the pool, which has them all
    monkeypatch.setattr(shortlist, "LONGER", longer)
    crowded(sqlite)
    dice = random.Random(seed)
    ranking = matcher(sqlite, settings)
    for decks in range(30):
        with sqlite.read() as session:
            cards = deck(ranking, session, 1, 10)
            assert cards == anew(ranking, session, 10)
            assert deck(ranking, session, 1, 10) == cards
        with sqlite.write() as session:
            if dice.random() < 0.1 and decks > 2:
                swipes.undo(session, ranking, 1, NOW)
                continue
            verdict = dice.choices(swipes.VERDICTS, [4, 5, 1, 2])[0]
            swipes.record(session, ranking, 1, dice.choice(cards).match.posting_id, verdict, NOW)
    assert len(short) == ranked


def test_a_shortlist_is_taken_as_it_is_for_a_few_verdicts(
    sqlite: Database, settings: Settings, short: list[int]
) -> None:
    ids = crowded(sqlite)
    dice = random.Random(3)
    ranking = matcher(sqlite, settings)
    chosen_at = []
    with sqlite.write() as session:
        for _ in range(17):
            cards = deck(ranking, session, 1, 10)
            listed = ranking.warm(session, 1)[1].shortlist
            assert listed is not None
            chosen_at.append(listed.verdicts)
            assert {card.match.posting_id for card in cards} <= {ids[row] for row in listed.rows.tolist()}
            assert len(listed.rows) == HOLDS + listed.verdicts
            view = ranking.view(session, 1)
            for card in cards:  # whatever is among them, its score is that of now
                row = view.space.features.row[card.match.posting_id]
                assert card.match.score == ranking.describe(session, view, np.array([row]))[0].score
            swipes.record(session, ranking, 1, dice.choice(ids), dice.choice(("like", "dislike")), NOW)
    assert chosen_at == [0] * 4 + [4] * 4 + [8] * 4 + [12] * 4 + [16]
    assert len(short) == 1


def test_a_shortlist_is_renewed_of_its_pool_until_all_are_ranked_again(
    sqlite: Database, settings: Settings, short: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "KEPT", 50)
    monkeypatch.setattr(shortlist, "POOL", 100)
    ids = crowded(sqlite)
    dice = random.Random(4)
    ranking = matcher(sqlite, settings)
    seen = []
    with sqlite.write() as session:
        for _ in range(22):
            cards = deck(ranking, session, 1, 10)
            listed = ranking.warm(session, 1)[1].shortlist
            assert listed is not None
            seen.append((listed.ranked, listed.verdicts, len(listed.pool), len(listed.rows)))
            assert set(listed.rows.tolist()) <= set(listed.pool.tolist())
            space = ranking.view(session, 1).space
            assert np.array_equal(listed.evidence, space.evidence[listed.rows])  # the same as among all
            swipes.record(session, ranking, 1, cards[dice.randrange(10)].match.posting_id, "dislike", NOW)
    assert seen[0] == (0, 0, 100, 50)
    assert seen[7] == (0, 4, 100, 54)
    assert seen[19] == (0, 16, 100, 66)
    assert seen[20] == (20, 20, 120, 70)
    assert len(short) == 2
    assert len(ids) > 500


@pytest.mark.parametrize(
    ("made", "few", "many"), [(0, 4, 20), (19, 5, 24), (40, 10, 50), (100, 25, 125), (1_000, 25, 125)]
)
def test_the_more_verdicts_there_are_the_longer_a_shortlist_holds(made: int, few: int, many: int) -> None:
    nothing = np.zeros(0)
    listed = shortlist.Shortlist(nothing, nothing, (nothing, nothing), nothing, nothing, False, made, made)
    assert listed.holds(made + few - 1)
    assert not listed.holds(made + few)
    assert listed.holds(made - 1)  # one was taken back
    assert listed.renews(made + many - 1)
    assert not listed.renews(made + many)


def test_a_deck_that_is_longer_than_its_shortlist_is_of_all_postings(
    sqlite: Database, settings: Settings, short: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "KEPT", 20)
    crowded(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        assert len(deck(ranking, session, 1, 10)) == 10
        assert deck(ranking, session, 1, 40) == anew(ranking, session, 40)
    assert len(short) == 2


def test_a_row_is_worth_the_same_alone_as_among_all(filled: Matcher, sqlite: Database) -> None:
    with sqlite.write() as session:
        for posting_id in (3, 40, 17):
            swipes.record(session, filled, 1, posting_id, "like", NOW)
        view = filled.view(session, 1)
    at = np.array([4, 9, 33, 51])
    features = view.space.features
    text = filled.text_fit(view.who)
    alone = score.evidence(features.take(at), text[at], view.who, NOW.timestamp(), 45)
    whole = score.evidence(features, text, view.who, NOW.timestamp(), 45)
    assert np.allclose(alone, whole[at], atol=1e-6)
    one = Space(features.take(at), view.space.evidence[at])
    assert (view.model.learned(one) == view.learned[at]).all()
    assert (one.base == view.space.base[at]).all()
    assert np.allclose(view.model.deviation(one, np.arange(4)), view.model.deviation(view.space, at))


def _other_verdict(database: Database, other: Matcher) -> None:
    with database.write() as session:
        swipes.record(session, other, 1, deck(other, session, 1, 1)[0].match.posting_id, "dislike", NOW)


def _undo(database: Database, other: Matcher) -> None:
    with database.write() as session:
        swipes.undo(session, other, 1, NOW)


def _resume(database: Database, _other: Matcher) -> None:
    document = {**RESUME, "basics": {"label": "Registered Nurse"}, "work": []}
    with database.write() as session:
        service.store(session, 1, service.ReadResume("other.json", "0", ParsedResume(document, "")), NOW)


def _correction(database: Database, _other: Matcher) -> None:
    with database.write() as session:
        service.correct(session, service.get(session, 1), "basics.location.city", "Austin", NOW)


def _preferences(database: Database, _other: Matcher) -> None:
    with database.write() as session:
        prefer(session, {"titles": ["Data Analyst"], "countries": ["US"]})


def _closed(database: Database, other: Matcher) -> None:
    with database.write() as session:
        posting = session.get(Posting, deck(other, session, 1, 1)[0].match.posting_id)
        assert posting is not None
        posting.state, posting.shown, posting.change_seq = "closed", False, 90_000


def _retitled(database: Database, other: Matcher) -> None:
    with database.write() as session:
        posting = session.get(Posting, deck(other, session, 1, 1)[0].match.posting_id)
        assert posting is not None
        posting.title, posting.change_seq = "Backend Engineer, Billing", 90_000


def _merged(database: Database, other: Matcher) -> None:
    """The judged posting and the best card turn out to be one opening."""
    from jobswipe.models import Cluster

    with database.write() as session:
        session.add(Cluster(id=1, created_at=NOW))
        session.flush()
        first = session.exec(select(Swipe.posting_id)).first()
        for at, posting_id in enumerate((first, deck(other, session, 1, 1)[0].match.posting_id)):
            posting = session.get(Posting, posting_id)
            assert posting is not None
            posting.cluster_id, posting.change_seq = 1, 90_000 + at


def _source_gone(database: Database, _other: Matcher) -> None:
    with database.write() as session:
        session.add(Source(id=2, kind="ashby", board="other", created_at=NOW))
        session.flush()
        insert(session, [{"title": "Backend Engineer", "company": "New", "city": "Berlin"}], first_seq=95_000)
        session.delete(session.get(Source, 2))


@pytest.mark.parametrize(
    "change",
    [_other_verdict, _undo, _resume, _correction, _preferences, _closed, _retitled, _merged, _source_gone],
)
def test_a_change_by_another_process_shows_at_once(
    both: Database, settings: Settings, change: Callable[[Database, Matcher], None]
) -> None:
    ids = fill(both)
    ranking, other = matcher(both, settings), matcher(both, settings)
    with both.write() as session:
        swipes.record(session, ranking, 1, ids[7], "like", NOW)
    with both.read() as session:
        before = deck(ranking, session, 1, 10)
        assert before == deck(other, session, 1, 10)
    change(both, other)
    fresh = matcher(both, settings)
    with both.read() as session:
        after = deck(ranking, session, 1, 10)
        assert after == deck(fresh, session, 1, 10) == anew(fresh, session, 10)
    assert after != before


def test_another_day_is_another_deck(sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        before = deck(ranking, session, 1, 5)
        monkeypatch.setenv("JOBSWIPE_NOW", (NOW + timedelta(days=40)).isoformat())
        after = deck(ranking, session, 1, 5)
        assert after == deck(matcher(sqlite, settings), session, 1, 5)
    assert after[0].match.parts["freshness"] < before[0].match.parts["freshness"]


def test_what_is_rolled_back_was_never_kept(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.read() as session:
        before = deck(ranking, session, 1, 5)
    with pytest.raises(RuntimeError, match="changed my mind"), both.write() as session:
        swipes.record(session, ranking, 1, ids[0], "like", NOW)
        swipes.record(session, ranking, 1, before[0].match.posting_id, "dislike", NOW)
        assert deck(ranking, session, 1, 5) != before
        raise RuntimeError("changed my mind")
    with both.read() as session:
        assert deck(ranking, session, 1, 5) == before
    with both.write() as session:
        swipes.record(session, ranking, 1, ids[1], "like", NOW)
        swipes.record(session, ranking, 1, before[0].match.posting_id, "dislike", NOW)
    with both.read() as session:
        assert [one.posting_id for one in ranking.model(session, 1).examples] == [ids[1], before[0].match.posting_id]
        assert deck(ranking, session, 1, 5) == deck(matcher(both, settings), session, 1, 5)


def test_a_warm_request_asks_the_store_little(both: Database, settings: Settings) -> None:
    fill(both)
    ranking = matcher(both, settings)
    with both.read() as session:
        cards = deck(ranking, session, 1, 10)
    with both.read() as session, statements(both) as ran:
        deck(ranking, session, 1, 10)
    assert len(ran) == 1
    for verdict, most in (("dislike", 4), ("like", 6)):
        with both.write() as session:
            swipes.record(session, ranking, 1, cards.pop().match.posting_id, verdict, NOW)  # the first makes a row
        with both.write() as session, statements(both) as ran:
            swipes.record(session, ranking, 1, cards.pop().match.posting_id, verdict, NOW)
        assert len(ran) <= most
        with both.read() as session, statements(both) as ran:
            deck(ranking, session, 1, 10)
        assert len(ran) <= 3


def test_whoever_is_warm_does_not_wait_for_whoever_is_cold(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        warm = deck(ranking, session, 1, 5)
        with ranking._heavy:  # as while another person's postings are ranked
            assert deck(ranking, session, 1, 5) == warm
            assert deck(ranking, session, 1, 3) == warm[:3]


def test_what_is_asked_for_at_once_ranks_nothing_and_reads_no_postings(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        with pytest.raises(TakesLongerError):  # nobody has ranked for this person
            looked(ranking, session, 1, 5, at_once=True)
        cards = looked(ranking, session, 1, 5).cards
        assert looked(ranking, session, 1, 5, at_once=True).cards == cards
    with sqlite.write() as session:
        swipes.record(session, ranking, 1, cards[0].match.posting_id, "like", NOW)
    with sqlite.read() as session:
        assert cards[0] not in looked(ranking, session, 1, 5, at_once=True).cards
    _closed(sqlite, ranking)
    with sqlite.read() as session:
        with pytest.raises(TakesLongerError):
            looked(ranking, session, 1, 5, at_once=True)
        with ranking._lock:  # as while another thread reads them: the postings are as they were
            assert len(looked(ranking, session, 1, 5, at_once=True).cards) == 5
        looked(ranking, session, 1, 5)
        assert len(looked(ranking, session, 1, 5, at_once=True).cards) == 5


def test_records_stay_within_their_bound(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        _, warm = ranking.warm(session, 1)
    records = Records(3 * warm.nbytes)
    for person_id in range(1, 9):
        records.keep(person_id, warm)
        assert records.size <= records.bound
    with sqlite.read() as session:
        assert records.get(session, 8) is warm
        assert records.get(session, 1) is None
    assert len(records) == 3
    small = Records(1)
    small.keep(1, warm)
    small.keep(2, warm)
    assert len(small) == 1


def test_64_clients_at_the_same_cards_leave_each_verdict_once(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    cards = ids[:6]
    start = threading.Barrier(64)
    failed: list[BaseException] = []
    new: list[int] = []

    def client(number: int) -> None:
        own = random.Random(number)
        start.wait()
        try:
            for posting_id in own.sample(cards, len(cards)) * 2:  # each once more: a client that tries again
                with both.write() as session:
                    done = swipes.record(session, ranking, 1, posting_id, "like", NOW)
                if done.new:
                    new.append(posting_id)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(new) == sorted(cards)
    with both.read() as session:
        assert sorted(session.exec(select(Swipe.posting_id)).all()) == sorted(cards)
        stored = session.exec(select(PreferenceModel)).one()
        assert stored.version == len(cards)
        assert sorted(one.posting_id for one in ranking.model(session, 1).examples) == sorted(cards)
        assert deck(ranking, session, 1, 10) == deck(matcher(both, settings), session, 1, 10)
