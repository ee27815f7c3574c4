"""Keys and the clustering of postings, without a store; and the measured bar on the labelled records."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.errors import InputError
from jobswipe.evaluation.dedup import evaluate
from jobswipe.evaluation.report import corpus_dir
from jobswipe.places import parse
from jobswipe.postings.dedupe import MAX_BLOCK, Candidate, cluster
from jobswipe.postings.keys import company_key, title_key
from jobswipe.postings.lines import read_candidates

ONE = "We keep the pumps of small farms running in every weather and write clear notes for the people after us. " * 4
OTHER = "As our cook you plan the week's menus, buy from the market hall and train two apprentices in the kitchen. " * 4


def candidate(place: str | None = "Berlin, Germany", **values: str | None) -> Candidate:
    where = parse(place or "")
    known = {"id": "x", "company": "Acme Pumps", "title": "Pump Engineer", "text": None} | values
    return Candidate(places=where.places, remote_countries=where.remote_countries, **known)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Acme Pumps, Inc.", "acme pumps"),
        ("Pump ML GmbH", "pumpml"),
        ("ＡＣＭＥ", "Acme"),
        ("Nestle\u0301", "Nestlé"),
        ("Acme Careers", "ACME"),
    ],
)  # fmt: skip
def test_spellings_of_one_company(a: str, b: str) -> None:
    assert company_key(a) == company_key(b) != ""


@pytest.mark.parametrize(("a", "b"), [("Škoda", "Koda"), ("Acme", "Acne"), ("日本電産", "日本"), ("Inc", "Ltd")])
def test_two_companies_stay_two(a: str, b: str) -> None:
    assert company_key(a) != company_key(b)


def test_no_company_is_no_key() -> None:
    assert company_key(None) == company_key("") == company_key(" - ") == ""


@pytest.mark.parametrize(
    ("a", "b"),
    [("Sr. Engineer (m/w/d)", "Senior Engineer"), ("Engineer II", "Engineer 2"), ("Front-end Dev", "Frontend Developer"),  # noqa: E501 - a table
     ("Manager, Sales", "Sales Manager"), ("Head of R&D", "Head - R & D")],
)  # fmt: skip
def test_spellings_of_one_title(a: str, b: str) -> None:
    assert title_key(a) == title_key(b)


@pytest.mark.parametrize(
    ("a", "b"), [("C Developer", "C++ Developer"), ("Engineer I", "Engineer II"), ("Cook", "Head Cook")]
)
def test_two_titles_stay_two(a: str, b: str) -> None:
    assert title_key(a) != title_key(b)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (candidate(), candidate(company="ACME PUMPS GmbH"), True),
        (candidate("New York, NY"), candidate("NYC"), True),
        (candidate("Berlin"), candidate("Berlin - Remote"), True),
        (candidate("Germany"), candidate("Munich, Germany"), True),
        (candidate("Berlin"), candidate("Munich"), False),
        (candidate("Germany"), candidate("France"), False),
        (candidate(), candidate(title="Senior Pump Engineer"), False),
        (candidate(text=ONE), candidate(text=ONE + " Apply now."), True),
        (candidate(text=ONE), candidate(text=OTHER), False),
        (candidate("Berlin", text=ONE), candidate("Munich", text=ONE), False),
        (candidate("Germany", text=ONE), candidate("Munich, Germany", text=ONE), False),
        (candidate(company=None), candidate(company=None), False),
        (candidate(source="1", first_party=True), candidate(source="1", first_party=True), False),
        (candidate(source="1", text=ONE), candidate(source="1", text=ONE), True),
        (candidate(source="1", text=ONE, requisition_id="7"), candidate(source="1", text=ONE, requisition_id="8"), False),  # noqa: E501 - a table
    ],
)  # fmt: skip
def test_pairs(a: Candidate, b: Candidate, same: bool) -> None:
    assert (len(set(cluster([a, b]))) == 1) is same


def test_a_record_that_could_be_either_of_two_openings_joins_none() -> None:
    found = cluster([candidate(text=ONE), candidate(text=OTHER), candidate()])
    assert len(set(found)) == 3


def test_a_huge_block_merges_nothing_and_takes_no_time() -> None:
    assert len(set(cluster([candidate() for _ in range(MAX_BLOCK + 1)]))) == MAX_BLOCK + 1


@settings(max_examples=50)
@given(
    st.permutations(
        [candidate("Berlin"), candidate("Munich"), candidate("Germany"), candidate(None), candidate("Berlin", text=ONE)]
    )
)
def test_clusters_hold_no_two_that_are_apart(found: list[Candidate]) -> None:
    numbers = cluster(found)
    for (a, x), (b, y) in itertools.combinations(zip(numbers, found, strict=True), 2):
        if a == b:
            cities = {place.city for place in x.places} | {place.city for place in y.places}
            assert not {"Berlin", "Munich"} <= cities


def test_every_line_gets_an_answer() -> None:
    lines = (
        b'{"id": 1, "company": "Acme", "title": "Cook", "place": "Berlin"}\n\nnonsense\n[1]\n{"id": "x"}\n\xff\xfe\n'
    )
    ids, candidates = read_candidates(lines)
    assert ids == [1, None, None, None, "x", None]
    assert len(set(cluster(candidates))) == 6


def test_the_labelled_records_meet_the_bar() -> None:
    try:
        directory = corpus_dir()
    except InputError as absent:
        pytest.skip(absent.message)
    for measure in evaluate(directory).measures:
        assert measure.passed is not False, measure
