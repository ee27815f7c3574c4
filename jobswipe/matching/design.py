"""Design: postings and verdicts as rows of one feature space, in which a preference is a weight for each feature."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import msgspec
import numpy as np

from jobswipe.matching.features import Features
from jobswipe.matching.names import GROUPS, NAMES, SHARED
from jobswipe.matching.score import PARTS
from jobswipe.matching.sparse import Rows

DENSE = ("text", "title", "skills", "seniority", "place", "freshness", "openings")
"""What is known of a posting only beside this candidate (the evidence, in logits), and its company's openings (log)."""
_EVIDENCE = [PARTS.index(name) for name in DENSE[:-1]]
_SHARED = [GROUPS.index(name) for name in sorted(SHARED)]
DENSE_CENTRE = np.array([0.5, -4.5, 0.3, 0, 0, 0.1, 2], np.float32)
DENSE_SPREAD = np.array([1.2, 2.5, 1, 1.5, 3, 0.3, 1.5], np.float32)


class Scales(msgspec.Struct, frozen=True, kw_only=True):
    """Prior standard deviations of the weights, in logits, by group of features."""

    trust: float = 0.32
    """Not a scale: the share of the unlearned log-odds that a verdict is judged by. Less lets verdicts speak louder."""
    bias: float = 4.8
    word: float = 1.6
    skill: float = 1.2
    family: float = 1.2
    level: float = 0.8
    rank: float = 0.35
    workplace: float = 2.2
    country: float = 1.0
    city: float = 1.2
    region: float = 0.4
    remote: float = 1.0
    employment: float = 0.7
    company: float = 0.5
    pay: float = 0.5
    language: float = 0.7
    vector: float = 0.7
    dense: float = 1.0


SCALES = Scales()


class Example(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the model keeps of a verdict: the posting's features by name, so that it outlives the index.

    `base` is the unlearned log-odds; `dense` follows DENSE, raw; `vector` holds the title vector as int8.
    """

    swipe_id: int
    posting_id: int
    verdict: str
    reason: str | None
    base: float
    facets: tuple[str, ...]
    dense: tuple[float, ...]
    vector: bytes


def facet_values(numbers: np.ndarray, scales: Scales, stress: Mapping[str, float] | None = None) -> np.ndarray:
    """The values of one posting's facets: their groups' scales, shared within a shared group, stressed or hushed by a
    reason (by group; "*" for all others).
    """
    groups = NAMES.groups(numbers)
    scale = _by_group(scales)
    if stress:
        scale = scale * np.array([stress.get(name, stress.get("*", 1.0)) for name in (*GROUPS, "*")])
    out = scale[groups]
    for shared in _SHARED:
        mine = groups == shared
        if (many := int(mine.sum())) > 1:
            out[mine] /= math.sqrt(many)
    return np.asarray(out)


@cache
def _by_group(scales: Scales) -> np.ndarray:
    """Each group's scale; what is of none has no weight."""
    return np.array([*(getattr(scales, name) for name in GROUPS), 0.0])


def dense_values(raw: np.ndarray, scales: Scales) -> np.ndarray:
    return np.asarray((raw - DENSE_CENTRE) / DENSE_SPREAD * scales.dense, np.float32)


class Space:
    """The features of all postings beside one candidate's evidence, in the columns facets, dense, vector, bias."""

    def __init__(self, features: Features, evidence: np.ndarray, scales: Scales = SCALES) -> None:
        self.features = features
        self.scales = scales
        self.evidence = evidence
        # Column by column: a row's sum is the same in whatever order the array lies.
        self.base = np.zeros(len(evidence))
        for column in range(evidence.shape[1]):
            self.base += evidence[:, column]

    def raw_dense(self, at: np.ndarray | int) -> np.ndarray:
        """What DENSE names, of chosen postings."""
        evidence = np.atleast_2d(self.evidence[at][..., _EVIDENCE])
        return np.column_stack([evidence, np.atleast_1d(self.features.tables.openings[at])])

    def example(self, row: int, swipe_id: int, verdict: str, reason: str | None) -> Example:
        return Example(
            swipe_id=swipe_id,
            posting_id=int(self.features.ids[row]),
            verdict=verdict,
            reason=reason,
            base=round(float(self.base[row]), 6),
            facets=tuple(self.features.facets(row)),
            dense=tuple(round(float(value), 4) for value in self.raw_dense(row)[0]),
            vector=self.features.vectors[row].tobytes(),
        )

    def project(
        self, facets: tuple[np.ndarray, np.ndarray], dense: np.ndarray, vector: np.ndarray, bias: float
    ) -> np.ndarray:
        """w·x of every posting for weights of facets (numbers of names, values), DENSE, the title vector, the bias."""
        features = self.features
        weights = np.zeros(len(features.names), np.float32)
        columns = features.columns(facets[0])
        there = columns >= 0
        weights[columns[there]] = facets[1][there]
        out = features.tables.scaled(self.scales).times(weights).astype(np.float64)
        # Column by column, and the vectors in whole numbers: a row's sum is the same beside any others.
        slope = np.asarray(dense, np.float64) * self.scales.dense / DENSE_SPREAD
        for weight, column in zip(slope, [*_EVIDENCE, None], strict=True):
            out += weight * (features.tables.openings if column is None else self.evidence[:, column])
        out += bias * self.scales.bias - float(slope @ DENSE_CENTRE)
        out += features.tables.title_products(np.asarray(vector, np.float64) * (self.scales.vector / 127))
        return out

    def rows(self, at: np.ndarray) -> tuple[Rows, np.ndarray]:
        """The chosen postings' features, scaled: facets, and dense with vector and bias."""
        rest = np.empty((len(at), len(DENSE) + self.features.vectors.shape[1] + 1))
        rest[:, : len(DENSE)] = dense_values(self.raw_dense(at), self.scales)
        rest[:, len(DENSE) : -1] = self.features.vectors[at].astype(np.float32) * (self.scales.vector / 127)
        rest[:, -1] = np.float32(self.scales.bias)
        return self.features.tables.scaled(self.scales).take(at), rest
