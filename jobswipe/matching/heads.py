"""Heads: what cards show of postings beside their scores, kept for one state of the store."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe.models import Company, Posting, PostingSkill, SkillConcept

MOST = 20_000
"""Heads that are kept, about 1 kB each; the oldest go first."""
_CHUNK = 500


class Head(msgspec.Struct, frozen=True):
    """`skills` are (concept, name), best first."""

    title: str
    url: str | None
    company: str | None
    skills: tuple[tuple[str, str], ...]


class Heads:
    """Threads may share one. `key` names the state of the store that they are of."""

    def __init__(self, key: tuple[Any, ...] = ()) -> None:
        self.key = key
        self._lock = threading.Lock()
        self._heads: dict[int, Head] = {}

    def get(self, session: Session, ids: Sequence[int], keep: bool) -> dict[int, Head]:
        """The heads of postings that are there. `keep`: this session sees the state that these heads are of."""
        known = self._heads
        out = {posting_id: head for posting_id in ids if (head := known.get(posting_id)) is not None}
        missing = [posting_id for posting_id in ids if posting_id not in out]
        if missing:
            found = _read(session, missing)
            out |= found
            if keep:
                with self._lock:
                    self._heads.update(found)
                    while len(self._heads) > MOST:
                        del self._heads[next(iter(self._heads))]
        return out


def _read(session: Session, ids: list[int]) -> dict[int, Head]:
    skills: dict[int, list[tuple[str, str]]] = {}
    rows: list[Any] = []
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        postings: Any = (
            select(Posting.id, Posting.title, Posting.url, Company.name)
            .outerjoin(Company, col(Company.id) == col(Posting.company_id))
            .where(col(Posting.id).in_(part))
        )
        rows += session.exec(postings).all()
        asked = (
            select(PostingSkill.posting_id, SkillConcept.concept, SkillConcept.name)
            .join(SkillConcept, col(SkillConcept.id) == col(PostingSkill.skill_id))
            .where(col(PostingSkill.posting_id).in_(part))
            .order_by(col(PostingSkill.posting_id), col(PostingSkill.position))
        )
        for posting_id, concept, name in session.exec(asked):
            skills.setdefault(posting_id, []).append((concept, name))
    return {row[0]: Head(row[1], row[2], row[3], tuple(skills.get(row[0], ()))) for row in rows}
