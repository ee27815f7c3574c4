from __future__ import annotations

import pytest
from small_store import NOW, fill, matcher

from jobswipe.db.engine import Database
from jobswipe.matching import swipes
from jobswipe.matching.explain import listed, spoken
from jobswipe.matching.match import Match
from jobswipe.settings import Settings


def _matches(database: Database, settings: Settings) -> list[Match]:
    with database.read() as session:
        return matcher(database, settings).match(session, 1, 100)


@pytest.mark.parametrize(
    ("facet", "words"),
    [
        ("country:DE", "in Germany"),
        ("city:Berlin, DE", "in Berlin"),
        ("remote:US", "remote from United States"),
        ("remote:EMEA", "remote from EMEA"),
        ("workplace:remote", "remote"),
        ("pay:100", "pay of 100,000 US dollars or more"),
        ("level:senior", "level senior"),
        ("rank:3", "levels from senior up"),
        ("family:data_ml", "data ml"),
        ("skill:abc", "Python"),
        ("word:engin", "“engineer” in the title"),
        ("company:acme", "the company acme"),
        ("employment:full_time", "full time"),
        ("level:?", "level not stated"),
    ],
)
def test_facets_are_spoken_in_words(facet: str, words: str) -> None:
    assert spoken(facet, {"abc": "Python"}, {"engin": "engineer"}) == words


def test_lists_read_as_english() -> None:
    assert listed(["A"]) == "A"
    assert listed(["A", "B"]) == "A and B"
    assert listed(["A", "B", "C"]) == "A, B and C"


def test_reasons_name_skills_place_and_level(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    said = {reason for one in _matches(sqlite, settings) for reason in one.reasons}
    assert "Close to your title Backend Engineer" in said
    assert "In Berlin, where you live" in said
    assert "In Germany, your country" in said or "Remote, open to Germany" in said
    assert "Not in your country" in said
    assert any(reason.startswith("Asks for ") and reason.endswith("which your resume shows") for reason in said)


def test_reasons_speak_of_what_was_asked_for(sqlite: Database, settings: Settings) -> None:
    floor = {"amount": 50_000, "currency": "USD", "period": "year"}
    fill(
        sqlite,
        preferences={
            "countries": ["DE", "US"],
            "seniority": ["senior"],
            "salary_floor": floor,
            "titles": ["Data Analyst"],
        },
    )
    said = {reason for one in _matches(sqlite, settings) for reason in one.reasons}
    assert "Close to the title you look for: Data Analyst" in said
    assert "In United States, one of your countries" in said
    assert "Level senior, as you want" in said
    assert {"Pays above your floor", "Does not say its pay"} <= said


def test_what_was_learned_says_how_many_and_what(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        for one in ranking.match(session, 1, 60):
            if one.rank % 4 == 0:
                remote = any(reason.startswith("Remote") for reason in one.reasons)
                swipes.record(session, ranking, 1, one.posting_id, "like" if remote else "dislike", NOW)
        after = ranking.match(session, 1, 60)
    liked = [reason for one in after for reason in one.reasons if "that you liked" in reason]
    assert any("remote" in reason for reason in liked)
    assert any("that you disliked" in reason for one in after for reason in one.reasons)
    assert not any(":" in reason.split(": ", 1)[1] for reason in liked)
