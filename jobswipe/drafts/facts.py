"""The facts of a resume, numbered: the only source of a draft, and what its claims are checked against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from jobswipe.resumes.facts import ResumeFacts
from jobswipe.resumes.facts import facts as resume_facts

MOST = 80
LONGEST = 400
_DATES = frozenset({"startDate", "endDate", "date", "releaseDate"})
_PRIVATE = frozenset(
    {"phone", "email", "postalCode", "address", "url", "image", "meta", "$schema", "username", "score"}
)
_BLANKS = re.compile(r"\s+")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A work entry, as written; `end` is None while it lasts."""

    position: str | None = None
    employer: str | None = None
    start: str | None = None
    end: str | None = None
    lines: tuple[str, ...] = ()


class Study(msgspec.Struct, frozen=True, kw_only=True):
    degree: str | None = None
    area: str | None = None
    institution: str | None = None
    end: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """`lines` are the numbered facts without contact data; `text` is all of them with what dates say as years.

    `contact` (e-mail, phone) is for the template's end and, like `addresses` (every e-mail, phone and URL of the
    resume), is never given to a model.
    """

    name: str | None
    contact: tuple[str, ...]
    addresses: tuple[str, ...]
    lines: tuple[str, ...]
    text: str
    years: tuple[int, ...]
    jobs: tuple[Job, ...]
    studies: tuple[Study, ...]
    certificates: tuple[str, ...]
    resume: ResumeFacts


def gather(document: Mapping[str, Any], now: datetime) -> Facts:
    """The facts of a JSON Resume document, an odd one too. `now` ends ongoing work."""
    basics = _object(document.get("basics"))
    known = resume_facts(document, now)
    jobs = tuple(_job(one) for one in sorted(_objects(document.get("work")), key=_newest, reverse=True))
    studies = tuple(
        Study(
            degree=_text(one.get("studyType")),
            area=_text(one.get("area")),
            institution=_text(one.get("institution")),
            end=_text(one.get("endDate")),
        )
        for one in _objects(document.get("education"))
    )
    certificates = tuple(filter(None, (_text(one.get("name")) for one in _objects(document.get("certificates")))))
    lines = tuple(dict.fromkeys(line for line in _lines(document, basics, known, jobs, studies) if line))[:MOST]
    return Facts(
        name=_text(basics.get("name")),
        contact=tuple(filter(None, (_text(basics.get("email")), _text(basics.get("phone"))))),
        addresses=tuple(dict.fromkeys(_addresses(document))),
        lines=lines,
        text="\n".join(_texts(document)),
        years=tuple(sorted(set(_years(document)))),
        jobs=jobs,
        studies=studies,
        certificates=certificates,
        resume=known,
    )


def _lines(
    document: Mapping[str, Any],
    basics: Mapping[str, Any],
    known: ResumeFacts,
    jobs: tuple[Job, ...],
    studies: tuple[Study, ...],
) -> Iterator[str]:
    if name := _text(basics.get("name")):
        yield f"Name: {name}"
    if known.headline:
        yield f"Headline: {known.headline}"
    if place := ", ".join(filter(None, (known.city, known.region, known.country))):
        yield f"Lives in: {place}"
    if known.years_experience:
        yield f"Years of work in all: {known.years_experience:g}"
    if known.summary:
        yield f"Summary: {known.summary[:LONGEST]}"
    for job in jobs:
        when = f" ({job.start or 'no date'} to {job.end or 'today'})" if job.start or job.end else ""
        what = f"{job.position or 'Work'}{f' at {job.employer}' if job.employer else ''}{when}"
        yield f"Work: {what}"
        for line in job.lines:
            yield f"At {job.employer or job.position or 'this work'}: {line[:LONGEST]}"
    for study in studies:
        parts = filter(None, (study.degree, study.area, study.institution, study.end))
        yield f"Education: {', '.join(parts)}"
    if known.skills:
        yield f"Skills: {', '.join(known.skills)[: 2 * LONGEST]}"
    for one in _objects(document.get("languages")):
        if language := _text(one.get("language")):
            fluency = _text(one.get("fluency"))
            yield f"Language: {language}{f' ({fluency})' if fluency else ''}"
    for section, heading in (("certificates", "Certificate"), ("awards", "Award"), ("publications", "Publication")):
        for one in _objects(document.get(section)):
            named = _text(one.get("name")) or _text(one.get("title"))
            if named:
                yield f"{heading}: {named[:LONGEST]}"
    for section, heading in (("projects", "Project"), ("volunteer", "Volunteering")):
        for one in _objects(document.get(section)):
            told = [_text(one.get(key)) for key in ("name", "position", "organization", "description", "summary")]
            told += _strings(one.get("highlights"))
            if any(told):
                yield f"{heading}: {'; '.join(filter(None, told))[:LONGEST]}"


def _job(one: Mapping[str, Any]) -> Job:
    told = [_text(one.get("summary")), _text(one.get("description")), *_strings(one.get("highlights"))]
    return Job(
        position=_text(one.get("position")),
        employer=_text(one.get("name")),
        start=_text(one.get("startDate")),
        end=_text(one.get("endDate")),
        lines=tuple(dict.fromkeys(line for line in told if line)),
    )


def _newest(job: Mapping[str, Any]) -> tuple[str, str]:
    start, end = _text(job.get("startDate")) or "", _text(job.get("endDate")) or ""
    return (end or ("9999" if start else ""), start)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text of a document with the keys that lead to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    """Every text that says something about the person: neither dates nor addresses, whose digits back no number."""
    return (text for path, text in _leaves(document) if not any(key in _DATES or key in _PRIVATE for key in path))


def _addresses(document: Mapping[str, Any]) -> Iterator[str]:
    return (text for path, text in _leaves(document) if path and path[-1] in ("url", "email", "phone"))


def _years(document: Mapping[str, Any]) -> Iterator[int]:
    dates = (text for path, text in _leaves(document) if path and path[-1] in _DATES)
    return (int(text[:4]) for text in dates if text[:4].isdigit())


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [found for item in value if (found := _text(item))] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return _BLANKS.sub(" ", value).strip() or None if isinstance(value, str) else None
