from __future__ import annotations

from typing import Any

import pytest

from jobswipe.errors import UsageError
from jobswipe.matching.preferences import Preferences, decode, decode_json

FULL = {
    "countries": ["DE", "US"],
    "remote": "only",
    "seniority": ["mid", "senior"],
    "salary_floor": {"amount": 60_000, "currency": "EUR", "period": "year"},
    "employment_types": ["full_time"],
    "blocked_companies": ["Acme GmbH"],
    "titles": ["Data Engineer"],
}


def test_goes_in_and_out_unchanged() -> None:
    assert decode(FULL).to_dict() == FULL
    assert decode({}) == Preferences()
    assert decode(Preferences().to_dict()) == Preferences()


def test_nulls_ask_for_nothing_and_spellings_are_evened() -> None:
    assert decode({"remote": None, "countries": None}) == Preferences()
    assert decode({"countries": ["de", "UK", " de "]}).countries == ("DE", "GB")
    floor = decode({"salary_floor": {"amount": 30, "currency": "usd", "period": "hour"}}).salary_floor
    assert floor is not None
    assert (floor.currency, floor.period) == ("USD", "hour")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"country": ["DE"]}, ["country", "countries"]),
        ({"remote": "never"}, ["remote", "no, ok, only"]),
        ({"remote": True}, ["remote", "no, ok, only"]),
        ({"seniority": ["seniour"]}, ["seniority", "did you mean senior"]),
        ({"seniority": "senior"}, ["seniority", "list"]),
        ({"employment_types": ["full-time"]}, ["employment_types", "did you mean full_time"]),
        ({"countries": ["Germany"]}, ["countries", "DE"]),
        ({"countries": ["XX"]}, ["countries", "XX"]),
        ({"countries": [1]}, ["countries", "list"]),
        ({"salary_floor": 50_000}, ["salary_floor", "amount"]),
        ({"salary_floor": {"amount": -1, "currency": "EUR"}}, ["salary_floor", "above 0"]),
        ({"salary_floor": {"amount": 1}}, ["salary_floor", "currency"]),
        ({"salary_floor": {"amount": 1, "currency": "QQQ"}}, ["salary_floor", "QQQ"]),
        ({"salary_floor": {"amount": 1, "currency": "EUR", "period": "yearly"}}, ["period", "did you mean year"]),
        ({"salary_floor": {"amount": 1, "currency": "EUR", "per": "year"}}, ["salary_floor", "period"]),
        ({"titles": [""]}, ["titles"]),
        ([], ["object"]),
    ],
)
def test_an_error_names_the_key_and_what_it_may_be(value: Any, names: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        decode(value)
    for name in names:
        assert name in caught.value.message


def test_bad_json_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="JSON"):
        decode_json("{")
