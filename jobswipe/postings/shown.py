"""What a list of postings shows of each: one query for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sql
from sqlmodel import Session, col, select

from jobswipe.db.ids import parts
from jobswipe.models import Company, Posting, PostingPlace
from jobswipe.models.base import table
from jobswipe.pay.salary import Amount, Period
from jobswipe.places.place import Place, Workplace
from jobswipe.postings.rows import amount
from jobswipe.titles.level import EmploymentType, Seniority


class Pay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base pay: `min` is null for "up to", `max` for "from"; `currency` is ISO 4217."""

    min: Amount | None
    max: Amount | None
    currency: str
    period: Period


class Shown(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


_POSTING, _COMPANY, _PLACE = (table(one) for one in (Posting, Company, PostingPlace))
# Made once: building a statement costs as much as running it.
_SHOWN = (
    sql.select(
        *(_POSTING.c[name] for name in (
            "id", "title", "url", "workplace", "remote_countries", "remote_regions", "employment_type", "seniority",
            "salary_min", "salary_max", "salary_currency", "salary_period", "posted_at", "state", "attribution",
        )),
        _COMPANY.c.name,
        *(_PLACE.c[name] for name in ("text", "city", "region", "country", "latitude", "longitude")),
    )
    .select_from(
        _POSTING.outerjoin(_COMPANY, _COMPANY.c.id == _POSTING.c.company_id)
        .outerjoin(_PLACE, _PLACE.c.posting_id == _POSTING.c.id)
    )
    .where(_POSTING.c.id.in_(sql.bindparam("ids", expanding=True)))
    .order_by(_POSTING.c.id, _PLACE.c.position)
)  # fmt: skip


def shown(session: Session, ids: Sequence[int]) -> dict[int, Shown]:
    """What is shown of each posting; one that is not there is left out."""
    rows: dict[int, list[Any]] = {}
    session.flush()
    for some in parts(ids):
        for row in session.connection().execute(_SHOWN, {"ids": some}):
            rows.setdefault(row[0], []).append(row)
    return {posting_id: _of(found) for posting_id, found in rows.items()}


class Whole(msgspec.Struct, frozen=True, gc=False):
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
        posting_id, title, url, workplace, countries, regions, employment, seniority, low, high, currency, period,
        posted_at, state, attribution, company, *_,
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
