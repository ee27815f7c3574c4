"""Facets: the named yes-or-no features of one posting, by which postings are scored and preferences learned.

A facet is named `group:value` ("country:DE", "word:backend"), so that what is learned of it outlives any one index.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from jobswipe.places.place import Workplace
from jobswipe.titles.level import EmploymentType, Seniority

LEVELS: tuple[str, ...] = get_args(Seniority)
WORKPLACES: tuple[str, ...] = get_args(Workplace)
EMPLOYMENTS: tuple[str, ...] = get_args(EmploymentType)
RANKS: Mapping[str, float] = {
    "intern": 0.0,
    "entry": 1.0,
    "mid": 2.0,
    "senior": 3.0,
    "lead": 3.8,
    "staff": 4.0,
    "manager": 4.2,
    "director": 5.3,
    "executive": 6.3,
}
"""Levels on one ladder, a step apart; a posting that says none is taken for `UNSAID_RANK`."""
UNSAID_RANK = 2.2
PAY_STEPS = (40, 60, 80, 100, 125, 150, 180, 220, 280)
"""Thousands of US dollars a year."""


def facets(
    row: Any,
    company_key: str,
    words: Iterable[str],
    family: str | None,
    places: Sequence[Any],
    skills: Iterable[str],
    pay: tuple[float, float],
) -> list[str]:
    """The facets of a posting row, without repetition. `pay` is (low, high) in US dollars a year, NaN where unsaid."""
    out = [f"word:{word}" for word in words]
    out += [f"skill:{concept}" for concept in skills]
    out.append(f"family:{family or '?'}")
    out.append(f"level:{row.seniority or '?'}")
    if row.seniority is not None:
        rank = RANKS[row.seniority]
        out += [f"rank:{step}" for step in range(1, 7) if rank >= step]
    out.append(f"workplace:{row.workplace or '?'}")
    for place in places:
        if place.country:
            out.append(f"country:{place.country}")
            if place.region:
                out.append(f"region:{place.region}, {place.country}")
            if place.city:
                out.append(f"city:{place.city}, {place.country}")
    out += [f"remote:{name}" for name in (*row.remote_countries, *row.remote_regions)]
    if row.workplace == "remote" and not (row.remote_countries or row.remote_regions):
        out.append("remote:?")
    if row.employment_type is not None:
        out.append(f"employment:{row.employment_type}")
    if company_key:
        out.append(f"company:{company_key}")
    if row.language:
        out.append(f"language:{row.language}")
    middle = sum(pay) / 2
    out.append("pay:?" if math.isnan(middle) else "pay:said")
    out += [f"pay:{step}" for step in PAY_STEPS if middle >= step * 1000]
    return list(dict.fromkeys(out))


def yearly_pay(row: Any) -> tuple[float, float]:
    """A posting row's pay as (low, high) in US dollars a year; NaN, NaN where it is unsaid or its currency unknown."""
    from jobswipe.pay import convert

    if row.salary_currency is None or row.salary_period is None:
        return (math.nan, math.nan)
    ends = [
        None if end is None else convert(end, row.salary_currency, row.salary_period, "USD", "year")
        for end in (row.salary_min, row.salary_max)
    ]
    known = [end for end in ends if end is not None]
    if not known:
        return (math.nan, math.nan)
    return (ends[0] if ends[0] is not None else known[0], ends[1] if ends[1] is not None else known[0])


def code(value: str | None, names: Sequence[str]) -> int:
    """The position of a name, -1 where it is unsaid or unknown."""
    return names.index(value) if value is not None and value in names else -1
