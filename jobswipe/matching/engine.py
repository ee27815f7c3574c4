"""Matcher: one process's warm view of all open postings, and the ranking of them for a person."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.db.engine import Database, in_transaction
from jobswipe.matching import features, headfile, profile, score, verdicts
from jobswipe.matching.candidate import Candidate, candidate
from jobswipe.matching.design import Space
from jobswipe.matching.features import Features
from jobswipe.matching.headfile import HeadFile
from jobswipe.matching.heads import Heads
from jobswipe.matching.index import TextIndex
from jobswipe.matching.learn import Model
from jobswipe.matching.look import Seen, look, sources
from jobswipe.matching.match import Match, describe
from jobswipe.matching.shortlist import Shortlist, shortlist
from jobswipe.matching.verdicts import judged
from jobswipe.matching.view import View
from jobswipe.matching.warm import Records, Warm
from jobswipe.matching.watermark import Watermark, head
from jobswipe.models import PreferenceModel, SkillConcept
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger
from jobswipe.settings import Settings

MAX_LIMIT = 1_000
_SPACES_KEPT = 8
_TRIES = 3
"""How often a person's record is read anew where it changes while it is read."""
_log = logger(__name__)


class TakesLongerError(Exception):
    """What was asked for at once needs postings read, or all of them ranked."""


class _State(msgspec.Struct, frozen=True):
    """The postings as one refresh left them. `number` tells one refresh of this process from another."""

    features: features.Features
    mark: Watermark
    number: int
    sources: tuple[Any, ...] = ()
    heads: HeadFile | None = None


class Matcher:
    """Threads may share one. `refresh` follows the store; the rankings then read memory and a few rows."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.records = Records(settings.match.warm_mb * 1_000_000)
        self._lock = threading.Lock()
        self._space_lock = threading.Lock()
        self._heavy = threading.Lock()
        self._state: _State | None = None
        self._gone = False
        self._index: TextIndex | None = None
        self._spaces: dict[bytes, tuple[Space, np.ndarray]] = {}
        self._heads = Heads()

    def refresh(self, session: Session | None = None) -> None:
        """Bring index and features to the store's present state, on disk too. Cheap where nothing has changed."""
        if session is None:
            with self.database.read() as own:
                return self.refresh(own)
        return self._follow(session, head(session).seq, wait=True)

    def _follow(self, session: Session, seq: int, *, wait: bool, at_once: bool = False) -> None:
        """Refresh if the store has another last change than `seq`; without `wait` not while another thread does it."""
        state = self._state
        if state is not None and not self._gone and seq == state.mark.seq:
            return
        if at_once and (state is None or not self._lock.locked()):
            raise TakesLongerError
        if not self._lock.acquire(blocking=wait or state is None):
            return
        try:
            state = self._state
            if state is None or self._gone or head(session).seq != state.mark.seq:
                with span("refresh index", measured="index"), in_transaction(session):
                    self._catch_up(session)
        finally:
            self._lock.release()

    def _catch_up(self, session: Session) -> None:
        directory = self.settings.index_dir
        if self._index is None:
            self._index = TextIndex(directory)
        self._index.refresh(session)
        path = directory / "features"
        before = self._state
        there = sources(session)  # first: what goes from now on, is seen to have gone
        loaded, mark = features.load(path) if before is None or self._gone else (before.features, before.mark)
        fresh, now = features.catch_up(session, loaded, mark)
        if now != mark or fresh is not loaded:
            features.save(path, fresh, now)
        known = before.heads if before else None
        heads = headfile.catch_up(session, directory / "heads", known, fresh.ids, now)
        with self._space_lock:
            self._state = _State(fresh, now, before.number + 1 if before else 0, there, heads)
            self._gone = False
            self._spaces.clear()

    @property
    def features(self) -> features.Features:
        return self._present().features

    def _present(self) -> _State:
        if self._state is None:
            self.refresh()
        return self._state or _State(features.empty(), Watermark(), -1)

    def search(self, query: str, limit: int = 20) -> list[tuple[int, float]]:
        """(posting id, BM25) for a full-text query, best first."""
        self.refresh()
        known = self.features.row
        hits = self._index.search(query, limit) if self._index is not None else []
        return [(posting_id, value) for posting_id, value in hits if posting_id in known]

    def text_fit(self, who: Candidate) -> np.ndarray:
        """BM25 of a candidate's telling words for every posting, 0 to 1: what text alone would rank by."""
        return score.text_fit(self.features, self._index, who)

    def match(self, session: Session, person_id: int, limit: int = 20, include_judged: bool = False) -> list[Match]:
        """The best `limit` postings that the preferences allow; judged ones are left out unless asked for."""
        with span("rank postings", measured="match"):
            self.refresh(session)
            view = self.view(session, person_id)
            open_ = view.allowed.copy()
            if not include_judged:
                open_ &= ~np.isin(view.space.features.ids, judged(session, person_id))
            rows = self.best(view, open_, min(limit, MAX_LIMIT))
            _log.debug("ranked", user_id=person_id, open=int(open_.sum()), shown=len(rows))
            return self.describe(session, view, rows)

    def view(self, session: Session, person_id: int) -> View:
        """What ranks a person's postings, at the clock's present moment."""
        now = clock.now()
        seen, warm = self.warm(session, person_id)
        heads, keep = self.heads(seen)
        space, _ = self._space(self._present(), warm.who, now)
        return View(warm.who, space, warm.model, heads, keep=keep)

    def view_of(self, who: Candidate, model: Model, now: datetime) -> View:
        return View(who, self._space(self._present(), who, now)[0], model)

    def model(self, session: Session, person_id: int) -> Model:
        """The person's model as stored."""
        return self.warm(session, person_id)[1].model

    def warm(self, session: Session, person_id: int, seen: Seen | None = None) -> tuple[Seen, Warm]:
        """The person's record, of the store's present state; what is of an older one is read anew."""
        seen = seen or look(session, person_id)
        for _ in range(_TRIES):
            known = self.records.get(session, person_id)
            warm = self._brought_up(session, person_id, seen, known)
            if warm is known:
                return seen, warm
            # What was just read may be newer than the watermarks: it is kept if they still hold.
            again = look(session, person_id)
            if again == seen:
                self.records.put(session, person_id, warm)
                return seen, warm
            seen = again
        return seen, warm

    def _brought_up(self, session: Session, person_id: int, seen: Seen, known: Warm | None) -> Warm:
        now = clock.now()
        person_key, log_key = _person_key(seen, now), _log_key(seen)
        if known is not None and known.person_key == person_key and known.log_key == log_key:
            return known
        if known is not None and known.person_key == person_key:
            who = known.who
        else:
            from jobswipe.resumes.service import active_facts

            who = candidate(active_facts(session, person_id, now), profile.get(session, person_id))
        if known is not None and known.log_key == log_key:
            return replace(known, person_key=person_key, who=who)
        model = known.model if known is not None and known.log_key[:-1] == seen.log else _stored(session, person_id)
        log = verdicts.load(session, person_id) if seen.log[-1] else verdicts.Log()
        kept = known or Warm(person_key, who, log_key, log, model)
        return replace(kept, person_key=person_key, who=who, log_key=log_key, log=log, model=model)

    def present(
        self, session: Session, person_id: int, seen: Seen | None = None, *, at_once: bool = False
    ) -> tuple[Seen, Warm]:
        """What the store holds at this moment: postings are followed, the person's record is brought up.

        `seen`: the look at it, if it was taken already.
        """
        seen = seen or look(session, person_id)
        self.follow(session, seen, at_once=at_once)
        return self.warm(session, person_id, seen)

    def follow(self, session: Session, seen: Seen, *, at_once: bool = False) -> None:
        """Follow the store, unless another thread is about it: this request has the postings as they were.

        Raises TakesLongerError where they would be read and the request is to be answered `at_once`.
        """
        self._follow(session, seen.seq, wait=False, at_once=at_once)

    def heads(self, seen: Seen) -> tuple[Heads, bool]:
        """What cards show of the postings as they are here; whether a session that has `seen` this may add to it."""
        state = self._present()
        return self._heads_at(seen, state), seen.seq == state.mark.seq

    def cards_key(self, seen: Seen, warm: Warm) -> tuple[Any, ...]:
        """Names all that cards depend on."""
        return self._cards_key(warm.log_key, warm.person_key, seen)

    def cards_key_of(self, seen: Seen) -> tuple[Any, ...] | None:
        """That of a person's record which is of this very state; None where postings are to be followed first."""
        state = self._state
        if state is None or self._gone or seen.seq != state.mark.seq:
            return None
        return self._cards_key(_log_key(seen), _person_key(seen, clock.now()), seen)

    def _cards_key(self, log_key: tuple[Any, ...], person_key: tuple[Any, ...], seen: Seen) -> tuple[Any, ...]:
        return (*log_key, *self._list_key(person_key), seen.sources)

    def _list_key(self, person_key: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*person_key, clock.now().date(), self._present().number)

    def shortlisted(
        self, session: Session, person_id: int, seen: Seen, warm: Warm, *, anew: bool = False, at_once: bool = False
    ) -> tuple[View, Warm]:
        """A view of the person's best postings, and the record. `anew`: of all postings, not of a shortlist.

        Raises TakesLongerError where all are to be ranked and the request is to be answered `at_once`.
        """
        state, key = self._present(), self._list_key(warm.person_key)
        heads, keep = self.heads(seen)
        verdicts = len(warm.log)

        def found(record: Warm | None) -> Shortlist | None:
            same = record is not None and (record.list_key, record.log_key) == (key, warm.log_key)
            listed = record.shortlist if record is not None and same else None
            return listed if listed is not None and (listed.holds(verdicts) or listed.renews(verdicts)) else None

        listed = None if anew else found(warm)
        if listed is None:
            if at_once:
                raise TakesLongerError
            with self._heavy:  # one at a time: the requests of others go on meanwhile
                other = self.records.get(session, person_id)
                listed = None if anew else found(other)
                if listed is None or other is None:
                    return self._all(session, person_id, warm, key, heads, keep)
                warm = other
        if not listed.holds(verdicts):
            listed = self._renewed(state.features, listed, warm)
            warm = replace(warm, shortlist=listed)
            self.records.put(session, person_id, warm)
        space = listed.space(state.features)
        return View(warm.who, space, warm.model, heads, keep=keep, chosen=True, whole=listed.whole), warm

    def _renewed(self, features: Features, listed: Shortlist, warm: Warm) -> Shortlist:
        chosen = features.take(listed.pool)
        text = listed.all_text(len(features))[listed.pool]
        space = Space(chosen, self._evidence(chosen, text, warm.who, listed.titles))
        return listed.renewed(space, View(warm.who, space, warm.model).total, len(warm.log))

    def _all(
        self, session: Session, person_id: int, warm: Warm, key: tuple[Any, ...], heads: Heads, keep: bool
    ) -> tuple[View, Warm]:
        state = self._present()
        text = None
        if warm.shortlist is not None and warm.list_key == key:
            text = warm.shortlist.all_text(len(state.features))
        space, text = self._space(state, warm.who, clock.now(), text)
        view = View(warm.who, space, warm.model, heads, keep=keep)
        made = shortlist(space, view.total, view.allowed, text, len(warm.log))
        warm = replace(warm, list_key=key, shortlist=made)
        self.records.put(session, person_id, warm)
        return view, warm

    def _evidence(
        self, chosen: Features, text: np.ndarray, who: Candidate, titles: np.ndarray | None = None
    ) -> np.ndarray:
        """The evidence for chosen postings, the text's fit of them and, if known, the `titles`' part, on this day."""
        day, half_life = _day(clock.now()).timestamp(), self.settings.match.half_life_days
        return score.evidence(chosen, text, who, day, half_life, title=titles)

    def one(self, warm: Warm, posting_id: int) -> View | None:
        """A view of one posting alone; None where it is not open or hidden behind another."""
        state = self._present()
        row = state.features.row.get(posting_id)
        if row is None:
            return None
        at = np.array([row])
        alone = state.features.take(at)
        listed = warm.shortlist
        if listed is not None and warm.list_key == self._list_key(warm.person_key):
            place = int(np.searchsorted(listed.rows, row))
            if place < len(listed.rows) and listed.rows[place] == row:
                return View(warm.who, Space(alone, listed.evidence[place : place + 1]), warm.model)
            text = listed.all_text(len(state.features))[at]
        else:
            text = score.text_fit(state.features, self._index, warm.who)[at]
        return View(warm.who, Space(alone, self._evidence(alone, text, warm.who)), warm.model)

    def _space(
        self, state: _State, who: Candidate, now: datetime, text: np.ndarray | None = None
    ) -> tuple[Space, np.ndarray]:
        """The evidence for all postings and the text's fit in it; it depends on the candidate and the day alone."""
        day = _day(now).timestamp()
        key = msgspec.msgpack.encode((who, day, state.number))
        with self._space_lock:
            known = self._spaces.get(key)
        if known is None:
            if text is None:
                text = score.text_fit(state.features, self._index, who)
            found = score.evidence(state.features, text, who, day, self.settings.match.half_life_days)
            known = (Space(state.features, found), text)
            with self._space_lock:
                while len(self._spaces) >= _SPACES_KEPT:
                    self._spaces.pop(next(iter(self._spaces)))
                self._spaces[key] = known
        return known

    @staticmethod
    def best(view: View, open_: np.ndarray, limit: int) -> np.ndarray:
        """Rows of the best postings that are open to the person, best first; ties in the order of ids."""
        rows = np.flatnonzero(open_)
        total = view.total[rows]
        if len(rows) > limit:
            edge = np.partition(-total, limit - 1)[limit - 1]
            rows, total = rows[-total <= edge], total[-total <= edge]
        return np.asarray(rows[np.argsort(-total, kind="stable")][:limit])

    def describe(
        self, session: Session, view: View, rows: np.ndarray, likely: Callable[[], Sequence[int]] | None = None
    ) -> list[Match]:
        """Matches for rows of the space, in their order; a posting that has gone meanwhile is left out.

        `likely` tells which other postings will be described next.
        """
        matches = describe(session, view, rows, likely)
        if len(matches) < len(rows):  # one went with its source: the next refresh looks again
            self._gone = True
        return matches

    def _heads_at(self, seen: Seen, state: _State) -> Heads:
        """The heads that this state's cards show; another state of the postings or the sources has others."""
        key = (state.number, seen.sources)
        heads = self._heads
        if heads.key != key:
            heads = self._heads = Heads(key, state.heads if seen.sources == state.sources else None)
        return heads

    @staticmethod
    def skill_names(session: Session, model: Model) -> dict[str, str]:
        """The names of the skills that a model knows of, by concept."""
        concepts = sorted({name[6:] for one in model.standing for name in one.facets if name.startswith("skill:")})
        out: dict[str, str] = {}
        for start in range(0, len(concepts), 500):
            out.update(
                session.exec(
                    select(SkillConcept.concept, SkillConcept.name).where(
                        col(SkillConcept.concept).in_(concepts[start : start + 500])
                    )
                ).all()
            )
        return out


def _stored(session: Session, person_id: int) -> Model:
    state = session.exec(select(PreferenceModel.state).where(PreferenceModel.person_id == person_id)).one_or_none()
    return Model.decode(state or b"")


def _person_key(seen: Seen, now: datetime) -> tuple[Any, ...]:
    return (*seen.person, now.year, now.month)


def _log_key(seen: Seen) -> tuple[Any, ...]:
    return (*seen.log, seen.seq)


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
