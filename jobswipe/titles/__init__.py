"""Titles: a job title to its occupation, role family, level and kind of employment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobswipe.titles.clean import clean, tokens
from jobswipe.titles.level import EmploymentType, Seniority
from jobswipe.titles.seniority import seniority

if TYPE_CHECKING:
    from jobswipe.titles.coding import occupation_name, occupations
    from jobswipe.titles.employment import employment_type
    from jobswipe.titles.ranking import TitleIndex, similarity
    from jobswipe.titles.roles import family, family_similarity
    from jobswipe.titles.vectors import DIM, vector

__all__ = [
    "DIM",
    "EmploymentType",
    "Seniority",
    "TitleIndex",
    "clean",
    "employment_type",
    "family",
    "family_similarity",
    "forget",
    "occupation_name",
    "occupations",
    "seniority",
    "similarity",
    "tokens",
    "vector",
]
# Read at first use: these load numpy and the taxonomies, or compile many expressions.
_LAZY = {
    "DIM": "vectors",
    "TitleIndex": "ranking",
    "employment_type": "employment",
    "family": "roles",
    "family_similarity": "roles",
    "occupation_name": "coding",
    "occupations": "coding",
    "similarity": "ranking",
    "vector": "vectors",
}


def forget() -> bool:
    """Give up the taxonomies until they are next asked for: 8 MB. Whether they were there."""
    from jobswipe.titles.taxonomy import taxonomy

    there = taxonomy.cache_info().currsize > 0
    taxonomy.cache_clear()
    return there


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        found: object = getattr(import_module(f"jobswipe.titles.{_LAZY[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
