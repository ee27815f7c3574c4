"""What an adapter reads from a payload: the source's own words, not yet interpreted."""

from __future__ import annotations

import msgspec

from jobswipe.pay.salary import Amount


class RawLocation(msgspec.Struct, frozen=True, kw_only=True):
    """One place as the source gives it: a free `text`, or fields, or both. `country` is a code or a name."""

    text: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class RawSalary(msgspec.Struct, kw_only=True):
    """Base pay in the source's own fields.

    `period` is the source's word ("1 YEAR", "per-hour-wage"); `quote` shows the fields.
    """

    min: Amount | str | None = None
    max: Amount | str | None = None
    currency: str | None = None
    period: str | None = None
    quote: str


class RawPosting(msgspec.Struct, kw_only=True):
    """One record of a payload.

    Dates are the source's value (ISO text, RFC 2822, epoch seconds or milliseconds, relative words).
    `remote_flag` is the source's boolean; `workplace_text` its word ("Hybrid", "TELECOMMUTE"); `remote_only_board` is
    true where every posting of the source is remote unless its text says otherwise; `remote_within` lists texts that
    say from where remote work is allowed. `tags` and `department` are the source's own words.
    """

    external_id: str
    title: str
    company: str | None = None
    url: str | None = None
    apply_url: str | None = None
    requisition_id: str | None = None
    locations: list[RawLocation] = []
    workplace_text: str | None = None
    remote_flag: bool | None = None
    remote_only_board: bool = False
    remote_within: list[str] = []
    employment_text: str | None = None
    seniority_text: str | None = None
    salaries: list[RawSalary] = []
    salary_text: str | None = None
    description_html: str | None = None
    description_text: str | None = None
    language: str | None = None
    posted_at: str | int | float | None = None
    updated_at: str | int | float | None = None
    valid_through: str | int | float | None = None
    department: str | None = None
    tags: list[str] = []
    listed: bool = True
    attribution: str | None = None


class Rejection(msgspec.Struct, kw_only=True):
    """A record that could not be read. `reason` is one sentence; `record` names it (id, title or its position)."""

    record: str
    reason: str
