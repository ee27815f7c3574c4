"""Swipes: record a verdict, take the last one back, apply a batch. All within the caller's one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
from sqlmodel import Session, col, select

from jobswipe.applications.service import open_for
from jobswipe.db.insert import insert_missing
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.matching import score
from jobswipe.matching.engine import Matcher
from jobswipe.matching.learn import REASONS, Model
from jobswipe.matching.verdicts import standing
from jobswipe.models import Application, ApplicationEvent, Posting, PreferenceModel, Swipe
from jobswipe.models.base import table
from jobswipe.observability import measure
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger

Verdict = Literal["like", "dislike", "save", "skip"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
_log = logger(__name__)
SWIPE_REASONS = (*REASONS, "other")
"""Why a posting is disliked; "other" stresses nothing."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict did. `new` is false where the same verdict stood already; `application_id`: it opened one."""

    swipe: Swipe
    new: bool
    application_id: int | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a batch, numbered from 1."""

    number: int
    posting_id: int
    verdict: str
    reason: str | None = None


def record(
    session: Session,
    matcher: Matcher,
    person_id: int,
    posting_id: int,
    verdict: str,
    now: datetime,
    *,
    reason: str | None = None,
    deck_position: int | None = None,
    explored: bool = False,
) -> Recorded:
    """Append a verdict, learn from it, and open an application for a like or save.

    The score and the parts are those that the card had at this moment. Raises NotFoundError for an unknown posting and
    UsageError for an unknown verdict or reason.
    """
    _check(verdict, reason)
    with span("record verdict", measured="swipe"):
        recorded = _record(session, matcher, person_id, posting_id, verdict, now, reason, deck_position, explored)
    if recorded.new:
        measure.swipe(verdict)
        _log.info("verdict", user_id=person_id, posting_id=posting_id, verdict=verdict)
    return recorded


def _record(
    session: Session,
    matcher: Matcher,
    person_id: int,
    posting_id: int,
    verdict: str,
    now: datetime,
    reason: str | None,
    deck_position: int | None,
    explored: bool,
) -> Recorded:
    posting = session.get(Posting, posting_id)
    if posting is None:
        raise NotFoundError(f"No posting {posting_id}: 'jobswipe match' shows the ids.")
    stored = _locked(session, person_id, now)
    last = session.exec(_latest(person_id, posting_id)).first()
    if last is not None and last.verdict == verdict and not _undone(session, last):
        return Recorded(swipe=last, new=False)
    matcher.refresh(session)
    view = matcher.view(session, person_id)
    row = view.space.features.row.get(_shown(session, posting))
    parts: dict[str, float] | None = None
    value: float | None = None
    if row is not None:
        evidence = view.space.evidence[row : row + 1].copy()
        evidence[0, -1] = view.model.learned_of(view.space.example(row, 0, verdict, None))
        scores, shares = score.shares(evidence)
        value = float(scores[0])
        parts = {name: float(part) + 0.0 for name, part in zip(score.PARTS, shares[0], strict=True)}
    swipe = Swipe(
        person_id=person_id,
        posting_id=posting_id,
        verdict=verdict,
        at=now,
        score=value,
        parts=parts,
        model_version=stored.version,
        deck_position=deck_position,
        explored=explored,
        reason=reason,
    )
    session.add(swipe)
    session.flush()
    model = view.model
    with span("learn", measured="learn"):
        if row is not None:
            model = model.with_example(view.space.example(row, swipe.id or 0, verdict, reason))
        _store(session, matcher, stored, model, swipe, now)
    opened = None
    if verdict in ("like", "save"):
        application, new = open_for(session, person_id, posting_id, now)
        opened = application.id if new else None
    return Recorded(swipe=swipe, new=True, application_id=opened)


def undo(session: Session, matcher: Matcher, person_id: int, now: datetime, *, posting_id: int | None = None) -> Swipe:
    """Take back the last verdict that stands, and the application that it opened if nothing has happened to it since.

    Returns the swipe that was taken back. Raises ConflictError when there is none, and when it is not of `posting_id`,
    where that is given: somebody else has judged meanwhile.
    """
    stored = _locked(session, person_id, now)
    swipes = standing(session, person_id)
    if not swipes:
        raise ConflictError("There is no verdict to take back.")
    last = swipes[-1]
    if posting_id is not None and last.posting_id != posting_id:
        raise ConflictError("Another window has judged a card meanwhile: that verdict is the last one now.")
    row = Swipe(person_id=person_id, posting_id=last.posting_id, verdict="undo", undoes_id=last.id, at=now)
    row.model_version = stored.version
    session.add(row)
    session.flush()
    model = matcher.model(session, person_id).without(last.id or 0)
    _store(session, matcher, stored, model, row, now)
    if last.verdict in ("like", "save"):
        _close_untouched(session, person_id, last)
    return last


def read_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Verdict lines `{"posting_id": 7, "verdict": "like", "reason"?}`. Raises UsageError that names the line."""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            value: Any = json.loads(text)
        except (ValueError, RecursionError):
            raise UsageError(f"Line {number} is not JSON.") from None
        if not isinstance(value, dict):
            raise UsageError(f'Line {number} is not an object such as {{"posting_id": 7, "verdict": "like"}}.')
        posting_id, verdict, reason = value.get("posting_id"), value.get("verdict"), value.get("reason")
        if isinstance(posting_id, str) and posting_id.isascii() and posting_id.isdigit():
            posting_id = int(posting_id[:18])
        if not isinstance(posting_id, int) or isinstance(posting_id, bool):
            raise UsageError(f"Line {number} has no posting_id.")
        try:
            _check(verdict, reason)
        except UsageError as error:
            raise UsageError(f"Line {number}: {error.message}") from None
        yield Line(number=number, posting_id=posting_id, verdict=str(verdict), reason=reason)


def apply(session: Session, matcher: Matcher, person_id: int, lines: Iterable[Line], now: datetime) -> list[Recorded]:
    """Verdicts in order, each learned before the next. Raises NotFoundError naming the line: then nothing is kept."""
    out = []
    for line in lines:
        try:
            out.append(record(session, matcher, person_id, line.posting_id, line.verdict, now, reason=line.reason))
        except NotFoundError as error:
            raise NotFoundError(f"Line {line.number}: {error.message}") from None
    return out


def _check(verdict: Any, reason: Any) -> None:
    if verdict not in VERDICTS:
        raise UsageError(f"No verdict {verdict!r}: choose one of {', '.join(VERDICTS)}.")
    if reason is not None and reason not in SWIPE_REASONS:
        raise UsageError(f"No reason {reason!r}: choose one of {', '.join(SWIPE_REASONS)}.")


def _locked(session: Session, person_id: int, now: datetime) -> PreferenceModel:
    """The person's model row, locked until the transaction ends: two verdicts at once follow one another."""
    statement = select(PreferenceModel).where(PreferenceModel.person_id == person_id).with_for_update()
    stored = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if stored is None:
        # Another process may be making it at this moment: whoever comes second waits here and takes that one.
        fresh = PreferenceModel(person_id=person_id, updated_at=now).model_dump()
        insert_missing(session, table(PreferenceModel), [fresh], ["person_id"])
        stored = session.exec(statement.execution_options(populate_existing=True)).one()
    return stored


def _store(
    session: Session, matcher: Matcher, stored: PreferenceModel, model: Model, swipe: Swipe, now: datetime
) -> None:
    stored.state = model.encode()
    stored.summary = model.summary()
    stored.version += 1
    stored.last_swipe_id = swipe.id
    stored.updated_at = now
    session.add(stored)
    session.flush()
    matcher.remember(stored.person_id, stored.state, model)


def _latest(person_id: int, posting_id: int) -> Any:
    return (
        select(Swipe)
        .where(Swipe.person_id == person_id, Swipe.posting_id == posting_id, Swipe.verdict != "undo")
        .order_by(col(Swipe.id).desc())
        .limit(1)
    )


def _undone(session: Session, swipe: Swipe) -> bool:
    return session.exec(select(Swipe.id).where(Swipe.undoes_id == swipe.id)).first() is not None


def _shown(session: Session, posting: Posting) -> int:
    """The id of the posting that stands for this one's opening in the deck."""
    if posting.shown or posting.cluster_id is None:
        return posting.id or 0
    statement = select(Posting.id).where(
        Posting.cluster_id == posting.cluster_id, Posting.state == "open", col(Posting.shown).is_(True)
    )
    return session.exec(statement).first() or posting.id or 0


def _close_untouched(session: Session, person_id: int, swipe: Swipe) -> None:
    application = session.exec(
        select(Application).where(Application.person_id == person_id, Application.posting_id == swipe.posting_id)
    ).one_or_none()
    if application is None or application.stage != "saved" or application.created_at != swipe.at:
        return
    events = session.exec(select(ApplicationEvent).where(ApplicationEvent.application_id == application.id)).all()
    if len(events) == 1:
        session.delete(events[0])
        session.flush()
        session.delete(application)
        session.flush()
