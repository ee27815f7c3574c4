"""Recruitee's public offers API: one response with every offer of a careers site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import hostname, subdomain

KIND = "recruitee"
POLICY = Policy(poll_floor=3600, spacing=0.5)
SITE = "https://{host}"
DOMAIN = "recruitee.com"

_SHAPE = Shape(KIND, ("offers",), single=("offer",))
_RESERVED = ("www", "api", "app", "support", "docs", "help", "careers", "blog", "get")


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The offers of a site, one offer, or recorded lines."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(offer: dict[str, Any], origin: Origin) -> RawPosting:
    pay = fields.record(offer.get("salary"))
    words = (fields.word(offer.get(name)) for name in ("id", "guid", "slug"))
    return RawPosting(
        external_id=fields.first(*words) or "",
        title=fields.text(offer.get("title")) or "",
        company=company_of(fields.text(offer.get("company_name")), origin),
        url=fields.text(offer.get("careers_url")),
        apply_url=fields.text(offer.get("careers_apply_url")),
        locations=_locations(offer),
        workplace_text=_way(offer),
        remote_flag=fields.flag(offer.get("remote")),
        employment_text=fields.text(offer.get("employment_type_code")),
        seniority_text=fields.text(offer.get("experience_code")),
        salaries=fields.salary("salary", pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("period")),
        description_html=fields.join([fields.text(offer.get("description")), fields.text(offer.get("requirements"))]),
        posted_at=fields.date(offer.get("published_at")) or fields.date(offer.get("created_at")),
        updated_at=fields.date(offer.get("updated_at")),
        valid_through=fields.date(offer.get("close_at")),
        department=next(iter(fields.texts(offer.get("department"))), None),
        tags=fields.texts(offer.get("tags")),
        listed=offer.get("status") in (None, "published"),
    )


def _way(offer: dict[str, Any]) -> str | None:
    """The widest of the ways that are ticked: an offer that may be done remotely or on site is remote."""
    ways = (("remote", "remote"), ("hybrid", "hybrid"), ("on_site", "onsite"))
    return next((way for name, way in ways if offer.get(name) is True), None)


def _locations(offer: dict[str, Any]) -> list[RawLocation]:
    found = [_location(one, "state") for one in fields.records(offer.get("locations"))]
    if not any(found):
        found = [_location(offer, "state_name")]
    named = [one for one in found if one]
    text = fields.text(offer.get("location"))
    return named or ([RawLocation(text=text)] if text else [])


def _location(place: dict[str, Any], region: str) -> RawLocation | None:
    """A place's fields; its name ("Leeds office", "Remote UK") only where no city is given."""
    city, state = fields.text(place.get("city")), fields.text(place.get(region))
    country = fields.text(place.get("country_code")) or fields.text(place.get("country"))
    name = None if city else fields.text(place.get("name"))
    if not (city or state or country or name):
        return None
    return RawLocation(text=name, city=city, region=state, country=country)


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """The whole site, in one response. `board` is the name before .recruitee.com, or a site's own domain."""
    return single(fetcher, f"{board_url(board)}/api/offers/")


def match_url(url: str) -> str | None:
    return subdomain(url, DOMAIN, reserved=_RESERVED) if "recruitee.com" in url else None


def board_url(board: str) -> str:
    return SITE.format(host=hostname(board, DOMAIN, KIND))
