"""Personio: the XML feed of a career site, one response with the whole board."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from jobswipe.errors import PayloadError
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.fields import first, join, section
from jobswipe.sources.payload import xml
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.requests import either
from jobswipe.sources.tree import inner, value, values
from jobswipe.sources.urls import label, segment, split, subdomain

KIND = "personio"
POLICY = Policy()
BASE = "https://{board}.jobs.personio.{domain}"
"""Where a board's feed is; a board answers under one domain or under both."""
DOMAINS = ("com", "de")


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    root = xml(payload, KIND)
    positions = [root] if root.tag == "position" else [one for one in root if one.tag == "position"]
    if root.tag not in ("workzag-jobs", "position") and not positions:
        raise PayloadError(f"This is no Personio feed: its root is <{str(root.tag)[:60]}>, not <workzag-jobs>.")
    host = _host(context)
    for number, position in enumerate(positions, 1):
        posting = _posting(position, host)
        if not posting.external_id:
            yield Rejection(record=posting.title[:100] or f"record {number}", reason="it has no id")
        elif not posting.title:
            yield Rejection(record=posting.external_id, reason="it has no title")
        else:
            yield posting


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    urls = [f"{BASE.format(board=label(board, KIND), domain=domain)}/xml?language=en" for domain in DOMAINS]
    return either(fetcher, urls, accept="application/xml")


def match_url(url: str) -> str | None:
    return subdomain(url, "jobs.personio.com", "jobs.personio.de") if "jobs.personio." in url else None


def board_url(board: str) -> str:
    return BASE.format(board=label(board, KIND), domain=DOMAINS[0])


def _host(context: ReadContext) -> str | None:
    """Where the board's postings are shown: the feed itself does not say."""
    if context.url and match_url(context.url):
        return f"https://{split(context.url)[0]}"
    return board_url(context.board) if context.board else None


def _posting(position: Element, host: str | None) -> RawPosting:
    posting_id = value(position, "id") or ""
    offices = [value(position, "office"), *values(position, "additionalOffices")]
    return RawPosting(
        external_id=posting_id,
        title=value(position, "name") or "",
        company=value(position, "subcompany"),
        url=f"{host}/job/{segment(posting_id)}" if host and posting_id else None,
        locations=[RawLocation(text=office) for office in dict.fromkeys(offices) if office],
        employment_text=_employment(value(position, "employmentType"), value(position, "schedule")),
        seniority_text=value(position, "seniority"),
        description_html=_description(position),
        posted_at=value(position, "createdAt"),
        department=first(value(position, "department"), value(position, "recruitingCategory")),
        tags=[one.strip() for one in (value(position, "keywords") or "").split(",") if one.strip()],
    )


def _employment(kind: str | None, schedule: str | None) -> str | None:
    """Kind and hours together; hours of either sort say neither."""
    return ", ".join(one for one in (kind, schedule) if one and one != "full-or-part-time") or None


def _description(position: Element) -> str | None:
    parts = position.find("jobDescriptions")
    if parts is None:
        return None
    found = [section(value(part, "name"), inner(part.find("value"))) for part in parts if part.tag == "jobDescription"]
    return join(found)
