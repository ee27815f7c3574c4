"""Ashby: the public job-board API, one response with the whole board."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.fields import date, first, flag, html_of, record, records, salary, text, word
from jobswipe.sources.raw import RawLocation, RawPosting, RawSalary, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import first_segment, segment

KIND = "ashby"
POLICY = Policy(spacing=1.0)  # the endpoint is slow, and throttles repeated hits
BASE = "https://api.ashbyhq.com"
CAREERS = "https://jobs.ashbyhq.com"

_SHAPE = Shape(KIND, ("jobs",))


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    return read_json(payload, context, _SHAPE, _posting)


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    return single(fetcher, f"{BASE}/posting-api/job-board/{segment(board)}?includeCompensation=true")


def match_url(url: str) -> str | None:
    if "ashbyhq.com" not in url:
        return None
    return first_segment(url, "jobs.ashbyhq.com") or first_segment(url, "api.ashbyhq.com", after="job-board")


def board_url(board: str) -> str:
    return f"{CAREERS}/{segment(board)}"


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    get = job.get
    workplace = text(get("workplaceType"))
    pay = record(get("compensation"))
    places = [_place(get("location"), get("address"))]
    places += [_place(one.get("location"), one.get("address")) for one in records(get("secondaryLocations"))]
    html = text(get("descriptionHtml"))
    url = text(get("jobUrl"))
    return RawPosting(
        external_id=word(get("id")) or "",
        title=text(get("title")) or "",
        company=company_of(text(get("companyName")), origin),
        url=url,
        apply_url=text(get("applyUrl")),
        locations=[place for place in places if place],
        workplace_text=workplace,
        # isRemote is also true of hybrid roles: it counts only where workplaceType is not said.
        remote_flag=None if workplace else flag(get("isRemote")),
        employment_text=text(get("employmentType")),
        salaries=_salaries(pay),
        salary_text=first(
            text(pay.get("scrapeableCompensationSalarySummary")), text(pay.get("compensationTierSummary"))
        ),
        description_html=html or html_of(text(get("descriptionPlain"))),
        posted_at=date(get("publishedAt")),
        updated_at=date(get("updatedAt")),
        department=first(text(get("department")), text(get("team"))),
        listed=get("isListed") is not False,
    )


def _place(name: Any, address: Any) -> RawLocation | None:
    said = text(name)
    postal = record(record(address).get("postalAddress"))
    if not postal:
        return RawLocation(text=said) if said else None
    city, region = text(postal.get("addressLocality")), text(postal.get("addressRegion"))
    country = text(postal.get("addressCountry"))
    if not (said or city or region or country):
        return None
    return RawLocation(text=said, city=city, region=region, country=country)


def _salaries(pay: dict[str, Any]) -> list[RawSalary]:
    """Base pay of each tier: bonus, commission and equity are components of other types."""
    tiers = records(pay.get("compensationTiers"))
    components = [one for tier in tiers for one in records(tier.get("components"))]
    found = _of(components)
    return found or _of(records(pay.get("summaryComponents")))


def _of(components: list[dict[str, Any]]) -> list[RawSalary]:
    return [
        one
        for component in components
        if component.get("compensationType") == "Salary"
        for one in salary(
            "compensation",
            component.get("minValue"),
            component.get("maxValue"),
            component.get("currencyCode"),
            component.get("interval"),
        )
    ]
