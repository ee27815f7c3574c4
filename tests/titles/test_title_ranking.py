from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.errors import InputError
from jobswipe.evaluation.report import corpus_dir
from jobswipe.evaluation.titles import MAP_BAR, _ranking, rank_file
from jobswipe.titles import DIM, TitleIndex, occupation_name, occupations, similarity, vector

SHELF = [("1", "Nanny"), ("2", "Java Developer"), ("3", "Pastry Chef"), ("4", "Tax Lawyer"), ("5", "Zzyzx")]


@pytest.mark.parametrize(
    ("query", "best"),
    [("Au Pair", "1"), ("Software Engineer", "2"), ("Baker", "3"), ("Attorney", "4"), ("zzyzx", "5")],
)
def test_rank_finds_the_profession_without_common_words(query: str, best: str) -> None:
    assert TitleIndex(SHELF).rank(query)[0][0] == best


def test_rank_limits_and_orders() -> None:
    ranking = TitleIndex(SHELF).rank("Cook", 3)
    assert len(ranking) == 3
    assert [score for _, score in ranking] == sorted((score for _, score in ranking), reverse=True)
    assert len(TitleIndex(SHELF).rank("Cook")) == len(SHELF)
    assert TitleIndex([]).rank("Cook") == []


def test_similarity_orders_neighbours() -> None:
    assert similarity("Nurse", "Nurse") == pytest.approx(1)
    assert similarity("Sr. Nurse (m/w/d)", "Nurse") == pytest.approx(1)
    assert similarity("Lawyer", "Attorney") > similarity("Lawyer", "Plumber")
    assert similarity("", "Plumber") == 0


def test_vector_is_a_unit_or_nothing() -> None:
    assert vector("Plumber").dtype == np.float32
    assert vector("Plumber").shape == (DIM,)
    assert np.linalg.norm(vector("Plumber")) == pytest.approx(1, abs=1e-5)
    assert not vector("").any()
    assert not vector("Zzyzx").any()


def test_occupations_are_the_taxonomies() -> None:
    ids = [code for code, _ in occupations("Registered Nurse")]
    assert "29-1141.00" in ids
    assert occupation_name("29-1141.00") == "Registered Nurses"
    assert occupation_name("none") is None
    assert occupations("Zzyzx") == []
    assert occupations("Nurse", 0) == []
    assert sum(weight for _, weight in occupations("Nurse", 8)) <= 1.000001


@settings(max_examples=50)
@given(st.text(max_size=80), st.text(max_size=80))
def test_similarity_is_a_share(a: str, b: str) -> None:
    assert 0 <= similarity(a, b) <= 1
    assert similarity(a, b) == pytest.approx(similarity(b, a), abs=1e-5)


def test_rank_file(tmp_path: Path) -> None:
    shelf, queries = tmp_path / "shelf.jsonl", tmp_path / "queries.jsonl"
    shelf.write_text("\n".join(json.dumps({"id": id_, "title": title}) for id_, title in SHELF))
    queries.write_text('{"id": 7, "title": "Babysitter"}\n\n')
    (row,) = rank_file(queries, shelf, 2)
    assert row["query_id"] == "7"
    assert row["ranking"][0]["id"] == "1"
    assert len(row["ranking"]) == 2


def test_rank_file_names_a_bad_line(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text('{"id": "a", "title": "Cook"}')
    bad.write_text('{"id": "a", "title": "Cook"}\n{"id": "b"}')
    with pytest.raises(InputError, match="line 2"):
        list(rank_file(bad, good, 1))
    with pytest.raises(InputError, match="cannot be read"):
        list(rank_file(tmp_path / "absent.jsonl", good, 1))


def test_map_on_the_benchmark() -> None:
    try:
        corpus = corpus_dir()
    except InputError as error:
        pytest.skip(str(error))
    (measure,) = _ranking(corpus)
    assert measure.baseline is not None
    assert measure.value >= MAP_BAR > measure.baseline + 0.15
