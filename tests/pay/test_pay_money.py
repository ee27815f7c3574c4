"""Numbers, currencies, periods, conversion and plausibility."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib.resources import files

import pytest

from jobswipe.pay import convert, currency, currency_of, period_of
from jobswipe.pay.money import find, number
from jobswipe.pay.rates import plausible, table


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60000", 60_000),
        ("60.000", 60_000),
        ("60,000", 60_000),
        ("60 000", 60_000),
        ("60'000", 60_000),
        ("60,000.00", 60_000),
        ("60.000,00", 60_000),
        ("3.200,50", 3_200.5),
        ("1,20,000", 120_000),
        ("1.200.000", 1_200_000),
        ("12.5", 12.5),
        ("12,50", 12.5),
        ("1.2.3", None),
        ("1,2,3", None),
        ("1.000,5.3", None),
        ("9" * 30, None),
    ],
)
def test_number(text: str, value: float | None) -> None:
    assert number(text) == value


def test_number_before_a_unit_has_decimals() -> None:
    assert number("1.125", unit=True) == 1.125
    assert number("147,5", unit=True) == 147.5


def test_find_gives_the_span_of_each_amount() -> None:
    text = "Raised $3M. Pay: €50k – €60k per year, or 40 €/h."
    assert [text[one.start : one.end] for one in find(text)] == ["$3M", "€50k – €60k per year", "40 €/h"]


def test_numbers_without_currency_are_no_money() -> None:
    assert find("In 2024 some 1,500 people used 3 apps 24/7, with 5+ years, K8s and S3.") == []


@pytest.mark.parametrize(
    ("word", "country", "code"),
    [
        ("$", None, "USD"),
        ("$", "CA", "CAD"),
        ("US$", "CA", "USD"),
        ("usd", None, "USD"),
        ("€", None, "EUR"),
        ("Euros", None, "EUR"),
        ("zł", None, "PLN"),
        ("kr", "DK", "DKK"),
        ("kr", None, None),
        ("pesos", "CO", "COP"),
        ("¥", None, "JPY"),
        ("¥", "CN", "CNY"),
        ("Rs.", "PK", "PKR"),
        ("doubloons", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_currency_of(word: str | None, country: str | None, code: str | None) -> None:
    assert currency_of(word, country) == code


@pytest.mark.parametrize(
    ("word", "period"),
    [
        ("1 YEAR", "year"),
        ("per-year-salary", "year"),
        ("per-hour-wage", "hour"),
        ("YEARLY", "year"),
        ("annual", "year"),
        ("ANN", "year"),
        ("P1Y", "year"),
        ("MONTH", "month"),
        ("1 MONTH", "month"),
        ("WEEK", "week"),
        ("Per Day", "day"),
        ("hourly", "hour"),
        ("HUR", "hour"),
        ("2 WEEK", None),
        ("bi-weekly", None),
        ("semi-monthly", None),
        ("1 TIME", None),
        ("NONE", None),
        ("", None),
        (None, None),
    ],
)
def test_period_of(word: str | None, period: str | None) -> None:
    assert period_of(word) == period


def test_convert_by_hours_days_weeks_and_months() -> None:
    assert convert(50, "USD", "hour", "USD", "year") == 104_000
    assert convert(500, "EUR", "day", "EUR", "year") == 130_000
    assert convert(104_000, "GBP", "year", "GBP", "week") == 2_000
    assert convert(60_000, "EUR", "year", "EUR", "month") == 5_000


def test_convert_between_currencies_and_back() -> None:
    euros = convert(100_000, "USD", "year", "EUR", "month")
    assert euros
    back = convert(euros, "EUR", "month", "USD", "year")
    assert back == pytest.approx(100_000)
    assert convert(1, "XXX", "year", "USD", "year") is None
    assert convert(12, "XXX", "year", "XXX", "month") == 1


def test_rates_are_dated_and_positive() -> None:
    rates = table()
    assert date.fromisoformat(rates.date)
    assert rates.rates[rates.base] == 1
    assert all(0 < rate < 100_000 for rate in rates.rates.values())


def test_each_rate_has_one_source_with_its_own_date() -> None:
    document = json.loads(files("jobswipe.pay").joinpath("rates.json").read_bytes())
    assert document["sources"][0]["date"] == document["date"]
    assert all(re.fullmatch(r"20\d\d-[01]\d(-[0-3]\d)?", source["date"]) for source in document["sources"])
    sourced = [code for source in document["sources"] for code in source["currencies"].split()]
    assert sorted(sourced) == sorted(document["rates"])


def test_every_currency_that_is_read_has_a_rate() -> None:
    shared = [*currency._SHARED.values(), *currency._SHARED_WORDS.values()]
    read = {code.upper() for code in currency._LOOSE}
    read.update(currency._SIGNS.values(), currency._WORDS.values(), currency.OWN.values())
    for by_country, otherwise in shared:
        read.update(by_country.values(), [otherwise] if otherwise else [])
    assert read <= set(table().rates)


def test_plausible() -> None:
    assert plausible(60_000, 75_000, "EUR", "year")
    assert plausible(None, 40, "USD", "hour")
    assert plausible(6_000_000, 9_000_000, "JPY", "year")
    assert not plausible(120_000, 150_000, "USD", "hour")
    assert not plausible(25, 25, "USD", "year")
    assert not plausible(20, 120_000, "USD", "year")
    assert not plausible(None, None, "USD", "year")
