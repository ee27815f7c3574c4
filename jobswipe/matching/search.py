"""Searching all open postings by words and filters, on the feature arrays: a page of ids, and counts of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
import numpy as np
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe.errors import UsageError
from jobswipe.matching.counting import Count, counts
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.matching.listing import Listing, listing, source_names
from jobswipe.matching.preferences import country_of
from jobswipe.matching.regions import regions_of
from jobswipe.models import SkillConcept
from jobswipe.places.place import Workplace
from jobswipe.postings.keys import company_key
from jobswipe.titles.level import EmploymentType, Seniority

Sort = Literal["relevance", "posted"]
_EPOCH = date(1970, 1, 1)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; what is empty asks for nothing.

    The values of one filter are alternatives, but for `skill`, of which all are asked for. `country` and
    `remote_country` are ISO 3166-1 alpha-2 (the latter may be a region such as EMEA), `place` is a city or region such
    as "Berlin" or "Berlin, DE", `skill` a name or an id of the taxonomy, `source` a name such as "ashby:acme".
    `salary_min` is a year's pay in `currency`: it leaves out postings that do not say their pay.
    """

    text: str = ""
    company: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    workplace: tuple[Workplace, ...] = ()
    remote_country: tuple[str, ...] = ()
    seniority: tuple[Seniority, ...] = ()
    employment_type: tuple[EmploymentType, ...] = ()
    skill: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    salary_min: float | None = None
    currency: str = "USD"
    posted_since: date | None = None
    sort: Sort = "relevance"


def query(**given: Any) -> Query:
    """A query of values as a person gives them; None and what is left out ask for nothing. Raises UsageError."""
    try:
        return msgspec.convert({key: value for key, value in given.items() if value is not None}, Query, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"The search cannot be read: {str(error).replace(' - at `$.', ', in `')}.") from None


Mark = tuple[float, int]
"""Where a page ended: what its last posting is worth in the order of the list, and its id."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of a page, how many postings there are in all, where the page ended (None: it is the last), and counts.

    A kind is counted as if its own filter were not set, so that another value can be chosen.
    """

    ids: list[int]
    total: int
    mark: Mark | None
    counts: dict[str, list[Count]] | None


def search(
    matcher: Matcher, session: Session, query: Query, limit: int, after: Mark | None = None, *, count: bool = True
) -> Found:
    """A page of what is found; `after` is where the page before ended. Raises UsageError for what cannot be meant.

    Relevance is BM25 of the words; without words, and where it is equal, newer postings come first.
    """
    matcher.refresh(session)
    all_ = listing(matcher)
    features = all_.features
    masks = _masks(all_, session, query)
    worth = features.posted.astype(np.float64)
    if query.text.strip():
        fit = all_.text(matcher, query.text.strip())
        masks["text"] = fit > 0
        if query.sort == "relevance":
            worth = np.round(fit.astype(np.float64), 4) + worth / 1e9
    found = np.flatnonzero(both(masks.values(), len(features)))
    rows = _page(features, found, worth, limit, after)
    ends = len(rows) < limit
    return Found(
        ids=[int(id_) for id_ in features.ids[rows]],
        total=len(found),
        mark=None if ends else (float(worth[rows[-1]]), int(features.ids[rows[-1]])),
        counts=counts(all_, session, masks) if count else None,
    )


def both(masks: Iterable[np.ndarray], size: int) -> np.ndarray:
    """Where all of the masks are true."""
    out = np.ones(size, bool)
    for mask in masks:
        out &= mask
    return out


def _page(features: Features, found: np.ndarray, worth: np.ndarray, limit: int, after: Mark | None) -> np.ndarray:
    """Rows of the next page: the highest worth first, then the highest id."""
    value, ids = worth[found], features.ids[found]
    if after is not None:
        later = (value < after[0]) | ((value == after[0]) & (ids < after[1]))
        found, value, ids = found[later], value[later], ids[later]
    if len(found) > limit:
        best = value >= np.partition(value, -limit)[-limit]
        found, value, ids = found[best], value[best], ids[best]
    return np.asarray(found[np.lexsort((-ids, -value))][:limit])


def _masks(all_: Listing, session: Session, query: Query) -> dict[str, np.ndarray]:
    """Which postings pass each filter that is set."""
    features = all_.features
    named = {
        "company": [f"company:{company_key(name)}" for name in query.company],
        "country": [f"country:{country_of(code, 'country')}" for code in query.country],
        "place": [facet for name in query.place for facet in all_.places.get(name.strip().casefold(), ())],
        "workplace": [f"workplace:{one}" for one in query.workplace],
        "seniority": [f"level:{one}" for one in query.seniority],
        "employment_type": [f"employment:{one}" for one in query.employment_type],
        "remote_country": [f"remote:{name}" for given in query.remote_country for name in _remote(all_, given)],
    }
    out = {kind: _reach(features, names) for kind, names in named.items() if getattr(query, kind)}
    if query.skill:
        out["skill"] = both((_reach(features, _skill(features, session, one)) for one in query.skill), len(features))
    if query.source:
        wanted = [id_ for id_, name in source_names(session).items() if name in query.source]
        out["source"] = np.isin(all_.sources(session), wanted)
    if query.salary_min is not None:
        # What is unsaid is not a number, which compares as not enough.
        out["salary"] = features.pay_high >= _dollars(query.salary_min, query.currency) * (1 - 1e-6)
    if query.posted_since is not None:
        out["posted"] = features.posted >= (query.posted_since - _EPOCH).days
    return out


def _reach(features: Features, names: Iterable[str]) -> np.ndarray:
    wanted = np.zeros(len(features.names), np.float32)
    for name in names:
        at = features.column.get(name)
        if at is not None:
            wanted[at] = 1
    return np.asarray(features.matrix @ wanted > 0)


def _remote(all_: Listing, given: str) -> list[str]:
    """The names under which a remote posting is open to a country, or the region itself."""
    if f"remote:{given}" in all_.features.column and len(given) != 2:
        return [given]
    code = country_of(given, "remote_country")
    return [code, *sorted(regions_of(code))]


def _skill(features: Features, session: Session, text: str) -> list[str]:
    """Facets of a skill by its id in the taxonomy, its name, or another word for it."""
    from jobswipe import skills

    if f"skill:{text}" in features.column:
        return [f"skill:{text}"]
    named = session.exec(
        select(SkillConcept.concept)
        .where(func.lower(SkillConcept.name) == text.strip().lower())
        .order_by(col(SkillConcept.id))
    ).all()
    return [f"skill:{concept}" for concept in named or [one.id for one in skills.extract(text)]]


def _dollars(amount: float, currency: str) -> float:
    from jobswipe.pay import convert

    found = convert(amount, currency.strip().upper(), "year", "USD", "year")
    if found is None:
        raise UsageError(f"currency {currency!r} is not known: give an ISO 4217 code such as EUR.")
    return found
