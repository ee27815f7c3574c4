"""Heads: what cards show of postings beside their scores, kept for one state of the store."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select
from sqlmodel import Session

from jobswipe.db.ids import parts
from jobswipe.models import PostingSkill, SkillConcept
from jobswipe.models.base import table
from jobswipe.postings.shown import Shown, shown

if TYPE_CHECKING:
    from jobswipe.matching.headfile import HeadFile

MOST = 20_000
"""Heads that are kept, about 2 kB each; the oldest go first."""
_ASKED, _SKILL = table(PostingSkill), table(SkillConcept)
# Made once: building a statement costs as much as running it.
_SKILLS = (
    select(_ASKED.c.posting_id, _SKILL.c.concept, _SKILL.c.name)
    .select_from(_ASKED.join(_SKILL, _SKILL.c.id == _ASKED.c.skill_id))
    .where(_ASKED.c.posting_id.in_(bindparam("ids", expanding=True)))
    .order_by(_ASKED.c.posting_id, _ASKED.c.position)
)


class Head(msgspec.Struct, frozen=True, gc=False):
    """`skills` are (concept, name), best first."""

    shown: Shown
    skills: tuple[tuple[str, str], ...]


class Heads:
    """Threads may share one. `key` names the state of the store that they are of; `file` has most of them."""

    def __init__(self, key: tuple[Any, ...] = (), file: HeadFile | None = None) -> None:
        self.key = key
        self._file = file
        self._lock = threading.Lock()
        self._heads: dict[int, Head] = {}

    def get(
        self,
        session: Session,
        ids: Sequence[int],
        *,
        keep: bool,
        likely: Callable[[], Sequence[int]] | None = None,
    ) -> dict[int, Head]:
        """The heads of postings that are there. `keep`: this session sees the state that these heads are of.

        Where one is to be read, those that are `likely` to be asked for next are read along: it costs little more.
        """
        out = {posting_id: one for posting_id in ids if (one := self._known(posting_id)) is not None}
        missing = [posting_id for posting_id in ids if posting_id not in out]
        if not missing:
            return out
        if keep and likely is not None:
            missing += [posting_id for posting_id in likely() if self._known(posting_id) is None]
        found = read(session, list(dict.fromkeys(missing)))
        if keep:
            self._keep(found)
        return out | {posting_id: found[posting_id] for posting_id in ids if posting_id in found}

    def _known(self, posting_id: int) -> Head | None:
        head = self._heads.get(posting_id)
        if head is None and self._file is not None and (head := self._file.get(posting_id)) is not None:
            self._keep({posting_id: head})
        return head

    def _keep(self, found: dict[int, Head]) -> None:
        with self._lock:
            self._heads.update(found)
            while len(self._heads) > MOST:
                del self._heads[next(iter(self._heads))]


def read(session: Session, ids: list[int]) -> dict[int, Head]:
    """The heads as the store has them."""
    skills: dict[int, list[tuple[str, str]]] = {}
    looks = shown(session, ids)
    for some in parts(ids):
        for posting_id, concept, name in session.connection().execute(_SKILLS, {"ids": some}):
            skills.setdefault(posting_id, []).append((sys.intern(concept), sys.intern(name)))
    return {posting_id: Head(look, tuple(skills.get(posting_id, ()))) for posting_id, look in looks.items()}
