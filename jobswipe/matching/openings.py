"""Openings: all open, shown postings as a persona looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from jobswipe.matching.facets import yearly_pay
from jobswipe.matching.persona import Opening
from jobswipe.models import Company, Posting, PostingPlace


def openings(session: Session) -> list[Opening]:
    """In the order of their ids; with texts, so as many as fit into memory (8 kB each)."""
    return list(walk(session))


def walk(session: Session) -> Iterator[Opening]:
    """The same one by one: a few hundred are in memory at a time."""
    places: dict[int, list[Any]] = {}
    for place in session.exec(
        select(PostingPlace.posting_id, PostingPlace.city, PostingPlace.region, PostingPlace.country)
    ):
        places.setdefault(place[0], []).append(place)
    companies = dict(session.exec(select(Company.id, Company.name)).all())
    statement = select(Posting).where(Posting.state == "open", col(Posting.shown).is_(True)).order_by(col(Posting.id))
    for row in session.exec(statement.execution_options(yield_per=500)):
        there = places.get(row.id or 0, ())
        yield Opening(
            id=row.id or 0,
            title=row.title,
            company=companies.get(row.company_id) or "",
            level=row.seniority,
            workplace=row.workplace,
            cities=frozenset(place[1] for place in there if place[1]),
            states=frozenset(place[2] for place in there if place[2]),
            countries=frozenset(place[3] for place in there if place[3]),
            remote_countries=frozenset(row.remote_countries),
            remote_regions=frozenset(row.remote_regions),
            employment=row.employment_type,
            pay=yearly_pay(row)[1],
            text=row.description_text or "",
        )
