"""What the API's answers hold, as far as the screens need it; fields that are not known here are passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from jobswipe.pay.salary import Amount, Period
from jobswipe.places.place import Place
from tui.desk.interface import Leaning

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list; `next` is the cursor of the following one."""

    items: list[T]
    next: str | None = None


class Pay(msgspec.Struct, frozen=True):
    min: Amount | None
    max: Amount | None
    currency: str
    period: Period


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    posting_id: int
    title: str
    company: str | None
    url: str | None
    places: list[Place]
    workplace: str | None
    employment_type: str | None
    seniority: str | None
    salary: Pay | None
    posted_at: datetime | None


class Card(Posting, frozen=True, kw_only=True):
    score: float
    parts: dict[str, float]
    reasons: tuple[str, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    apply_url: str | None
    description_text: str | None
    explored: bool = False
    may_judge: bool = True


class Progress(msgspec.Struct, frozen=True):
    judged: int
    left: int
    postings: int
    has_resume: bool
    leanings: list[Leaning]


class Deck(msgspec.Struct, frozen=True):
    items: list[Card]
    next: str | None
    progress: Progress


class Judged(msgspec.Struct, frozen=True):
    application_id: int | None


class Taken(msgspec.Struct, frozen=True):
    """A verdict that was taken back."""

    posting_id: int


class Account(msgspec.Struct, frozen=True):
    person_id: int


class Event(msgspec.Struct, frozen=True):
    kind: str
    from_stage: str | None
    to_stage: str | None
    text: str | None
    at: datetime


class ApplicationView(msgspec.Struct, frozen=True):
    events: list[Event]


class Reminder(msgspec.Struct, frozen=True):
    due_at: datetime


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    version: int
    model: str | None
    flags: list[dict[str, str]]


class Document(DocumentRow, frozen=True, kw_only=True):
    text: str


class Asked(msgspec.Struct, frozen=True):
    task_id: int


class ReportSection(msgspec.Struct, frozen=True):
    title: str
    rows: list[dict[str, Any]]


class Report(msgspec.Struct, frozen=True):
    sections: dict[str, ReportSection]


class ResumeRow(msgspec.Struct, frozen=True):
    id: int
    name: str
    active: bool


class Resume(msgspec.Struct, frozen=True):
    name: str
    document: dict[str, Any]
    fields: dict[str, dict[str, Any]]


class ResumeText(msgspec.Struct, frozen=True):
    text: str


class Source(msgspec.Struct, frozen=True):
    id: int
    name: str
    state: str
    polled: bool
    open: int
    last_success_at: datetime | None
    next_due_at: datetime | None
    failures: int
    last_error: str | None
    fields: dict[str, float] | None


class Added(msgspec.Struct, frozen=True):
    """A source that is followed now."""

    name: str


class Task(msgspec.Struct, frozen=True):
    id: int
    kind: str
    state: str
    attempts: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Check(msgspec.Struct, frozen=True):
    status: str
    output: str = ""


class Ready(msgspec.Struct, frozen=True):
    """The report of /ready: the findings by `name:measure`."""

    checks: dict[str, list[Check]]


class Skill(msgspec.Struct, frozen=True):
    name: str


class Life(msgspec.Struct, frozen=True):
    source: str | None
    state: str
    first_seen_at: datetime


class Change(msgspec.Struct, frozen=True):
    at: datetime
    kind: str
    changed: list[str]


class Merged(msgspec.Struct, frozen=True):
    source: str
    reason: str
    url: str | None


class Quoted(msgspec.Struct, frozen=True):
    quote: str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A posting in full, as the details show it."""

    posting_id: int
    title: str
    company: str | None
    url: str | None
    places: list[Place]
    workplace: str | None
    remote_countries: list[str]
    remote_regions: list[str]
    employment_type: str | None
    seniority: str | None
    salary: Quoted | None
    description_text: str | None
    language: str | None
    skills: list[Skill]
    posted_at: datetime | None
    valid_through: datetime | None
    attribution: str | None
    life: Life
    versions: list[Change]
    merged: list[Merged]
