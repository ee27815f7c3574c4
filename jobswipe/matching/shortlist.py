"""Shortlist: a person's best postings with their evidence, so that a deck need not rank a hundred thousand.

Of each person the best KEPT are held, and scored again under each newer model: what a card shows is always of now.
Which postings they are is looked at again after a few verdicts, among the POOL best of all; which these are, after many
more, or when the postings, the person's wishes or the day are others: then all are ranked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from jobswipe.matching.design import Space
from jobswipe.matching.score import TITLE

if TYPE_CHECKING:
    from jobswipe.matching.features import Features

KEPT = 1_000
"""Postings of a shortlist: with POOL and the text's fit about 150 kB a person."""
POOL = 10_000
"""Postings that a shortlist is renewed from."""
FEW, SHARE, MANY = 4, 0.25, 25
"""How many verdicts it is taken for as it is: a share of those before it, but no fewer and no more."""
LONGER = 5
"""For how many times as many verdicts the pool is taken as it is."""


@dataclass(frozen=True)
class Shortlist:
    """`rows` of the features, ascending, with their `evidence`, chosen of the rows of `pool` when `verdicts` stood; the
    pool when `ranked` did; `titles` is the titles' part in the evidence of the pool. `text` has the rows and values of
    the text's fit above 0, of all postings. `whole`: no allowed posting is left out.
    """

    rows: np.ndarray
    evidence: np.ndarray
    text: tuple[np.ndarray, np.ndarray]
    pool: np.ndarray
    titles: np.ndarray
    whole: bool
    verdicts: int
    ranked: int

    def holds(self, verdicts: int) -> bool:
        """Whether it is taken as it is when so many verdicts stand."""
        return self.whole or abs(verdicts - self.verdicts) < _patience(self.verdicts)

    def renews(self, verdicts: int) -> bool:
        """Whether its pool is taken as it is when so many verdicts stand."""
        return abs(verdicts - self.ranked) < LONGER * _patience(self.ranked)

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.rows, self.evidence, self.pool, self.titles, *self.text))

    def space(self, features: Features) -> Space:
        """The shortlist's postings as a space of their own."""
        return Space(features.take(self.rows), self.evidence)

    def all_text(self, many: int) -> np.ndarray:
        """The text's fit of all postings."""
        out = np.zeros(many, np.float32)
        out[self.text[0]] = self.text[1]
        return out

    def renewed(self, space: Space, total: np.ndarray, verdicts: int) -> Shortlist:
        """Another one of the same pool, whose space and log-odds these are."""
        best = _best(total, KEPT + verdicts)
        return replace(self, rows=self.pool[best], evidence=_rows(space, best), verdicts=verdicts)


def shortlist(space: Space, total: np.ndarray, allowed: np.ndarray, text: np.ndarray, verdicts: int) -> Shortlist:
    """The best KEPT of the allowed postings, and as many more as there are verdicts: judged ones are among them."""
    rows = np.flatnonzero(allowed)
    pool = rows[_best(total[rows], POOL + verdicts)]
    best = pool[_best(total[pool], KEPT + verdicts)]
    hits = np.flatnonzero(text).astype(np.int32)
    return Shortlist(
        rows=best.astype(np.int32),
        evidence=_rows(space, best),
        text=(hits, text[hits]),
        pool=pool.astype(np.int32),
        titles=space.evidence[pool, TITLE],
        whole=len(best) == len(rows),
        verdicts=verdicts,
        ranked=verdicts,
    )


def _best(total: np.ndarray, size: int) -> np.ndarray:
    """Where the `size` highest are, ascending; all of them where there are no more."""
    if len(total) <= size:
        return np.arange(len(total))
    return np.asarray(np.sort(np.argpartition(-total, size - 1)[:size]))


def _rows(space: Space, at: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(space.evidence[at])


def _patience(verdicts: int) -> float:
    return min(max(FEW, SHARE * verdicts), MANY)
