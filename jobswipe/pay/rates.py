"""Amounts of one currency and period in another, by a dated table that ships; and which amounts are plausible.

`rates.json` is made by `scripts/build_rates.py`: the European Central Bank's reference rates of one day and, for the
currencies that it does not publish, HM Revenue & Customs' rates of the month. They serve to compare pay and to bound
what is believable, where a few per cent change nothing; every amount is stored and shown in its own currency.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from jobswipe.pay.salary import Amount, Period

PER_YEAR: dict[Period, int] = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}
"""How many of a period make a working year: 52 weeks of 5 days of 8 hours."""

INFERRED_YEAR = 15_000
"""An amount above this, in units of any currency, is taken for a yearly one when the period is not said."""

_PLAUSIBLE: dict[Period, tuple[float, float]] = {
    "hour": (0.75, 1_500),
    "day": (5, 10_000),
    "week": (20, 40_000),
    "month": (50, 80_000),
    "year": (500, 5_000_000),
}
"""US dollars between which base pay is believable, from a stipend in a low-wage country to a chief executive."""

_MAX_SPREAD = 25
"""A range whose ends are further apart than this factor is two different things."""


class Rates(msgspec.Struct, frozen=True):
    """The table that ships. `rates` are units of a currency for one unit of `base`.

    `date` (ISO 8601) is the day of the first of the file's `sources`; the others there state their own.
    """

    date: str
    base: str
    rates: dict[str, float]


@cache
def table() -> Rates:
    """The shipped table, read at first use."""
    return msgspec.json.decode(files("jobswipe.pay").joinpath("rates.json").read_bytes(), type=Rates)


def convert(amount: Amount, currency: str, period: Period, to_currency: str, to_period: Period) -> float | None:
    """`amount` of `currency` for a `period` in another currency and period; None for a currency the table lacks.

    A working year has 12 months, 52 weeks, 260 days or 2,080 hours.
    """
    factor = PER_YEAR[period] / PER_YEAR[to_period]
    if currency == to_currency:
        return amount * factor
    rates = table().rates
    source, target = rates.get(currency), rates.get(to_currency)
    if source is None or target is None:
        return None
    return amount / source * target * factor


def plausible(low: Amount | None, high: Amount | None, currency: str, period: Period) -> bool:
    """Whether the ends that are set can be pay for one period: of a believable size, not absurdly far apart."""
    least, most = _PLAUSIBLE[period]
    rate = table().rates.get(currency, 1.0)
    ends = [end for end in (low, high) if end is not None]
    if not ends or not all(least * rate <= end <= most * rate for end in ends):
        return False
    return max(ends) <= _MAX_SPREAD * min(ends)
