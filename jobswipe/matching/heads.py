"""Heads: what cards show of postings beside their scores, kept for one state of the store."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, select
from sqlmodel import Session

from jobswipe.db.ids import parts
from jobswipe.models import Company, Posting, PostingSkill, SkillConcept
from jobswipe.models.base import table
from jobswipe.postings.shown import Shown, shown

MOST = 20_000
"""Heads that are kept, about 1 kB each, and as many looks; the oldest go first."""
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

    def expect(self, session: Session, ids: Sequence[int], likely: Callable[[], Sequence[int]]) -> None:
        """Where one of `ids` is to be read, read those along that are `likely` to be shown next: it costs little more.

        The session sees the state that these heads are of.
        """
        if all(posting_id in self._heads and posting_id in self._looks for posting_id in ids):
            return
        more = list(dict.fromkeys([*ids, *likely()]))
        self.get(session, more, keep=True)
        self.looks(session, more, keep=True)

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
    for few in parts(ids):
        part = {"ids": few}
        rows += connection.execute(_HEADS, part).all()
        for posting_id, concept, name in connection.execute(_SKILLS, part):
            skills.setdefault(posting_id, []).append((sys.intern(concept), sys.intern(name)))
    return {row[0]: Head(row[1], row[2], row[3], tuple(skills.get(row[0], ()))) for row in rows}
