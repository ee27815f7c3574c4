"""What a model leans to, in words: the facets that the verdicts taught, the strongest first."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jobswipe.matching.explain import spoken
from jobswipe.matching.learn import Model


class Leaning(msgspec.Struct, frozen=True):
    """A facet in words, and its weight in log-odds: above 0 towards it, below away from it."""

    says: str
    weight: float


def leanings(model: Model, names: Mapping[str, str], limit: int) -> list[Leaning]:
    """The strongest `limit`. `names` are the skills' by concept; a stranger's words are in them as they were given."""
    if not model.standing:
        return []
    strong: dict[str, float] = model.summary(limit)["leanings"]
    return [Leaning(_said(facet, names), weight) for facet, weight in strong.items()]


def _said(facet: str, names: Mapping[str, str]) -> str:
    """A facet in words. Of a title's word the model knows only the stem."""
    group, _, value = facet.partition(":")
    return f"“{value}…” in the title" if group == "word" else spoken(facet, names)
