"""Shortlist: a person's best postings with their evidence, and what bounds all the others.

The deck needs a few of a hundred thousand postings. Of each person the best KEPT are held, and scored again under each
newer model. For the next few verdicts they are taken as the best. After that `floor` says how good any other posting
can be at most: a deck whose cards all lie above it is the one that ranking every posting would give, and otherwise
every posting is ranked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jobswipe.matching import lift
from jobswipe.matching.design import Space
from jobswipe.matching.learn import Model, Weights

if TYPE_CHECKING:
    from jobswipe.matching.features import Features

KEPT = 2_000
"""Postings of a shortlist: about 90 kB a person."""
FEW, SHARE, MANY = 5, 0.25, 25
"""How many verdicts a shortlist is taken for as it is: a share of those before it, but no fewer and no more."""


@dataclass(frozen=True)
class Shortlist:
    """`rows` of the features, ascending, with their `evidence`; of all other allowed postings `edge` is the greatest
    log-odds under `weights` (-inf: there are none), `low` and `high` the range of their raw DENSE values. `text` has
    the rows and values of the text's fit above 0, of all postings. `verdicts` is how many stood when it was made.
    """

    rows: np.ndarray
    evidence: np.ndarray
    text: tuple[np.ndarray, np.ndarray]
    edge: float
    low: np.ndarray
    high: np.ndarray
    weights: Weights
    verdicts: int = 0

    @property
    def whole(self) -> bool:
        """Whether there is no allowed posting outside."""
        return self.edge == -np.inf

    def holds(self, verdicts: int) -> bool:
        """Whether it is taken as it is when so many verdicts stand."""
        return abs(verdicts - self.verdicts) < min(max(FEW, SHARE * self.verdicts), MANY)

    @property
    def nbytes(self) -> int:
        return int(self.rows.nbytes + self.evidence.nbytes + sum(part.nbytes for part in self.text))

    def space(self, features: Features) -> Space:
        """The shortlist's postings as a space of their own."""
        return Space(features.take(self.rows), self.evidence)

    def floor(self, features: Features, model: Model) -> float:
        """The greatest log-odds that any posting outside may have under a model; -inf where there is none outside."""
        if self.whole:
            return self.edge
        return self.edge + lift.most(features, self.weights, model.weights, self.low, self.high, model.scales)

    def all_text(self, many: int) -> np.ndarray:
        """The text's fit of all postings."""
        out = np.zeros(many, np.float32)
        out[self.text[0]] = self.text[1]
        return out


def shortlist(
    space: Space, total: np.ndarray, allowed: np.ndarray, model: Model, text: np.ndarray, verdicts: int
) -> Shortlist:
    """The best KEPT of the allowed postings, and as many more as there are verdicts: judged ones are among them."""
    rows = np.flatnonzero(allowed)
    size = KEPT + verdicts
    low = high = np.zeros(0)
    edge = -np.inf
    if len(rows) > size:
        best = np.argpartition(-total[rows], size - 1)
        beyond = rows[best[size:]]
        rows = np.sort(rows[best[:size]])
        edge = float(total[beyond].max())
        low, high = space.dense_range(rows, int(beyond[0]))
    hits = np.flatnonzero(text).astype(np.int32)
    return Shortlist(
        rows=rows.astype(np.int32),
        evidence=np.ascontiguousarray(space.evidence[rows]),
        text=(hits, text[hits]),
        edge=edge,
        low=low,
        high=high,
        weights=model.weights,
        verdicts=verdicts,
    )
