"""Salaries from text reach their bars on the labelled data."""

from __future__ import annotations

import pytest

from jobswipe.errors import InputError
from jobswipe.evaluation.report import EvalReport, corpus_dir
from jobswipe.evaluation.salary import evaluate


@pytest.fixture(scope="module")
def report() -> EvalReport:
    try:
        return evaluate(corpus_dir())
    except InputError as error:
        pytest.skip(error.message)


def test_bars(report: EvalReport) -> None:
    barred = [measure for measure in report.measures if measure.bar is not None]
    assert len(barred) == 3
    assert [measure.name for measure in barred if not measure.passed] == []


def test_beats_the_baseline(report: EvalReport) -> None:
    for measure in report.measures:
        if measure.baseline is not None:
            better = measure.value < measure.baseline if measure.at_most else measure.value > measure.baseline
            assert better, measure.name


def test_every_measure_has_cases(report: EvalReport) -> None:
    assert all(measure.n > 0 for measure in report.measures)
    assert len(report.mistakes) <= 20
