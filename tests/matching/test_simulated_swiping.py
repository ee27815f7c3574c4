from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_store import NOW, RESUME

from jobswipe.errors import InputError, UsageError
from jobswipe.matching import persona
from jobswipe.matching.engine import Matcher
from jobswipe.matching.openings import openings
from jobswipe.matching.persona import Opening, Persona, Role, Wants, grade
from jobswipe.matching.simulate import held_out, ndcg, simulate

ENGINEER = Wants(roles=(Role(any=("engineer",), none=("manager",)), Role(any=("analyst",), points=0.6)))


def _wanted(**wants: Any) -> Persona:
    return Persona(name="sample", profession="engineering", resume=RESUME, wants=Wants(roles=ENGINEER.roles, **wants))


@pytest.mark.parametrize(
    ("wants", "opening", "expected"),
    [
        ({}, {}, 3),
        ({}, {"title": "Engineering Lead"}, 0),  # whole words
        ({}, {"title": "Engineer Manager"}, 0),
        ({}, {"title": "Data Analyst"}, 2),
        ({"countries": ["DE"]}, {"countries": {"DE"}}, 3),
        ({"countries": ["DE"]}, {"countries": {"US"}}, 0),
        ({"countries": ["DE"], "remote": "only"}, {"countries": {"DE"}}, 0),
        ({"countries": ["DE"], "remote": "only"}, {"workplace": "remote", "remote_countries": {"DE"}}, 3),
        ({"countries": ["DE"], "regions": ["EU"]}, {"workplace": "remote", "remote_regions": {"EU"}}, 3),
        ({"countries": ["DE"]}, {"workplace": "remote", "remote_countries": {"US"}}, 0),
        ({"remote": "no"}, {"workplace": "remote"}, 0),
        ({"cities": ["Berlin"], "countries": ["DE"]}, {"countries": {"DE"}, "cities": {"Munich"}}, 1),
        ({"levels": ["senior"]}, {"level": "entry"}, 1),
        ({"levels": ["senior", None]}, {"level": None}, 3),
        ({"pay_floor": 100_000}, {"pay": 90_000}, 1),
        ({"pay_floor": 100_000}, {"pay": math.nan}, 3),
        ({"topics": ["health care"]}, {"text": "Tools for health care."}, 3),
        ({"topics": ["health"]}, {"text": "Healthy snacks."}, 1),
        ({"unwanted": ["crypto"]}, {"text": "A crypto exchange."}, 1),
        ({"employment": ["part_time"]}, {"employment": "full_time"}, 1),
    ],
)
def test_grades(wants: dict[str, Any], opening: dict[str, Any], expected: int) -> None:
    sets = {key: frozenset(value) if isinstance(value, set) else value for key, value in opening.items()}
    wanted = {key: tuple(value) if isinstance(value, list) else value for key, value in wants.items()}
    shown = Opening(**({"id": 1, "title": "Engineer"} | sets))
    assert grade(Wants(roles=ENGINEER.roles, **wanted), shown) == expected


def test_the_bundled_personas_are_many_and_of_many_professions() -> None:
    all_ = persona.bundled()
    assert len(all_) >= 16
    assert len({one.profession for one in all_}) >= 8
    assert len({one.name for one in all_}) == len(all_)


def test_a_persona_file_is_read_or_says_why_not(tmp_path: Path) -> None:
    good = {"name": "n", "profession": "p", "resume": RESUME, "wants": {"roles": [{"any": ["engineer"]}]},
            "hidden": {"remote": "only"}, "preferences": {"countries": ["DE"]}}  # fmt: skip
    path = tmp_path / "persona.json"
    path.write_text(json.dumps(good))
    found = persona.read(path)
    assert found.wants.remote == "ok"
    assert found.swipes_for.remote == "only"
    assert found.preferences.countries == ("DE",)
    for bad in ("{", "[]", "{}", json.dumps(good | {"wants": {}}), json.dumps(good | {"wants": {"roles": [], "x": 1}})):
        path.write_text(bad)
        with pytest.raises(InputError, match="persona"):
            persona.read(path)
    with pytest.raises(InputError):
        persona.read(tmp_path / "none.json")


def test_the_same_seed_gives_the_same_run(filled: Matcher) -> None:
    with filled.database.read() as session:
        known = openings(session)
    who = _wanted(remote="only")
    first = simulate(filled, known, who, swipes=15, seed=3, now=NOW)
    assert simulate(filled, known, who, swipes=15, seed=3, now=NOW) == first
    assert [point.swipes for point in first.checkpoints] == [0, 10, 15]
    assert simulate(filled, known, who, swipes=15, seed=4, noise=0.4, now=NOW) != first
    with filled.database.read() as session:
        assert filled.model(session, 1).examples == ()


def test_learning_helps_on_what_was_never_swiped(filled: Matcher) -> None:
    with filled.database.read() as session:
        known = openings(session)
    done = simulate(filled, known, _wanted(remote="only"), swipes=20, seed=1, noise=0.0, now=NOW)
    assert done.checkpoints[-1].ndcg > done.checkpoints[0].ndcg


def test_odd_numbers_are_usage_errors(filled: Matcher) -> None:
    with pytest.raises(UsageError):
        simulate(filled, [], _wanted(), swipes=-1, now=NOW)
    with pytest.raises(UsageError):
        simulate(filled, [], _wanted(), noise=1.5, now=NOW)
    assert simulate(filled, [], _wanted(), swipes=0, now=NOW).relevant == 0


def test_halves_are_halves_and_stay() -> None:
    half = held_out(np.arange(10_000))
    assert 0.45 < half.mean() < 0.55
    np.testing.assert_array_equal(half[:100], held_out(np.arange(100)))


def test_ndcg_is_one_for_the_best_order_and_discounts_by_rank() -> None:
    assert ndcg(np.array([3, 2, 1, 0])) == pytest.approx(1)
    assert ndcg(np.array([0, 0])) == 0
    assert ndcg(np.array([0, 3])) == pytest.approx(1 / math.log2(3))
    assert ndcg(np.array([0] * 10 + [3])) == 0
