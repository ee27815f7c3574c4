"""What a model leans to, in words that are safe to show."""

from __future__ import annotations

from collections.abc import Mapping

from jobswipe.matching import leanings as told
from jobswipe.matching.learn import Model
from tui.desk.interface import Leaning
from tui.text import safe


def leanings(model: Model, names: Mapping[str, str], limit: int) -> tuple[Leaning, ...]:
    """The strongest, most first. `names` are the skills' by concept."""
    return tuple(Leaning(safe(one.says), one.weight) for one in told.leanings(model, names, limit))
