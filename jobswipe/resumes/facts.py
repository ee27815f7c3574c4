"""What matching needs to know of a resume."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from jobswipe import clock, places
from jobswipe.resumes.jsonresume import text_of


class ResumeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`titles` newest first, without repetition; `current_title` is that of ongoing work, else the headline's, else the
    newest. `headline` is what the person calls themself. `skills` as written. `years_experience` counts months of work
    once, where dates allow it (None: no dates). `country` is ISO 3166-1 alpha-2: the one stated, else the only one that
    the written place can mean. `text` is everything, for lexical search.
    """

    titles: tuple[str, ...] = ()
    current_title: str | None = None
    headline: str | None = None
    skills: tuple[str, ...] = ()
    text: str = ""
    years_experience: float | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    languages: tuple[str, ...] = ()
    summary: str | None = None


def facts(document: Mapping[str, Any], now: datetime | None = None) -> ResumeFacts:
    """The facts of a JSON Resume document, an odd one too. `now` (default: the clock) ends ongoing work."""
    basics = _object(document.get("basics"))
    location = _object(basics.get("location"))
    work = sorted(_objects(document.get("work")), key=_newest, reverse=True)
    titles = _distinct(job.get("position") for job in work)
    label = basics.get("label")
    ongoing = next(
        (
            job.get("position")
            for job in work
            if job.get("startDate") and not job.get("endDate") and job.get("position")
        ),
        None,
    )
    current = ongoing or (label if isinstance(label, str) else None) or (titles[0] if titles else None)
    skills: list[Any] = []
    for group in _objects(document.get("skills")):
        keywords = group.get("keywords")
        skills += keywords if isinstance(keywords, list) and keywords else [group.get("name")]
    for project in _objects(document.get("projects")):
        keywords = project.get("keywords")
        skills += keywords if isinstance(keywords, list) else []
    return ResumeFacts(
        titles=titles,
        current_title=current if isinstance(current, str) else None,
        headline=_string(label),
        skills=_distinct(skills),
        text=text_of(dict(document)),
        years_experience=_years(work, now or clock.now()),
        city=_string(location.get("city")),
        region=_string(location.get("region")),
        country=_country(location),
        languages=_distinct(entry.get("language") for entry in _objects(document.get("languages"))),
        summary=_string(basics.get("summary")),
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _country(location: Mapping[str, Any]) -> str | None:
    stated = _string(location.get("countryCode"))
    if stated is not None and (code := places.country_code(stated)) is not None:
        return code
    written = ", ".join(filter(None, (_string(location.get(key)) for key in ("city", "region"))))
    found = places.parse(written or _string(location.get("address")) or "").places
    countries = {place.country for place in found}
    return countries.pop() if len(countries) == 1 else None


def _distinct(values: Any) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for value in values:
        if isinstance(value, str) and value.strip():
            seen.setdefault(value.casefold(), value)
    return tuple(seen.values())


def _newest(job: Mapping[str, Any]) -> tuple[str, str]:
    start, end = _string(job.get("startDate")) or "", _string(job.get("endDate"))
    return (end or ("9999" if start else ""), start)


def _month(text: str | None, *, end: bool) -> int | None:
    """Months since year 0; a bare year begins in January and ends with December."""
    if text is None or not text[:4].isdigit():
        return None
    month = int(text[5:7]) if len(text) >= 7 and text[5:7].isdigit() else (12 if end else 1)
    return int(text[:4]) * 12 + min(max(month, 1), 12) - 1


def _years(work: list[Mapping[str, Any]], now: datetime) -> float | None:
    today = now.year * 12 + now.month - 1
    spans = []
    for job in work:
        start_text, end_text = _string(job.get("startDate")), _string(job.get("endDate"))
        start = _month(start_text, end=False)
        if start is None:
            continue
        bare = (
            start_text is not None
            and end_text is not None
            and len(start_text) == len(end_text) == 4
            and start_text != end_text
        )
        # "2018–2020" is two years, not three: from the middle of one to the middle of the other.
        end = _month(end_text, end=not bare) if end_text else today
        if end is not None and start <= end:
            spans.append((start, min(end, today) + (0 if bare else 1)))
    if not spans:
        return None
    spans.sort()
    total, last = 0, -1
    for start, end in spans:
        total += max(0, end - max(start, last))
        last = max(last, end)
    return round(total / 12, 1)
