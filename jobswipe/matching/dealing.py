"""Dealing the deck page by page: what was shown before is not shown again, and nothing is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlmodel import Session

from jobswipe.matching.deck import Card, looked
from jobswipe.matching.engine import Matcher
from jobswipe.matching.look import Seen
from jobswipe.postings.shown import Shown

DEEPEST = 200
"""Cards of one dealt deck: then it ends, and the next deck has learned from the verdicts."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Cards with what each shows. `seen` are the postings of this and the earlier pages, empty where the deck ends.

    `key` names all that the page depends on, None where that is not known: the same key, the same page.
    """

    cards: list[tuple[Card, Shown]]
    seen: tuple[int, ...]
    key: tuple[Any, ...] | None = None


def deal(
    matcher: Matcher,
    session: Session,
    person_id: int,
    size: int,
    seen: Sequence[int] = (),
    state: Seen | None = None,
    *,
    at_once: bool = False,
) -> Page:
    """The next `size` cards after those that were `seen`; never a judged one.

    `state`: the look at what is to be dealt, if it was taken already. Verdicts that come in between change the order
    of what is left: it is left, still, and comes on a later page. Raises TakesLongerError where `at_once` is asked for
    and postings must be read, or all of them ranked.
    """
    before = frozenset(seen)
    wanted = min(size, DEEPEST - len(before))
    if wanted <= 0:
        return Page(cards=[], seen=())
    # A deck's beginning does not depend on its size: what was seen is most of it, in the same order.
    dealt, now, key = looked(matcher, session, person_id, wanted + len(before), state, at_once=at_once)
    fresh = [card for card in dealt if card.match.posting_id not in before][:wanted]
    heads, keep = matcher.heads(now)
    found = heads.get(session, [card.match.posting_id for card in fresh], keep=keep)
    cards = [(card, found[card.match.posting_id].shown) for card in fresh if card.match.posting_id in found]
    ends = len(fresh) < wanted or len(before) + len(fresh) >= DEEPEST
    whole = keep and len(cards) == len(fresh)
    return Page(
        cards=cards,
        seen=() if ends else (*seen, *(card.match.posting_id for card in fresh)),
        key=_page_key(key, size, seen) if key is not None and whole else None,
    )


def key_of(matcher: Matcher, state: Seen, size: int, seen: Sequence[int] = ()) -> tuple[Any, ...] | None:
    """The key that `deal` gives a page of this state of the store; None where postings are to be followed first."""
    key = matcher.cards_key_of(state)
    return None if key is None else _page_key(key, size, seen)


def _page_key(key: tuple[Any, ...], size: int, seen: Sequence[int]) -> tuple[Any, ...]:
    return (key, size, *seen)
