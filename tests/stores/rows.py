"""Companies and skills of a store that tests write to past the understanding: found, or made."""

from __future__ import annotations

from sqlmodel import Session, select

from jobswipe import skills
from jobswipe.models import Company, SkillConcept
from jobswipe.postings.keys import company_key


def company_id(session: Session, name: str) -> int:
    found = session.exec(select(Company).where(Company.key == company_key(name))).first()
    if found is None:
        found = Company(key=company_key(name), name=name)
        session.add(found)
        session.flush()
    return found.id or 0


def skill_id(session: Session, name: str) -> int:
    """Of the concept that the name is found as; one that is found as none is a concept of its own."""
    known = skills.extract(name)
    concept, label = (known[0].id, known[0].name) if known else (f"sample:{name}", name)
    found = session.exec(select(SkillConcept).where(SkillConcept.concept == concept)).first()
    if found is None:
        found = SkillConcept(concept=concept, name=label)
        session.add(found)
        session.flush()
    return found.id or 0
