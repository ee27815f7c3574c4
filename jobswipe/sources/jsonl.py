"""Already normalised postings in the public shape of a posting: one JSON object a line, or an array of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobswipe import pay, places
from jobswipe.errors import UsageError
from jobswipe.sources.base import Fetcher, Policy, ReadContext
from jobswipe.sources.fields import amount, coordinate, date, first, record, records, text, texts, word
from jobswipe.sources.raw import RawLocation, RawPosting, RawSalary, Rejection
from jobswipe.sources.records import Origin, Shape, company_of, read_json
from jobswipe.sources.requests import single
from jobswipe.sources.urls import is_web

KIND = "jsonl"
POLICY = Policy(first_party=False)

_SHAPE = Shape(KIND, ("postings", "jobs"))


def read(payload: bytes, context: ReadContext) -> Iterator[RawPosting | Rejection]:
    return read_json(payload, context, _SHAPE, _posting)


def fetch(board: str, fetcher: Fetcher) -> Iterator[bytes]:
    """The board is the address of such a file."""
    if not is_web(board):
        raise UsageError(f"A jsonl source is a web address or a file: 'jobswipe ingest --kind jsonl --file {board}'.")
    return single(fetcher, board, accept="application/x-ndjson, application/json")


def match_url(url: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: a posting's address says nothing about the file that it was in."""
    return None


def board_url(board: str) -> str:
    return board


def _posting(job: dict[str, Any], origin: Origin) -> RawPosting:
    get = job.get
    stated = record(get("salary"))
    quoted = _quoted(stated, job)
    codes = texts(get("remote_countries"))
    return RawPosting(
        external_id=first(word(get("external_id")), word(get("id"))) or "",
        title=text(get("title")) or "",
        company=company_of(text(get("company")), origin),
        url=text(get("url")),
        apply_url=text(get("apply_url")),
        requisition_id=word(get("requisition_id")),
        locations=[place for one in records(get("places")) if (place := _place(one))],
        workplace_text=text(get("workplace")),
        # Names, not codes: as a text "CA" is California, "Canada" is not.
        remote_within=[places.country_name(code.upper()) or code for code in codes] + texts(get("remote_regions")),
        employment_text=text(get("employment_type")),
        seniority_text=text(get("seniority")),
        salaries=[] if quoted else _salary(stated),
        salary_text=quoted,
        description_text=text(get("description_text")),
        language=text(get("language")),
        posted_at=date(get("posted_at")),
        updated_at=date(get("updated_at")),
        valid_through=date(get("valid_through")),
        attribution=text(get("attribution")),
    )


def _place(one: dict[str, Any]) -> RawLocation | None:
    place = RawLocation(
        text=text(one.get("text")),
        city=text(one.get("city")),
        region=text(one.get("region")),
        country=text(one.get("country")),
        latitude=coordinate(one.get("latitude")),
        longitude=coordinate(one.get("longitude")),
    )
    return place if place.text or place.city or place.region or place.country else None


def _quoted(stated: dict[str, Any], job: dict[str, Any]) -> str | None:
    """The quote of a salary that was read from a text, where reading it again gives the same salary."""
    quote = text(stated.get("quote"))
    if not quote or stated.get("provenance") != "text":
        return None
    countries = {one.get("country") for one in records(job.get("places"))} | set(texts(job.get("remote_countries")))
    countries.discard(None)
    country = countries.pop() if len(countries) == 1 else None
    found = pay.from_text(quote, country=text(country))
    same = found and all(stated.get(name) == getattr(found, name) for name in ("min", "max", "currency", "period"))
    return quote if same else None


def _salary(stated: dict[str, Any]) -> list[RawSalary]:
    low, high = amount(stated.get("min")), amount(stated.get("max"))
    if low is None and high is None:
        return []
    quote = text(stated.get("quote")) or "salary"
    unit, period = text(stated.get("currency")), text(stated.get("period"))
    return [RawSalary(min=low, max=high, currency=unit, period=period, quote=quote)]
