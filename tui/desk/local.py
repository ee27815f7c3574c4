"""LocalDesk: the data of this machine, by the core in this process."""

from __future__ import annotations

import gc
import threading
from collections.abc import Collection
from copy import copy
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from jobswipe import clock, heap, places, skills, titles
from jobswipe.db.engine import Database, database_of
from jobswipe.errors import NotFoundError
from jobswipe.matching import choices, preferences, profile, swipes
from jobswipe.matching.engine import Matcher
from jobswipe.models import LOCAL_PERSON_ID
from jobswipe.postings.detail import detail
from jobswipe.postings.rows import load
from tui import lean
from tui.desk.dealing import Hands
from tui.desk.interface import Deal, DeskCard, Hit, Verdict
from tui.desk.rooms import LocalRooms
from tui.desk.telling import place
from tui.text import safe

if TYPE_CHECKING:
    from jobswipe.settings import Settings
    from tui.desk.simulation import Simulation

PATIENCE = 2.0
"""Seconds to wait for another process's write: the app says that it waits and asks again, a command would stand."""
SLIM = 0.5
"""Seconds after the first deal until the rest is loaded, and the tables that a resume was read by are given back."""
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
        self._hands: Hands | None = None
        self._making = threading.Lock()
        self._settled = False
        heap.settle(heap.THRIFTY)

    @property
    def matcher(self) -> Matcher:
        with self._making:
            if self._matcher is None:
                self._matcher = Matcher(self.database, self.settings)
            return self._matcher

    @property
    def hands(self) -> Hands:
        matcher = self.matcher
        with self._making:
            if self._hands is None:
                self._hands = Hands(matcher, self.person_id)
            return self._hands

    def deal(self, size: int, skip: Collection[int]) -> Deal:
        with self.database.read() as session:
            deal = self.hands.deal(session, size, skip)
        if skills.loaded() or not self._settled:  # a resume was read: its card is not to wait for the tidying up
            self._settled = True
            later = threading.Timer(SLIM, _settle)
            later.daemon = True
            later.start()
        return deal

    def card(self, posting_id: int) -> DeskCard:
        matcher = self.matcher
        with self.database.read() as session:
            _, warm = matcher.present(session, self.person_id)
            view = matcher.one(warm, posting_id)
            if view is None:
                raise NotFoundError(f"Posting {posting_id} is not open any more.")
            matches = matcher.describe(session, view, np.zeros(1, np.int64))
            return next(iter(Hands(matcher, self.person_id).cards(session, matches)))

    def may_judge(self, posting_id: int) -> bool:
        with self.database.read() as session:
            _, warm = self.matcher.present(session, self.person_id)
            view = self.matcher.one(warm, posting_id)
            return view is not None and bool(view.allowed[0]) and posting_id not in warm.log.judged

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


def _settle() -> None:
    """Load what the first card did without, and give back what only the reading of a resume needs: tables of names
    that take a quarter of the memory.
    """
    from jobswipe.titles.clean import stemmer

    lean.finish()
    stemmer()
    forgot = skills.forget() | places.forget() | titles.forget()
    gc.collect()
    gc.freeze()  # as in `tui.launch`: what came since then is there to stay, too
    if forgot:
        heap.trim()


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
