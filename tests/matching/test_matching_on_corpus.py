"""The bars of matching and learning, on every third board of the corpus; `jobswipe eval` measures all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobswipe.errors import InputError
from jobswipe.evaluation.report import corpus_dir

EVERY = 3


@pytest.fixture
def corpus() -> Path:
    try:
        return corpus_dir()
    except InputError as error:
        pytest.skip(error.message)


def test_the_ranking_beats_lexical_ones_clearly(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobswipe.evaluation import matching

    measures = {measure.name: measure for measure in matching.evaluate(corpus, EVERY).measures}
    resume, told = measures["ndcg_at_10_resume"], measures["ndcg_at_10_told"]
    assert resume.baseline is not None
    assert resume.value > resume.baseline + 0.2
    assert told.value > 0.7
    country = measures["ndcg_at_10_resume_vs_country"]
    assert country.baseline is not None
    assert resume.value > country.baseline + 0.05


def test_swiping_pays(corpus: Path) -> None:
    from jobswipe.evaluation import learning

    measures = {measure.name: measure.value for measure in learning.evaluate(corpus, EVERY).measures}
    assert measures["times_unlearned_after_25"] > 1.2
    assert measures["times_unlearned_after_50"] > 1.4
