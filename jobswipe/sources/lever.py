"""Lever's public postings API: a site's postings in pages, the text in an introduction, lists and an ending."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe.errors import UpstreamError
from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.payload import count
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.urls import first_segment, segment

KIND = "lever"
POLICY = Policy(poll_floor=3600, spacing=0.5)
API = "https://api.lever.co/v0/postings"
API_EU = "https://api.eu.lever.co/v0/postings"
SITE = "https://jobs.lever.co"
PAGE = 100
MAX_PAGES = 100
"""Pages of a site that are fetched: 10,000 postings."""

_SHAPE = Shape(KIND, ("postings", "data"))


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The postings of a page, one posting, or recorded lines."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    categories = fields.record(job.get("categories"))
    pay = fields.record(job.get("salaryRange"))
    workplace = fields.text(job.get("workplaceType"))
    return RawPosting(
        external_id=fields.word(job.get("id")) or "",
        title=fields.text(job.get("text")) or fields.text(job.get("title")) or "",
        company=company_of(None, origin),
        url=fields.text(job.get("hostedUrl")),
        apply_url=fields.text(job.get("applyUrl")),
        requisition_id=fields.word(job.get("reqCode")) or fields.word(job.get("requisitionCode")),
        locations=_locations(categories, fields.text(job.get("country"))),
        workplace_text=None if workplace == "unspecified" else workplace,
        employment_text=fields.text(categories.get("commitment")),
        seniority_text=fields.text(categories.get("level")),
        salaries=fields.salary("salaryRange", pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("interval")),
        salary_text=fields.text(job.get("salaryDescriptionPlain")),
        description_html=_description(job),
        posted_at=fields.date(job.get("createdAt")),
        updated_at=fields.date(job.get("updatedAt")),
        department=fields.text(categories.get("department")) or fields.text(categories.get("team")),
        tags=fields.texts(job.get("tags")),
    )


def _locations(categories: dict[str, Any], country: str | None) -> list[RawLocation]:
    """The main location, which alone the posting's country belongs to, and the others."""
    main = fields.text(categories.get("location"))
    names = dict.fromkeys([*([main] if main else []), *fields.texts(categories.get("allLocations"))])
    if not names:
        return [RawLocation(country=country)] if country else []
    first = main or next(iter(names))
    return [RawLocation(text=name, country=country if name == first else None) for name in names]


def _description(job: dict[str, Any]) -> str | None:
    lists = [
        fields.section(fields.text(one.get("text")), _items(fields.text(one.get("content"))))
        for one in fields.records(job.get("lists"))
    ]
    opening = _part(job, "description") or fields.join([_part(job, "opening"), _part(job, "descriptionBody")])
    return fields.join([opening, *lists, _part(job, "additional"), _part(job, "salaryDescription")])


def _part(job: dict[str, Any], name: str) -> str | None:
    return fields.text(job.get(name)) or fields.html_of(fields.text(job.get(f"{name}Plain")))


def _items(content: str | None) -> str | None:
    return f"<ul>{content}</ul>" if content and "<li" in content and "<ul" not in content else content


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """Every page of a site, at most `MAX_PAGES`; a site that the first host does not know is looked for in the EU."""
    try:
        yield from _pages(API, board, fetcher)
    except UpstreamError as error:
        if error.upstream_status != 404:
            raise
        yield from _pages(API_EU, board, fetcher)


def _pages(base: str, board: str, fetcher: Fetcher) -> Iterator[bytes]:
    for page in range(MAX_PAGES):
        address = f"{base}/{segment(board)}?mode=json&skip={page * PAGE}&limit={PAGE}"
        body = fetcher.get(address, accept="application/json").body
        if page and not count(body):
            return
        yield body
        if count(body) < PAGE:
            return
    raise UpstreamError(f"Lever's board {board} has more than {MAX_PAGES} pages: they are not all fetched.")


def match_url(url: str) -> str | None:
    if "lever.co" not in url:
        return None
    return first_segment(url, "jobs.lever.co", "jobs.eu.lever.co") or first_segment(
        url, "api.lever.co", "api.eu.lever.co", after="postings"
    )


def board_url(board: str) -> str:
    return f"{SITE}/{segment(board)}"
