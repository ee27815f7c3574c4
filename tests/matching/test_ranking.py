from __future__ import annotations

import time
from pathlib import Path

import pytest
from small_store import NOW, RESUME, fill, insert, matcher, prefer

from jobswipe.db.engine import Database
from jobswipe.matching import swipes
from jobswipe.matching.candidate import candidate
from jobswipe.matching.preferences import Preferences
from jobswipe.models import Posting
from jobswipe.resumes.facts import facts
from jobswipe.settings import Settings, load


def test_the_resume_alone_brings_role_place_and_level_to_the_top(both: Database, settings: Settings) -> None:
    fill(both)
    ranking = matcher(both, settings)
    with both.read() as session:
        found = ranking.match(session, 1, 20)
        first = session.get(Posting, found[0].posting_id)
    assert "Backend Engineer" in found[0].title
    assert all("Backend Engineer" in one.title for one in found[:6])
    assert first is not None
    assert first.remote_countries in ([], ["DE"])
    assert found[0].company is not None
    assert found[0].url is not None
    assert {"Python (computer programming)", "SQL"} <= set(found[0].matched_skills)
    assert "Kubernetes" in found[0].missing_skills
    assert any("which your resume shows" in reason for reason in found[0].reasons)


def test_wanted_titles_outweigh_the_resume(sqlite: Database, settings: Settings) -> None:
    fill(sqlite, preferences={"titles": ["Registered Nurse"]})
    with sqlite.read() as session:
        found = matcher(sqlite, settings).match(session, 1, 5)
    assert all("Nurse" in one.title for one in found)


def test_without_a_resume_or_postings_there_is_an_answer(sqlite: Database, settings: Settings) -> None:
    empty = matcher(sqlite, settings)
    with sqlite.read() as session:
        assert empty.match(session, 1, 5) == []
        assert empty.search("engineer") == []
    fill(sqlite, resume=None)
    with sqlite.read() as session:
        found = empty.match(session, 1, 5)
    assert len(found) == 5


def test_age_lowers_and_never_hides(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    twins = [{"title": "Backend Engineer", "company": "Twin", "city": "Berlin", "age": age} for age in (1, 400)]
    with sqlite.write() as session:
        young, old = insert(session, twins, first_seq=500)
    with sqlite.read() as session:
        found = {one.posting_id: one for one in matcher(sqlite, settings).match(session, 1, 1_000)}
    assert found[young].score > found[old].score
    assert found[young].parts["freshness"] > found[old].parts["freshness"]


def test_a_town_within_a_commute_is_nearer_than_the_rest_of_the_country(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    with sqlite.read() as session:
        found = matcher(sqlite, settings).match(session, 1, 100)
    place = {one.title + str(one.posting_id): one.parts["place"] for one in found if one.title == "Backend Engineer"}
    assert sum(value > 0 for value in place.values()) == 2  # Berlin and Potsdam, not Austin
    assert any("where you live" in reason for one in found[:10] for reason in one.reasons)


def test_judged_postings_are_left_out_until_taken_back(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    with both.write() as session:
        swipes.record(session, ranking, 1, ids[0], "like", NOW)
        swipes.record(session, ranking, 1, ids[1], "dislike", NOW)
    with both.read() as session:
        left = {one.posting_id for one in ranking.match(session, 1, 100)}
        every = {one.posting_id for one in ranking.match(session, 1, 100, include_judged=True)}
    assert left == set(ids) - {ids[0], ids[1]}
    assert every == set(ids)
    with both.write() as session:
        swipes.undo(session, ranking, 1, NOW)
    with both.read() as session:
        assert {one.posting_id for one in ranking.match(session, 1, 100)} == set(ids) - {ids[0]}


def test_the_other_postings_of_a_judged_opening_are_left_out_too(sqlite: Database, settings: Settings) -> None:
    from jobswipe.models import Cluster

    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        swipes.record(session, ranking, 1, ids[0], "dislike", NOW)
        session.add(Cluster(id=1, created_at=NOW))
        session.flush()
        for at, shown in ((0, False), (1, True)):
            posting = session.get(Posting, ids[at])
            assert posting is not None
            posting.cluster_id, posting.shown, posting.change_seq = 1, shown, 900 + at
            session.add(posting)
    with sqlite.read() as session:
        assert not {ids[0], ids[1]} & {one.posting_id for one in ranking.match(session, 1, 100)}


def test_what_a_refresh_finds_is_ranked_at_once(both: Database, settings: Settings) -> None:
    fill(both)
    ranking = matcher(both, settings)
    with both.write() as session:
        (new,) = insert(session, [{"title": "Backend Engineer", "company": "Late", "city": "Berlin"}], first_seq=800)
        closed = session.get(Posting, 1)
        assert closed is not None
        closed.state, closed.change_seq = "closed", 801
        session.add(closed)
    with both.read() as session:
        found = {one.posting_id for one in ranking.match(session, 1, 100)}
    assert new in found
    assert closed.id not in found


def test_a_copied_home_ranks_the_same(sqlite: Database, settings: Settings, tmp_path: Path) -> None:
    import shutil

    fill(sqlite)
    with sqlite.read() as session:
        before = matcher(sqlite, settings).match(session, 1, 30)
    copied = load(Path(shutil.copytree(settings.home, tmp_path / "copy")))
    with sqlite.read() as session:
        assert matcher(sqlite, copied).match(session, 1, 30) == before


def test_a_warm_match_is_quick(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.read() as session:
        ranking.match(session, 1, 20)
        started = time.perf_counter()
        for _ in range(10):
            ranking.match(session, 1, 20)
    assert (time.perf_counter() - started) / 10 < 0.15


def test_a_resume_without_a_place_or_titles_still_ranks(sqlite: Database, settings: Settings) -> None:
    fill(sqlite, resume={"basics": {}, "skills": RESUME["skills"]})
    with sqlite.write() as session:
        prefer(session, {"remote": "only"})
    with sqlite.read() as session:
        found = matcher(sqlite, settings).match(session, 1, 100)
    assert len(found) == 15


@pytest.mark.parametrize(
    ("title", "start", "text", "rank"),
    [
        ("Senior Engineer", "2025-06", "", 3.0),
        ("Engineer", "2025-06", "", 0.9),
        ("Engineer", "2023-06", "", 2.0),
        ("Engineer", "2013-06", "", 3.1),
        ("Engineering Manager", "2025-06", "", 4.2),
        ("Tutor", "2025-06", "Physics student at a university", 0.5),
        (None, None, "", None),
    ],
)
def test_the_level_comes_from_the_title_else_from_the_years(
    title: str | None, start: str | None, text: str, rank: float | None
) -> None:
    work = [{"position": title, "startDate": start}] if title else []
    document = {"basics": {"label": text}, "work": work} if text else {"work": work}
    assert candidate(facts(document, NOW), Preferences()).rank == rank


def test_preferences_move_the_candidate() -> None:
    plain = candidate(facts(RESUME, NOW), Preferences())
    assert (plain.home, plain.city, plain.countries) == ("DE", "Berlin", ("DE",))
    assert plain.titles == (("Backend Engineer", 1.0),)
    moved = candidate(facts(RESUME, NOW), Preferences(countries=("US",), titles=("Data Engineer",)))
    assert moved.countries == ("US",)
    assert moved.titles[0] == ("Data Engineer", 1.0)
    assert moved.titles[1][1] < 0.5
