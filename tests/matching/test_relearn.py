"""Models that do not agree with the log are made from it again, and equal what was learned step by step."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from small_store import NOW, fill, matcher
from sqlmodel import Session, select, update

from jobswipe import skills
from jobswipe.db.engine import Database
from jobswipe.matching import relearn, score
from jobswipe.matching.engine import Matcher
from jobswipe.matching.learn import Model
from jobswipe.matching.names import group
from jobswipe.matching.swipes import record, undo
from jobswipe.models import Posting, PreferenceModel, Swipe
from jobswipe.models.base import table
from jobswipe.settings import Settings
from jobswipe.skills.skill import Skill


@pytest.fixture
def taught(both: Database, settings: Settings) -> Matcher:
    """A person who has judged a dozen postings, over two days, one taken back."""
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.write() as session:
        for number, posting_id in enumerate(ids[3:50:4]):
            verdict, reason = (("like", None), ("dislike", "place"), ("save", None), ("skip", None))[number % 4]
            record(session, ranking, 1, posting_id, verdict, NOW + timedelta(days=number // 6), reason=reason)
        undo(session, ranking, 1, NOW + timedelta(days=1))
        record(session, ranking, 1, ids[3], "dislike", NOW + timedelta(days=2))
    return ranking


def row(session: Session) -> PreferenceModel:
    """The person's model as it is stored now."""
    found = session.exec(select(PreferenceModel).execution_options(populate_existing=True)).one()
    session.expunge(found)
    return found


def facts(model: Model) -> list[tuple[object, ...]]:
    return [
        (one.swipe_id, one.posting_id, one.verdict, one.reason, one.base, sorted(one.facets), one.dense, one.vector)
        for one in model.examples
    ]


def mended(database: Database) -> tuple[bool, bool, PreferenceModel]:
    """(was it stale, did it change, the row)."""
    with database.read() as session:
        stale = relearn.stale(session, 1)
    with database.write() as session:
        changed = relearn.mend(session, 1, NOW)
    with database.read() as session:
        assert not relearn.stale(session, 1)
        return stale, changed, row(session)


def test_a_sound_model_is_left_alone(both: Database, taught: Matcher) -> None:
    with both.read() as session:
        before = row(session)
        assert relearn.persons(session) == [1]
        assert relearn.persons(session, 1) == []
    stale, changed, after = mended(both)
    assert (stale, changed) == (False, False)
    assert (after.state, after.version) == (before.state, before.version)


@pytest.mark.parametrize("state", [b"", b"nonsense", b"\x93\x63\x90\x90"])
def test_a_lost_state_is_made_again_and_equal(both: Database, taught: Matcher, state: bytes) -> None:
    with both.write() as session:
        before = row(session)
        learned = taught.view(session, 1).learned
        session.execute(update(PreferenceModel).values(state=state))
    stale, changed, after = mended(both)
    assert (stale, changed) == (True, True)
    assert facts(Model.decode(after.state)) == facts(Model.decode(before.state))
    assert (after.version, after.last_swipe_id) == (before.version + 1, before.last_swipe_id)
    with both.read() as session:
        np.testing.assert_allclose(taught.view(session, 1).learned, learned, atol=1e-6)


def test_a_missing_model_is_made(both: Database, taught: Matcher) -> None:
    with both.write() as session:
        before = row(session)
        session.execute(table(PreferenceModel).delete())
    stale, changed, after = mended(both)
    assert (stale, changed) == (True, True)
    assert facts(Model.decode(after.state)) == facts(Model.decode(before.state))


def test_a_verdict_that_was_learned_on_top_of_a_lost_state(both: Database, taught: Matcher, settings: Settings) -> None:
    """The newest swipe is the state's last one: all the same the others are missing."""
    with both.write() as session:
        session.execute(update(PreferenceModel).values(state=b""))
        posting_id = session.exec(select(Posting.id).order_by(Posting.id.desc())).first()
        record(session, matcher(both, settings), 1, posting_id or 0, "like", NOW)
    with both.read() as session:
        assert len(Model.decode(row(session).state).examples) == 1
    stale, _, after = mended(both)
    assert stale
    assert len(Model.decode(after.state).examples) == 13


def test_a_process_that_has_the_model_in_memory_loses_nothing_with_the_state(both: Database, taught: Matcher) -> None:
    with both.write() as session:
        before = facts(Model.decode(row(session).state))
        session.execute(update(PreferenceModel).values(state=b""))
        posting_id = session.exec(select(Posting.id).order_by(Posting.id.desc())).first()
        record(session, taught, 1, posting_id or 0, "like", NOW)
    stale, changed, after = mended(both)
    assert (stale, changed) == (False, False)
    assert facts(Model.decode(after.state))[:-1] == before


def test_what_the_log_has_and_the_model_has_not(both: Database, taught: Matcher) -> None:
    with both.write() as session:
        before = row(session)
        session.execute(update(PreferenceModel).values(last_swipe_id=1, state=Model().encode()))
    assert mended(both)[0]
    with both.write() as session:  # a verdict that the log takes back and the model still has
        swipe = session.exec(select(Swipe).where(Swipe.verdict == "like")).first()
        assert swipe is not None
        session.add(Swipe(person_id=1, posting_id=swipe.posting_id, verdict="undo", undoes_id=swipe.id, at=NOW))
    _, changed, after = mended(both)
    assert changed
    assert facts(Model.decode(after.state)) == [one for one in facts(Model.decode(before.state)) if one[0] != swipe.id]


def test_closed_postings_teach_what_they_taught(both: Database, taught: Matcher) -> None:
    with both.write() as session:
        before = row(session)
        session.execute(update(Posting).values(state="closed", shown=False, change_seq=Posting.change_seq + 1000))
        session.execute(update(PreferenceModel).values(state=b""))
    assert facts(Model.decode(mended(both)[2].state)) == facts(Model.decode(before.state))


def test_what_was_learned_of_postings_that_went_with_their_source_stays(both: Database, taught: Matcher) -> None:
    with both.write() as session:
        before = row(session)
        gone = Model.decode(before.state).examples[0]
        session.execute(table(Posting).delete().where(table(Posting).c.id == gone.posting_id))
    _, changed, after = mended(both)
    assert not changed
    assert after.state == before.state


def test_an_older_log_tells_it_to_four_decimals(both: Database, taught: Matcher) -> None:
    with both.read() as session:
        exact = {one.id: one for one in session.exec(select(Swipe).where(Swipe.verdict != "undo"))}
    for swipe in exact.values():
        assert swipe.evidence is not None
        assert swipe.score is not None
        assert swipe.parts is not None
        told = score.evidence_of(swipe.score, swipe.parts)
        assert sum(value for name, value in told.items() if name != "learned") == pytest.approx(
            swipe.evidence["base"], abs=0.05
        )
        for name in ("text", "title", "skills", "place"):
            assert told[name] == pytest.approx(swipe.evidence[name], abs=0.02)


def test_a_new_edition_of_skills_renews_the_facets(
    both: Database, taught: Matcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with both.read() as session:
        before = Model.decode(row(session).state).examples
        version = row(session).version
    monkeypatch.setattr(skills, "EDITION", skills.EDITION + 1)
    monkeypatch.setattr(skills, "extract", lambda text: [Skill("sample:new", "new", text[:3])])
    stale, changed, after = mended(both)
    assert (stale, changed, after.version) == (True, True, version + 1)
    assert after.skills_edition == skills.EDITION
    for old, new in zip(before, Model.decode(after.state).examples, strict=True):
        assert [one for one in new.facets if group(one) == "skill"] == ["skill:sample:new"]
        assert {one for one in new.facets if group(one) != "skill"} == {
            one for one in old.facets if group(one) != "skill"
        }
        assert (new.base, new.dense, new.vector) == (old.base, old.dense, old.vector)
    # Once for each edition, and an older one leaves it alone.
    monkeypatch.setattr(skills, "EDITION", skills.EDITION - 1)
    assert mended(both)[:2] == (False, False)


def test_a_verdict_on_a_posting_of_an_older_edition_is_looked_at_again(both: Database, taught: Matcher) -> None:
    with both.write() as session:
        posting = session.exec(select(Posting).where(Posting.id.not_in(select(Swipe.posting_id)))).first()
        assert posting is not None
        posting.skills_edition = 0
        session.add(posting)
        session.flush()
        record(session, taught, 1, posting.id or 0, "like", NOW)
        assert row(session).skills_edition == 0
    assert mended(both)[0]


def test_persons_without_verdicts_are_no_matter(both: Database, settings: Settings) -> None:
    fill(both)
    with both.read() as session:
        assert relearn.persons(session) == []
        assert not relearn.stale(session, 1)
