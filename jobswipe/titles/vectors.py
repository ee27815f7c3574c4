"""A title as a vector: its words, pulled towards the occupations that list the title or stand nearest to it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from jobswipe.titles.clean import Parts, parts, stems
from jobswipe.titles.taxonomy import Floats, Taxonomy, taxonomy

DIM = 128
REST, ASIDE = 0.5, 0.4  # weight of what follows a comma, and of brackets, beside the role itself
LISTED, PARTLY, NEAR = (
    0.9,
    0.7,
    0.6,
)  # pull of a listed title, of one listed without its modifiers, and of near occupations
NEIGHBOURS, SHARPNESS = 8, 10.0
# Modifiers of rank, not of kind: "assistant pastry chef" is looked up as "pastry chef" too.
RANK_WORDS = (
    "senior assistant associate head chief lead principal executive director manager supervisor coordinator deputy "
    "vice president regional area team global contract officer specialist expert consultant".split()
)
_RANK = frozenset(stems(RANK_WORDS))


@lru_cache(maxsize=16384)
def vector(title: str) -> Floats:
    """The title's vector: float32, DIM long, of unit length or zeros (no word is known). Not to be written to."""
    tax = taxonomy()
    found = parts(title)
    base = _normal(_words(tax, found))
    out = base.copy()
    if base.any():
        listed, weight = _listed(tax, found)
        if len(listed):
            out += weight * _normal(tax.occupations[listed].sum(axis=0))
        score = tax.nearness(base)
        near = np.argpartition(score, -NEIGHBOURS)[-NEIGHBOURS:]
        pull = np.exp(SHARPNESS * (score[near] - score[near].max()))
        out += NEAR * _normal(pull @ tax.occupations[near])
        out = _normal(out)
    out.flags.writeable = False
    return out


def matches(title: str, limit: int = 3) -> list[tuple[int, float]]:
    """The likeliest occupations (row, weight), those that list the title first; weights sum to at most 1."""
    tax = taxonomy()
    found = parts(title)
    base = _normal(_words(tax, found))
    if not base.any():
        return []
    score = tax.nearness(base)
    listed, weight = _listed(tax, found)
    if len(listed):
        score[listed] += weight
    near = np.argsort(-score, kind="stable")[: max(limit, NEIGHBOURS)]
    pull = np.exp(SHARPNESS * (score[near] - score[near[0]]))
    pull /= pull.sum()
    return [(int(row), float(share)) for row, share in zip(near[:limit], pull[:limit], strict=True)]


def _words(tax: Taxonomy, found: Parts) -> Floats:
    out = np.zeros(DIM, np.float32)
    seen: set[int] = set()
    for group, weight in ((found.head, 1.0), (found.rest, REST), (found.aside, ASIDE)):
        known = [row for word in stems(group) if (row := tax.rows.get(word)) is not None and row not in seen]
        if known:
            seen.update(known)
            out += (weight * tax.idf[known]) @ tax.vectors[known]
    return out


def _listed(tax: Taxonomy, found: Parts) -> tuple[np.ndarray, float]:
    """Occupations that list the role, else it without its rank, else its longest listed phrase; and their pull."""
    head = stems(found.head)
    whole = stems(found.head + found.rest)
    for key in (whole, head) if whole != head else (head,):
        rows = tax.find(key)
        if len(rows):
            return rows, LISTED
    core = tuple(word for word in head if word not in _RANK)
    if core and core != head:
        rows = tax.find(core)
        if len(rows):
            return rows, PARTLY
    for size in range(len(head) - 1, 1, -1):
        rows = np.concatenate([tax.find(head[at : at + size]) for at in range(len(head) - size + 1)])
        if len(rows):
            return rows, PARTLY * PARTLY
    return tax.links[:0], 0.0


def _normal(row: Floats) -> Floats:
    length = float(np.sqrt(row @ row))
    return row / np.float32(length) if length else row
