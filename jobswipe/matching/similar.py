"""Postings that are like one: by what the role is, what it asks for, its level, where it is and how it is worked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from sqlmodel import Session, col, select

from jobswipe import titles
from jobswipe.errors import NotFoundError
from jobswipe.matching import facets as f
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.matching.verdicts import same_opening
from jobswipe.models import Posting, PostingPlace, PostingSkill, SkillConcept
from jobswipe.titles.families import FAMILIES

TITLE, SKILLS, LEVEL, PLACE, WORKPLACE, PAY = 0.50, 0.20, 0.10, 0.12, 0.04, 0.04
"""What each part adds at most; together 1."""
_CROWDING = 0.06
"""What a posting loses for each one of the same company that lies before it."""
_UNSAID = 0.5
"""The share of a part where one of the two does not say it."""
_DEPTH = 200
_ENOUGH = 500
"""Postings of one family beyond which no other is looked at."""


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
        raise NotFoundError(f"No posting {posting_id}.", hint="'jobswipe match' shows the ids")
    matcher.refresh(session)
    among = _Among(matcher.features, posting)
    asked = session.exec(
        select(SkillConcept.concept, SkillConcept.name)
        .join(PostingSkill, col(PostingSkill.skill_id) == col(SkillConcept.id))
        .where(PostingSkill.posting_id == posting_id)
    ).all()
    places = session.exec(select(PostingPlace).where(PostingPlace.posting_id == posting_id)).all()
    worth = (
        TITLE * among.title()
        + SKILLS * among.skills([concept for concept, _ in asked])
        + LEVEL * among.level()
        + PLACE * among.place(places)
        + WORKPLACE * among.workplace()
        + PAY * among.pay()
    )
    _, others = same_opening(session, posting_id, posting.shown, posting.cluster_id)
    worth[np.isin(among.ids, [posting_id, *others])] = -1
    names = {f"skill:{concept}": name for concept, name in asked}
    return [
        Similar(
            posting_id=int(among.ids[at]),
            score=round(float(worth[at]), 4),
            skills=tuple(names[name] for name in among.features.facets(among.rows[at]) if name in names),
        )
        for at in _spread(among.company, worth, limit)
    ]


class _Among:
    """The postings that may be like one: those of its family of roles and of none that is known."""

    def __init__(self, features: Features, posting: Posting) -> None:
        self.features = features
        self.posting = posting
        self.family = f.code(titles.family(posting.title), FAMILIES)
        rows = np.flatnonzero((features.family == self.family) | (features.family < 0))
        if self.family < 0 or len(rows) < _ENOUGH:
            rows = np.arange(len(features))
        self.rows = rows
        self.ids, self.company, self.matrix = features.ids[rows], features.company[rows], features.matrix[rows]

    def title(self) -> np.ndarray:
        """Nearness of the titles, 0 to 1: what the words and the occupations behind them have in common."""
        vector = np.asarray(titles.vector(self.posting.title), np.float32)
        near = np.clip((self.features.vectors[self.rows] @ vector) / 127, 0, 1)
        theirs = self.features.family[self.rows]
        # Another family of roles shares words by chance; an unknown one may be the same.
        other = (theirs != self.family) & (theirs >= 0) & (self.family >= 0)
        return np.asarray(np.where(other, near * 0.6, near))

    def skills(self, concepts: list[str]) -> np.ndarray:
        """The skills that both ask for, rare ones counting more: the cosine of tf-idf, each skill once."""
        features = self.features
        columns = [at for at in (features.column.get(f"skill:{one}") for one in concepts) if at is not None]
        if not columns:
            return np.full(len(self.rows), _UNSAID, np.float32)
        rarity = np.log1p(len(features) / np.maximum(features.counts, 1)).astype(np.float32)
        is_skill = np.fromiter((name.startswith("skill:") for name in features.names), bool, len(features.names))
        weight = np.where(is_skill, rarity**2, 0).astype(np.float32)
        mine = np.zeros(len(features.names), np.float32)
        mine[columns] = weight[columns]
        theirs = np.sqrt(np.maximum(self.matrix @ weight, 1e-9))
        return np.asarray((self.matrix @ mine) / (theirs * math.sqrt(float(mine.sum()))))

    def level(self) -> np.ndarray:
        """1 at the same level, half of it with each step of the ladder."""
        ranks = np.array([*(f.RANKS[level] for level in f.LEVELS), f.UNSAID_RANK], np.float32)
        own = f.RANKS.get(self.posting.seniority or "", f.UNSAID_RANK)
        return np.asarray(np.exp2(-np.abs(ranks[self.features.level[self.rows]] - own)))

    def place(self, places: Sequence[PostingPlace]) -> np.ndarray:
        """1 in one of its cities, or remote and open to where it is; less in its region and its country."""
        steps = [
            (0.4, [f"country:{one.country}" for one in places]),
            (0.6, [f"region:{one.region}, {one.country}" for one in places]),
            (1.0, [f"city:{one.city}, {one.country}" for one in places]),
        ]
        if self.posting.workplace == "remote":
            reaches = [f"remote:{name}" for name in (*self.posting.remote_countries, *self.posting.remote_regions)]
            steps.append((1.0, reaches or ["remote:?"]))
        elif not places:
            return np.full(len(self.rows), _UNSAID, np.float32)
        out = np.zeros(len(self.rows), np.float32)
        for worth, names in steps:
            known = [self.features.column[name] for name in names if name in self.features.column]
            if known:
                wanted = np.zeros(len(self.features.names), np.float32)
                wanted[known] = 1
                out = np.maximum(out, np.where(self.matrix @ wanted > 0, worth, 0))
        return np.asarray(out)

    def workplace(self) -> np.ndarray:
        """1 where it is worked in the same way."""
        own, theirs = f.code(self.posting.workplace, f.WORKPLACES), self.features.workplace[self.rows]
        return np.asarray(np.where((theirs < 0) | (own < 0), _UNSAID, theirs == own), np.float32)

    def pay(self) -> np.ndarray:
        """1 for the same pay, half where the one is twice the other or does not say it."""
        own = sum(f.yearly_pay(self.posting)) / 2
        middle = (self.features.pay_low[self.rows] + self.features.pay_high[self.rows]) / 2
        ratio = np.abs(np.log2(np.maximum(middle, 1) / max(own, 1)))
        return np.asarray(np.nan_to_num(np.exp2(-ratio), nan=_UNSAID), np.float32)


def _spread(company: np.ndarray, worth: np.ndarray, limit: int) -> list[int]:
    """Places of the best, one company's each a little less than the one before."""
    best = np.argsort(-worth, kind="stable")[: max(_DEPTH, limit * 4)]
    best = best[worth[best] > 0]
    left, of = worth[best].copy(), company[best]
    out: list[int] = []
    while len(out) < min(limit, len(best)):
        at = int(np.argmax(left))
        out.append(int(best[at]))
        left[at] = -np.inf
        if of[at] >= 0:
            left[of == of[at]] -= _CROWDING
    return out
