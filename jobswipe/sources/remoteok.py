"""Remote OK's public API: remote jobs of many employers, in one response that begins with a legal notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jobswipe.sources import fields
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.mojibake import repair
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection
from jobswipe.sources.records import Origin, Shape, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import segment, split

KIND = "remoteok"
ATTRIBUTION = "Source: Remote OK (https://remoteok.com)"
# Its terms: a link back and a mention.
POLICY = Policy(
    poll_floor=3600,
    spacing=5.0,
    concurrency=1,
    attribution=ATTRIBUTION,
    first_party=False,
    names_employer=False,
)
API = "https://remoteok.com/api"
SITE = "https://remoteok.com"

# A sentence that the board adds to each text to tell people from programs, with a word that differs for each reader.
_ADDED = re.compile(r"(?:<br ?/?>|\s){0,8}Please mention the words?\b", re.IGNORECASE)
_SENTENCE = 400
"""Characters of that sentence, and of those after it that explain it: each about half of this."""


def _is_notice(entry: dict[str, Any]) -> bool:
    return "legal" in entry and "id" not in entry


_SHAPE = Shape(KIND, ("jobs",), skip=_is_notice)


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    """The jobs of a response; the notice at its start is no record."""
    return read_json(payload, context, _SHAPE, _posting)


def _posting(job: dict[str, Any], _origin: Origin) -> RawPosting:
    place = (_repaired(job.get("location")) or "").strip(" ,")
    description = _repaired(job.get("description"))
    return RawPosting(
        external_id=fields.word(job.get("id")) or "",
        title=_repaired(job.get("position")) or _repaired(job.get("title")) or "",
        company=_repaired(job.get("company")),
        url=fields.text(job.get("url")),
        apply_url=fields.text(job.get("apply_url")),
        locations=[RawLocation(text=place)] if place else [],
        remote_only_board=True,
        salaries=fields.salary("salary", job.get("salary_min"), job.get("salary_max"), "USD", "year"),
        description_html=_without_added(description) if description else None,
        posted_at=fields.date(job.get("date")) or fields.date(job.get("epoch")),
        tags=fields.texts(job.get("tags")),
        attribution=ATTRIBUTION,
    )


def _without_added(html: str) -> str:
    """The text without the added sentence; a text of the employer's that begins alike is kept."""
    found = _ADDED.search(html)
    if found is None:
        return html
    stop = html.find("<", found.end())
    passage = html[found.end() : stop if stop >= 0 else len(html)][: 2 * _SENTENCE]
    if "when applying" not in passage[:_SENTENCE].lower():
        return html
    end = passage.lower().rfind("human")
    length = len(passage) if end < 0 else end + len("human")
    return html[: found.start()] + html[found.end() + length :].removeprefix(".")


def _repaired(value: Any) -> str | None:
    text = fields.text(value)
    return repair(text) if text else None


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """Every job ("remoteok"), or those of a tag."""
    address = API if board == KIND else f"{API}?tag={segment(board)}"
    return single(fetcher, address)


def match_url(url: str) -> str | None:
    if "remoteok" not in url.lower():
        return None
    return KIND if split(url)[0] in ("remoteok.com", "www.remoteok.com", "remoteok.io", "www.remoteok.io") else None


def board_url(board: str) -> str:
    return SITE if board == KIND else f"{SITE}/remote-{segment(board)}-jobs"
