"""A person's own data as one archive: which files it has and what a line of each is. See docs/formats.md.

A zip of JSON and JSON-lines files that people can read. `manifest.json` names the others with their SHA-256. Lines of
one file name those of another by the number that the archive gives them; postings by what their source calls them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from jobswipe.models import STAGES

FORMAT = 1
KIND = "jobswipe-export"
MANIFEST = "manifest.json"
MAX_ARCHIVE = 50_000_000
"""Bytes of an archive."""
MAX_UNPACKED = 200_000_000
"""Bytes of all its files, counted while they are read."""
MAX_LINE = 5_000_000
"""Bytes of one line: a resume with its text has a fifth of that at most."""
MAX_LINES = 200_000
"""Lines of one file."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
LongText = Annotated[str, msgspec.Meta(max_length=1_000_000)]
Shares = Annotated[dict[str, Annotated[float, msgspec.Meta(ge=-1_000, le=1_000)]], msgspec.Meta(max_length=50)]
"""Of a score, or log-odds: none is far from 0. What a verdict teaches is computed with them."""
Stage = Literal[STAGES]  # type: ignore[valid-type]  # the one list of them


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a file; a key that is not known is refused."""


class FileEntry(Line, frozen=True, kw_only=True):
    """A file of the archive: its bytes, its lines, and their hash."""

    sha256: str
    bytes: int
    lines: int


class Manifest(Line, frozen=True, kw_only=True):
    """The archive as a whole. `version` is that of the JobSwipe that wrote it."""

    kind: str
    format: int
    version: str
    exported_at: Moment
    with_secrets: bool
    files: dict[str, FileEntry]


class PostingRef(Line, frozen=True, kw_only=True):
    """A posting by what its source calls it; title and company are for people."""

    kind: Name
    board: Name
    external_id: Name
    url: Text | None = None
    title: Text | None = None
    company: Text | None = None


class AccountFile(Line, frozen=True, kw_only=True):
    """account.json: what the account says; it is never imported."""

    email: Text | None = None
    name: Text | None = None
    role: Text | None = None
    created_at: Moment | None = None


class ChannelLine(Line, frozen=True, kw_only=True):
    """A channel; without its `url`, which holds secrets, it is not imported."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[\w.-]{1,40}$")]
    service: Name
    url: Text | None = None
    created_at: Moment


class NotificationsFile(Line, frozen=True, kw_only=True):
    """notifications.json: the preferences in their public shape (null: none were set), and the channels."""

    preferences: dict[str, Any] | None
    channels: Annotated[list[ChannelLine], msgspec.Meta(max_length=100)]


class ResumeLine(Line, frozen=True, kw_only=True):
    """A resume: the document as it was read, before corrections, and the text of the file."""

    number: Number
    name: Name
    sha256: Annotated[str, msgspec.Meta(max_length=64)]
    active: bool
    imported_at: Moment
    document: dict[str, Any]
    text: LongText


class CorrectionLine(Line, frozen=True, kw_only=True):
    """A correction to a resume's field."""

    resume: Number
    path: Name
    value: Any = None
    anchor: dict[str, str] | None = None
    at: Moment


class SwipeLine(Line, frozen=True, kw_only=True):
    """A verdict, or an `undo` that names the one it takes back."""

    number: Number
    posting: PostingRef
    verdict: Literal["like", "dislike", "save", "skip", "undo"]
    undoes: Number | None = None
    at: Moment
    score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    parts: Shares | None = None
    deck_position: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)] | None = None
    explored: bool = False
    evidence: Shares | None = None
    reason: Annotated[str, msgspec.Meta(max_length=50)] | None = None


class ApplicationLine(Line, frozen=True, kw_only=True):
    """An application; `posting` is null for an opening that was not polled."""

    number: Number
    posting: PostingRef | None = None
    title: Text
    company: Text | None = None
    url: Text | None = None
    stage: Stage
    created_at: Moment
    updated_at: Moment


class EventLine(Line, frozen=True, kw_only=True):
    """Something that happened to an application."""

    application: Number
    kind: Literal["opened", "moved", "note"]
    from_stage: Stage | None = None
    to_stage: Stage | None = None
    text: LongText | None = None
    at: Moment


class ReminderLine(Line, frozen=True, kw_only=True):
    """A follow-up; `done_at`: it was told, or taken back."""

    application: Number
    due_at: Moment
    text: Text | None = None
    created_at: Moment
    done_at: Moment | None = None


class ContactLine(Line, frozen=True, kw_only=True):
    """Whom to talk to about an application."""

    application: Number
    name: Name
    role: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    note: Text | None = None
    created_at: Moment


class DocumentLine(Line, frozen=True, kw_only=True):
    """A draft."""

    application: Number
    kind: Literal["cover-letter", "answer"]
    question: Text = ""
    version: Number
    language: Annotated[str, msgspec.Meta(max_length=20)]
    model: Text | None = None
    flags: list[dict[str, Any]]
    facts: list[str]
    created_at: Moment
    text: LongText


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """All that an archive holds."""

    account: AccountFile | None = None
    preferences: dict[str, Any] | None = None
    notifications: NotificationsFile | None = None
    resumes: list[ResumeLine] = []
    corrections: list[CorrectionLine] = []
    swipes: list[SwipeLine] = []
    applications: list[ApplicationLine] = []
    events: list[EventLine] = []
    reminders: list[ReminderLine] = []
    contacts: list[ContactLine] = []
    documents: list[DocumentLine] = []


WHOLE: dict[str, Any] = {
    "account": AccountFile,
    "preferences": dict[str, Any],
    "notifications": NotificationsFile,
}
"""Files of one JSON value, NAME.json, by the field of Archive."""
LINES: dict[str, Any] = {
    "resumes": ResumeLine,
    "corrections": CorrectionLine,
    "swipes": SwipeLine,
    "applications": ApplicationLine,
    "events": EventLine,
    "reminders": ReminderLine,
    "contacts": ContactLine,
    "documents": DocumentLine,
}
"""Files of JSON lines, NAME.jsonl."""


def file_name(part: str) -> str:
    """The name of the file that holds a field of Archive."""
    return f"{part}.json" if part in WHOLE else f"{part}.jsonl"


class Counts(msgspec.Struct, kw_only=True):
    """What became of the lines of a file: `new` ones, `known` ones that were there already, and those `left_out`.

    `why` says in a sentence why some were left out.
    """

    new: int = 0
    known: int = 0
    left_out: int = 0
    why: str | None = None
