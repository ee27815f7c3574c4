"""Records as their source gave them to postings in the public shape. What is not said stays null."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from html import unescape
from typing import Any, TypeVar

import msgspec

from jobswipe import pay, skills, titles
from jobswipe.errors import InputError, JobSwipeError
from jobswipe.pay.salary import Salary
from jobswipe.places.place import Location
from jobswipe.postings.dates import moment
from jobswipe.postings.location import locate
from jobswipe.postings.posting import Posting
from jobswipe.skills.skill import Skill
from jobswipe.sources import registry
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting
from jobswipe.text.html import tidy, to_text
from jobswipe.text.language import detect

Record = TypeVar("Record")

TOGETHER = 512
"""Records that go through the steps together: enough to keep a step's tables in the cache, few enough for memory."""
MAX_TITLE = 500
"""Characters of a title; a longer one is no title."""
MAX_DESCRIPTION = 200_000
"""Characters of a description that are kept; the longest real ones have about 30,000."""
MAX_ID = 1_000
"""Characters of an external id or a requisition id."""
MAX_URL = 4_000
"""Characters of an address; a longer one is left out."""

_SPACES = re.compile(r"\s+")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]{2,8})*\Z")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def sound(raw: RawPosting) -> RawPosting:
    """The record without characters that no posting means and Postgres refuses (NUL) or terminals obey (escapes).

    The description is left to the text room, which does the same; looking at it twice would cost as much as reading it.
    """
    html, text = raw.description_html, raw.description_text
    raw.description_html = raw.description_text = None
    try:
        written = msgspec.json.encode(raw).decode()
        clean = "\\u00" not in written and not _CONTROL.search(written)
    except UnicodeEncodeError:  # half a surrogate pair
        clean = False
    if not clean:
        raw = msgspec.convert(_stripped(msgspec.to_builtins(raw)), RawPosting)
    raw.description_html, raw.description_text = html, text
    return raw


def printable(text: str) -> str:
    """The text without control characters; line breaks and tabs stay."""
    return _CONTROL.sub("", text)


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_stripped(one) for one in value]
    return {key: _stripped(one) for key, one in value.items()} if isinstance(value, dict) else value


def batches(records: Iterable[Record], size: int = TOGETHER) -> Iterator[list[Record]]:
    """Records in lists of `size`. What was read before an error is handed out before the error is raised."""
    batch: list[Record] = []
    try:
        for record in records:
            batch.append(record)
            if len(batch) == size:
                yield batch
                batch = []
    except JobSwipeError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def normalise(raws: Sequence[RawPosting], kind: str, context: ReadContext) -> list[Posting | InputError]:
    """Interpret records, in order; an InputError with the reason stands for one that is no posting.

    Each step runs over all records before the next begins: the tables of one step (skills, places, phrases) fill the
    processor's cache, and taking turns record by record costs half as much again. What several records say alike (one
    opening in several towns) is read once.
    """
    raws = [sound(raw) for raw in raws]
    heads = [_head(raw) for raw in raws]
    describe, pay_of, skills_of = cache(_description), cache(pay.from_text), cache(skills.extract)
    descriptions = [describe(raw.description_html, raw.description_text) for raw in raws]
    wheres = [locate(raw, text) for raw, text in zip(raws, descriptions, strict=True)]
    salaries = [_salary(*one, pay_of) for one in zip(raws, wheres, descriptions, strict=True)]
    texts = [_text(raw, text) for raw, text in zip(raws, descriptions, strict=True)]
    languages = [_language(raw, text) for raw, text in zip(raws, texts, strict=True)]
    found = [tuple(skills_of(text)) for text in texts]
    understood = zip(descriptions, wheres, salaries, languages, found, strict=True)
    return [
        head if isinstance(head, InputError) else _posting(raw, head, parts, kind, context)
        for raw, head, parts in zip(raws, heads, understood, strict=True)
    ]


def _head(raw: RawPosting) -> tuple[str, str] | InputError:
    """Id and title, or why the record is no posting."""
    title = _line(raw.title)
    if not title:
        return InputError("it has no title")
    if len(title) > MAX_TITLE:
        return InputError(f"its title has {len(title)} characters; at most {MAX_TITLE} are read")
    external_id = raw.external_id.strip()
    if not external_id or len(external_id) > MAX_ID:
        return InputError("it has no id" if not external_id else f"its id is longer than {MAX_ID} characters")
    return external_id, title


def _posting(
    raw: RawPosting,
    head: tuple[str, str],
    parts: tuple[str | None, Location, Salary | None, str | None, tuple[Skill, ...]],
    kind: str,
    context: ReadContext,
) -> Posting:
    external_id, title = head
    description, where, salary, language, found = parts
    url = _url(raw.url)
    return Posting(
        source=kind,
        external_id=external_id,
        requisition_id=_line(raw.requisition_id)[:MAX_ID] or None,
        company=_company(raw, kind, context),
        title=title,
        url=url,
        apply_url=_url(raw.apply_url) or url,
        places=where.places,
        workplace=where.workplace,
        remote_countries=where.remote_countries,
        remote_regions=where.remote_regions,
        employment_type=titles.employment_type(raw.employment_text, title, description),
        seniority=titles.seniority(title, raw.seniority_text, description),
        salary=salary,
        description_text=description,
        language=language,
        skills=found,
        posted_at=moment(raw.posted_at, context.fetched_at),
        updated_at=moment(raw.updated_at, context.fetched_at),
        valid_through=moment(raw.valid_through, context.fetched_at, closing=True),
        attribution=raw.attribution,
    )


def _text(raw: RawPosting, description: str | None) -> str:
    return whole_text(_line(raw.title)[:MAX_TITLE], description)


def whole_text(title: str, description: str | None) -> str:
    """The text of a posting that its language and its skills are read from."""
    return f"{title}\n{description}" if description else title


def _language(raw: RawPosting, text: str) -> str | None:
    stated = _LANGUAGE.match((raw.language or "").strip().lower())
    return stated[1] if stated else detect(text)


def _company(raw: RawPosting, kind: str, context: ReadContext) -> str | None:
    """The name in the payload, else the one given, else the board's slug, given or in the posting's address."""
    named = _line(raw.company or context.company)
    adapter = registry.adapter(kind)
    if named or not adapter.POLICY.names_employer:
        return named or None
    board = context.board or (adapter.match_url(raw.url) if raw.url and adapter.POLICY.first_party else None)
    return board if board and "/" not in board else None  # a careers page's board is its address, and no name


def _line(text: str | None) -> str:
    return _SPACES.sub(" ", printable(unescape(text))).strip() if text else ""


def _url(text: str | None) -> str | None:
    stripped = text.strip() if text else ""
    return stripped if _WEB.match(stripped) and len(stripped) <= MAX_URL else None


def _description(html: str | None, plain: str | None) -> str | None:
    if html:
        text = to_text(html)
    elif plain:
        text = tidy(plain)
    else:
        return None
    return text[:MAX_DESCRIPTION] or None


def _salary(
    raw: RawPosting, where: Location, description: str | None, from_text: Callable[..., Salary | None]
) -> Salary | None:
    """Structured first, else the source's own salary text, else the description."""
    countries = {place.country for place in where.places if place.country} | set(where.remote_countries)
    country = countries.pop() if len(countries) == 1 else None
    if raw.salaries:
        structured = (
            pay.from_fields(one.min, one.max, one.currency, one.period, one.quote, country=country)
            for one in raw.salaries
        )
        found = pay.union([salary for salary in structured if salary])
        if found:
            return found
    if raw.salary_text:
        found = from_text(raw.salary_text, country=country)
        if found:
            return found
    return from_text(description, country=country) if description else None
