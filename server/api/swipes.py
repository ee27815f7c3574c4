"""Verdicts: give one or many, take the last one back, and look at those that were given."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg, JSONBody, QueryParameter
from sqlmodel import Session

from jobswipe import clock
from jobswipe.matching import history
from jobswipe.models.swipes import SwipeReason, Verdict
from jobswipe.postings.shown import Shown, shown
from server.api.access import ApiRequest, needs, shows
from server.api.deck import CARD
from server.api.params import MAX_ID, CursorText, Id, KeyText, Limit, after, claimed, cursor, once, seen
from server.lanes import VERDICTS

if TYPE_CHECKING:
    from jobswipe.matching.swipes import Asked, Recorded

MAX_BATCH = 500
"""Verdicts of one request."""
_HISTORY, _SAVED = "swipes", "saved"


class NewSwipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verdict on a posting; `deck_position` and `explored` as the card had them."""

    posting_id: Id
    verdict: Verdict
    reason: SwipeReason | None = None
    deck_position: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    explored: bool = False


class SwipeView(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as it is kept. `score` is what the card showed, null for a posting that has gone from the deck."""

    id: int
    posting_id: int
    verdict: Verdict
    reason: SwipeReason | None
    at: datetime
    score: float | None
    deck_position: int | None
    explored: bool


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict did. `new` is false where the same one stood already; `application_id`: it opened that one."""

    swipe: SwipeView
    new: bool
    application_id: int | None


class JudgedMany(msgspec.Struct, frozen=True, kw_only=True):
    """What each verdict did, in the order of the request."""

    items: list[Judged]


class PastSwipe(SwipeView, frozen=True, kw_only=True):
    """A verdict of the past; `undone`: it was taken back."""

    undone: bool
    posting: Shown | None


class PastSwipes(msgspec.Struct, frozen=True, kw_only=True):
    items: list[PastSwipe]
    next: str | None


class SavedPosting(msgspec.Struct, frozen=True, kw_only=True):
    """A posting that you saved and have not judged otherwise since."""

    saved_at: datetime
    posting: Shown


class SavedPostings(msgspec.Struct, frozen=True, kw_only=True):
    items: list[SavedPosting]
    next: str | None


_SWIPE = {
    "id": 31, "posting_id": 7, "verdict": "like", "reason": None, "at": "2026-03-01T12:00:00Z", "score": 0.7312,
    "deck_position": 1, "explored": False,
}  # fmt: skip
_NEW = {"posting_id": 7, "verdict": "like", "deck_position": 1, "explored": False}
_JUDGED = {"swipe": _SWIPE, "new": True, "application_id": 12}
_POSTING = {name: CARD[name] for name in Shown.__struct_fields__}
_WRITE = needs("swipes:write")
_ONE = needs("swipes:write", lane=VERDICTS)
_READ = needs("swipes:read")


@post("/swipes", opt=_ONE | shows(request=_NEW, response=_JUDGED), status_code=200, sync_to_thread=True)
def judge(request: ApiRequest, data: JSONBody[NewSwipe], key: KeyText = None) -> Judged:
    """Give a verdict. The deck learns from it; `like` and `save` open an application in stage `saved`.

    The same verdict on the same posting once more changes nothing. Another verdict replaces it.
    """
    from jobswipe.matching import swipes

    with request.app.state.database.write() as session:
        claim = claimed(request, session, key, data)
        asked = swipes.Asked(session, request.user.person_id, data.posting_id, data.verdict)
        return once(claim, Judged, lambda: _judge(request, session, data, asked))


@post(
    "/swipes/batch",
    opt=_WRITE | shows(request=[_NEW], response={"items": [_JUDGED]}),
    status_code=200,
    sync_to_thread=True,
)
def judge_many(
    request: ApiRequest,
    data: Annotated[list[NewSwipe], BodyKwarg(media_type=RequestEncodingType.JSON, min_items=1, max_items=MAX_BATCH)],
    key: KeyText = None,
) -> JudgedMany:
    """Give up to 500 verdicts, in order, each learned before the next: all of them are kept, or none."""
    with request.app.state.database.write() as session:
        return once(claimed(request, session, key, data), JudgedMany, lambda: _judge_many(request, session, data))


def _judge(request: ApiRequest, session: Session, one: NewSwipe, asked: Asked) -> Judged:
    from jobswipe.matching import swipes

    recorded = swipes.record(
        session,
        request.app.state.matcher,
        request.user.person_id,
        one.posting_id,
        one.verdict,
        clock.now(),
        reason=one.reason,
        deck_position=one.deck_position,
        explored=one.explored,
        asked=asked,
    )
    return _judged(recorded)


def _judge_many(request: ApiRequest, session: Session, given: list[NewSwipe]) -> JudgedMany:
    from jobswipe.matching import swipes

    lines = [swipes.Line(number=at, **msgspec.structs.asdict(one)) for at, one in enumerate(given, 1)]
    state, person_id = request.app.state, request.user.person_id
    found = swipes.apply(session, state.matcher, person_id, lines, clock.now(), what="Verdict")
    return JudgedMany(items=[_judged(one) for one in found])


@post("/swipes/undo", opt=_ONE | shows(response=_SWIPE), status_code=200, sync_to_thread=True)
def undo(
    request: ApiRequest,
    key: KeyText = None,
    posting_id: Annotated[
        int | None, QueryParameter(ge=1, le=MAX_ID, description="Only if it is of this posting; else 409.")
    ] = None,
) -> SwipeView:
    """Take back your last verdict that stands, what was learned from it, and the application that it opened.

    An application that something has happened to since is kept. Answers the verdict that was taken back.
    """
    from jobswipe.matching import swipes

    state, person_id = request.app.state, request.user.person_id
    with state.database.write() as session:

        def do() -> SwipeView:
            return seen(swipes.undo(session, state.matcher, person_id, clock.now(), posting_id=posting_id), SwipeView)

        return once(claimed(request, session, key, posting_id), SwipeView, do)


@get(
    "/swipes",
    opt=_READ | shows(response={"items": [{**_SWIPE, "undone": False, "posting": _POSTING}], "next": None}),
    sync_to_thread=True,
)
def listing(
    request: ApiRequest,
    limit: Limit = 20,
    cursor_: CursorText = None,
    verdict: Annotated[Verdict | None, QueryParameter(description="Only these verdicts.")] = None,
) -> PastSwipes:
    """Your verdicts, the latest first, those that were taken back too."""
    before = after(_HISTORY, cursor_, Id)
    with request.app.state.database.read() as session:
        found = history.history(session, request.user.person_id, limit, before, verdict)
        looks = shown(session, sorted({swipe.posting_id for swipe, _ in found}))
    items = [
        PastSwipe(**msgspec.structs.asdict(seen(swipe, SwipeView)), undone=undone, posting=looks.get(swipe.posting_id))
        for swipe, undone in found
    ]
    return PastSwipes(items=items, next=cursor(_HISTORY, items[-1].id) if len(items) == limit else None)


@get(
    "/saved",
    opt=_READ | shows(response={"items": [{"saved_at": "2026-03-01T12:00:00Z", "posting": _POSTING}], "next": None}),
    sync_to_thread=True,
)
def saved(request: ApiRequest, limit: Limit = 20, cursor_: CursorText = None) -> SavedPostings:
    """The postings that you saved, the latest first; closed ones too, with their `state`."""
    before = after(_SAVED, cursor_, Id)
    with request.app.state.database.read() as session:
        found = history.saved(session, request.user.person_id, limit, before)
        looks = shown(session, [swipe.posting_id for swipe in found])
    items = [
        SavedPosting(saved_at=swipe.at, posting=looks[swipe.posting_id]) for swipe in found if swipe.posting_id in looks
    ]
    return SavedPostings(items=items, next=cursor(_SAVED, found[-1].id) if len(found) == limit else None)


def _judged(recorded: Recorded) -> Judged:
    return Judged(swipe=seen(recorded.swipe, SwipeView), new=recorded.new, application_id=recorded.application_id)


ROUTES = (judge, judge_many, undo, listing, saved)
