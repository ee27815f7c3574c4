"""Sentences: names first, then what the sentence speaks of, each with the stretch that says so."""

from __future__ import annotations

import pytest

from jobswipe.skills import extract_ranked


def ranked(text: str, limit: int = 5) -> dict[str, str]:
    return {skill.name: skill.quote for skill in extract_ranked(text, limit)}


def test_names_come_first() -> None:
    assert next(iter(ranked("Managing a small team that writes Python"))) == "Python (computer programming)"


@pytest.mark.parametrize(
    ("text", "name", "quote"),
    [
        ("you are managing a large team", "manage a team", "managing a large team"),
        ("Welds underwater when needed", "weld underwater", "Welds underwater"),
        (
            "prepares the yearly financial statements",
            "prepare financial statements",
            "prepares the yearly financial statements",
        ),
    ],
)
def test_phrases_with_gaps_and_other_endings(text: str, name: str, quote: str) -> None:
    assert ranked(text)[name] == quote


@pytest.mark.parametrize("text", ["", "   ", "and the of", "zzzz qqqq", "日本語"])
def test_nothing_to_tell(text: str) -> None:
    assert extract_ranked(text) == []


def test_a_long_text_is_read_sentence_by_sentence() -> None:
    text = "We are on the sunny side. " * 20 + "You will weld parts underwater. " + "More about us. " * 10
    found = ranked(text, 10)
    assert found["weld underwater"] == "weld parts underwater"


def test_the_limit() -> None:
    assert len(extract_ranked("manage a team of nurses and plan their shifts", 3)) == 3
    assert extract_ranked("manage a team", 0) == []
