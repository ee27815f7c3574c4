"""How far a person has come through the deck: what is judged and left, what was learned; and one posting as a card."""

from __future__ import annotations

import msgspec
import numpy as np
from sqlmodel import Session, select

from jobswipe.errors import NotFoundError
from jobswipe.matching import filters
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.matching.leanings import Leaning, leanings
from jobswipe.matching.match import Match
from jobswipe.models import Resume

LEANINGS = 12
"""Leanings that are told, the strongest."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`judged` counts the verdicts that stand, `left` the cards that are left, `postings` all open ones.

    `has_resume` is false where nothing can be ranked by yet.
    """

    judged: int
    left: int
    postings: int
    has_resume: bool
    leanings: list[Leaning]


class Single(msgspec.Struct, frozen=True, kw_only=True):
    """A posting as a card. `may_judge`: it is not judged, and the preferences allow it."""

    match: Match
    may_judge: bool


def progress(matcher: Matcher, session: Session, person_id: int) -> Progress:
    """As the store is at this moment."""
    _, warm = matcher.present(session, person_id)
    features = matcher.features
    active = select(Resume.id).where(Resume.person_id == person_id, Resume.active)
    return Progress(
        judged=len(warm.log),
        left=left(features, filters.allowed(features, warm.who), warm.log.judged),
        postings=len(features.ids),
        has_resume=session.exec(active).first() is not None,
        leanings=leanings(warm.model, matcher.skill_names(session, warm.model), LEANINGS),
    )


def left(features: Features, allowed: np.ndarray, gone: np.ndarray) -> int:
    """How many of the postings that are `allowed` (by row) are not `gone` (ids, each once; some may be unknown)."""
    return int(allowed.sum() - allowed[features.rows_of(gone)].sum())


def single(matcher: Matcher, session: Session, person_id: int, posting_id: int) -> Single:
    """One open posting as a card, wherever it ranks. Raises NotFoundError."""
    _, warm = matcher.present(session, person_id)
    view = matcher.one(warm, posting_id)
    found = [] if view is None else matcher.describe(session, view, np.array([0]))
    if view is None or not found:
        raise NotFoundError(f"Posting {posting_id} is not open any more.")
    allowed = bool(filters.allowed(view.space.features, view.who)[0])
    return Single(match=found[0], may_judge=allowed and posting_id not in warm.log.judged)
