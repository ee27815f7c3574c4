"""Lift: how far a change of what was learned can raise a posting, whichever it is.

An upper bound over all postings, from the groups' facets alone: it certifies that no posting outside a shortlist has
overtaken those inside. It may be too high, never too low.
"""

from __future__ import annotations

import numpy as np

from jobswipe.matching.design import DENSE_CENTRE, DENSE_SPREAD, Scales
from jobswipe.matching.facets import LEVELS, PAY_STEPS, RANKS
from jobswipe.matching.features import Features
from jobswipe.matching.learn import Weights
from jobswipe.matching.tables import SHARED, group

_ONE = ("family", "workplace")
"""Groups of which each posting has exactly one facet."""
_ROUNDING = 1e-4
"""More than single precision loses in a sum of all groups."""


def most(
    features: Features, before: Weights, after: Weights, low: np.ndarray, high: np.ndarray, scales: Scales
) -> float:
    """The most that the learned log-odds of a posting have risen from `before` to `after` (negative: all have fallen).

    `low` and `high` are the least and greatest raw values of DENSE among the postings that are asked about.
    """
    change: dict[str, dict[str, float]] = {}
    for name in after.facets.keys() | before.facets.keys():
        difference = after.facets.get(name, 0.0) - before.facets.get(name, 0.0)
        if difference and name in features.column:
            change.setdefault(group(name), {})[name] = difference
    total = (after.bias - before.bias) * scales.bias
    levels = {"level": change.pop("level", {}), "rank": change.pop("rank", {})}
    total += _levels(levels["level"], levels["rank"], scales)
    for name, moved in change.items():
        total += _group(features, name, moved) * float(getattr(scales, name))
    slope = (after.dense - before.dense) * scales.dense / DENSE_SPREAD
    total += float(np.maximum(slope * (low - DENSE_CENTRE), slope * (high - DENSE_CENTRE)).sum())
    turned = float(np.linalg.norm(after.vector - before.vector)) * scales.vector / 127
    return (total + turned * features.tables.longest + _ROUNDING) / scales.trust


def _group(features: Features, name: str, moved: dict[str, float]) -> float:
    rising = sorted((value for value in moved.values() if value > 0), reverse=True)
    many = features.tables.most(name)
    if name in SHARED:
        sums = np.cumsum(rising[:many])
        return float((sums / np.sqrt(np.arange(1, len(sums) + 1))).max(initial=0))
    if name in _ONE:
        return max(moved.values()) if len(moved) == len(features.tables.named(name)) else max(0.0, *moved.values())
    if name == "pay":
        said, best = moved.get("pay:said", 0.0), moved.get("pay:?", 0.0)
        for value in (0.0, *(moved.get(f"pay:{step}", 0.0) for step in PAY_STEPS)):
            said += value
            best = max(best, said)
        return best
    return float(sum(rising[:many]))


def _levels(level: dict[str, float], rank: dict[str, float], scales: Scales) -> float:
    """A level brings the ranks up to its own."""
    best = level.get("level:?", 0.0) * scales.level
    for name in LEVELS:
        ranks = sum(rank.get(f"rank:{step}", 0.0) for step in range(1, 7) if RANKS[name] >= step)
        best = max(best, level.get(f"level:{name}", 0.0) * scales.level + ranks * scales.rank)
    return best
