"""Greenhouse's public job board API: one response with every job of a board, its text escaped twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, RawSalary, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import first_segment, parameter, segment

KIND = "greenhouse"
POLICY = Policy(poll_floor=3600, spacing=0.5)
API = "https://boards-api.greenhouse.io/v1/boards"
SITE = "https://boards.greenhouse.io"

_HOSTS = tuple(f"{name}{zone}.greenhouse.io" for name in ("boards", "job-boards") for zone in ("", ".eu"))
_API_HOSTS = ("boards-api.greenhouse.io", "boards-api.eu.greenhouse.io", "api.greenhouse.io")
# The departments and offices endpoints hold the jobs one and two levels down.
_SHAPE = Shape(KIND, ("jobs", "departments", "offices"))
_WAY_ONLY = re.compile(r"\W*(hybrid|remote|on-?site|in[- ]office|in[- ]person)\W*\Z", re.IGNORECASE)
_NO_OFFICE = re.compile(r"no office|(?:fully |100% )?remote|hybrid", re.IGNORECASE)
_EMPLOYMENT = re.compile(r"(?:employment|job|time|work(?:er)?|contract|position) ?type|commitment", re.IGNORECASE)
_WORKPLACE = re.compile(r"(?:workplace|location|remote|work) ?(?:type|status|model|arrangement)", re.IGNORECASE)
_BASE_PAY = re.compile(r"\b(?:salary|base pay|pay range|compensation range|base compensation)\b", re.IGNORECASE)
_NOT_BASE = re.compile(r"\b(?:ote|on[- ]target|total|bonus|commission|equity|variable|incentive)\b", re.IGNORECASE)
_PERIOD = re.compile(r"\b(hour|month|week|day|dai|year|annual)(?:ly|s)?\b", re.IGNORECASE)
_PERIOD_NAMES = {"dai": "day", "annual": "year"}


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The jobs of a board, of its departments or offices, a job's detail, or recorded lines."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    named = fields.text(fields.record(job.get("location")).get("name")) or fields.text(job.get("location"))
    way = _WAY_ONLY.match(named) if named else None
    content = fields.text(job.get("content"))
    details = _metadata(job.get("metadata"))
    return RawPosting(
        external_id=fields.word(job.get("id")) or "",
        title=fields.text(job.get("title")) or "",
        company=company_of(fields.text(job.get("company_name")), origin),
        url=fields.text(job.get("absolute_url")),
        requisition_id=fields.word(job.get("requisition_id")),
        locations=[RawLocation(text=named)] if named and not way else _offices(job.get("offices")),
        workplace_text=way[1] if way else _named(details, _WORKPLACE),
        employment_text=_named(details, _EMPLOYMENT),
        salaries=_pay_ranges(job.get("pay_input_ranges")) or _metadata_pay(job.get("metadata")),
        description_html=unescape(content) if content and "<" not in content else content,
        language=fields.text(job.get("language")),
        posted_at=fields.date(job.get("first_published")),
        updated_at=fields.date(job.get("updated_at")),
        valid_through=fields.date(job.get("application_deadline")),
        department=next(iter(fields.texts(job.get("departments"))), None),
    )


def _offices(offices: Any) -> list[RawLocation]:
    """Where a job is whose location says only how it is worked."""
    texts = (fields.text(one.get("location")) or fields.text(one.get("name")) for one in fields.records(offices))
    return [RawLocation(text=text) for text in dict.fromkeys(texts) if text and not _NO_OFFICE.fullmatch(text)]


def _metadata(metadata: Any) -> list[tuple[str, str]]:
    """The board's own fields: those whose value is a word."""
    pairs = ((fields.text(one.get("name")), fields.texts(one.get("value"))) for one in fields.records(metadata))
    return [(name, ", ".join(values)) for name, values in pairs if name and values]


def _named(details: list[tuple[str, str]], name: re.Pattern[str]) -> str | None:
    return next((value for key, value in details if name.fullmatch(key.strip())), None)


def _pay_ranges(ranges: Any) -> list[RawSalary]:
    """`pay_input_ranges` are in cents; the period stands in a range's title, if at all."""
    found: list[RawSalary] = []
    for one in fields.records(ranges):
        title = fields.text(one.get("title")) or ""
        if _NOT_BASE.search(title):
            continue
        found += fields.salary(
            "pay_input_ranges",
            _units(one.get("min_cents")),
            _units(one.get("max_cents")),
            one.get("currency_type"),
            _period(title),
        )
    return found


def _units(cents: Any) -> int | float | None:
    if isinstance(cents, bool) or not isinstance(cents, int | float):
        return None
    return int(cents // 100) if cents % 100 == 0 else cents / 100


def _period(title: str) -> str | None:
    match = _PERIOD.search(title)
    return _PERIOD_NAMES.get(match[1].lower(), match[1].lower()) if match else None


def _metadata_pay(metadata: Any) -> list[RawSalary]:
    found: list[RawSalary] = []
    for one in fields.records(metadata):
        name, value = fields.text(one.get("name")) or "", one.get("value")
        if isinstance(value, dict) and _BASE_PAY.search(name) and not _NOT_BASE.search(name):
            found += fields.salary(
                name, value.get("min_value"), value.get("max_value"), value.get("unit"), _period(name)
            )
    return found


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """The whole board, in one response."""
    return single(fetcher, f"{API}/{segment(board)}/jobs?content=true")


def match_url(url: str) -> str | None:
    if "greenhouse.io" not in url:
        return None
    return (
        first_segment(url, *_HOSTS, skip=("embed",))
        or parameter(url, "for", *_HOSTS)
        or first_segment(url, *_API_HOSTS, after="boards")
    )


def board_url(board: str) -> str:
    return f"{SITE}/{segment(board)}"
