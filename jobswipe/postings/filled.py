"""How many postings say each field: of a run, and of what a source has open now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlmodel import Session

from jobswipe.models import Posting, PostingPlace, PostingSkill
from jobswipe.models.base import table
from jobswipe.observability.measure import FIELDS

_P = table(Posting).c


class Filled:
    """Counts postings and their fields that have a value."""

    def __init__(self) -> None:
        self.postings = 0
        self.counts = dict.fromkeys(FIELDS, 0)

    def add(self, postings: Iterable[Any]) -> None:
        for one in postings:
            self.postings += 1
            for name in FIELDS:
                if getattr(one, name, None):
                    self.counts[name] += 1

    def document(self) -> dict[str, Any] | None:
        """As a run keeps it; None where there was no posting."""
        return {"postings": self.postings, "filled": self.counts} if self.postings else None


def rates(fields: Mapping[str, Any] | None) -> dict[str, float]:
    """The share (0 to 1) of the postings that say each field; empty where there was none."""
    if not fields or not fields["postings"]:
        return {}
    return {name: round(count / fields["postings"], 4) for name, count in fields["filled"].items()}


def of_source(session: Session, source_id: int) -> dict[str, Any]:
    """What the source's open postings say, as `Filled.document`."""
    return of_sources(session, [source_id]).get(source_id) or {"postings": 0, "filled": dict.fromkeys(FIELDS, 0)}


def of_sources(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The same of many; one without open postings is left out."""
    places, skills = table(PostingPlace).c, table(PostingSkill).c
    said = {
        "company": _P.company_id.is_not(None),
        "apply_url": _P.apply_url.is_not(None),
        "places": exists(select(1).where(places.posting_id == _P.id)),
        "workplace": _P.workplace.is_not(None),
        "employment_type": _P.employment_type.is_not(None),
        "seniority": _P.seniority.is_not(None),
        "salary": or_(_P.salary_min.is_not(None), _P.salary_max.is_not(None)),
        "skills": exists(select(1).where(skills.posting_id == _P.id)),
        "description_text": _P.description_text.is_not(None),
        "language": _P.language.is_not(None),
        "posted_at": _P.posted_at.is_not(None),
    }
    counted: Any = [func.count(1).filter(said[name]) for name in FIELDS]
    statement = (
        select(_P.source_id, func.count(1), *counted)
        .where(_P.source_id.in_(ids), _P.state == "open")
        .group_by(_P.source_id)
    )
    return {
        row[0]: {"postings": row[1], "filled": dict(zip(FIELDS, row[2:], strict=True))}
        for row in session.execute(statement)
    }
