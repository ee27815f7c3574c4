"""The shared resumes: PDFs against the YAML that they were made from, annotated texts, and every other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobswipe.errors import InputError
from jobswipe.evaluation.report import corpus_dir
from jobswipe.evaluation.resumes import evaluate
from jobswipe.resumes.parse import parse
from jobswipe.resumes.read import read


@pytest.fixture(scope="module")
def corpus() -> Path:
    try:
        return corpus_dir()
    except InputError as error:
        pytest.skip(error.message)


def test_layouts_do_not_change_what_is_read(corpus: Path) -> None:
    report = evaluate(corpus)
    values = {measure.name: measure for measure in report.measures}
    themes = [measure for measure in report.measures if measure.name.startswith("rendercv ")]
    assert len(themes) == 6
    assert all(measure.value >= 0.95 for measure in themes), report.mistakes
    assert values["annotated name recall"].value >= 0.97
    for field, recall in (("company", 0.6), ("designation", 0.78), ("college", 0.68)):
        measure = values[f"annotated {field} recall"]
        assert measure.value >= recall
        assert measure.baseline is not None
        assert measure.value > measure.baseline


def test_every_document_is_read(corpus: Path) -> None:
    paths = sorted((corpus / "benchmarks" / "vacancy_resume_matching" / "CV").glob("*.docx"))
    paths += sorted((corpus / "resumes").rglob("*.pdf"))
    assert len(paths) > 40
    for path in paths:
        extracted = read(path.read_bytes(), path.name)
        document = parse(extracted).document
        text = " ".join(extracted.text.split())
        for found in document["meta"]["jobswipe"]["fields"].values():
            quote = " ".join(found["quote"].split())
            lines = [" ".join(line.split()) for line in found["quote"].split("\n")]
            linked = any(quote in (link.url, " ".join(link.text.split())) for link in extracted.links)
            assert linked or all(line in text for line in lines), (path.name, quote)
