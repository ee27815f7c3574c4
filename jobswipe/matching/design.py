"""Design: postings and verdicts as rows of one feature space, in which a preference is a weight for each feature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
import scipy.sparse as sp

from jobswipe.matching.features import Features
from jobswipe.matching.score import PARTS

DENSE = ("text", "title", "skills", "seniority", "place", "freshness", "openings")
"""What is known of a posting only beside this candidate (the evidence, in logits), and its company's openings (log)."""
SHARED = frozenset({"word", "skill"})
"""Groups of which a posting has many facets: together they weigh as much as one."""
_CENTRE = np.array([0.5, -4.5, 0.3, 0, 0, 0.1, 2], np.float32)
_SPREAD = np.array([1.2, 2.5, 1, 1.5, 3, 0.3, 1.5], np.float32)


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


class Example(msgspec.Struct, frozen=True, kw_only=True):
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


def group(facet: str) -> str:
    return facet.partition(":")[0]


def facet_values(facets: Sequence[str], scales: Scales, stress: dict[str, float]) -> dict[str, float]:
    """Each facet's value: its group's scale, shared within a shared group, stressed or hushed by a reason."""
    counts: dict[str, int] = {}
    for facet in facets:
        counts[group(facet)] = counts.get(group(facet), 0) + 1
    out = {}
    for facet in facets:
        name = group(facet)
        share = math.sqrt(counts[name]) if name in SHARED else 1.0
        out[facet] = getattr(scales, name) / share * stress.get(name, stress.get("*", 1.0))
    return out


def dense_values(raw: np.ndarray, scales: Scales) -> np.ndarray:
    return np.asarray((raw - _CENTRE) / _SPREAD * scales.dense, np.float32)


class Space:
    """The features of all postings beside one candidate's evidence, in the columns facets, dense, vector, bias."""

    def __init__(self, features: Features, evidence: np.ndarray, scales: Scales = SCALES) -> None:
        self.features = features
        self.scales = scales
        self.evidence = evidence
        self.base = evidence.sum(axis=1, dtype=np.float64)

    @cached_property
    def raw_dense(self) -> np.ndarray:
        columns = [PARTS.index(name) for name in DENSE[:-1]]
        openings = np.ones(len(self.features), np.float32)
        known = self.features.company >= 0
        openings[known] = self.features.counts[self.features.company[known]]
        return np.column_stack([self.evidence[:, columns], np.log(openings)])

    @cached_property
    def groups(self) -> np.ndarray:
        return np.array([group(name) for name in self.features.names])

    @cached_property
    def column_scales(self) -> np.ndarray:
        return np.array([getattr(self.scales, name) for name in self.groups], np.float32)

    @cached_property
    def row_shares(self) -> dict[str, np.ndarray]:
        """For each shared group, 1 / √(facets of the group) of every posting."""
        out = {}
        for name in sorted(SHARED & set(self.groups.tolist())):
            many = self.features.matrix @ (self.groups == name).astype(np.float32)
            out[name] = 1 / np.sqrt(np.maximum(many, 1))
        return out

    def example(self, row: int, swipe_id: int, verdict: str, reason: str | None) -> Example:
        matrix, names = self.features.matrix, self.features.names
        columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        return Example(
            swipe_id=swipe_id,
            posting_id=int(self.features.ids[row]),
            verdict=verdict,
            reason=reason,
            base=round(float(self.base[row]), 6),
            facets=tuple(names[at] for at in columns),
            dense=tuple(round(float(value), 4) for value in self.raw_dense[row]),
            vector=self.features.vectors[row].tobytes(),
        )

    def project(self, facets: dict[str, float], dense: np.ndarray, vector: np.ndarray, bias: float) -> np.ndarray:
        """w·x of every posting for weights by facet name, of DENSE, of the title vector and the bias."""
        features = self.features
        weights = np.zeros(len(features.names), np.float32)
        for name, weight in facets.items():
            at = features.column.get(name)
            if at is not None:
                weights[at] = weight
        weights *= self.column_scales
        out = np.full(len(features), bias * self.scales.bias)
        plain = weights.copy()
        for name, share in self.row_shares.items():
            mine = self.groups == name
            plain[mine] = 0
            out += share * (features.matrix @ np.where(mine, weights, 0).astype(np.float32))
        out += features.matrix @ plain
        out += dense_values(self.raw_dense, self.scales) @ dense
        out += features.vectors @ (vector * (self.scales.vector / 127)).astype(np.float32)
        return np.asarray(out, np.float64)

    def rows(self, at: np.ndarray) -> sp.csr_matrix:
        """The chosen postings' features, scaled."""
        matrix = self.features.matrix[at].tocsr()
        data = self.column_scales[matrix.indices]
        lengths = np.repeat(np.arange(len(at)), np.diff(matrix.indptr))
        for name, share in self.row_shares.items():
            mine = self.groups[matrix.indices] == name
            data[mine] *= share[at][lengths[mine]]
        scaled = sp.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)
        rest = np.concatenate(
            [
                dense_values(self.raw_dense[at], self.scales),
                self.features.vectors[at].astype(np.float32) * (self.scales.vector / 127),
                np.full((len(at), 1), self.scales.bias, np.float32),
            ],
            axis=1,
        )
        return sp.hstack([scaled, sp.csr_matrix(rest)]).tocsr()
