"""The labelled sentences: far above exact aliases."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobswipe.errors import InputError
from jobswipe.evaluation.report import corpus_dir
from jobswipe.evaluation.skills import evaluate, r_precision
from jobswipe.skills.skill import Skill


def test_r_precision() -> None:
    def answer(text: str) -> list[Skill]:
        return [Skill(name, name, name) for name in text.split()]

    cases = [("a b c", frozenset({"a", "c", "z"})), ("x", frozenset({"x"})), ("q", frozenset({"r"}))]
    assert r_precision(answer, cases, 5) == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert r_precision(answer, cases, 1) == pytest.approx((1 + 1 + 0) / 3)


def test_an_incomplete_corpus_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        evaluate(tmp_path)


def test_sentences_rank_well_above_exact_aliases() -> None:
    try:
        corpus = corpus_dir()
    except InputError as error:
        pytest.skip(error.message)
    measures = {measure.name: measure for measure in evaluate(corpus).measures}
    for name, least in (("house sentences RP@5", 0.44), ("tech sentences RP@5", 0.58)):
        measure = measures[name]
        assert measure.value >= least
        assert measure.baseline is not None
        assert measure.value > 1.5 * measure.baseline
