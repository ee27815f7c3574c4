"""A salary from a board's structured fields, and the union of several."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from jobswipe.pay.currency import currency_of
from jobswipe.pay.money import number
from jobswipe.pay.period import period_of
from jobswipe.pay.rates import INFERRED_YEAR, plausible
from jobswipe.pay.salary import Amount, Period, Salary

_NUMERIC = re.compile(
    r"(?P<sign>[^\w.,'’ -]{1,3}|[A-Za-z]{1,3}\$?)?[ \u00a0]?(?P<number>[0-9][0-9.,'’ \u00a0\u202f]{0,30})(?P<k>[kK])?\Z"
)


def from_fields(
    low: Amount | str | None,
    high: Amount | str | None,
    currency: str | None,
    period: str | None,
    quote: str,
    *,
    country: str | None = None,
) -> Salary | None:
    """Base pay from a source's own fields, or None when they do not give one.

    `low` and `high` are numbers or numeric texts; one missing end stays null, and swapped ends are put in order. A
    zero, negative or implausible amount, an unknown currency or an unknown period give nothing; a missing period is a
    year for amounts over 15,000. `period` is the source's word ("1 YEAR", "per-hour-wage", "MONTH").
    """
    ends = [_amount(low), _amount(high)]
    given = [end for end in ends if end is not None]
    code = currency_of(currency, country)
    if not given or code is None or min(given) <= 0:
        return None
    if len(given) == 2:
        ends = [min(given), max(given)]
    span: Period | None = period_of(period)
    if span is None:
        if (period and period.strip()) or min(given) <= INFERRED_YEAR:
            return None
        span = "year"
    if not plausible(ends[0], ends[1], code, span):
        return None
    return Salary(min=ends[0], max=ends[1], currency=code, period=span, provenance="structured", quote=quote)


def union(salaries: Iterable[Salary]) -> Salary | None:
    """The union of those that share the first one's currency and period; None of none. Quotes are joined by "; "."""
    listed = list(salaries)
    if not listed:
        return None
    first = listed[0]
    alike = [one for one in listed if (one.currency, one.period) == (first.currency, first.period)]
    lows = [one.min for one in alike if one.min is not None]
    highs = [one.max for one in alike if one.max is not None]
    return Salary(
        min=min(lows, default=None),
        max=max(highs, default=None),
        currency=first.currency,
        period=first.period,
        provenance="structured",
        quote="; ".join(dict.fromkeys(one.quote for one in alike)),
    )


def _amount(value: Amount | str | None) -> Amount | None:
    """A field's number; whole where it is whole. A text that is no number, NaN and infinity count as zero."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        match = _NUMERIC.match(text)
        parsed = number(match["number"].strip(" .,\u00a0\u202f"), unit=bool(match["k"])) if match else None
        if match is None or parsed is None:
            return 0
        value = parsed * (1_000 if match["k"] else 1)
    if not math.isfinite(value):
        return 0
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
