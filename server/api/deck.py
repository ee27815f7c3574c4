"""The deck: the next cards to judge, with what each shows and why it is there; and any posting as a card."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.types import ASGIApp

from jobswipe.observability import measure
from jobswipe.postings.shown import Shown, Whole
from server import lanes
from server.api.access import ANSWER, ApiRequest, needs, shows
from server.api.answers import written
from server.api.params import MAX_ID, CursorText, Limit, PathId, after, cursor, seen
from server.lanes import DECKS, RANKINGS

if TYPE_CHECKING:
    from jobswipe.matching.dealing import Page
    from jobswipe.matching.look import Seen
    from jobswipe.matching.match import Match

_KIND = "deck"
_SEEN = list[Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]]

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
    "apply_url": None,
    "description_text": None,
}  # fmt: skip
_WHOLE = {"apply_url": "https://jobs.example.com/7/apply", "description_text": "You build services."}
_PROGRESS = {
    "judged": 230, "left": 4120, "postings": 4350, "has_resume": True,
    "leanings": [{"says": "in Germany", "weight": 0.412}, {"says": "level intern", "weight": -0.35}],
}  # fmt: skip


class PostingCard(Shown, frozen=True, kw_only=True):
    """A posting with how it ranks for you. `score` is 0 to 1 and the sum of `parts`."""

    score: float
    parts: dict[str, float]
    reasons: tuple[str, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    apply_url: str | None = None
    description_text: str | None = None


class DeckCard(PostingCard, frozen=True, kw_only=True):
    """A card of the deck. `explored`: it lies here to learn from your verdict; `position` counts your cards from 1.

    Send both back with the verdict. `apply_url` and `description_text` are null but for `full`.
    """

    position: int
    explored: bool


class SingleCard(PostingCard, frozen=True, kw_only=True):
    """A posting as a card. `may_judge`: you have not judged it, and your preferences allow it."""

    may_judge: bool


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """Something that your verdicts taught, in words; `weight` is above 0 towards it, below away from it."""

    says: str
    weight: float


class DeckProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Your verdicts that stand, the cards that are left, all open postings, and up to 12 leanings, the strongest first.

    `has_resume` is false where there is nothing to rank by yet.
    """

    judged: int
    left: int
    postings: int
    has_resume: bool
    leanings: list[Taught]


class Deck(msgspec.Struct, frozen=True):
    """Cards, the best first. `next` goes on in this dealt deck; null where it ends. `progress` is there for `full`."""

    items: list[DeckCard]
    next: str | None
    progress: DeckProgress | None = None


@get(
    "/deck",
    opt=needs("deck:read")
    | shows(response={"items": [CARD | _WHOLE], "next": "kqRkZWNrkQc", "progress": _PROGRESS})
    | {ANSWER: Deck},
)
async def deal(
    request: ApiRequest,
    limit: Limit = 20,
    cursor_: CursorText = None,
    full: Annotated[
        bool, QueryParameter(description="With each posting's text and where to apply, and with your progress.")
    ] = False,
) -> ASGIApp:
    """The next cards to judge, never one that you judged.

    Judge cards and ask again without a cursor: the deck has learned. To page on in the deck that was dealt, send
    `cursor`: no card of it is repeated or passed over, whatever you judge meanwhile. A dealt deck has up to 200 cards.
    """
    before = after(_KIND, cursor_, _SEEN) or []
    state, person_id = request.app.state, request.user.person_id
    asked = (state, person_id, limit, before)
    body = None
    if not full:
        started = time.perf_counter()
        now = await state.looks.of(person_id)
        body = _unchanged(*asked, now, started) or await lanes.within(DECKS, _dealt, *asked, now, at_once=True)
    if body is None:
        body = cast("bytes", await lanes.within(RANKINGS, _dealt, *asked, full=full))
    return written(body, state.answers.digest(person_id, body))


def _unchanged(
    state: Any, person_id: int, limit: int, before: list[int], now: Seen | None, started: float
) -> bytes | None:
    """The last answer, where it is known `now` that this is what would be dealt: no thread need look."""
    if now is None or not state.answers.knows(person_id):  # what is loaded first is not loaded by the loop's thread
        return None
    from jobswipe.matching import dealing

    found: bytes | None = state.answers.get(person_id, dealing.key_of(state.matcher, now, limit, before))
    if found is not None:
        measure.operation("deck", time.perf_counter() - started)
    return found


def _dealt(
    state: Any,
    person_id: int,
    limit: int,
    before: list[int],
    now: Seen | None = None,
    *,
    full: bool = False,
    at_once: bool = False,
) -> bytes | None:
    """The answer; None where it was to come `at_once` and takes longer. `now`: the look at the store's state."""
    from jobswipe.matching import dealing
    from jobswipe.matching.engine import TakesLongerError
    from jobswipe.matching.progress import progress
    from jobswipe.postings.shown import whole

    more: dict[int, Whole] = {}
    far = None
    try:
        with state.database.glance() as session:
            page = dealing.deal(state.matcher, session, person_id, limit, before, now, at_once=at_once)
            known: bytes | None = None if full else state.answers.get(person_id, page.key)
            if full:
                more = whole(session, [shown.posting_id for _, shown in page.cards])
                far = seen(progress(state.matcher, session, person_id), DeckProgress)
    except TakesLongerError:
        return None
    if known is None:
        known = msgspec.json.encode(_deck(page, more, far))
        if not full:
            state.answers.put(person_id, page.key, known)
    return known


def _deck(page: Page, more: dict[int, Whole], far: DeckProgress | None) -> Deck:
    cards = [
        DeckCard(position=card.position, explored=card.explored, **_card(card.match, shown, more.get(shown.posting_id)))
        for card, shown in page.cards
    ]
    return Deck(items=cards, next=cursor(_KIND, list(page.seen)) if page.seen else None, progress=far)


_SINGLE = {name: value for name, value in CARD.items() if name not in ("position", "explored")} | _WHOLE


@get(
    "/deck/{posting_id:int}",
    opt=needs("deck:read", lane=RANKINGS) | shows(response=_SINGLE | {"may_judge": True}),
    sync_to_thread=True,
)
def single(request: ApiRequest, posting_id: PathId) -> SingleCard:
    """An open posting as a card, wherever it ranks for you; a closed one, and one behind a duplicate, is not found."""
    from jobswipe.errors import NotFoundError
    from jobswipe.matching import progress
    from jobswipe.postings.shown import shown, whole

    state = request.app.state
    with state.database.read() as session:
        found = progress.single(state.matcher, session, request.user.person_id, posting_id)
        looks, more = shown(session, [posting_id]), whole(session, [posting_id])
    if posting_id not in looks:
        raise NotFoundError(f"Posting {posting_id} is not open any more.")
    return SingleCard(may_judge=found.may_judge, **_card(found.match, looks[posting_id], more.get(posting_id)))


def _card(match: Match, shown: Shown, more: Whole | None) -> dict[str, Any]:
    return {
        "score": match.score,
        "parts": match.parts,
        "reasons": match.reasons,
        "matched_skills": match.matched_skills,
        "missing_skills": match.missing_skills,
        "apply_url": more.apply_url if more else None,
        "description_text": more.description_text if more else None,
        **msgspec.structs.asdict(shown),
    }


ROUTES = (deal, single)
