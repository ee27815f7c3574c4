"""The deck: the next cards to judge. Mostly the best; every so often one that teaches; no company floods it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sqlmodel import Session

from jobswipe.matching.engine import Matcher, TakesLongerError
from jobswipe.matching.look import Seen
from jobswipe.matching.match import Match
from jobswipe.matching.view import View
from jobswipe.matching.warm import Warm
from jobswipe.observability.context import span

CROWDING = 0.3
"""Log-odds that a card loses for each card of the same company that lies before it."""
BOLDNESS = 0.5
"""An exploring card is the one of the highest log-odds plus so many posterior standard deviations."""
_PLAUSIBLE = 200
"""How far down the ranking an exploring card may come from."""
_DEPTH = 400
_AHEAD = 40
"""How many of the best are read along where one is read: a verdict moves the ranking by a few places."""


class Card(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A match as it lies in the deck. `position` counts the person's cards from 1; `explored`: shown to learn from."""

    position: int
    explored: bool
    match: Match


def deck(matcher: Matcher, session: Session, person_id: int, size: int = 10) -> list[Card]:
    """The next `size` cards; never a judged one."""
    return looked(matcher, session, person_id, size).cards


class Looked(NamedTuple):
    """Cards with the state of the store that they are of. `key` names all that they depend on, where it is known."""

    cards: list[Card]
    seen: Seen
    key: tuple[Any, ...] | None


def looked(
    matcher: Matcher, session: Session, person_id: int, size: int, seen: Seen | None = None, *, at_once: bool = False
) -> Looked:
    """The same, with what they are of; `seen`: the look at it, if it was taken already.

    Raises TakesLongerError where `at_once` is asked for and cannot be.
    """
    with span("deal cards", measured="deck"):
        try:
            return _looked(matcher, session, person_id, size, seen, at_once)
        except TakesLongerError as error:
            later = error
    raise later  # after the span: nothing has failed


def _looked(matcher: Matcher, session: Session, person_id: int, size: int, seen: Seen | None, at_once: bool) -> Looked:
    seen, warm = matcher.present(session, person_id, seen, at_once=at_once)
    key = matcher.cards_key(seen, warm)
    if warm.cards_key == key and size in warm.cards:
        return Looked(list(warm.cards[size]), seen, key)
    dealt, every = len(warm.log), matcher.settings.match.explore_every
    view, warm = matcher.shortlisted(session, person_id, seen, warm, at_once=at_once)
    chosen = choose(view, _open(view, warm), size, dealt, every)
    if len(chosen) < size and not view.whole:
        view, warm = matcher.shortlisted(session, person_id, seen, warm, anew=True, at_once=at_once)
        chosen = choose(view, _open(view, warm), size, dealt, every)
    rows = np.array([row for row, _ in chosen], np.int64)
    matches = matcher.describe(session, view, rows, lambda: _likely(view, warm))
    explored = dict(zip(view.space.features.ids_of(rows), (taught for _, taught in chosen), strict=True))
    cards = [Card(position=dealt + match.rank, explored=explored[match.posting_id], match=match) for match in matches]
    if len(cards) < len(chosen):
        return Looked(cards, seen, None)
    warm.model.settle()
    matcher.records.put(session, person_id, replace(warm, cards_key=key, cards={size: tuple(cards)}))
    return Looked(cards, seen, key)


def _open(view: View, warm: Warm) -> np.ndarray:
    """Which postings of the view may be dealt."""
    open_ = view.allowed.copy()
    open_[view.space.features.rows_of(warm.log.judged)] = False
    return open_


def _likely(view: View, warm: Warm) -> list[int]:
    """Postings that verdicts on this deck will bring into the next ones."""
    open_ = np.flatnonzero(_open(view, warm))
    total = view.total[open_]
    best = open_ if len(open_) <= _AHEAD else open_[np.argpartition(-total, _AHEAD - 1)[:_AHEAD]]
    return view.space.features.ids_of(best)


def choose(view: View, open_: np.ndarray, size: int, dealt: int, explore_every: int) -> list[tuple[int, bool]]:
    """Rows of the next cards with whether each explores. `dealt` is how many cards came before."""
    candidates = np.flatnonzero(open_)
    total = view.total[candidates]
    depth = max(_DEPTH, size * 4)
    if len(candidates) > depth:
        top = np.argpartition(-total, depth - 1)[:depth]
        top.sort()  # equal scores keep the order of ids
        candidates, total = candidates[top], total[top]
    company = view.space.features.company[candidates]
    worth = total.copy()  # -inf: dealt
    out: list[tuple[int, bool]] = []
    while len(out) < min(size, len(candidates)):
        explores = _explores(dealt + len(out), explore_every) and bool(view.model.standing)
        at = _teaching(view, candidates, worth) if explores else int(worth.argmax())
        worth[at] = -np.inf
        if (its := company[at]) >= 0:
            np.subtract(worth, CROWDING, out=worth, where=company == its)
        out.append((int(candidates[at]), explores))
    return out


def _explores(dealt: int, every: int) -> bool:
    return every > 0 and dealt % every == every - 1


def _teaching(view: View, candidates: np.ndarray, worth: np.ndarray) -> int:
    """The plausible card that could be best: the upper confidence bound."""
    left = np.flatnonzero(worth > -np.inf)
    left = left[np.argsort(-worth[left], kind="stable")][:_PLAUSIBLE]
    bound = worth[left] + BOLDNESS * view.model.deviation(view.space, candidates[left])
    return int(left[np.argmax(bound)])
