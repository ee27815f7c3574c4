"""The deck: the next cards to judge, with what each shows and why it is there."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get

from jobswipe.postings.shown import Shown
from server.api.access import ApiRequest, needs, shows
from server.api.params import MAX_ID, CursorText, Limit, after, cursor

_KIND = "deck"

CARD = {
    "position": 1,
    "explored": False,
    "score": 0.7312,
    "parts": {
        "text": 0.1204, "title": 0.2611, "skills": 0.1503, "seniority": 0.0702, "place": 0.1092, "salary": 0.0,
        "freshness": 0.02, "learned": 0.0,
    },
    "reasons": ["Your title is theirs: Backend Engineer", "You have 2 of 3 skills"],
    "matched_skills": ["Python", "SQL"],
    "missing_skills": ["Kubernetes"],
    "posting_id": 7,
    "title": "Backend Engineer",
    "company": "Example Ltd",
    "url": "https://jobs.example.com/7",
    "places": [
        {"text": "Berlin", "city": "Berlin", "region": None, "country": "DE", "latitude": 52.52, "longitude": 13.4}
    ],
    "workplace": "hybrid",
    "remote_countries": [],
    "remote_regions": [],
    "employment_type": "full_time",
    "seniority": "senior",
    "salary": {"min": 70000, "max": 85000, "currency": "EUR", "period": "year"},
    "posted_at": "2026-03-01T12:00:00Z",
    "state": "open",
    "attribution": None,
}  # fmt: skip


class DeckCard(Shown, frozen=True, kw_only=True):
    """A card. `score` is 0 to 1 and the sum of `parts`; `explored`: it lies here to learn from your verdict.

    `position` counts all your cards from 1. Send it and `explored` back with the verdict.
    """

    position: int
    explored: bool
    score: float
    parts: dict[str, float]
    reasons: tuple[str, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]


class Deck(msgspec.Struct, frozen=True):
    """Cards, the best first. `next` goes on in this dealt deck; null where it ends."""

    items: list[DeckCard]
    next: str | None


@get(
    "/deck",
    opt=needs("deck:read") | shows(response={"items": [CARD], "next": "kqRkZWNrkQc"}),
    sync_to_thread=True,
)
def deal(request: ApiRequest, limit: Limit = 20, cursor_: CursorText = None) -> Deck:
    """The next cards to judge, never one that you judged.

    Judge cards and ask again without a cursor: the deck has learned. To page on in the deck that was dealt, send
    `cursor`: no card of it is repeated or passed over, whatever you judge meanwhile. A dealt deck has up to 200 cards.
    """
    from jobswipe.matching import dealing

    seen = after(_KIND, cursor_, list[Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]]) or []
    state = request.app.state
    with state.database.read() as session:
        page = dealing.deal(state.matcher, session, request.user.person_id, limit, seen)
    cards = [
        DeckCard(
            position=card.position,
            explored=card.explored,
            score=card.match.score,
            parts=card.match.parts,
            reasons=card.match.reasons,
            matched_skills=card.match.matched_skills,
            missing_skills=card.match.missing_skills,
            **{name: getattr(shown, name) for name in Shown.__struct_fields__},
        )
        for card, shown in page.cards
    ]
    return Deck(items=cards, next=cursor(_KIND, list(page.seen)) if page.seen else None)


ROUTES = (deal,)
