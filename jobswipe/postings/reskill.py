"""Skills of stored postings, read anew where an older edition of the extraction found them.

In batches of two steps, as postings are stored: the texts are read without a lock, what was found is applied in one
short transaction. The edition of each posting is in its row: a run that was killed goes on where it was, and an older
JobSwipe beside a newer one leaves alone what that one found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, literal_column, select, update
from sqlmodel import Session

from jobswipe import skills
from jobswipe.models import Posting, PostingSkill, SkillConcept
from jobswipe.models.base import table
from jobswipe.postings.normalise import whole_text
from jobswipe.postings.rows import lock_changes
from jobswipe.postings.store import insert_skills
from jobswipe.skills.skill import Skill

BATCH = 200
"""Postings that one transaction writes at most."""
_POSTINGS, _LISTED, _CONCEPTS = table(Posting), table(PostingSkill), table(SkillConcept)
# Spelled out: a partial index serves no condition with a parameter.
_OPEN: Any = literal_column("posting.state = 'open'")


class Outdated(NamedTuple):
    """A posting to look at. `change_seq` tells whether it is still the same when its skills are written."""

    id: int
    change_seq: int
    title: str
    description_text: str | None


class Reread(NamedTuple):
    """A posting with the skills that this edition finds, best first."""

    id: int
    change_seq: int
    skills: tuple[Skill, ...]


def outdated(session: Session, limit: int = BATCH) -> list[Outdated]:
    """Open postings whose skills an older edition found."""
    c = _POSTINGS.c
    statement = (
        select(c.id, c.change_seq, c.title, c.description_text)
        .where(_OPEN, c.skills_edition < skills.EDITION)
        .order_by(c.skills_edition)
        .limit(limit)
    )
    return [Outdated(*row) for row in session.execute(statement)]


def reread(postings: Iterable[Outdated]) -> list[Reread]:
    """Their skills, as this edition finds them: the slow part, which needs no database."""
    return [
        Reread(one.id, one.change_seq, tuple(skills.extract(whole_text(one.title, one.description_text))))
        for one in postings
    ]


def apply(session: Session, found: Sequence[Reread]) -> int:
    """Write what was found; answers how many postings have other skills than before.

    Those get a change number, so that index, features and lake follow, and no version: the posting says what it said.
    A posting that was changed meanwhile, or that another transaction holds, is left to the next batch.
    """
    counter = lock_changes(session)
    c = _POSTINGS.c
    # Nothing is waited for from here on: whoever holds one of these rows may wait for the counter.
    held = select(c.id, c.change_seq).where(
        c.id.in_([one.id for one in found]), _OPEN, c.skills_edition < skills.EDITION
    )
    now = {row.id: row.change_seq for row in session.execute(held.with_for_update(skip_locked=True))}
    still = [one for one in found if now.get(one.id) == one.change_seq]
    ids = [one.id for one in still]
    before = _stored(session, ids)
    other = [one for one in still if before.get(one.id, []) != [(skill.id, skill.quote) for skill in one.skills]]
    _rename(session, {skill.id: skill.name for one in still for skill in one.skills})
    session.execute(update(_POSTINGS).where(c.id.in_(ids)).values(skills_edition=skills.EDITION))
    if other:
        session.execute(delete(_LISTED).where(_LISTED.c.posting_id.in_([one.id for one in other])))
        insert_skills(session, [(one.id, one.skills) for one in other])
        numbers = [{"posting": one.id, "seq": counter.value + at} for at, one in enumerate(other, 1)]
        session.connection().execute(
            update(_POSTINGS).where(c.id == bindparam("posting")).values(change_seq=bindparam("seq")), numbers
        )
        counter.value += len(other)
        session.add(counter)
    return len(other)


def _stored(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """(concept, quote) of the stored skills by posting, best first."""
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    statement = (
        select(_LISTED.c.posting_id, _CONCEPTS.c.concept, _LISTED.c.quote)
        .join_from(_LISTED, _CONCEPTS, _CONCEPTS.c.id == _LISTED.c.skill_id)
        .where(_LISTED.c.posting_id.in_(ids))
        .order_by(_LISTED.c.posting_id, _LISTED.c.position)
    )
    for posting_id, concept, quote in session.execute(statement):
        found[posting_id].append((concept, quote))
    return found


def _rename(session: Session, names: dict[str, str]) -> None:
    """Give concepts that are stored under an older name the name that this edition has for them."""
    c = _CONCEPTS.c
    for concept, name in session.execute(select(c.concept, c.name).where(c.concept.in_(list(names)))).all():
        if names[concept] != name:
            session.execute(update(_CONCEPTS).where(c.concept == concept).values(name=names[concept]))
