"""Remotive's public API: remote jobs of many employers, in one response."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.raw import RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import segment, split

KIND = "remotive"
ATTRIBUTION = "Source: Remotive (https://remotive.com)"
# Its terms: at most four polls a day, more than two requests a minute are blocked, credit and link, no resubmission.
POLICY = Policy(
    poll_floor=6 * 3600,
    spacing=30.0,
    concurrency=1,
    attribution=ATTRIBUTION,
    redistribute=False,
    first_party=False,
    names_employer=False,
)
API = "https://remotive.com/api/remote-jobs"
SITE = "https://remotive.com"

_SHAPE = Shape(KIND, ("jobs",))
_SEPARATOR = re.compile(r"(?:(?<!\s)\s+)?[,;/|]\s*")


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The jobs of a response, or a list of them."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], _origin: Origin) -> RawPosting:
    within = fields.text(job.get("candidate_required_location"))
    return RawPosting(
        external_id=fields.word(job.get("id")) or "",
        title=fields.text(job.get("title")) or "",
        company=fields.text(job.get("company_name")),
        url=fields.text(job.get("url")),
        remote_only_board=True,
        remote_within=[one for one in _SEPARATOR.split(within) if one] if within else [],
        employment_text=fields.text(job.get("job_type")),
        salary_text=fields.text(job.get("salary")),
        description_html=fields.text(job.get("description")),
        posted_at=fields.date(job.get("publication_date")),
        department=fields.text(job.get("category")),
        tags=fields.texts(job.get("tags")),
        attribution=ATTRIBUTION,
    )


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """Every job ("remotive"), or those of a category, by its slug."""
    address = API if board == KIND else f"{API}?category={segment(board)}"
    return single(fetcher, address)


def match_url(url: str) -> str | None:
    return KIND if "remotive.com" in url and split(url)[0] in ("remotive.com", "www.remotive.com") else None


def board_url(board: str) -> str:
    return SITE if board == KIND else f"{SITE}/remote-jobs/{segment(board)}"
