"""Teamtailor: a career site's RSS feed, or its JSON Feed with a JobPosting in each item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jobswipe.errors import PayloadError
from jobswipe.sources import schemaorg
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.feeditem import Item, items_of
from jobswipe.sources.fields import date, first, html_of, record, text, word
from jobswipe.sources.payload import is_json, plain, xml
from jobswipe.sources.raw import RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.tree import local
from jobswipe.sources.urls import hostname, subdomain

KIND = "teamtailor"
POLICY = Policy()
BASE = "https://{host}"
"""Where a career site is; `{host}` is the board's host."""

DOMAIN = "teamtailor.com"
_REGIONS = ("na", "au", "uk", "eu", "us")
_RESERVED = ("www", "api", "app", "docs", "support")
_SHAPE = Shape(KIND, ("items",), company="title")
_REMOTE = {"fully": "remote", "hybrid": "hybrid"}  # "none" says nothing, "temporary" is no promise
_HEADING = re.compile(
    r"(?:\s{0,9}[-–|:])?\s{0,9}\b(?:open (?:jobs|positions|roles)|jobs|careers?|vacancies)\s*\Z|"
    r"\A(?:jobs|careers?) (?:at|@) ",
    re.IGNORECASE,
)


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    payload = plain(payload)
    if is_json(payload):
        yield from read_json(payload, context, _SHAPE, _from_json)
        return
    root = xml(payload, KIND)
    if local(root.tag) not in ("rss", "channel", "item"):
        raise PayloadError(f"This is no Teamtailor feed: its root is <{str(root.tag)[:60]}>, not <rss>.")
    channel = next((one for one in root if local(one.tag) == "channel"), root)
    company = _employer(Item(channel).value("title"))
    for number, item in enumerate(items_of(root), 1):
        raw = _posting(item, company)
        if not raw.external_id:
            yield Rejection(record=raw.title[:100] or f"record {number}", reason="it has no id and no link")
        elif not raw.title:
            yield Rejection(record=raw.external_id, reason="it has no title")
        else:
            yield raw


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    return single(fetcher, f"{BASE.format(host=_host(board))}/jobs.rss", accept="application/rss+xml, text/xml")


def match_url(url: str) -> str | None:
    """The subdomain; of a region's host with its region, as "acme.na"."""
    return subdomain(url, DOMAIN, reserved=_RESERVED) if DOMAIN in url else None


def board_url(board: str) -> str:
    return f"{BASE.format(host=_host(board))}/jobs"


def _host(board: str) -> str:
    """A region's board is "acme.na"; any other name with a dot is a domain of its own."""
    name, _, region = board.strip().lower().partition(".")
    if region and len(region) == 2 and region in _REGIONS:
        return f"{hostname(name, region, KIND)}.{DOMAIN}"
    return hostname(board, DOMAIN, KIND)


def _employer(title: str | None) -> str | None:
    return (_HEADING.sub("", title).strip() or None) if title else None


def _posting(item: Item, company: str | None) -> RawPosting:
    link = item.link()
    return RawPosting(
        external_id=item.value("guid", "id") or link or "",
        title=item.value("title") or "",
        company=first(item.value("company_name", "company"), company),
        url=link,
        locations=item.places(),
        workplace_text=_REMOTE.get((item.value("remotestatus") or "").lower()),
        employment_text=item.value("employmenttype", "employment-type"),
        description_html=first(item.html("encoded"), item.html("description")),
        posted_at=item.value("pubdate"),
        department=first(item.value("department"), item.value("division")),
        tags=[role] if (role := item.value("role")) else [],
    )


def _from_json(entry: dict[str, Any], origin: Origin) -> RawPosting:
    """The JobPosting says most; id, address and text are the item's own."""
    get = entry.get
    node = record(get("_jobposting"))
    named = Origin(origin.board, _employer(origin.company), origin.context)
    raw = schemaorg.posting(node, schemaorg.Page()) if node else RawPosting(external_id="", title="")
    raw.external_id = word(get("id")) or text(get("url")) or raw.external_id
    raw.title = text(get("title")) or raw.title
    raw.company = company_of(raw.company, named)
    raw.url = text(get("url")) or raw.url
    raw.description_html = first(text(get("content_html")), raw.description_html, html_of(text(get("content_text"))))
    raw.posted_at = date(get("date_published")) or raw.posted_at
    raw.updated_at = date(get("date_modified")) or raw.updated_at
    return raw
