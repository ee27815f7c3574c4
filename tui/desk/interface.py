"""Desk: all that the screens ask of the data. Its methods block; the app calls them in threads of their own.

An answer is plain data that no session hangs on. What goes wrong is raised as a JobSwipeError: a StorageError may pass
when the same is asked again, any other will not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import msgspec

from jobswipe.errors import StorageError
from jobswipe.pay.salary import Salary

if TYPE_CHECKING:
    from jobswipe.matching.simulate import Checkpoint
    from tui.desk.simulation import Frame


class AwayError(StorageError):
    """The server whose data is shown cannot be asked now. `retry_after` is in seconds, where it said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a card shows of its posting. `place` is the posting's own words; texts are safe to print."""

    posting_id: int
    title: str
    company: str | None = None
    url: str | None = None
    place: str = ""
    workplace: str | None = None
    employment_type: str | None = None
    seniority: str | None = None
    salary: Salary | None = None
    posted_at: datetime | None = None
    text: str = ""


class DeskCard(msgspec.Struct, frozen=True, kw_only=True):
    """A posting as it lies in the deck. `score` is the sum of `parts`; `explored`: shown to learn from."""

    listing: Listing
    score: float
    parts: dict[str, float]
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    explored: bool = False

    @property
    def posting_id(self) -> int:
        return self.listing.posting_id


class Leaning(msgspec.Struct, frozen=True):
    """Something that the verdicts taught: a facet in words, and how strongly (above 0: towards it)."""

    says: str
    weight: float


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """The next cards, best first. `dealt` counts the person's verdicts that stand, `left` the cards that are left.

    `postings` are all open ones; `has_resume` is false where nothing can be ranked by yet.
    """

    cards: tuple[DeskCard, ...]
    dealt: int
    left: int
    postings: int
    has_resume: bool
    leanings: tuple[Leaning, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict on its way to the store, or the taking back of one (`verdict` "undo"). `key` names it once for all."""

    key: str
    posting_id: int
    verdict: str
    title: str
    reason: str | None = None
    position: int | None = None
    explored: bool = False

    @classmethod
    def on(cls, card: DeskCard, verdict: str, reason: str | None = None, position: int | None = None) -> Verdict:
        """A new one, on a card as it lies."""
        return cls(
            key=uuid4().hex,
            posting_id=card.posting_id,
            verdict=verdict,
            title=card.listing.title,
            reason=reason,
            position=position,
            explored=card.explored,
        )


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A posting that a search found."""

    posting_id: int
    title: str
    company: str | None
    place: str


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An application on the board. `notes` counts those that were written; `reminder_at` is the next that is open."""

    id: int
    stage: str
    title: str
    company: str | None
    url: str | None
    posting_id: int | None
    created_at: datetime
    updated_at: datetime
    notes: int = 0
    documents: int = 0
    reminder_at: datetime | None = None


class Happening(msgspec.Struct, frozen=True):
    """A line of an application's history."""

    at: datetime
    says: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that is kept. `flags` are the claims that no fact of the resume backs."""

    id: int
    name: str
    text: str
    flags: tuple[str, ...]
    notice: str | None = None


class ResumeField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the resume by its path, with how sure its reading is and the words that it was read from.

    `own`: the person has corrected it.
    """

    path: str
    value: str
    confidence: float | None
    quote: str = ""
    own: bool = False


class ResumeView(msgspec.Struct, frozen=True, kw_only=True):
    """The active resume: its fields in the order of JSON Resume, and the text that they were read from."""

    name: str
    fields: tuple[ResumeField, ...]
    text: str


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source with how fresh it is. `fill` is the share of its open postings that say pay, place and workplace."""

    id: int
    name: str
    state: str
    open: int
    fill: dict[str, float]
    last_success: datetime | None
    next_due: datetime | None
    failures: int
    error: str | None


class TaskRow(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    state: str
    attempts: int
    changed_at: datetime
    error: str | None


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A health check: its status is pass, warn or fail."""

    name: str
    status: str
    says: str


class Operations(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator looks at. `log` are the last lines of the log that is kept in the data directory.

    `refused` says of a part by its name why it is not to be had: sources, tasks, checks or log.
    """

    sources: tuple[SourceRow, ...]
    tasks: tuple[TaskRow, ...]
    checks: tuple[CheckRow, ...]
    log: tuple[str, ...]
    refused: dict[str, str] = {}


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a report."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Desk(Protocol):
    """See the module."""

    name: str
    """Whose data it is, as the app's first line shows it."""

    def deal(self, size: int, skip: Collection[int]) -> Deal:
        """The next `size` cards, without those of `skip`: judged on the screen and not stored yet."""

    def record(self, verdict: Verdict) -> int | None:
        """Store a verdict, or take one back; the id of the application that it opened. Doing it twice does it once.

        Raises NotFoundError where the posting is gone, ConflictError where another window has judged since.
        """

    def card(self, posting_id: int) -> DeskCard:
        """One posting as a card, wherever it ranks. Raises NotFoundError."""

    def may_judge(self, posting_id: int) -> bool:
        """Whether the posting is open, not judged, and allowed by the filters."""

    def search(self, query: str, limit: int) -> list[Hit]: ...

    def detail(self, posting_id: int) -> dict[str, Any]:
        """The public posting shape with its life, versions and duplicates. Raises NotFoundError."""

    def preferences(self) -> dict[str, Any]: ...

    def counts(self, preferences: dict[str, Any]) -> dict[str, Any]:
        """How many cards each choice of a filter would leave: `jobswipe.matching.preferences.ChoiceCounts`."""

    def prefer(self, preferences: dict[str, Any]) -> None: ...

    def applications(self) -> list[Application]: ...

    def history(self, application_id: int) -> list[Happening]: ...

    def move(self, application_id: int, stage: str) -> None: ...

    def note(self, application_id: int, text: str) -> None: ...

    def remind(self, application_id: int, when: str, text: str | None) -> datetime: ...

    def documents(self, application_id: int) -> list[Document]: ...

    def draft(self, application_id: int, told: Callable[[str], None]) -> Document:
        """Write a cover letter and keep it; `told` gets the text so far, again and again."""

    def report(self, name: str) -> list[Section]: ...

    def resume(self) -> ResumeView | None: ...

    def correct(self, path: str, value: str) -> None: ...

    def import_resume(self, path: Path) -> str:
        """Read a file and make it the active resume; its name. Raises ResumeError, LimitError."""

    def operations(self) -> Operations: ...

    def run_now(self, source_id: int) -> str:
        """Poll a source now; what became of it, in a sentence."""

    def add_source(self, url: str) -> str:
        """Follow a board by its careers address; its name."""

    no_simulator: str | None
    """Why no simulation can be made of this data; None where one can."""

    def personas(self) -> list[str]:
        """Whom a simulation can be of, by name. Raises UsageError where there is no simulator."""

    def simulate(self, persona: str, seed: int, noise: float) -> SimulationRun:
        """Begin a simulation. Raises UsageError where there is nothing to swipe."""

    def close(self) -> None: ...


class SimulationRun(Protocol):
    """See `tui.desk.simulation`."""

    frames: list[Frame]
    unlearned: Checkpoint

    def steps(self, many: int) -> list[Frame]: ...

    def leanings(self) -> list[Leaning]: ...

    def export(self, path: Path) -> None: ...
