"""Learning from verdicts: Bayesian logistic regression whose prior mean is the unlearned score.

Log-odds of a like: f = trust·base + w·x, with w ~ N(0, 1) in a space where each feature is scaled by its group's prior
deviation; a score then takes base + w·x / trust. With no verdict that is the unlearned evidence, so the first deck is
the baseline. The posterior mode is found in the dual (one unknown a verdict, not one a feature) by Newton's method:
Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, algorithm 3.1; its variance is algorithm 3.2's. The
model is a function of the verdicts that stand: taking one back gives exactly the model that never had it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import scipy.linalg
import scipy.sparse as sp

from jobswipe.matching.design import DENSE, SCALES, Example, Scales, Space, dense_values, facet_values
from jobswipe.titles.vectors import DIM

MAX_FITTED = 400
"""Verdicts that the model learns from, the latest: tastes change, and an update stays within milliseconds."""
MAX_KEPT = 1_000
"""Verdicts that the state holds, so that taking back reaches beyond MAX_FITTED."""
WEIGHT = {"like": 1.0, "save": 2.0, "dislike": 1.0, "skip": 0.15}
"""How much a verdict counts; like and save speak for the posting, the others against it."""
POSITIVE = frozenset({"like", "save"})
REASONS: dict[str, tuple[str, ...]] = {
    "company": ("company",),
    "place": ("workplace", "country", "city", "region", "remote"),
    "pay": ("pay",),
    "level": ("level", "rank"),
    "field": ("word", "family", "skill", "vector"),
}
"""Which groups a dislike's reason is about: they are stressed, the others hushed. Other reasons change nothing."""
_STRESSED, _HUSHED = 1.8, 0.35
_FORMAT = 1
_ITERATIONS = 60
_TOLERANCE = 1e-9


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Posterior mode of the weights: by facet, of DENSE, of the title vector, of the bias."""

    facets: dict[str, float]
    dense: np.ndarray
    vector: np.ndarray
    bias: float


class _Stored(msgspec.Struct, array_like=True):
    format: int
    names: list[str]
    examples: list[tuple[int, int, str, str | None, float, list[int], list[float], bytes]]


class _Rows:
    """Examples as rows of features, made once and handed from a model to its successors."""

    def __init__(self, scales: Scales) -> None:
        self.scales = scales
        self.names: dict[str, int] = {}
        self._rows: dict[Example, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._lock = threading.Lock()

    def row(self, one: Example) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(facets' numbers in `names`, their values, dense and vector and bias)."""
        with self._lock:
            if one not in self._rows:
                self._rows[one] = self._made(one)
            return self._rows[one]

    def _made(self, one: Example) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        stress = _stress(one)
        hush = stress.get("*", 1.0)
        values = facet_values(one.facets, self.scales, stress)
        numbers = [self.names.setdefault(name, len(self.names)) for name in values]
        dense = dense_values(np.array(one.dense, np.float32), self.scales) * hush
        vector = np.frombuffer(one.vector, np.int8) * (self.scales.vector / 127) * stress.get("vector", hush)
        return (
            np.array(numbers, np.int32),
            np.array(list(values.values())),
            np.concatenate([dense, vector, [self.scales.bias]]),
        )


class Model:
    """Examples in the order of their swipes; everything else follows from them."""

    def __init__(
        self,
        examples: Sequence[Example] = (),
        scales: Scales = SCALES,
        rows: _Rows | None = None,
        start: dict[int, float] | None = None,
    ) -> None:
        self.examples = tuple(sorted(examples, key=lambda example: example.swipe_id))[-MAX_KEPT:]
        self.scales = scales
        self._rows = rows or _Rows(scales)
        # Newton's method starts from what a neighbour found: the mode is the same, and near.
        self._start = start or {}

    def with_example(self, example: Example) -> Model:
        return Model([*self.examples, example], self.scales, self._rows, self._found)

    def without(self, swipe_id: int) -> Model:
        """The model as if that verdict had never been given."""
        kept = [one for one in self.examples if one.swipe_id != swipe_id]
        return Model(kept, self.scales, self._rows, self._found)

    def encode(self) -> bytes:
        names: dict[str, int] = {}
        rows = [
            (
                one.swipe_id, one.posting_id, one.verdict, one.reason, one.base,
                [names.setdefault(facet, len(names)) for facet in one.facets], list(one.dense), one.vector,
            )
            for one in self.examples
        ]  # fmt: skip
        return msgspec.msgpack.encode(_Stored(_FORMAT, list(names), rows))

    @classmethod
    def decode(cls, state: bytes) -> Model:
        """The model of a stored state; an empty one for an empty, damaged or older state."""
        if not state:
            return cls()
        try:
            stored = msgspec.msgpack.decode(state, type=_Stored)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return cls()
        if stored.format != _FORMAT:
            return cls()
        return cls(
            [
                Example(
                    swipe_id=swipe, posting_id=posting, verdict=verdict, reason=reason, base=base,
                    facets=tuple(stored.names[at] for at in facets), dense=tuple(dense), vector=vector,
                )
                for swipe, posting, verdict, reason, base, facets, dense, vector in stored.examples
            ]
        )  # fmt: skip

    @cached_property
    def standing(self) -> tuple[Example, ...]:
        """The latest verdict on each posting, at most MAX_FITTED."""
        latest = {one.posting_id: one for one in self.examples}
        return tuple(one for one in self.examples if latest[one.posting_id] is one)[-MAX_FITTED:]

    @cached_property
    def _x(self) -> tuple[sp.csr_matrix, np.ndarray]:
        """The standing examples' features: facets by their number, and dense with vector and bias."""
        rows = [self._rows.row(one) for one in self.standing]
        starts = np.concatenate([[0], np.cumsum([len(numbers) for numbers, _, _ in rows])])
        facets = sp.csr_matrix(
            (np.concatenate([values for _, values, _ in rows]), np.concatenate([n for n, _, _ in rows]), starts),
            shape=(len(rows), len(self._rows.names)),
        )
        return facets, np.array([rest for _, _, rest in rows])

    @cached_property
    def _fit(self) -> tuple[np.ndarray, np.ndarray, Any]:
        """(dual weights, √curvature, Cholesky factor of I + √W K √W) at the posterior mode."""
        mean = self.scales.trust * np.array([one.base for one in self.standing])
        weight = np.array([WEIGHT[one.verdict] for one in self.standing])
        liked = np.array([one.verdict in POSITIVE for one in self.standing], float)
        facets, rest = self._x
        kernel = (facets @ facets.T).toarray() + rest @ rest.T
        dual = np.array([self._start.get(one.swipe_id, 0.0) for one in self.standing])
        f = mean + kernel @ dual
        objective = _objective(dual, f, mean, weight, liked)
        for _ in range(_ITERATIONS):
            p = _logistic(f)
            curvature = np.maximum(weight * p * (1 - p), 1e-9)
            root = np.sqrt(curvature)
            factor = scipy.linalg.cho_factor(
                np.eye(len(f)) + root[:, None] * kernel * root, lower=True, overwrite_a=True, check_finite=False
            )
            b = curvature * (f - mean) + weight * (liked - p)
            step = b - root * scipy.linalg.cho_solve(factor, root * (kernel @ b), check_finite=False) - dual
            size = 1.0
            while True:  # a full Newton step may overshoot where the prior is far off
                tried = dual + size * step
                f_tried = mean + kernel @ tried
                reached = _objective(tried, f_tried, mean, weight, liked)
                if reached >= objective - 1e-10 * (1 + abs(objective)) or size < 1e-3:
                    break
                size /= 2
            moved = float(np.abs(f_tried - f).max())
            dual, f, objective = tried, f_tried, reached
            if moved < _TOLERANCE:
                break
        return dual, root, factor

    @property
    def _found(self) -> dict[int, float]:
        """Dual weights by swipe, where the model has been fitted: the next one's start."""
        if "_fit" not in self.__dict__:
            return self._start
        return {one.swipe_id: float(value) for one, value in zip(self.standing, self._fit[0], strict=True)}

    @cached_property
    def weights(self) -> Weights:
        """What the verdicts taught; zeros where there are none."""
        if not self.standing:
            return Weights(facets={}, dense=np.zeros(len(DENSE)), vector=np.zeros(DIM), bias=0.0)
        facets, rest = self._x
        dual = self._fit[0]
        named, w = (facets.T @ dual).tolist(), rest.T @ dual
        return Weights(
            facets=dict(zip(islice(self._rows.names, len(named)), named, strict=True)),
            dense=w[: len(DENSE)],
            vector=w[len(DENSE) : -1],
            bias=float(w[-1]),
        )

    def learned_of(self, one: Example) -> float:
        """What the verdicts add to the log-odds of one posting, as an example of no verdict."""
        if not self.standing:
            return 0.0
        w = self.weights
        values = facet_values(one.facets, self.scales, {})
        total = sum(value * w.facets.get(name, 0.0) for name, value in values.items())
        total += float(dense_values(np.array(one.dense, np.float32), self.scales) @ w.dense)
        total += float(np.frombuffer(one.vector, np.int8) @ w.vector) * self.scales.vector / 127
        return (total + w.bias * self.scales.bias) / self.scales.trust

    def learned(self, space: Space) -> np.ndarray:
        """What the verdicts add to the log-odds of every posting."""
        if not self.standing:
            return np.zeros(len(space.features))
        w = self.weights
        return space.project(w.facets, w.dense, w.vector, w.bias) / self.scales.trust

    def deviation(self, space: Space, at: np.ndarray) -> np.ndarray:
        """Posterior standard deviation of the log-odds of the chosen postings."""
        facets, rest = space.rows(at)
        prior = np.asarray(facets.multiply(facets).sum(axis=1)).ravel() + (rest * rest).sum(axis=1)
        if not self.standing:
            return np.asarray(np.sqrt(prior)) / self.scales.trust
        _, root, factor = self._fit
        cross = self._facets_as_examples_have(space, facets) @ self._columns + rest @ self._x[1].T
        known = scipy.linalg.solve_triangular(factor[0], root[:, None] * cross.T, lower=True, check_finite=False)
        return np.asarray(np.sqrt(np.maximum(prior - (known**2).sum(axis=0), 0))) / self.scales.trust

    @cached_property
    def _columns(self) -> np.ndarray:
        """The examples' facets as columns, and a row of zeros for all others."""
        facets = self._x[0]
        return np.vstack([facets.toarray().T, np.zeros((1, facets.shape[0]))])

    def _facets_as_examples_have(self, space: Space, facets: sp.csr_matrix) -> sp.csr_matrix:
        """Rows of a space's facets by the numbers that the examples' facets have; what no example has comes last."""
        column = space.features.column
        many = self._x[0].shape[1]
        number = np.full(facets.shape[1], many, np.int32)
        for at, name in enumerate(islice(self._rows.names, many)):
            if (there := column.get(name)) is not None:
                number[there] = at
        return sp.csr_matrix((facets.data, number[facets.indices], facets.indptr), shape=(facets.shape[0], many + 1))

    def contributions(self, facets: Sequence[str]) -> dict[str, float]:
        """What each of a posting's facets adds to its log-odds."""
        if not self.standing:
            return {}
        weights = self.weights.facets
        values = facet_values(facets, self.scales, {})
        return {name: value * weights[name] / self.scales.trust for name, value in values.items() if name in weights}

    def agreeing(self, facets: Sequence[str], *, liked: bool) -> int:
        """How many verdicts that like (or dislike) are on postings that have one of the facets; a skip is none."""
        return len(frozenset().union(*(self._holders[liked].get(name, frozenset()) for name in facets)))

    @cached_property
    def _holders(self) -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
        """The standing examples by facet: those disliked, and those liked."""
        found: tuple[dict[str, set[int]], dict[str, set[int]]] = ({}, {})
        for at, one in enumerate(self.standing):
            if one.verdict != "skip":
                for name in one.facets:
                    found[one.verdict in POSITIVE].setdefault(name, set()).add(at)
        disliked, liked = ({name: frozenset(held) for name, held in side.items()} for side in found)
        return disliked, liked

    def summary(self, limit: int = 8) -> dict[str, Any]:
        """The strongest learned leanings, for people."""
        weights = self.weights.facets
        told = {name: value for name, value in weights.items() if not name.endswith(":?")}
        strong = sorted(told.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:limit]
        return {"verdicts": len(self.standing), "leanings": {name: round(value, 3) for name, value in strong}}


def _stress(example: Example) -> dict[str, float]:
    groups = REASONS.get(example.reason or "") if example.verdict == "dislike" else None
    return {"*": _HUSHED, **dict.fromkeys(groups, _STRESSED)} if groups else {}


def _logistic(f: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(f / 2)))


def _objective(dual: np.ndarray, f: np.ndarray, mean: np.ndarray, weight: np.ndarray, liked: np.ndarray) -> float:
    sign = 2 * liked - 1
    return float(-(weight * np.logaddexp(0, -sign * f)).sum() - 0.5 * dual @ (f - mean))
