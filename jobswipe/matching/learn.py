"""Learning from verdicts: Bayesian logistic regression whose prior mean is the unlearned score.

Log-odds of a like: f = trust·base + w·x, with w ~ N(0, 1) in a space where each feature is scaled by its group's prior
deviation; a score then takes base + w·x / trust. With no verdict that is the unlearned evidence, so the first deck is
the baseline. The posterior mode is found in the dual (one unknown a verdict, not one a feature) by Newton's method:
Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, algorithm 3.1; its variance is algorithm 3.2's. The
model is a function of the verdicts that stand: taking one back gives exactly the model that never had it.
"""

from __future__ import annotations

import itertools
import sys
import threading
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np
import scipy.linalg

from jobswipe.matching.design import DENSE, SCALES, Example, Scales, Space, dense_values, facet_values
from jobswipe.matching.names import NAMES
from jobswipe.matching.sparse import Rows
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
_FORGOTTEN = 50
"""Rows that are kept of examples that the model learns from no more."""
_EXAMPLE = 2_600
"""Bytes that a verdict takes, as measured."""
_ITERATIONS = 60
_TOLERANCE = 1e-9


class Weights(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Posterior mode of the weights: of facets by the numbers of their names (ascending), of DENSE, of the title
    vector, of the bias.
    """

    numbers: np.ndarray
    values: np.ndarray
    dense: np.ndarray
    vector: np.ndarray
    bias: float

    @property
    def facets(self) -> dict[str, float]:
        """By facet's name."""
        return {NAMES.name(number): value for number, value in zip(self.numbers, self.values.tolist(), strict=True)}

    def of(self, numbers: np.ndarray) -> np.ndarray:
        """The weights of facets by number; 0 of those that no verdict had."""
        if not len(self.numbers):
            return np.zeros(len(numbers))
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, self.values[at], 0.0)


class _Stored(msgspec.Struct, array_like=True):
    format: int
    names: list[str]
    examples: list[tuple[int, int, str, str | None, float, list[int], list[float], bytes]]


class _Rows:
    """Examples as rows of features, made once and handed from a model to its successors."""

    def __init__(self, scales: Scales) -> None:
        self.scales = scales
        self._rows: dict[Example, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._lock = threading.Lock()

    def of(self, examples: Sequence[Example]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """(numbers of the facets' names, their values, dense and vector and bias) of each."""
        with self._lock:
            out = []
            for one in examples:
                row = self._rows.get(one)
                if row is None:
                    row = self._rows[one] = self._made(one)
                out.append(row)
            if len(self._rows) > len(out) + _FORGOTTEN:
                self._rows = dict(zip(examples, out, strict=True))
            return out

    def _made(self, one: Example) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        stress = _stress(one)
        hush = stress.get("*", 1.0)
        numbers = NAMES.numbers(one.facets)
        dense = dense_values(np.array(one.dense, np.float32), self.scales) * hush
        vector = np.frombuffer(one.vector, np.int8) * (self.scales.vector / 127) * stress.get("vector", hush)
        rest = np.concatenate([dense, vector, [self.scales.bias]])
        return numbers, facet_values(numbers, self.scales, stress).astype(np.float32), rest.astype(np.float32)


class _Standing(NamedTuple):
    """The standing examples' features: numbers of facets, ascending, those as columns; dense, vector and bias.

    `order` has the entries of `facets` column by column.
    """

    numbers: np.ndarray
    facets: Rows
    rest: np.ndarray
    order: np.ndarray

    def dense(self, more: int = 0) -> np.ndarray:
        """Facets by example, and so many more rows without values."""
        out = np.zeros((self.facets.width + more, len(self.facets)))
        out[self.facets.columns, self.facets.owners] = self.facets.values
        return out


class _Holders(NamedTuple):
    """Where each facet's examples begin, and those; which examples like (True) and which dislike (False).

    `found` has what was asked for: the examples that like, or dislike, a facet.
    """

    starts: np.ndarray
    rows: np.ndarray
    sides: dict[bool, frozenset[int]]
    found: dict[tuple[str, bool], frozenset[int]]


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
        names = [sys.intern(name) for name in stored.names]
        return cls(
            [
                Example(
                    swipe_id=swipe, posting_id=posting, verdict=verdict, reason=reason, base=base,
                    facets=tuple(names[at] for at in facets), dense=tuple(dense), vector=vector,
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
    def _x(self) -> _Standing:
        rows = self._rows.of(self.standing)
        facets = np.concatenate([numbers for numbers, _, _ in rows])
        order = np.argsort(facets)
        ordered = facets[order]
        first = np.ones(len(ordered), bool)
        np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
        columns = np.empty(len(ordered), np.int32)
        columns[order] = np.cumsum(first, dtype=np.int32) - 1
        numbers = ordered[first]
        starts = np.zeros(len(rows) + 1, np.int32)
        np.cumsum([len(row[0]) for row in rows], out=starts[1:])
        values = np.concatenate([values for _, values, _ in rows], dtype=np.float64)
        matrix = Rows(values, columns, starts, len(numbers))
        return _Standing(numbers, matrix, np.array([rest for _, _, rest in rows], np.float64), order)

    @cached_property
    def _fit(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(dual weights, √curvature, lower Cholesky factor of I + √W K √W) at the posterior mode."""
        mean = self.scales.trust * np.array([one.base for one in self.standing])
        weight = np.array([WEIGHT[one.verdict] for one in self.standing])
        liked = np.array([one.verdict in POSITIVE for one in self.standing], float)
        facets, rest = self._x.facets, self._x.rest
        kernel = facets.times_each(self._x.dense()) + rest @ rest.T
        dual = np.array([self._start.get(one.swipe_id, 0.0) for one in self.standing])
        f = mean + kernel @ dual
        objective = _objective(dual, f, mean, weight, liked)
        for _ in range(_ITERATIONS):
            p = _logistic(f)
            curvature = np.maximum(weight * p * (1 - p), 1e-9)
            root = np.sqrt(curvature)
            inner = root[:, None] * kernel * root
            inner.flat[:: len(f) + 1] += 1
            factor, _ = scipy.linalg.lapack.dpotrf(inner, lower=1)
            b = curvature * (f - mean) + weight * (liked - p)
            solved, _ = scipy.linalg.lapack.dpotrs(factor, root * (kernel @ b), lower=1)
            step = b - root * solved - dual
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

    @cached_property
    def _found(self) -> dict[int, float]:
        """Dual weights by swipe, where the model has been fitted: the next one's start."""
        if "_fit" not in self.__dict__:
            return self._start
        return dict(zip([one.swipe_id for one in self.standing], self._fit[0].tolist(), strict=True))

    def settle(self) -> None:
        """Let go of what a deck needs and the next verdict does not: the model is as it was, and smaller."""
        if "weights" in self.__dict__:
            _ = self._found
            for name in ("_x", "_fit", "_holders"):
                self.__dict__.pop(name, None)

    @property
    def nbytes(self) -> int:
        """About how much memory it takes: what is settled, less."""
        many = len(self.standing)
        return _EXAMPLE * len(self.examples) + (12 * many * many if "_fit" in self.__dict__ else 0)

    @cached_property
    def weights(self) -> Weights:
        """What the verdicts taught; zeros where there are none."""
        if not self.standing:
            none, nothing = np.zeros(0, np.int32), np.zeros(0)
            return Weights(numbers=none, values=nothing, dense=np.zeros(len(DENSE)), vector=np.zeros(DIM), bias=0.0)
        numbers, facets, rest, _ = self._x
        dual = self._fit[0]
        w = rest.T @ dual
        return Weights(
            numbers=numbers,
            values=np.bincount(facets.columns, facets.values * dual[facets.owners], facets.width),
            dense=w[: len(DENSE)],
            vector=w[len(DENSE) : -1],
            bias=float(w[-1]),
        )

    def learned_of(self, one: Example) -> float:
        """What the verdicts add to the log-odds of one posting, as an example of no verdict."""
        if not self.standing:
            return 0.0
        w = self.weights
        numbers = NAMES.numbers(one.facets)
        total = float(facet_values(numbers, self.scales) @ w.of(numbers))
        total += float(dense_values(np.array(one.dense, np.float32), self.scales) @ w.dense)
        total += float(np.frombuffer(one.vector, np.int8) @ w.vector) * self.scales.vector / 127
        return (total + w.bias * self.scales.bias) / self.scales.trust

    def learned(self, space: Space) -> np.ndarray:
        """What the verdicts add to the log-odds of every posting."""
        if not self.standing:
            return np.zeros(len(space.features))
        w = self.weights
        return space.project((w.numbers, w.values), w.dense, w.vector, w.bias) / self.scales.trust

    def deviation(self, space: Space, at: np.ndarray) -> np.ndarray:
        """Posterior standard deviation of the log-odds of the chosen postings."""
        facets, rest = space.rows(at)
        own = np.bincount(facets.owners, facets.values**2, len(at))
        prior = own + (rest * rest).sum(axis=1)
        if not self.standing:
            return np.asarray(np.sqrt(prior)) / self.scales.trust
        _, root, factor = self._fit
        numbers, _, others, _ = self._x
        # The space's facets by the columns that the examples' have; those that no example has come last.
        column = np.full(facets.width, len(numbers), np.int32)
        there = space.features.columns(numbers)
        column[there[there >= 0]] = np.flatnonzero(there >= 0)
        theirs = self._x.dense(1)
        cross = Rows(facets.values, column[facets.columns], facets.starts, len(theirs)).times_each(theirs)
        known, _ = scipy.linalg.lapack.dtrtrs(factor, root[:, None] * (cross + rest @ others.T).T, lower=1)
        return np.asarray(np.sqrt(np.maximum(prior - (known**2).sum(axis=0), 0))) / self.scales.trust

    def contributions(self, space: Space, rows: np.ndarray, least: float = 0.0) -> list[dict[str, float]]:
        """What each facet of the chosen postings adds to their log-odds, where verdicts taught something of it.

        Those that move it by less than `least` are left out.
        """
        if not self.standing:
            return [{} for _ in rows]
        facets = space.features.tables.scaled(self.scales).take(rows)
        added = facets.values * (self.weights.of(space.features.numbers[facets.columns]) / self.scales.trust)
        there = np.flatnonzero((added != 0) & (np.abs(added) >= least))
        names = [space.features.names[column] for column in facets.columns[there].tolist()]
        told = list(zip(names, added[there].tolist(), strict=True))
        starts = np.searchsorted(there, facets.starts).tolist()
        return [dict(told[start:end]) for start, end in itertools.pairwise(starts)]

    def agreeing(self, facets: Sequence[str], *, liked: bool) -> int:
        """How many verdicts that like (or dislike) are on postings that have one of the facets; a skip is none."""
        return len(frozenset().union(*(self._holding(name, liked) for name in facets)))

    def _holding(self, facet: str, liked: bool) -> frozenset[int]:
        """The standing examples that have a facet, of those liked or those disliked."""
        known = self._holders
        held = known.found.get((facet, liked))
        if held is None:
            numbers = self._x.numbers
            at = bisect_left(numbers, number := NAMES.number(facet))
            there = at < len(numbers) and numbers[at] == number
            rows = known.rows[known.starts[at] : known.starts[at + 1]].tolist() if there else ()
            held = known.found[facet, liked] = known.sides[liked].intersection(rows)
        return held

    @cached_property
    def _holders(self) -> _Holders:
        facets, order = self._x.facets, self._x.order
        starts = np.searchsorted(facets.columns[order], np.arange(facets.width + 1))
        rows = np.searchsorted(facets.starts, order, side="right") - 1
        disliked, liked = (
            frozenset(at for at, one in enumerate(self.standing) if one.verdict in those)
            for those in (("dislike",), POSITIVE)
        )
        return _Holders(starts, rows, {False: disliked, True: liked}, {})

    def summary(self, limit: int = 8) -> dict[str, Any]:
        """The strongest learned leanings, for people."""
        weights = self.weights
        size = np.abs(weights.values)
        told: list[tuple[float, str, float]] = []
        for at in np.argsort(-size, kind="stable").tolist():
            if len(told) >= limit and size[at] < -told[limit - 1][0]:
                break
            name = NAMES.name(weights.numbers[at])
            if not name.endswith(":?"):
                told.append((-float(size[at]), name, float(weights.values[at])))
        return {
            "verdicts": len(self.standing),
            "leanings": {name: round(value, 3) for _, name, value in sorted(told)[:limit]},
        }


def _stress(example: Example) -> dict[str, float]:
    groups = REASONS.get(example.reason or "") if example.verdict == "dislike" else None
    return {"*": _HUSHED, **dict.fromkeys(groups, _STRESSED)} if groups else {}


def _logistic(f: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1 + np.tanh(f / 2)))


def _objective(dual: np.ndarray, f: np.ndarray, mean: np.ndarray, weight: np.ndarray, liked: np.ndarray) -> float:
    sign = 2 * liked - 1
    return float(-(weight * np.logaddexp(0, -sign * f)).sum() - 0.5 * dual @ (f - mean))
