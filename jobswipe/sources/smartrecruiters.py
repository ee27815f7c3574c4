"""SmartRecruiters' public postings API: a company's postings in pages, the text in each one's detail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from jobswipe.errors import UpstreamError
from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.payload import decoded
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.urls import first_segment, segment

KIND = "smartrecruiters"
POLICY = Policy(poll_floor=3600, spacing=0.2)
API = "https://api.smartrecruiters.com/v1/companies"
SITE = "https://careers.smartrecruiters.com"
POSTINGS = "https://jobs.smartrecruiters.com"
PAGE = 100
MAX_PAGES = 50
"""Pages of a company that are fetched: 5,000 postings, each with a request for its detail."""

_SHAPE = Shape(KIND, ("content",))
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The postings of a page, a posting's detail, or recorded lines."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    company = fields.record(job.get("company"))
    location = fields.record(job.get("location"))
    key = fields.word(job.get("id")) or fields.word(job.get("uuid")) or ""
    identifier = fields.text(company.get("identifier"))
    url = fields.text(job.get("postingUrl"))
    if not url and identifier and key:
        url = f"{POSTINGS}/{segment(identifier)}/{segment(key)}"
    level = fields.record(job.get("experienceLevel"))
    return RawPosting(
        external_id=key,
        title=fields.text(job.get("name")) or fields.text(job.get("title")) or "",
        company=company_of(fields.text(company.get("name")), origin),
        url=url,
        apply_url=fields.text(job.get("applyUrl")),
        requisition_id=fields.word(job.get("refNumber")),
        locations=_locations(location),
        workplace_text="hybrid" if location.get("hybrid") is True else None,
        remote_flag=fields.flag(location.get("remote")),
        employment_text=_label(job.get("typeOfEmployment")),
        seniority_text=None if level.get("id") == "not_applicable" else _label(level),
        description_html=_description(fields.record(fields.record(job.get("jobAd")).get("sections"))),
        language=fields.text(fields.record(job.get("language")).get("code")),
        posted_at=fields.date(job.get("releasedDate")),
        department=_label(job.get("department")) or _label(job.get("function")),
        listed=job.get("visibility") in (None, "PUBLIC"),
    )


def _label(value: Any) -> str | None:
    named = fields.record(value)
    return fields.text(named.get("label")) or fields.text(named.get("id")) or fields.text(value)


def _locations(location: dict[str, Any]) -> list[RawLocation]:
    city, region = fields.text(location.get("city")), fields.text(location.get("region"))
    country, full = fields.text(location.get("country")), fields.text(location.get("fullLocation"))
    if not (city or region or country):
        return [RawLocation(text=full)] if full else []
    latitude, longitude = fields.coordinate(location.get("latitude")), fields.coordinate(location.get("longitude"))
    return [RawLocation(city=city, region=region, country=country, latitude=latitude, longitude=longitude)]


def _description(sections: dict[str, Any]) -> str | None:
    names = [*_SECTIONS, *(name for name in sections if name not in _SECTIONS)]
    parts = (fields.record(sections.get(name)) for name in names)
    return fields.join(fields.section(fields.text(one.get("title")), fields.text(one.get("text"))) for one in parts)


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """Every posting's detail, from at most `MAX_PAGES` pages of the list.

    A posting that closed between the list and its detail is given as the list has it.
    """
    base = f"{API}/{segment(board)}/postings"
    for page in range(MAX_PAGES):
        body = fetcher.get(f"{base}?limit={PAGE}&offset={page * PAGE}", accept="application/json").body
        listing = decoded(body)
        entries = fields.items(listing.get("content")) if isinstance(listing, dict) else None
        if not entries:
            if page == 0:
                yield body  # an empty board, or an answer that `read` finds the words for
            return
        for entry in entries:
            key = fields.word(fields.record(entry).get("id"))
            yield (_detail(f"{base}/{segment(key)}", fetcher) if key else None) or msgspec.json.encode([entry])
        if len(entries) < PAGE:
            return
    raise UpstreamError(f"SmartRecruiters' board {board} has more than {MAX_PAGES} pages: they are not all fetched.")


def _detail(address: str, fetcher: Fetcher) -> bytes | None:
    try:
        return fetcher.get(address, accept="application/json").body
    except UpstreamError as error:
        if error.upstream_status in (404, 410):
            return None
        raise


def match_url(url: str) -> str | None:
    if "smartrecruiters.com" not in url:
        return None
    return first_segment(
        url, "careers.smartrecruiters.com", "jobs.smartrecruiters.com", skip=("oneclick-ui", "sr-jobs", "job-api")
    ) or first_segment(url, "api.smartrecruiters.com", after="companies")


def board_url(board: str) -> str:
    return f"{SITE}/{segment(board)}"
