"""Shortlist: a person's best postings with their evidence, so that a deck need not rank a hundred thousand.

Of each person the best KEPT are held, and scored again under each newer model: what a card shows is always of now.
Which postings they are is looked at again after a few verdicts, or when the postings, the person's wishes or the day
are others: then all are ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jobswipe.matching.design import Space

if TYPE_CHECKING:
    from jobswipe.matching.features import Features

KEPT = 2_000
"""Postings of a shortlist: about 90 kB a person."""
FEW, SHARE, MANY = 5, 0.25, 25
"""How many verdicts it is taken for as it is: a share of those before it, but no fewer and no more."""


@dataclass(frozen=True)
class Shortlist:
    """`rows` of the features, ascending, with their `evidence`, chosen when `verdicts` stood. `text` has the rows and
    values of the text's fit above 0, of all postings. `whole`: no allowed posting is left out.
    """

    rows: np.ndarray
    evidence: np.ndarray
    text: tuple[np.ndarray, np.ndarray]
    whole: bool
    verdicts: int

    def holds(self, verdicts: int) -> bool:
        """Whether it is taken as it is when so many verdicts stand."""
        return self.whole or abs(verdicts - self.verdicts) < min(max(FEW, SHARE * self.verdicts), MANY)

    @property
    def nbytes(self) -> int:
        return int(self.rows.nbytes + self.evidence.nbytes + sum(part.nbytes for part in self.text))

    def space(self, features: Features) -> Space:
        """The shortlist's postings as a space of their own."""
        return Space(features.take(self.rows), self.evidence)

    def all_text(self, many: int) -> np.ndarray:
        """The text's fit of all postings."""
        out = np.zeros(many, np.float32)
        out[self.text[0]] = self.text[1]
        return out


def shortlist(space: Space, total: np.ndarray, allowed: np.ndarray, text: np.ndarray, verdicts: int) -> Shortlist:
    """The best KEPT of the allowed postings, and as many more as there are verdicts: judged ones are among them."""
    rows = np.flatnonzero(allowed)
    size = KEPT + verdicts
    whole = len(rows) <= size
    if not whole:
        rows = np.sort(rows[np.argpartition(-total[rows], size - 1)[:size]])
    hits = np.flatnonzero(text).astype(np.int32)
    return Shortlist(
        rows=rows.astype(np.int32),
        evidence=np.ascontiguousarray(space.evidence[rows]),
        text=(hits, text[hits]),
        whole=whole,
        verdicts=verdicts,
    )
