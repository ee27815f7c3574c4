"""What a model leans to, in words that are safe to show."""

from __future__ import annotations

from collections.abc import Mapping

from jobswipe.matching.explain import spoken
from jobswipe.matching.learn import Model
from tui.desk.interface import Leaning
from tui.text import safe


def leanings(model: Model, names: Mapping[str, str], limit: int) -> tuple[Leaning, ...]:
    """The strongest, most first. `names` are the skills' by concept."""
    if not model.standing:
        return ()
    strong: dict[str, float] = model.summary(limit)["leanings"]
    return tuple(Leaning(_said(facet, names), weight) for facet, weight in strong.items())


def _said(facet: str, names: Mapping[str, str]) -> str:
    """A facet in words. Of a title's word the model knows only the stem."""
    group, _, value = facet.partition(":")
    return f"“{safe(value)}…” in the title" if group == "word" else safe(spoken(facet, names))
