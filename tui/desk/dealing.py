"""Dealing a hand on this machine: from the person's shortlist, as the server does, and what its cards show."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from jobswipe.matching import filters
from jobswipe.matching.deck import choose
from jobswipe.matching.engine import Matcher
from jobswipe.matching.match import Match
from jobswipe.matching.progress import LEANINGS, left
from jobswipe.matching.view import View
from jobswipe.postings.rows import load
from tui.desk.interface import Deal, DeskCard, Listing
from tui.desk.leaning import leanings
from tui.desk.telling import place
from tui.text import safe

if TYPE_CHECKING:
    from sqlmodel import Session

    from jobswipe.matching.features import Features
    from jobswipe.matching.look import Seen
    from jobswipe.matching.warm import Warm
    from jobswipe.postings.posting import Posting

_LISTINGS_KEPT = 100


class Hands:
    """One person's hands. What does not change between two of them is kept: for one thread at a time."""

    def __init__(self, matcher: Matcher, person_id: int) -> None:
        self._matcher = matcher
        self._person = person_id
        self._counted: tuple[Features, tuple[Any, ...], np.ndarray] | None = None
        self._listings: dict[int, Listing] = {}
        self._state: tuple[Any, ...] = ()

    def deal(self, session: Session, size: int, skip: Collection[int]) -> Deal:
        """The next `size` cards without those that are judged or in `skip`."""
        matcher, person = self._matcher, self._person
        seen, warm = matcher.present(session, person)
        gone = np.union1d(warm.log.judged, np.array(sorted(skip), np.int64))
        view, warm = matcher.shortlisted(session, person, seen, warm)
        every = matcher.settings.match.explore_every
        chosen = choose(view, _open(view, gone), size, len(warm.log), every)
        if len(chosen) < size and not view.whole:
            view, warm = matcher.shortlisted(session, person, seen, warm, anew=True)
            chosen = choose(view, _open(view, gone), size, len(warm.log), every)
        matches = matcher.describe(session, view, np.array([row for row, _ in chosen], np.int64))
        taught = {int(view.space.features.ids[row]) for row, explores in chosen if explores}
        features = matcher.features
        return Deal(
            cards=tuple(self.cards(session, matches, taught, seen)),
            dealt=len(warm.log),
            left=self._left(features, warm, gone),
            postings=len(features),
            has_resume=seen.person[0] is not None,
            leanings=leanings(view.model, matcher.skill_names(session, view.model), LEANINGS),
        )

    def cards(
        self, session: Session, matches: Iterable[Match], taught: Collection[int] = (), seen: Seen | None = None
    ) -> list[DeskCard]:
        """Matches with their listings. Under the watermarks `seen` what was read before need not be read again."""
        state = () if seen is None else (seen.seq, *seen.sources)
        if state != self._state or seen is None:
            self._state, self._listings = state, {}
        matches = list(matches)
        missing = [one.posting_id for one in matches if one.posting_id not in self._listings]
        if missing:
            for posting_id, posting in load(session, missing, with_skills=False).items():
                self._listings[posting_id] = _listing(posting_id, posting)
        out = [
            DeskCard(
                listing=self._listings[one.posting_id],
                score=one.score,
                parts=one.parts,
                matched=tuple(map(safe, one.matched_skills)),
                missing=tuple(map(safe, one.missing_skills)),
                reasons=tuple(map(safe, one.reasons)),
                explored=one.posting_id in taught,
            )
            for one in matches
            if one.posting_id in self._listings
        ]
        while len(self._listings) > _LISTINGS_KEPT:
            del self._listings[next(iter(self._listings))]
        return out

    def _left(self, features: Features, warm: Warm, gone: np.ndarray) -> int:
        """How many postings the preferences allow that are not `gone`."""
        known = self._counted
        if known is None or known[0] is not features or known[1] != warm.person_key:
            known = self._counted = (features, warm.person_key, filters.allowed(features, warm.who))
        return left(features, known[2], gone)


def _open(view: View, gone: np.ndarray) -> np.ndarray:
    return np.asarray(view.allowed & ~np.isin(view.space.features.ids, gone))


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
