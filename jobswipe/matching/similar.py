"""Postings that are like one: by what the role is, what it asks for, its level, where it is and how it is worked."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from sqlmodel import Session, col, select

from jobswipe import titles
from jobswipe.errors import NotFoundError
from jobswipe.matching import facets as f
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.models import Posting, PostingPlace, PostingSkill, SkillConcept

TITLE, SKILLS, LEVEL, PLACE, WORKPLACE, PAY = 0.50, 0.20, 0.10, 0.12, 0.04, 0.04
"""What each part adds at most; together 1."""
_CROWDING = 0.06
"""What a posting loses for each one of the same company that lies before it."""
_UNSAID = 0.5
"""The share of a part where one of the two does not say it."""
_DEPTH = 200


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """A posting like another. `score` is 0 to 1; `skills` are names that both ask for."""

    posting_id: int
    score: float
    skills: tuple[str, ...]


def similar(matcher: Matcher, session: Session, posting_id: int, limit: int = 10) -> list[Similar]:
    """The open postings that are most like one, which may be closed itself. Raises NotFoundError.

    Itself and what is merged with it are left out, and no company floods the list.
    """
    posting = session.get(Posting, posting_id)
    if posting is None:
        raise NotFoundError(f"There is no posting {posting_id}.", hint="'jobswipe match' shows the ids")
    matcher.refresh(session)
    features = matcher.features
    if not len(features):
        return []
    asked = session.exec(
        select(SkillConcept.concept, SkillConcept.name)
        .join(PostingSkill, col(PostingSkill.skill_id) == col(SkillConcept.id))
        .where(PostingSkill.posting_id == posting_id)
    ).all()
    worth = (
        TITLE * _title(features, posting)
        + SKILLS * _skills(features, [concept for concept, _ in asked])
        + LEVEL * _level(features, posting)
        + PLACE * _place(features, session, posting)
        + WORKPLACE * _same(features.workplace, f.code(posting.workplace, f.WORKPLACES))
        + PAY * _pay(features, posting)
    )
    worth[np.isin(features.ids, _same_opening(session, posting))] = -1
    names = {f"skill:{concept}": name for concept, name in asked}
    return [
        Similar(
            posting_id=int(features.ids[row]),
            score=round(float(worth[row]), 4),
            skills=tuple(names[name] for name in _facets(features, row) if name in names),
        )
        for row in _spread(features, worth, limit)
    ]


def _title(features: Features, posting: Posting) -> np.ndarray:
    """Nearness of the titles, 0 to 1: what the words and the occupations behind them have in common."""
    vector = np.asarray(titles.vector(posting.title), np.float32)
    near = np.clip((features.vectors @ vector) / 127, 0, 1)
    family = f.code(titles.family(posting.title), titles.families.FAMILIES)
    # Another family of roles shares words by chance; an unknown one may be the same.
    other = (features.family != family) & (features.family >= 0) if family >= 0 else np.zeros(len(features), bool)
    return np.asarray(np.where(other, near * 0.6, near))


def _skills(features: Features, concepts: list[str]) -> np.ndarray:
    """The share of the skills that both ask for, rare ones counting more (cosine of tf-idf, each skill once)."""
    columns = [at for at in (features.column.get(f"skill:{one}") for one in concepts) if at is not None]
    if not columns:
        return np.full(len(features), _UNSAID, np.float32)
    rarity = np.log1p(len(features) / np.maximum(features.counts, 1)).astype(np.float32)
    is_skill = np.zeros(len(features.names), np.float32)
    is_skill[[at for name, at in features.column.items() if name.startswith("skill:")]] = 1
    weight = rarity**2 * is_skill
    mine = np.zeros(len(features.names), np.float32)
    mine[columns] = weight[columns]
    theirs = np.sqrt(np.maximum(features.matrix @ weight, 1e-9))
    return np.asarray((features.matrix @ mine) / (theirs * math.sqrt(float(mine.sum()))))


def _level(features: Features, posting: Posting) -> np.ndarray:
    """1 at the same level, less with each step of the ladder."""
    ranks = np.array([*(f.RANKS[level] for level in f.LEVELS), f.UNSAID_RANK], np.float32)
    own = f.RANKS.get(posting.seniority or "", f.UNSAID_RANK)
    return np.asarray(np.exp2(-np.abs(ranks[features.level] - own)))


def _place(features: Features, session: Session, posting: Posting) -> np.ndarray:
    """1 in one of its cities or remote where it is remote, less in its region and its country."""
    out = np.zeros(len(features), np.float32)
    rows = session.exec(select(PostingPlace).where(PostingPlace.posting_id == posting.id)).all()
    steps = [
        (0.4, [f"country:{one.country}" for one in rows]),
        (0.6, [f"region:{one.region}, {one.country}" for one in rows]),
        (1.0, [f"city:{one.city}, {one.country}" for one in rows]),
    ]
    if posting.workplace == "remote":
        reaches = [f"remote:{name}" for name in (*posting.remote_countries, *posting.remote_regions)]
        steps.append((1.0, reaches or ["remote:?"]))
    elif not rows:
        return np.full(len(features), _UNSAID, np.float32)
    for worth, names in steps:
        wanted = np.zeros(len(features.names), np.float32)
        known = [features.column[name] for name in names if name in features.column]
        if known:
            wanted[known] = 1
            out = np.maximum(out, np.where(features.matrix @ wanted > 0, worth, 0))
    return np.asarray(out)


def _same(values: np.ndarray, own: int) -> np.ndarray:
    return np.asarray(np.where((values < 0) | (own < 0), _UNSAID, values == own), np.float32)


def _pay(features: Features, posting: Posting) -> np.ndarray:
    """1 for the same pay, half where the one is twice the other or unsaid."""
    own = sum(f.yearly_pay(posting)) / 2
    middle = (features.pay_low + features.pay_high) / 2
    ratio = np.abs(np.log2(np.maximum(middle, 1) / max(own, 1)))
    return np.asarray(np.nan_to_num(np.exp2(-ratio), nan=_UNSAID), np.float32)


def _same_opening(session: Session, posting: Posting) -> list[int]:
    if posting.cluster_id is None:
        return [posting.id or 0]
    found = session.exec(select(Posting.id).where(Posting.cluster_id == posting.cluster_id))
    return [id_ or 0 for id_ in found]


def _spread(features: Features, worth: np.ndarray, limit: int) -> list[int]:
    """The best rows, one company's each a little less than the one before."""
    rows = np.argsort(-worth, kind="stable")[: max(_DEPTH, limit * 4)]
    rows = rows[worth[rows] > 0]
    left, company = worth[rows].copy(), features.company[rows]
    out: list[int] = []
    while len(out) < min(limit, len(rows)):
        at = int(np.argmax(left))
        out.append(int(rows[at]))
        left[at] = -np.inf
        if company[at] >= 0:
            left[company == company[at]] -= _CROWDING
    return out


def _facets(features: Features, row: int) -> list[str]:
    start, end = features.matrix.indptr[row], features.matrix.indptr[row + 1]
    return [features.names[at] for at in features.matrix.indices[start:end]]
