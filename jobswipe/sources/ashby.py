"""Ashby's public job board API: one response with every posting of a board, pay included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, NotModified, Policy, ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, RawSalary, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.urls import first_segment, segment

KIND = "ashby"
# The board answers in seconds and throttles repeated hits.
POLICY = Policy(poll_floor=3600, spacing=1.0, concurrency=1)
API = "https://api.ashbyhq.com/posting-api/job-board"
SITE = "https://jobs.ashbyhq.com"

_SHAPE = Shape(KIND, ("jobs",))


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The postings of a board's response, a list of them, one of them, or recorded lines."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    compensation = fields.record(job.get("compensation"))
    return RawPosting(
        external_id=fields.word(job.get("id")) or "",
        title=fields.text(job.get("title")) or "",
        company=company_of(fields.text(job.get("companyName")), origin),
        url=fields.text(job.get("jobUrl")),
        apply_url=fields.text(job.get("applyUrl")),
        locations=_locations(job),
        workplace_text=fields.text(job.get("workplaceType")),
        remote_flag=fields.flag(job.get("isRemote")),
        employment_text=fields.text(job.get("employmentType")),
        salaries=_salaries(compensation),
        salary_text=fields.text(compensation.get("scrapeableCompensationSalarySummary"))
        or fields.text(compensation.get("compensationTierSummary")),
        description_html=fields.text(job.get("descriptionHtml")),
        description_text=fields.text(job.get("descriptionPlain")),
        posted_at=fields.date(job.get("publishedAt")),
        updated_at=fields.date(job.get("updatedAt")),
        department=fields.text(job.get("department")) or fields.text(job.get("team")),
        listed=job.get("isListed") is not False,
    )


def _locations(job: dict[str, Any]) -> list[RawLocation]:
    found = [_location(job.get("location"), job.get("address"))]
    for other in fields.items(job.get("secondaryLocations")):
        if isinstance(other, dict):
            found.append(_location(other.get("location"), other.get("address")))
        elif isinstance(other, str):
            found.append(_location(other, None))
    return [one for one in found if one is not None]


def _location(name: Any, address: Any) -> RawLocation | None:
    """A location's name with the address beside it; the address's fields come one level down, or at once."""
    place = fields.record(address)
    place = fields.record(place.get("postalAddress", place))
    text = fields.text(name)
    city = fields.text(place.get("addressLocality"))
    region = fields.text(place.get("addressRegion"))
    country = fields.text(place.get("addressCountry"))
    if not (text or city or region or country):
        return None
    return RawLocation(text=text, city=city, region=region, country=country)


def _salaries(compensation: dict[str, Any]) -> list[RawSalary]:
    """Base pay: the components of type Salary of each tier, else of the summary. Equity and bonus stand beside them."""
    found: list[RawSalary] = []
    for tier in fields.records(compensation.get("compensationTiers")):
        found += _components(tier.get("components"))
    return found or _components(compensation.get("summaryComponents"))


def _components(components: Any) -> list[RawSalary]:
    return [
        salary
        for one in fields.records(components)
        if one.get("compensationType") == "Salary"
        for salary in fields.salary(
            "compensation", one.get("minValue"), one.get("maxValue"), one.get("currencyCode"), one.get("interval")
        )
    ]


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """The whole board, in one response."""
    answer = fetcher.get(
        f"{API}/{segment(board)}?includeCompensation=true", accept="application/json", conditional=True
    )
    if answer.not_modified:
        raise NotModified
    yield answer.body


def match_url(url: str) -> str | None:
    if "ashbyhq.com" not in url:
        return None
    return first_segment(url, "jobs.ashbyhq.com") or first_segment(url, "api.ashbyhq.com", after="job-board")


def board_url(board: str) -> str:
    return f"{SITE}/{segment(board)}"
