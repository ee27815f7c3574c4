"""How alike two titles are, and a ranking of many titles for one: words, spelling and occupation together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse as sp

from jobswipe.titles.clean import clean, parts, stems
from jobswipe.titles.taxonomy import Floats, taxonomy
from jobswipe.titles.vectors import vector

MEANING, SPELLING = 3.0, 1.0  # their ratio in the score
_UNKNOWN_IDF = 8.0


def similarity(a: str, b: str) -> float:
    """How alike two titles are, 0 to 1: cosines of vectors and of words, in the shares of MEANING and SPELLING."""
    meaning = max(0.0, float(vector(a) @ vector(b)))
    left, right = _weights(a), _weights(b)
    norm = math.sqrt(sum(v * v for v in left.values()) * sum(v * v for v in right.values()))
    spelling = sum(v * right.get(k, 0.0) for k, v in left.items()) / norm if norm else 0.0
    if not vector(a).any() or not vector(b).any():
        return min(1.0, spelling)
    return min(1.0, (MEANING * meaning + SPELLING * spelling) / (MEANING + SPELLING))


def _weights(title: str) -> dict[str, float]:
    tax = taxonomy()
    found = parts(title)
    out: dict[str, float] = {}
    for group, weight in ((found.aside, 0.4), (found.rest, 0.5), (found.head, 1.0)):
        for word in stems(group):
            row = tax.rows.get(word)
            out[word] = weight * (_UNKNOWN_IDF if row is None else float(tax.idf[row]))
    return out


def grams(title: str) -> Counter[str]:
    """Character 3- to 5-grams of each word of the cleaned title, word ends marked by a space."""
    out: Counter[str] = Counter()
    for word in clean(title).split():
        padded = f" {word} "
        for size in (3, 4, 5):
            out.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    return out


class TitleIndex:
    """Titles with their ids, ready to be ranked for any query title. Building is linear in the number of titles."""

    def __init__(self, titles: Sequence[tuple[str, str]]) -> None:
        self.ids = [id_ for id_, _ in titles]
        counted = [grams(title) for _, title in titles]
        frequency: Counter[str] = Counter()
        for count in counted:
            frequency.update(count.keys())
        self._column = {gram: at for at, gram in enumerate(frequency)}
        self._idf = np.array([math.log((1 + len(titles)) / (1 + n)) + 1 for n in frequency.values()], np.float32)
        self._spelling = self._sparse(counted).T.tocsr()
        self._meaning = np.stack([vector(title) for _, title in titles]) if titles else np.zeros((0, 1), np.float32)

    def scores(self, query: str) -> Floats:
        """The score of each title, 0 to 1, in the order of `ids`."""
        if not self.ids:
            return np.zeros(0, np.float32)
        score: Floats = (self._sparse([grams(query)]) @ self._spelling).toarray()[0]
        wanted = vector(query)
        if wanted.any():
            score = (MEANING * np.maximum(self._meaning @ wanted, 0) + SPELLING * score) / (MEANING + SPELLING)
        clipped: Floats = np.clip(score, 0, 1)
        return clipped.astype(np.float32)

    def rank(self, query: str, limit: int | None = None) -> list[tuple[str, float]]:
        """The best `limit` titles (all by default) as (id, score), best first; equal scores keep the given order."""
        scores = self.scores(query)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(self.ids[at], float(scores[at])) for at in order]

    def _sparse(self, counted: Iterable[Counter[str]]) -> sp.csr_matrix:
        """Rows of unit length: gram count times inverse document frequency."""
        columns: list[int] = []
        values: list[int] = []
        starts = [0]
        for count in counted:
            for gram, n in count.items():
                if gram in self._column:
                    columns.append(self._column[gram])
                    values.append(n)
            starts.append(len(columns))
        weights = np.array(values, np.float32) * self._idf[columns] if columns else np.zeros(0, np.float32)
        matrix = sp.csr_matrix((weights, columns, starts), shape=(len(starts) - 1, len(self._column)))
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        return sp.diags(1 / np.where(length == 0, 1, length)) @ matrix
