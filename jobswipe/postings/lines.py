"""The line protocol of deduplication: JSON lines {id, company, title, place, description_text?} to candidates."""

from __future__ import annotations

from typing import Any

import msgspec

from jobswipe.places import parse as parse_place
from jobswipe.postings.dedupe import Candidate
from jobswipe.text.html import to_text


def read_candidates(payload: bytes) -> tuple[list[Any], list[Candidate]]:
    """The ids as given, and a candidate for every line; an unreadable or blank line is one that repeats nothing."""
    ids: list[Any] = []
    candidates: list[Candidate] = []
    for line in payload.splitlines():
        try:
            record = msgspec.json.decode(line) if line.strip() else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            record = {}
        record = record if isinstance(record, dict) else {}
        ids.append(record.get("id"))
        candidates.append(_candidate(record))
    return ids, candidates


def _candidate(record: dict[str, Any]) -> Candidate:
    place = record.get("place")
    texts = [one for one in (place if isinstance(place, list) else [place]) if isinstance(one, str)]
    locations = [parse_place(one) for one in texts]
    text = record.get("description_text")
    return Candidate(
        id=str(record.get("id")),
        company=_text(record.get("company")),
        title=_text(record.get("title")) or "",
        places=tuple(found for location in locations for found in location.places),
        remote_countries=tuple(code for location in locations for code in location.remote_countries),
        text=to_text(text) if isinstance(text, str) else None,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
