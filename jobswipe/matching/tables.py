"""Tables: what scoring needs of the postings whoever the candidate is; computed once for a state of the features."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jobswipe.matching.names import SHARED, group
from jobswipe.matching.sparse import Rows

if TYPE_CHECKING:
    from jobswipe.matching.features import Features

_POINT = 0x9E3779B97F4A7C15
"""Odd, its bits well mixed: 2 ** 64 divided by the golden ratio."""
_PART = 4_096
_FEW = 256
"""Rows that are made float32 and multiplied at once: they stay in the cache, in memory that the process has."""
_HALF = 1 << 11
"""Two integers below it, one for each half of a weight: sums of 64 times 127 times it stay exact in float32."""


def _digests(vectors: np.ndarray) -> np.ndarray:
    """A number of each row, all but certainly another one where the row is another: a polynomial's value at _POINT."""
    words = np.ascontiguousarray(vectors).view(np.uint64)
    return np.asarray(words @ np.cumprod(np.full(words.shape[1], _POINT, np.uint64)))


def _rebuilds(seen: np.ndarray, which: np.ndarray, vectors: np.ndarray) -> bool:
    """Whether the chosen rows are the vectors; a part at a time, for a copy of all would be twice the features."""
    parts = (slice(at, at + _PART) for at in range(0, len(vectors), _PART))
    return all(np.array_equal(seen[which[part]], vectors[part]) for part in parts)


class Tables:
    """Of all postings, or of chosen ones: those take what is of all (`of`), so that a row has the same values."""

    def __init__(self, features: Features, of: Features | None = None, at: np.ndarray | None = None) -> None:
        # Features hold their tables: were they held in return, the many short ones would lie until the collector comes.
        self._features: Features = weakref.proxy(features)
        self._of = of
        self._at = at
        self._scaled: dict[Any, Rows] = {}

    @property
    def _whole(self) -> Tables | None:
        return self._of.tables if self._of is not None else None

    @cached_property
    def groups(self) -> np.ndarray:
        """The group of each facet's column."""
        return self._whole.groups if self._whole else np.array([group(name) for name in self._features.names])

    @cached_property
    def word_weights(self) -> np.ndarray:
        """Inverse document frequency in the columns of title words, 0 in the others."""
        return self._whole.word_weights if self._whole else self._rarity("word")

    @cached_property
    def skill_weights(self) -> np.ndarray:
        """Inverse document frequency in the columns of skills, 0 in the others."""
        return self._whole.skill_weights if self._whole else self._rarity("skill")

    def _rarity(self, name: str) -> np.ndarray:
        rarity = np.log1p(self._features.population / np.maximum(self._features.counts, 1))
        return np.where(self.groups == name, rarity, 0).astype(np.float32)

    @cached_property
    def word_norm(self) -> np.ndarray:
        """The length of each posting's title words."""
        if self._whole is not None:
            return self._whole.word_norm[self._at]
        return np.asarray(np.sqrt(np.maximum(self._features.matrix @ (self.word_weights**2), 1e-9)))

    @cached_property
    def skill_norm(self) -> np.ndarray:
        """The length of each posting's skills, as if it had four more of middling rarity: few skills prove little."""
        if self._whole is not None:
            return self._whole.skill_norm[self._at]
        idf = self.skill_weights
        usual = float(np.median(idf[idf > 0])) if (idf > 0).any() else 1.0
        return np.asarray(np.sqrt(self._features.matrix @ (idf * idf) + 4 * usual**2))

    @cached_property
    def somewhere(self) -> np.ndarray:
        """Which postings name a country."""
        if self._whole is not None:
            return self._whole.somewhere[self._at]
        return np.asarray(self._features.matrix @ (self.groups == "country").astype(np.float32) > 0)

    @cached_property
    def remote_named(self) -> np.ndarray:
        """Which postings name where remote work is open to."""
        if self._whole is not None:
            return self._whole.remote_named[self._at]
        wanted = (self.groups == "remote").astype(np.float32)
        if (unsaid := self._features.column.get("remote:?")) is not None:
            wanted[unsaid] = 0
        return np.asarray(self._features.matrix @ wanted > 0)

    @cached_property
    def openings(self) -> np.ndarray:
        """Log of how many openings each posting's company has."""
        if self._whole is not None:
            return self._whole.openings[self._at]
        out = np.ones(len(self._features), np.float32)
        known = self._features.company >= 0
        out[known] = self._features.counts[self._features.company[known]]
        return np.asarray(np.log(out), np.float32)

    @cached_property
    def distinct(self) -> tuple[np.ndarray, np.ndarray]:
        """(the distinct title vectors times 127 as float32, which one each posting has)."""
        if self._whole is not None:
            known, which = self._whole.distinct
            mine = which[self._at]
            there = np.zeros(len(known), bool)
            there[mine] = True
            return known[there], (np.cumsum(there, dtype=np.int32) - 1)[mine]
        vectors = self._features.vectors
        _, first, which = np.unique(_digests(vectors), return_index=True, return_inverse=True)
        seen = vectors[first]
        if not _rebuilds(seen, which, vectors):  # two vectors of one digest: compared whole, four times as slow
            width = vectors.shape[1]
            whole, which = np.unique(np.ascontiguousarray(vectors).view(f"V{width}").ravel(), return_inverse=True)
            seen = whole.view(np.int8).reshape(-1, width)
        return seen.astype(np.float32), which.ravel().astype(np.int32)

    @cached_property
    def _by_facet(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each column's rows begin, and the rows. The ones beside them would be 8 MB of 100,000 postings."""
        lists = self._features.matrix.tocsc()
        return lists.indptr, lists.indices

    @cached_property
    def cities(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The columns of facets that are cities, their latitude and longitude in radians."""
        if self._whole is not None:
            return self._whole.cities
        where = self._features.where
        columns = np.flatnonzero(~np.isnan(where[:, 0]))
        return columns, np.radians(where[columns, 0]), np.radians(where[columns, 1])

    def title_products(self, weights: np.ndarray) -> np.ndarray:
        """Each posting's title vector, times 127, by weights; exact (`exact_product`)."""
        if self._whole is not None and "distinct" not in self.__dict__:  # to find the distinct ones takes longer
            return exact_product(self._features.vectors, weights)
        vectors, which = self.distinct
        return np.asarray(exact_product(vectors, weights)[which])

    def having(self, columns: Sequence[int]) -> np.ndarray:
        """Which postings have one of the facets in `columns`."""
        if self._whole is not None:
            return self._whole.having(columns)[self._at]
        out = np.zeros(len(self._features), bool)
        for at in columns:
            out[self.rows_of(at)] = True
        return out

    def rows_of(self, column: int) -> np.ndarray:
        """The rows that have a facet."""
        if self._whole is not None:
            return np.flatnonzero(self.having([column]))
        starts, rows = self._by_facet
        return np.asarray(rows[starts[column] : starts[column + 1]])

    def scaled(self, scales: Any) -> Rows:
        """The facets with their groups' scales instead of ones, shared among the facets of a shared group."""
        if scales not in self._scaled:
            if self._whole is not None and self._at is not None:
                self._scaled[scales] = self._whole.scaled(scales).take(self._at)
            else:
                self._scaled[scales] = self._make_scaled(scales)
        return self._scaled[scales]

    def _make_scaled(self, scales: Any) -> Rows:
        matrix = self._features.matrix
        data = np.array([getattr(scales, name) for name in self.groups], np.float32)[matrix.indices]
        for name in sorted(SHARED & set(self.groups.tolist())):
            mine = self.groups == name
            many = matrix @ mine.astype(np.float32)
            share = np.repeat((1 / np.sqrt(np.maximum(many, 1))).astype(np.float32), np.diff(matrix.indptr))
            here = mine[matrix.indices]
            data[here] *= share[here]
        return Rows(data, matrix.indices, matrix.indptr, matrix.shape[1])


def exact_product(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """rows @ weights for whole numbers up to 127 (int8 or float32), the weights rounded to 22 bits of the largest.

    Every sum is exact, so that equal rows tie however many others are computed with them.
    """
    largest = float(np.abs(weights).max(initial=0))
    if not largest:
        return np.zeros(len(rows))
    step = largest / (_HALF * _HALF - 1)
    whole = np.rint(weights / step).astype(np.int64)
    high, low = np.divmod(np.abs(whole), _HALF) * np.sign(whole)
    halves = np.column_stack([high, low]).astype(np.float32)
    if rows.dtype == np.float32:
        products = rows @ halves
    else:
        products = np.empty((len(rows), 2), np.float32)
        for start in range(0, len(rows), _FEW):
            part = slice(start, start + _FEW)
            np.matmul(rows[part].astype(np.float32), halves, out=products[part])
    return np.asarray((products[:, 0].astype(np.float64) * _HALF + products[:, 1]) * step)
