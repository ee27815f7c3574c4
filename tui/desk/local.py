"""LocalDesk: the data of this machine, by the core in this process."""

from __future__ import annotations

import gc
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from jobswipe import clock
from jobswipe.db.engine import Database, database_of
from jobswipe.errors import NotFoundError
from jobswipe.matching import choices, preferences, profile, swipes
from jobswipe.matching.deck import choose
from jobswipe.matching.engine import Match, Matcher
from jobswipe.matching.verdicts import count, judged
from jobswipe.models import LOCAL_PERSON_ID, Resume
from jobswipe.postings.detail import detail
from jobswipe.postings.rows import load
from tui.desk.interface import Deal, DeskCard, Hit, Listing, Verdict
from tui.desk.leaning import leanings
from tui.desk.rooms import LocalRooms
from tui.desk.telling import place
from tui.text import safe

if TYPE_CHECKING:
    from sqlmodel import Session

    from jobswipe.postings.posting import Posting
    from jobswipe.settings import Settings
    from tui.desk.simulation import Simulation

PATIENCE = 2.0
"""Seconds to wait for another process's write: the app says that it waits and asks again, a command would stand."""
_LEANINGS = 12
PERSONAS = "personas"
"""The folder of the data directory that holds a tester's own personas."""


class LocalDesk(LocalRooms):
    """Threads may share one. The database's pages are not mapped into memory: they would count as the app's."""

    name = "this computer"
    no_simulator: str | None = None

    def __init__(self, settings: Settings, person_id: int = LOCAL_PERSON_ID) -> None:
        self.settings = settings
        self.person_id = person_id
        self.database = _patient(settings)
        self._matcher: Matcher | None = None
        self._making = threading.Lock()
        _thrifty()

    @property
    def matcher(self) -> Matcher:
        with self._making:
            if self._matcher is None:
                self._matcher = Matcher(self.database, self.settings)
            return self._matcher

    def deal(self, size: int, skip: Collection[int]) -> Deal:
        matcher, person = self.matcher, self.person_id
        with self.database.read() as session:
            matcher.refresh(session)
            has_resume = _has_resume(session, person)
            view = matcher.view(session, person)
            dealt = count(session, person)
            ids = view.space.features.ids
            gone = np.union1d(judged(session, person), np.array(sorted(skip), np.int64))
            open_ = view.allowed & ~np.isin(ids, gone)
            chosen = choose(view, open_, size, dealt, self.settings.match.explore_every) or []
            matches = matcher.describe(session, view, np.array([row for row, _ in chosen], np.int64))
            taught = {int(ids[row]) for row, explores in chosen if explores}
            deal = Deal(
                cards=tuple(_cards(session, matches, taught)),
                dealt=dealt,
                left=int(open_.sum()),
                postings=len(ids),
                has_resume=has_resume,
                leanings=leanings(view.model, matcher.skill_names(session, view.model), _LEANINGS),
            )
        self._slim()
        return deal

    def card(self, posting_id: int) -> DeskCard:
        with self.database.read() as session:
            self.matcher.refresh(session)
            view = self.matcher.view(session, self.person_id)
            row = view.space.features.row.get(posting_id)
            if row is None:
                raise NotFoundError(f"Posting {posting_id} is not open any more.")
            return next(iter(_cards(session, self.matcher.describe(session, view, np.array([row])), ())))

    def may_judge(self, posting_id: int) -> bool:
        with self.database.read() as session:
            view = self.matcher.view(session, self.person_id)
            row = view.space.features.row.get(posting_id)
            return row is not None and bool(view.allowed[row]) and posting_id not in judged(session, self.person_id)

    def record(self, verdict: Verdict) -> int | None:
        matcher, now = self.matcher, clock.now()
        with self.database.write() as session:
            if verdict.verdict == "undo":
                swipes.undo(session, matcher, self.person_id, now, posting_id=verdict.posting_id)
                return None
            return swipes.record(
                session,
                matcher,
                self.person_id,
                verdict.posting_id,
                verdict.verdict,
                now,
                reason=verdict.reason,
                deck_position=verdict.position,
                explored=verdict.explored,
            ).application_id

    def search(self, query: str, limit: int) -> list[Hit]:
        found = self.matcher.search(query, limit)
        with self.database.read() as session:
            postings = load(session, [posting_id for posting_id, _ in found], with_skills=False)
        return [
            Hit(
                posting_id=posting_id,
                title=safe(postings[posting_id].title),
                company=safe(postings[posting_id].company) or None,
                place=place(postings[posting_id].places),
            )
            for posting_id, _ in found
            if posting_id in postings
        ]

    def detail(self, posting_id: int) -> dict[str, Any]:
        with self.database.read() as session:
            return detail(session, posting_id)

    def preferences(self) -> dict[str, Any]:
        with self.database.read() as session:
            return profile.get(session, self.person_id).to_dict()

    def counts(self, preferences_: dict[str, Any]) -> dict[str, Any]:
        with self.database.read() as session:
            found = choices.counts(self.matcher, session, self.person_id, preferences.decode(preferences_))
        counted: dict[str, Any] = msgspec.to_builtins(found)
        return counted

    def prefer(self, preferences_: dict[str, Any]) -> None:
        with self.database.write() as session:
            profile.put(session, self.person_id, preferences.decode(preferences_), clock.now())

    def personas(self) -> list[str]:
        from tui.desk.simulation import personas

        return [name for name, _ in personas(self.settings.home / PERSONAS)]

    def simulate(self, persona: str, seed: int, noise: float) -> Simulation:
        from tui.desk.simulation import Simulation, personas

        found = dict(personas(self.settings.home / PERSONAS))
        if persona not in found:
            raise NotFoundError(f"No persona {persona!r}: choose one of the list.")
        return Simulation(self, found[persona], seed, noise)

    def close(self) -> None:
        self.database.dispose()

    def _slim(self) -> None:
        """Give back what only the reading of a resume needs: tables of names that take a quarter of the memory."""
        from jobswipe import places, skills

        if skills.forget() | places.forget():
            gc.collect()
            _trim()


def _patient(settings: Settings) -> Database:
    """The store with a short wait for its lock, and without its pages in this process's memory."""
    from sqlalchemy import event

    shorter = copy(settings)
    shorter.database = settings.database.model_copy(
        update={"busy_timeout": min(PATIENCE, settings.database.busy_timeout)}
    )
    database = database_of(shorter)
    if database.dialect != "sqlite":
        return database

    def small(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA mmap_size = 0")
        connection.execute("PRAGMA cache_size = -4000")

    event.listen(database.engine, "connect", small)
    return database


def _thrifty() -> None:
    """Have the C library take large arrays from the system one by one and give them back at once, and keep one heap
    for all threads: a ranking's passing arrays would else stay in holes of several. Only glibc knows how.
    """
    import ctypes

    arenas, mapped = -8, -3  # M_ARENA_MAX, M_MMAP_THRESHOLD
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(arenas, 1)
        library.mallopt(mapped, 256 * 1024)


def _trim() -> None:
    """Hand freed memory back to the system, where the C library can."""
    import ctypes

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _has_resume(session: Session, person_id: int) -> bool:
    from sqlmodel import select

    return session.exec(select(Resume.id).where(Resume.person_id == person_id, Resume.active)).first() is not None


def _cards(session: Session, matches: Iterable[Match], taught: Collection[int]) -> list[DeskCard]:
    matches = list(matches)
    postings = load(session, [one.posting_id for one in matches], with_skills=False)
    return [
        DeskCard(
            listing=_listing(one.posting_id, postings[one.posting_id]),
            score=one.score,
            parts=one.parts,
            matched=tuple(map(safe, one.matched_skills)),
            missing=tuple(map(safe, one.missing_skills)),
            reasons=tuple(map(safe, one.reasons)),
            explored=one.posting_id in taught,
        )
        for one in matches
        if one.posting_id in postings
    ]


def _listing(posting_id: int, posting: Posting) -> Listing:
    return Listing(
        posting_id=posting_id,
        title=safe(posting.title) or "(no title)",
        company=safe(posting.company) or None,
        url=posting.apply_url or posting.url,
        place=place(posting.places),
        workplace=posting.workplace,
        employment_type=posting.employment_type,
        seniority=posting.seniority,
        salary=posting.salary,
        posted_at=posting.posted_at,
        text=posting.description_text or "",
    )
