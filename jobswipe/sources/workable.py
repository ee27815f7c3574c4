"""Workable's public widget: one response with an account's jobs, a job once for each of its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import first_segment, segment, subdomain

KIND = "workable"
# More than two requests at once are answered 429.
POLICY = Policy(poll_floor=3600, spacing=1.0, concurrency=2)
API = "https://apply.workable.com/api/v1/widget/accounts"
SITE = "https://apply.workable.com"

_SHAPE = Shape(KIND, ("jobs", "results"), company="name")
_RESERVED = ("apply", "www", "api", "jobs", "help", "get", "resources", "careers", "try")


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The jobs of an account's widget, one job, or recorded lines."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    url, apply_url = _addresses(job)
    company = fields.text(job.get("company")) or fields.text(fields.record(job.get("company")).get("name"))
    return RawPosting(
        external_id=fields.word(job.get("shortcode")) or "",
        title=fields.text(job.get("title")) or "",
        company=company_of(company, origin),
        url=url,
        apply_url=apply_url,
        requisition_id=fields.word(job.get("code")),
        locations=_locations(job),
        workplace_text=fields.text(job.get("workplace_type")) or fields.text(job.get("workplace")),
        remote_flag=fields.flag(job.get("telecommuting", job.get("remote"))),
        employment_text=fields.text(job.get("employment_type")) or fields.text(job.get("type")),
        seniority_text=fields.text(job.get("experience")),
        description_html=fields.join(
            fields.text(job.get(name)) for name in ("description", "requirements", "benefits")
        ),
        posted_at=fields.date(job.get("published_on")) or fields.date(job.get("published")) or _created(job),
        department=next(iter(fields.texts(job.get("department"))), None),
        tags=fields.texts([job.get("function"), job.get("industry")]),
    )


def _created(job: dict[str, Any]) -> str | int | float | None:
    return fields.date(job.get("created_at"))


def _addresses(job: dict[str, Any]) -> tuple[str | None, str | None]:
    """The page and the form: accounts give them in either field, and only the form's address ends in /apply."""
    names = ("url", "shortlink", "application_url")
    given = dict.fromkeys(found for name in names if (found := fields.text(job.get(name))))
    forms = [one for one in given if one.rstrip("/").endswith("/apply")]
    pages = [one for one in given if one not in forms]
    page = fields.text(job.get("url"))
    if page in forms or page is None:
        page = fields.text(job.get("application_url"))
        page = page if page in pages else next(iter(pages), None)
    form = next(iter(forms), None)
    return page or (form.rstrip("/").removesuffix("/apply") if form else None), form or fields.text(
        job.get("application_url")
    )


def _locations(job: dict[str, Any]) -> list[RawLocation]:
    found = [
        RawLocation(
            city=fields.text(one.get("city")),
            region=fields.text(one.get("region")),
            country=fields.text(one.get("countryCode")) or fields.text(one.get("country")),
        )
        for one in fields.records(job.get("locations"))
        if one.get("hidden") is not True
    ]
    found = [one for one in found if one.city or one.region or one.country]
    if found:
        return found
    place = fields.record(job.get("location")) or job
    city, country = fields.text(place.get("city")), fields.text(place.get("country"))
    region = fields.text(place.get("state")) or fields.text(place.get("region"))
    return [RawLocation(city=city, region=region, country=country)] if city or region or country else []


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """The whole account, in one response."""
    return single(fetcher, f"{API}/{segment(board)}?details=true")


def match_url(url: str) -> str | None:
    if "workable.com" not in url:
        return None
    return (
        first_segment(url, "apply.workable.com", skip=("api", "j"))
        or first_segment(url, "apply.workable.com", "www.workable.com", after="accounts")
        or subdomain(url, "workable.com", reserved=_RESERVED)
    )


def board_url(board: str) -> str:
    return f"{SITE}/{segment(board)}"
