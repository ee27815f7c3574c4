from __future__ import annotations

import pytest
from small_store import NOW, fill, matcher
from sqlmodel import Session, select

from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.matching import swipes
from jobswipe.matching.swipes import read_lines, record, undo
from jobswipe.models import Application, ApplicationEvent, PreferenceModel, Swipe
from jobswipe.settings import Settings


def _lines(*verdicts: tuple[int, str]) -> list[swipes.Line]:
    return [swipes.Line(number=at, posting_id=id_, verdict=verdict) for at, (id_, verdict) in enumerate(verdicts, 1)]


def _state(session: Session) -> bytes:
    return session.exec(select(PreferenceModel.state)).one()


def test_a_like_is_logged_learned_and_opens_an_application(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.read() as session:
        shown = {one.posting_id: one for one in ranking.match(session, 1, 100)}[ids[0]]
    with both.write() as session:
        done = record(session, ranking, 1, ids[0], "like", NOW, deck_position=3, explored=True)
    assert done.new
    with both.read() as session:
        swipe = session.exec(select(Swipe)).one()
        assert (swipe.verdict, swipe.deck_position, swipe.explored, swipe.model_version) == ("like", 3, True, 0)
        assert swipe.score == pytest.approx(shown.score, abs=1e-4)
        assert swipe.parts == pytest.approx(shown.parts, abs=1e-3)
        model = session.exec(select(PreferenceModel)).one()
        assert (model.version, model.last_swipe_id) == (1, swipe.id)
        assert model.summary is not None
        assert model.summary["verdicts"] == 1
        application = session.exec(select(Application)).one()
        assert (application.id, application.stage, application.posting_id) == (done.application_id, "saved", ids[0])
        assert [event.kind for event in session.exec(select(ApplicationEvent))] == ["opened"]


def test_the_same_verdict_twice_is_no_double_and_another_one_stands_instead(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.write() as session:
        first = record(session, ranking, 1, ids[0], "like", NOW)
        again = record(session, ranking, 1, ids[0], "like", NOW)
        assert (again.new, again.swipe.id) == (False, first.swipe.id)
        assert record(session, ranking, 1, ids[0], "save", NOW).application_id is None  # it is open already
        assert len(session.exec(select(Swipe)).all()) == 2
        assert ranking.model(session, 1).standing[0].verdict == "save"


def test_undo_restores_the_model_to_the_byte_and_takes_the_application_back(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.write() as session:
        record(session, ranking, 1, ids[1], "dislike", NOW, reason="place")
        before = _state(session)
        before_ranking = ranking.match(session, 1, 60)
        record(session, ranking, 1, ids[0], "like", NOW)
        assert _state(session) != before
        taken = undo(session, ranking, 1, NOW)
        assert taken.posting_id == ids[0]
        assert _state(session) == before
        assert session.exec(select(Application)).all() == []
        assert session.exec(select(ApplicationEvent)).all() == []
        assert ranking.match(session, 1, 60) == before_ranking
        assert [swipe.verdict for swipe in session.exec(select(Swipe).order_by(Swipe.id))] == [
            "dislike",
            "like",
            "undo",
        ]


def test_undo_leaves_an_application_that_was_touched(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        done = record(session, ranking, 1, ids[0], "like", NOW)
        applications.note(session, 1, done.application_id or 0, "Spoke to them.", NOW)
        undo(session, ranking, 1, NOW)
        assert len(session.exec(select(Application)).all()) == 1


def test_undo_goes_back_one_verdict_at_a_time_and_then_says_so(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        for posting_id in ids[:3]:
            record(session, ranking, 1, posting_id, "dislike", NOW)
        assert [undo(session, ranking, 1, NOW).posting_id for _ in range(3)] == ids[2::-1]
        with pytest.raises(ConflictError):
            undo(session, ranking, 1, NOW)
        assert record(session, ranking, 1, ids[0], "dislike", NOW).new


def test_a_batch_is_learned_in_order_and_kept_whole_or_not_at_all(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.write() as session:
        done = swipes.apply(session, ranking, 1, _lines((ids[0], "like"), (ids[1], "dislike"), (ids[0], "like")), NOW)
    assert [one.new for one in done] == [True, True, False]
    assert [one.swipe.model_version for one in done[:2]] == [0, 1]
    with pytest.raises(NotFoundError, match="Line 2"), both.write() as session:
        swipes.apply(session, ranking, 1, _lines((ids[2], "like"), (10**9, "like")), NOW)
    with both.read() as session:
        assert len(session.exec(select(Swipe)).all()) == 2
        assert len(ranking.model(session, 1).examples) == 2  # the model of what was rolled back is gone as well


def test_verdicts_move_the_ranking(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        nurses = [one for one in ranking.match(session, 1, 60) if "Nurse" in one.title]
        engineers = [one for one in ranking.match(session, 1, 60) if "Engineer" in one.title]
        for one in nurses[:4]:
            record(session, ranking, 1, one.posting_id, "like", NOW)
        for one in engineers[:8]:
            record(session, ranking, 1, one.posting_id, "dislike", NOW)
        after = ranking.match(session, 1, 60)
    assert "Nurse" in after[0].title
    assert after[0].parts["learned"] > 0
    assert any("that you liked" in reason for reason in after[0].reasons)
    low = next(one for one in after if "Backend" in one.title)
    assert low.parts["learned"] < 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "Line 2 is not JSON"),
        ("[]", "Line 2"),
        ('{"verdict": "like"}', "Line 2 has no posting_id"),
        ('{"posting_id": 1, "verdict": "love"}', "Line 2: No verdict 'love': choose one of like"),
        ('{"posting_id": 1}', "Line 2: No verdict None"),
        ('{"posting_id": 1, "verdict": "like", "reason": "smell"}', "Line 2: No reason 'smell'"),
        ('{"posting_id": true, "verdict": "like"}', "Line 2 has no posting_id"),
    ],
)
def test_a_bad_line_is_named(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        list(read_lines(['{"posting_id": 1, "verdict": "like"}', text]))
    assert says in caught.value.message


def test_lines_are_read_with_ids_as_text_and_blank_ones_skipped() -> None:
    assert [(line.number, line.posting_id) for line in read_lines(["", '{"posting_id": "7", "verdict": "skip"}'])] == [
        (2, 7)
    ]


def test_a_closed_posting_can_be_judged_and_teaches_nothing(sqlite: Database, settings: Settings) -> None:
    from jobswipe.models import Posting

    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        posting = session.get(Posting, ids[0])
        assert posting is not None
        posting.state, posting.change_seq = "closed", 600
        session.add(posting)
        session.flush()
        done = record(session, ranking, 1, ids[0], "like", NOW)
        assert done.swipe.score is None
        assert ranking.model(session, 1).examples == ()
