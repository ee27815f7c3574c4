"""The bars for places on the labelled data."""

from __future__ import annotations

import pytest

from jobswipe.errors import InputError
from jobswipe.evaluation.places import evaluate
from jobswipe.evaluation.report import corpus_dir


def test_places_reach_their_bars() -> None:
    try:
        corpus = corpus_dir()
    except InputError as absent:
        pytest.skip(absent.message)
    report = evaluate(corpus)
    assert [measure.name for measure in report.measures if measure.passed is False] == []
    assert all(measure.baseline is None or measure.value > measure.baseline for measure in report.measures)
