"""What a list of postings shows of each: one query for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from sqlmodel import Session, col, select

from jobswipe.models import Company, Posting, PostingPlace
from jobswipe.pay.salary import Amount, Period
from jobswipe.places.place import Place, Workplace
from jobswipe.postings.rows import amount
from jobswipe.titles.level import EmploymentType, Seniority

_BATCH = 500


class Pay(msgspec.Struct, frozen=True, kw_only=True):
    """Base pay: `min` is null for "up to", `max` for "from"; `currency` is ISO 4217."""

    min: Amount | None
    max: Amount | None
    currency: str
    period: Period


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A posting as a card or a row of a list shows it; the texts are the source's own."""

    posting_id: int
    title: str
    company: str | None
    url: str | None
    places: tuple[Place, ...]
    workplace: Workplace | None
    remote_countries: tuple[str, ...]
    remote_regions: tuple[str, ...]
    employment_type: EmploymentType | None
    seniority: Seniority | None
    salary: Pay | None
    posted_at: datetime | None
    state: str
    attribution: str | None


_COLUMNS: Any = (
    Posting.id, Posting.title, Company.name, Posting.url, Posting.workplace, Posting.remote_countries,
    Posting.remote_regions, Posting.employment_type, Posting.seniority, Posting.salary_min, Posting.salary_max,
    Posting.salary_currency, Posting.salary_period, Posting.posted_at, Posting.state, Posting.attribution,
    PostingPlace.text, PostingPlace.city, PostingPlace.region, PostingPlace.country, PostingPlace.latitude,
    PostingPlace.longitude,
)  # fmt: skip


def shown(session: Session, ids: Sequence[int]) -> dict[int, Shown]:
    """What is shown of each posting; one that is not there is left out."""
    rows: dict[int, list[Any]] = {}
    for start in range(0, len(ids), _BATCH):
        statement = (
            select(*_COLUMNS)
            .outerjoin(Company, col(Company.id) == col(Posting.company_id))
            .outerjoin(PostingPlace, col(PostingPlace.posting_id) == col(Posting.id))
            .where(col(Posting.id).in_(ids[start : start + _BATCH]))
            .order_by(col(Posting.id), col(PostingPlace.position))
        )
        for row in session.execute(statement):
            rows.setdefault(row[0], []).append(row)
    return {posting_id: _of(found) for posting_id, found in rows.items()}


class Whole(msgspec.Struct, frozen=True):
    """What a card that is shown whole adds."""

    apply_url: str | None
    description_text: str | None


def whole(session: Session, ids: Sequence[int]) -> dict[int, Whole]:
    """What each posting adds to what is shown of it; one that is not there is left out."""
    statement = select(Posting.id, Posting.apply_url, Posting.description_text).where(col(Posting.id).in_(ids))
    return {posting_id: Whole(address, text) for posting_id, address, text in session.exec(statement) if posting_id}


def _of(rows: list[Any]) -> Shown:
    """`rows` is the posting beside each of its places."""
    (
        posting_id, title, company, url, workplace, countries, regions, employment, seniority, low, high, currency,
        period, posted_at, state, attribution, *_,
    ) = rows[0]  # fmt: skip
    return Shown(
        posting_id=posting_id,
        title=title,
        company=company,
        url=url,
        places=tuple(
            Place(text=row[16], city=row[17], region=row[18], country=row[19], latitude=row[20], longitude=row[21])
            for row in rows
            if row[16] is not None
        ),
        workplace=workplace,
        remote_countries=tuple(countries),
        remote_regions=tuple(regions),
        employment_type=employment,
        seniority=seniority,
        salary=_pay(low, high, currency, period),
        posted_at=posted_at,
        state=state,
        attribution=attribution,
    )


def _pay(low: float | None, high: float | None, currency: str | None, period: str | None) -> Pay | None:
    if currency is None or period is None:
        return None
    return Pay(min=amount(low), max=amount(high), currency=currency, period=cast("Period", period))
