"""Corrections: paths, types, and finding their entry again after a re-import."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.errors import UsageError
from jobswipe.resumes.document import anchor, apply, apply_corrections, get_path, parse_path

RESUME: dict[str, Any] = {
    "basics": {"name": "Ilse Brandt", "location": {"city": "Berlin"}},
    "work": [
        {"name": "Hotel Lindenhof", "position": "Chef", "startDate": "2019-03", "highlights": ["a", "b"]},
        {"name": "Backstube Nord", "position": "Baker", "startDate": "2014-09"},
    ],
    "skills": [{"name": "Baking", "keywords": ["bread", "cake"]}],
}


def test_paths() -> None:
    assert parse_path("skills[2].keywords[0]") == ["skills", 2, "keywords", 0]
    assert get_path(RESUME, "work[1].position") == "Baker"
    assert get_path(RESUME, "basics.location.city") == "Berlin"


@pytest.mark.parametrize(
    "path", ["", "work[", "work[x]", "work[-1]", ".basics", "basics.", "basics..name", "[0]", "work[0]position", "a b"]
)
def test_malformed_paths(path: str) -> None:
    with pytest.raises(UsageError, match="no path"):
        parse_path(path)


@pytest.mark.parametrize("path", ["work[2].name", "basics.phone", "basics.name.first", "nothing", "skills.name"])
def test_paths_that_lead_nowhere(path: str) -> None:
    with pytest.raises(UsageError, match="has no"):
        get_path(RESUME, path)


def test_corrections_are_set_and_marked() -> None:
    before = copy.deepcopy(RESUME)
    found = apply_corrections(
        RESUME,
        {
            "basics.email": "i@b.example",
            "work[0].position": "Head Chef",
            "skills[0].keywords[2]": "jam",
            "work[1].endDate": None,
        },
    )
    assert before == RESUME
    assert found["basics"]["email"] == "i@b.example"
    assert found["work"][0]["position"] == "Head Chef"
    assert found["skills"][0]["keywords"] == ["bread", "cake", "jam"]
    assert found["meta"]["jobswipe"]["fields"]["basics.email"]["confidence"] == 1.0


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("basics.email", ["x"], "is a text"),
        ("basics.email", True, "true or false"),
        ("basics.nickname", "x", "there is no 'nickname'"),
        ("hobbies", [], "there is no 'hobbies'"),
        ("work", "x", "is a list"),
        ("work[0]", "x", "is an object"),
        ("work[0].highlights", ["x", 1], "is a text"),
        ("work[0].startDate", "March 2019", "is a date"),
        ("work[5].name", "x", "2 entries"),
        ("basics[0]", "x", "no list"),
        ("basics.name.first", "x", "is a text"),
        ("work[0].highlights[9]", "x", "2 entries"),
    ],
)
def test_bad_corrections(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        apply_corrections(RESUME, {path: value})


def test_a_correction_follows_its_entry() -> None:
    correction = anchor(RESUME, "work[0].position", "Head Chef")
    assert correction.anchor == {"name": "Hotel Lindenhof", "position": "Chef", "startDate": "2019-03"}
    again = copy.deepcopy(RESUME)
    again["work"].insert(0, {"name": "Grand Hotel", "position": "Executive Chef", "startDate": "2024-01"})
    found = apply(again, [correction])
    assert [job["position"] for job in found["work"]] == ["Executive Chef", "Head Chef", "Baker"]


def test_a_correction_of_what_names_the_entry_follows_too() -> None:
    corrections = [
        anchor(RESUME, "work[0].name", "Hotel Lindenhof GmbH"),
        anchor(RESUME, "work[0].startDate", "2019-04"),
    ]
    again = {**RESUME, "work": [RESUME["work"][1], RESUME["work"][0]]}
    found = apply(again, corrections)
    assert found["work"][1] == {**RESUME["work"][0], "name": "Hotel Lindenhof GmbH", "startDate": "2019-04"}
    assert found["work"][0] == RESUME["work"][1]


def test_a_correction_of_an_entry_that_is_gone_is_left_out() -> None:
    correction = anchor(RESUME, "work[0].position", "Head Chef")
    assert apply({**RESUME, "work": [RESUME["work"][1]]}, [correction])["work"] == [RESUME["work"][1]]


def test_an_entry_added_and_one_taken_out() -> None:
    added = anchor(RESUME, "work[2]", {"name": "Kiosk", "position": "Owner"})
    gone = anchor(RESUME, "work[0]", None)
    found = apply(RESUME, [added, gone])
    assert [job["name"] for job in found["work"]] == ["Backstube Nord", "Kiosk"]


@given(
    st.text(max_size=40), st.one_of(st.none(), st.text(max_size=5), st.integers(), st.lists(st.integers(), max_size=2))
)
def test_any_path_and_value(path: str, value: Any) -> None:
    with contextlib.suppress(UsageError):
        assert apply_corrections(RESUME, {path: value})["basics"]["name"]
