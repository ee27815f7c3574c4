"""Salaries from structured fields, and unions of several."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.pay import Salary, from_fields, union

QUOTE = '{"min": 1}'


def read(*fields: object, country: str | None = None) -> tuple[object, ...] | None:
    found = from_fields(*fields, QUOTE, country=country)
    return (found.min, found.max, found.currency, found.period) if found else None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((100_000, 150_000, "USD", "1 YEAR"), (100_000, 150_000, "USD", "year")),
        ((150_000, 100_000, "USD", "YEARLY"), (100_000, 150_000, "USD", "year")),
        (("60.000", "75.000", "EUR", "per-year-salary"), (60_000, 75_000, "EUR", "year")),
        (("60000.00", "75000.00", "eur", "year"), (60_000, 75_000, "EUR", "year")),
        (("$90k", "$110k", "$", None), (90_000, 110_000, "USD", "year")),
        ((45.5, 60, "GBP", "hour"), (45.5, 60, "GBP", "hour")),
        ((4_000, None, "EUR", "MONTH"), (4_000, None, "EUR", "month")),
        ((None, 80_000, "CHF", None), (None, 80_000, "CHF", "year")),
        ((50_000, 60_000, "USD", ""), (50_000, 60_000, "USD", "year")),
        ((0, 0, "USD", "year"), None),
        ((0, 150_000, "USD", "year"), None),
        ((-5, 150_000, "USD", "year"), None),
        ((None, None, "USD", "year"), None),
        (("", "", "USD", "year"), None),
        ((100_000, 150_000, None, "year"), None),
        ((100_000, 150_000, "ZZZ", "year"), None),
        ((20, 30, "USD", None), None),
        ((4_000, 5_000, "EUR", None), None),
        ((100_000, 150_000, "USD", "fortnight"), None),
        ((100_000, 150_000, "USD", "1 TIME"), None),
        ((100_000, 150_000, "USD", "hour"), None),
        ((50, 60, "USD", "year"), None),
        (("negotiable", None, "USD", "year"), None),
        ((math.nan, 150_000, "USD", "year"), None),
        ((math.inf, 150_000, "USD", "year"), None),
    ],
)
def test_from_fields(fields: tuple[object, ...], expected: tuple[object, ...] | None) -> None:
    assert read(*fields) == expected


def test_bare_dollar_is_read_by_country() -> None:
    assert read(90_000, 95_000, "$", "year", country="AU") == (90_000, 95_000, "AUD", "year")
    assert read(90_000, 95_000, "USD", "year", country="AU") == (90_000, 95_000, "USD", "year")


def test_fields_are_quoted() -> None:
    found = from_fields(1_000, 2_000, "EUR", "month", QUOTE)
    assert found == Salary(min=1_000, max=2_000, currency="EUR", period="month", provenance="structured", quote=QUOTE)


def one(low: float | None, high: float | None, currency: str = "USD", quote: str = "a") -> Salary:
    return Salary(min=low, max=high, currency=currency, period="year", provenance="structured", quote=quote)


def test_union_of_the_first_currency_and_period() -> None:
    found = union([one(100_000, 120_000), one(90_000, 110_000, quote="b"), one(50_000, 200_000, "CAD", "c")])
    assert found == one(90_000, 120_000, quote="a; b")


def test_union_of_open_ends_and_of_nothing() -> None:
    assert union([]) is None
    assert union([one(100_000, None), one(None, 150_000)]) == one(100_000, 150_000)
    assert union([one(None, 150_000), one(None, 140_000)]) == one(None, 150_000)


AMOUNTS = st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=12))


@given(
    AMOUNTS,
    AMOUNTS,
    st.one_of(st.none(), st.text(max_size=5), st.just("USD")),
    st.one_of(st.none(), st.text(max_size=8), st.just("year")),
)
def test_any_fields_give_a_sound_salary_or_none(
    low: float | str, high: float | str, currency: str, period: str
) -> None:
    found = from_fields(low, high, currency, period, QUOTE)
    if found is not None:
        ends = [end for end in (found.min, found.max) if end is not None]
        assert ends
        assert ends == sorted(ends)
        assert ends[0] > 0
