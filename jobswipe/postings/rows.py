"""Between the posting's public shape and its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe.models import ChangeCounter, Company, PostingPlace, PostingSkill, SkillConcept, Source
from jobswipe.models import Posting as PostingRow
from jobswipe.pay.salary import Amount, Salary
from jobswipe.places.place import Place
from jobswipe.postings.keys import title_key
from jobswipe.postings.posting import Posting
from jobswipe.skills.skill import Skill

CONTENT = tuple(
    field for field in Posting.__struct_fields__ if field not in {"source", "external_id", "skills", "attribution"}
)
"""The fields whose change makes a version. Skills follow from the text."""

_PLAIN = (
    "requisition_id url apply_url workplace employment_type seniority language posted_at updated_at valid_through "
    "attribution description_text title"
).split()


def lock_changes(session: Session) -> ChangeCounter:
    """The change counter, its row locked until the transaction ends: change numbers commit in order."""
    return session.exec(select(ChangeCounter).where(ChangeCounter.name == "posting").with_for_update()).one()


def columns(posting: Posting) -> dict[str, Any]:
    """The posting's own columns: what is said, not where it came from or what became of it."""
    salary = posting.salary
    return {name: getattr(posting, name) for name in _PLAIN} | {
        "title_key": title_key(posting.title),
        "remote_countries": list(posting.remote_countries),
        "remote_regions": list(posting.remote_regions),
        "salary_min": salary.min if salary else None,
        "salary_max": salary.max if salary else None,
        "salary_currency": salary.currency if salary else None,
        "salary_period": salary.period if salary else None,
        "salary_provenance": salary.provenance if salary else None,
        "salary_quote": salary.quote if salary else None,
    }


def place_rows(posting_id: int, places: Iterable[Place]) -> list[dict[str, Any]]:
    return [
        {"posting_id": posting_id, "position": position, **msgspec.structs.asdict(place)}
        for position, place in enumerate(places)
    ]


def load(session: Session, ids: Iterable[int], *, with_skills: bool = True) -> dict[int, Posting]:
    """The stored postings in the public shape, by row id."""
    wanted = list(ids)
    found: dict[int, Posting] = {}
    places: defaultdict[int, list[Place]] = defaultdict(list)
    skills: defaultdict[int, list[Skill]] = defaultdict(list)
    for place in session.exec(
        select(PostingPlace)
        .where(col(PostingPlace.posting_id).in_(wanted))
        .order_by(col(PostingPlace.posting_id), col(PostingPlace.position))
    ):
        places[place.posting_id].append(
            Place(**place.model_dump(exclude={"posting_id", "position"})),
        )
    if with_skills:
        for posting_id, concept, name, quote in session.exec(
            select(PostingSkill.posting_id, SkillConcept.concept, SkillConcept.name, PostingSkill.quote)
            .join(SkillConcept, col(SkillConcept.id) == col(PostingSkill.skill_id))
            .where(col(PostingSkill.posting_id).in_(wanted))
            .order_by(col(PostingSkill.posting_id), col(PostingSkill.position))
        ):
            skills[posting_id].append(Skill(concept, name, quote))
    for row, kind, company in session.exec(
        select(PostingRow, Source.kind, Company.name)
        .join(Source, col(Source.id) == col(PostingRow.source_id))
        .join(Company, col(Company.id) == col(PostingRow.company_id), isouter=True)
        .where(col(PostingRow.id).in_(wanted))
    ):
        assert row.id is not None  # noqa: S101 - a stored row has its id; this is for the type checker
        found[row.id] = Posting(
            source=kind,
            external_id=row.external_id,
            company=company,
            places=tuple(places[row.id]),
            remote_countries=tuple(row.remote_countries),
            remote_regions=tuple(row.remote_regions),
            salary=_salary(row),
            skills=tuple(skills[row.id]),
            **{name: getattr(row, name) for name in _PLAIN},
        )
    return found


def amount(value: float | None) -> Amount | None:
    """A stored figure as it is shown: whole where it is whole."""
    return int(value) if value is not None and float(value).is_integer() else value


def _salary(row: PostingRow) -> Salary | None:
    if row.salary_currency is None:
        return None
    return msgspec.convert(
        {
            "min": amount(row.salary_min),
            "max": amount(row.salary_max),
            "currency": row.salary_currency,
            "period": row.salary_period,
            "provenance": row.salary_provenance,
            "quote": row.salary_quote,
        },
        Salary,
    )
