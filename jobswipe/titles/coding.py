"""Occupation coding: which O*NET-SOC and ESCO occupations a title names."""

from __future__ import annotations

from jobswipe.titles.taxonomy import taxonomy
from jobswipe.titles.vectors import matches


def occupations(title: str, limit: int = 3) -> list[tuple[str, float]]:
    """The likeliest occupations of a title, best first, as (id, weight); weights sum to at most 1. Unknown words: none.

    Ids are O*NET-SOC codes ("15-1252.00") and ESCO codes ("esco:2512.4").
    """
    codes = taxonomy().codes
    return [(codes[row], weight) for row, weight in matches(title, limit)[: max(0, limit)]]


def occupation_name(occupation_id: str) -> str | None:
    """The taxonomy's own name of an occupation, None where there is no such occupation."""
    tax = taxonomy()
    try:
        return tax.names[tax.codes.index(occupation_id)]
    except ValueError:
        return None
