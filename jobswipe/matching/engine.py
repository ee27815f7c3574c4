"""Matcher: one process's warm view of all open postings, and the ranking of them for a person."""

from __future__ import annotations

import threading
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.matching import explain, features, filters, profile, score
from jobswipe.matching.candidate import Candidate, candidate
from jobswipe.matching.design import Space
from jobswipe.matching.index import TextIndex
from jobswipe.matching.learn import Model
from jobswipe.matching.verdicts import judged
from jobswipe.matching.watermark import Watermark, head
from jobswipe.models import Company, Posting, PostingSkill, PreferenceModel, SkillConcept
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger
from jobswipe.settings import Settings

MAX_LIMIT = 1_000
_MAX_SKILLS = 8
_SPACES_KEPT = 8
_log = logger(__name__)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A ranked posting. `score` is 0 to 1 and the sum of `parts`, to four decimals."""

    rank: int
    posting_id: int
    title: str
    company: str | None
    url: str | None
    score: float
    parts: dict[str, float]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    reasons: tuple[str, ...]


class View:
    """A person's view of all postings; what needs all of them is computed when it is asked for."""

    def __init__(self, who: Candidate, space: Space, model: Model) -> None:
        self.who = who
        self.space = space
        self.model = model

    @cached_property
    def learned(self) -> np.ndarray:
        """What the verdicts add to the log-odds of every posting."""
        return self.model.learned(self.space)

    @cached_property
    def total(self) -> np.ndarray:
        """Log-odds of every posting, unlearned and learned."""
        return np.asarray(self.space.base + self.learned)

    @cached_property
    def allowed(self) -> np.ndarray:
        """Which postings the preferences allow."""
        return filters.allowed(self.space.features, self.who)


class Matcher:
    """Threads may share one. `refresh` follows the store; the rankings then read memory and a few rows."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self._lock = threading.Lock()
        self._space_lock = threading.Lock()
        self._features: features.Features | None = None
        self._mark = Watermark()
        self._index: TextIndex | None = None
        self._spaces: dict[bytes, Space] = {}
        self._models: dict[int, tuple[bytes, Model]] = {}

    def refresh(self, session: Session | None = None) -> None:
        """Bring index and features to the store's present state, on disk too. Cheap where nothing has changed."""
        if session is None:
            with self.database.read() as own:
                return self.refresh(own)
        with self._lock:
            if self._features is not None and head(session).seq == self._mark.seq:
                return None
            with span("refresh index", measured="index"):
                self._catch_up(session)
        return None

    def _catch_up(self, session: Session) -> None:
        directory = self.settings.index_dir
        if self._index is None:
            self._index = TextIndex(directory)
        self._index.refresh(session)
        path = directory / "features"
        loaded, mark = features.load(path) if self._features is None else (self._features, self._mark)
        fresh, now = features.catch_up(session, loaded, mark)
        if now != mark or fresh is not loaded:
            features.save(path, fresh, now)
        with self._space_lock:
            self._features, self._mark = fresh, now
            self._spaces.clear()

    @property
    def features(self) -> features.Features:
        if self._features is None:
            self.refresh()
        return self._features if self._features is not None else features.empty()

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
        who = self.candidate(session, person_id, now)
        return self.view_of(who, self.model(session, person_id), now)

    def view_of(self, who: Candidate, model: Model, now: datetime) -> View:
        return View(who, self._space(who, now), model)

    def candidate(self, session: Session, person_id: int, now: datetime) -> Candidate:
        from jobswipe.resumes.service import active_facts

        return candidate(active_facts(session, person_id, now), profile.get(session, person_id))

    def model(self, session: Session, person_id: int) -> Model:
        """The person's model as stored; an equal state is decoded and fitted once."""
        state = (
            session.exec(select(PreferenceModel.state).where(PreferenceModel.person_id == person_id)).one_or_none()
            or b""
        )
        known = self._models.get(person_id)
        if known is None or known[0] != state:
            known = (state, Model.decode(state))
            self._models[person_id] = known
        return known[1]

    def remember(self, person_id: int, state: bytes, model: Model) -> None:
        """Keep a model that was just stored, with what it has computed."""
        self._models[person_id] = (state, model)

    def _space(self, who: Candidate, now: datetime) -> Space:
        """Evidence depends on the candidate and the day alone."""
        now = now.replace(hour=0, minute=0, second=0, microsecond=0)
        all_ = self.features
        key = msgspec.msgpack.encode((who, now.timestamp(), self._mark))
        with self._space_lock:
            space = self._spaces.get(key)
            if space is None:
                found = score.evidence(all_, self._index, who, now.timestamp(), self.settings.match.half_life_days)
                space = Space(all_, found)
                while len(self._spaces) >= _SPACES_KEPT:
                    self._spaces.pop(next(iter(self._spaces)))
                self._spaces[key] = space
            return space

    @staticmethod
    def best(view: View, open_: np.ndarray, limit: int) -> np.ndarray:
        """Rows of the best postings that are open to the person, best first; ties in the order of ids."""
        rows = np.flatnonzero(open_)
        total = view.total[rows]
        if len(rows) > limit:
            edge = np.partition(-total, limit - 1)[limit - 1]
            rows, total = rows[-total <= edge], total[-total <= edge]
        return np.asarray(rows[np.argsort(-total, kind="stable")][:limit])

    def describe(self, session: Session, view: View, rows: np.ndarray) -> list[Match]:
        """Matches for rows of the space, in their order; a posting that has gone meanwhile is left out."""
        evidence = view.space.evidence[rows].copy()
        evidence[:, -1] = view.learned[rows]
        scores, parts = score.shares(evidence)
        ids = [int(id_) for id_ in view.space.features.ids[rows]]
        heads = _heads(session, ids)
        skills = _skills(session, ids)
        names = self.skill_names(session, view.model)
        matrix, facet_names = view.space.features.matrix, view.space.features.names
        out: list[Match] = []
        for at, posting_id in enumerate(ids):
            if posting_id not in heads:  # it went with its source: the next refresh looks again
                self._features = None
                continue
            title, url, company = heads[posting_id]
            asked = skills.get(posting_id, [])
            matched = [name for concept, name in asked if concept in view.who.skills]
            missing = [name for concept, name in asked if concept not in view.who.skills]
            facets = [facet_names[i] for i in matrix.indices[matrix.indptr[rows[at]] : matrix.indptr[rows[at] + 1]]]
            told = explain.Told(evidence[at].tolist(), facets, matched, missing, title)
            out.append(
                Match(
                    rank=len(out) + 1,
                    posting_id=posting_id,
                    title=title,
                    company=company,
                    url=url,
                    score=float(scores[at]),
                    parts={name: float(value) + 0.0 for name, value in zip(score.PARTS, parts[at], strict=True)},
                    matched_skills=tuple(matched[:_MAX_SKILLS]),
                    missing_skills=tuple(missing[:_MAX_SKILLS]),
                    reasons=tuple(explain.reasons(told, view.who, view.model, names)),
                )
            )
        return out

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


def _heads(session: Session, ids: list[int]) -> dict[int, tuple[str, str | None, str | None]]:
    """Title, address and company of each posting."""
    out: dict[int, tuple[str, str | None, str | None]] = {}
    for start in range(0, len(ids), 500):
        statement: Any = (
            select(Posting.id, Posting.title, Posting.url, Company.name)
            .outerjoin(Company, col(Company.id) == col(Posting.company_id))
            .where(col(Posting.id).in_(ids[start : start + 500]))
        )
        out.update({row[0]: (row[1], row[2], row[3]) for row in session.exec(statement)})
    return out


def _skills(session: Session, ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """(concept, name) of each posting's skills, best first."""
    out: dict[int, list[tuple[str, str]]] = {}
    for start in range(0, len(ids), 500):
        statement = (
            select(PostingSkill.posting_id, SkillConcept.concept, SkillConcept.name)
            .join(SkillConcept, col(SkillConcept.id) == col(PostingSkill.skill_id))
            .where(col(PostingSkill.posting_id).in_(ids[start : start + 500]))
            .order_by(col(PostingSkill.posting_id), col(PostingSkill.position))
        )
        for posting_id, concept, name in session.exec(statement):
            out.setdefault(posting_id, []).append((concept, name))
    return out
