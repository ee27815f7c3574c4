"""Heads: what cards show of postings beside their scores, kept for one state of the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, select
from sqlmodel import Session

from jobswipe.models import Company, Posting, PostingSkill, SkillConcept
from jobswipe.models.base import table
from jobswipe.postings.shown import Shown, shown

MOST = 20_000
"""Heads that are kept, about 1 kB each, and as many looks; the oldest go first."""
_CHUNK = 500
Found = TypeVar("Found")
_POSTING, _COMPANY, _ASKED, _SKILL = (table(one).c for one in (Posting, Company, PostingSkill, SkillConcept))
_IDS: Any = bindparam("ids", expanding=True)
# Made once: building a statement costs as much as running it.
_HEADS = (
    select(_POSTING.id, _POSTING.title, _POSTING.url, _COMPANY.name)
    .select_from(table(Posting).outerjoin(table(Company), _COMPANY.id == _POSTING.company_id))
    .where(_POSTING.id.in_(_IDS))
)
_SKILLS = (
    select(_ASKED.posting_id, _SKILL.concept, _SKILL.name)
    .select_from(table(PostingSkill).join(table(SkillConcept), _SKILL.id == _ASKED.skill_id))
    .where(_ASKED.posting_id.in_(_IDS))
    .order_by(_ASKED.posting_id, _ASKED.position)
)


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
        self._looks: dict[int, Shown] = {}

    def get(self, session: Session, ids: Sequence[int], keep: bool) -> dict[int, Head]:
        """The heads of postings that are there. `keep`: this session sees the state that these heads are of."""
        return self._kept(self._heads, _read, session, ids, keep)

    def looks(self, session: Session, ids: Sequence[int], keep: bool) -> dict[int, Shown]:
        """What is shown of postings that are there; `keep` likewise."""
        return self._kept(self._looks, shown, session, ids, keep)

    def _kept(
        self,
        known: dict[int, Found],
        read: Callable[[Session, list[int]], dict[int, Found]],
        session: Session,
        ids: Sequence[int],
        keep: bool,
    ) -> dict[int, Found]:
        out = {posting_id: one for posting_id in ids if (one := known.get(posting_id)) is not None}
        missing = [posting_id for posting_id in ids if posting_id not in out]
        if missing:
            found = read(session, missing)
            out |= found
            if keep:
                with self._lock:
                    known.update(found)
                    while len(known) > MOST:
                        del known[next(iter(known))]
        return out


def _read(session: Session, ids: list[int]) -> dict[int, Head]:
    skills: dict[int, list[tuple[str, str]]] = {}
    rows: list[Any] = []
    session.flush()
    connection = session.connection()
    for start in range(0, len(ids), _CHUNK):
        part = {"ids": ids[start : start + _CHUNK]}
        rows += connection.execute(_HEADS, part).all()
        for posting_id, concept, name in connection.execute(_SKILLS, part):
            skills.setdefault(posting_id, []).append((concept, name))
    return {row[0]: Head(row[1], row[2], row[3], tuple(skills.get(row[0], ()))) for row in rows}
