"""Swipes: record a verdict, take the last one back, apply a batch. All within the caller's one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, get_args

import msgspec
from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, select

from jobswipe import skills
from jobswipe.applications.service import OPENING, opening
from jobswipe.db.insert import insert_missing, insert_row
from jobswipe.db.straight import Straight, Together, given, parameters
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.matching import score
from jobswipe.matching.design import DENSE
from jobswipe.matching.engine import Matcher
from jobswipe.matching.look import Seen, SeenPosting, look_at
from jobswipe.matching.verdicts import same_opening
from jobswipe.matching.warm import Warm
from jobswipe.models import Application, ApplicationEvent, PreferenceModel, Swipe
from jobswipe.models.base import table
from jobswipe.models.swipes import SwipeReason, Verdict
from jobswipe.observability import measure
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger

VERDICTS: tuple[str, ...] = get_args(Verdict)
SWIPE_REASONS: tuple[str, ...] = get_args(SwipeReason)
OPENING_VERDICTS = frozenset({"like", "save"})
"""Those that open an application."""
_log = logger(__name__)
_MODEL, _LOG = table(PreferenceModel), table(Swipe)
_LOCK = Straight(select(_MODEL.c.person_id).where(_MODEL.c.person_id == bindparam("person")).with_for_update())
_LEARN = (
    update(_MODEL)
    .where(_MODEL.c.person_id == bindparam("preference_model_person_id"))
    .values(parameters(_MODEL, "state", "summary", "version", "last_swipe_id", "skills_edition", "updated_at"))
)
_APPEND = insert(_LOG).values(parameters(_LOG, *(name for name in _LOG.c.keys() if name != "undoes_id")))  # noqa: SIM118 - no dict
_LEARNED = Straight(_LEARN)
_JUDGED = Together(_APPEND, _LEARN)
_JUDGED_AND_OPENED = Together(_APPEND, *OPENING, _LEARN)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as it was given, past the session's book-keeping."""

    id: int
    posting_id: int
    verdict: str
    reason: str | None
    at: datetime
    score: float | None
    deck_position: int | None
    explored: bool
    model_version: int


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict did. `new` is false where the same verdict stood already; `application_id`: it opened one."""

    swipe: Given
    new: bool
    application_id: int | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a batch, numbered from 1."""

    number: int
    posting_id: int
    verdict: str
    reason: str | None = None
    deck_position: int | None = None
    explored: bool = False


class Asked:
    """The person's turn and a look at a posting: both go to the store with what the session asks for next."""

    def __init__(self, session: Session, person_id: int, posting_id: int, verdict: str) -> None:
        # First the lock, then the look: a statement that waits for a lock sees the store as it was before the wait.
        self._session, self._person_id = session, person_id
        self._locked = _LOCK.ahead(session, {"person": person_id})
        self._look = partial(look_at, session, person_id, posting_id, opens=verdict in OPENING_VERDICTS)
        self._looked = self._look()

    def answer(self, now: datetime) -> tuple[Seen, SeenPosting | None]:
        if self._locked():
            return self._looked()
        _lock(self._session, self._person_id, now)
        return self._look()()


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
    asked: Asked | None = None,
) -> Recorded:
    """Append a verdict, learn from it, and open an application for a like or save.

    The score and the parts are those that the card had at this moment. `asked`, if it was asked already: of the same
    posting and verdict. Raises NotFoundError for an unknown posting and UsageError for an unknown verdict or reason.
    """
    _check(verdict, reason)
    with span("record verdict", measured="swipe"):
        asked = asked or Asked(session, person_id, posting_id, verdict)
        recorded = _record(
            session, matcher, person_id, posting_id, verdict, now, reason, deck_position, explored, asked
        )
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
    asked: Asked,
) -> Recorded:
    seen, posting = asked.answer(now)
    if posting is None:
        raise NotFoundError(f"No posting {posting_id}.", hint="'jobswipe match' shows the ids")
    if posting.verdict == verdict and (last := session.get(Swipe, posting.swipe)) is not None:
        return Recorded(swipe=msgspec.convert(last, Given, from_attributes=True), new=False)
    matcher.follow(session, seen)
    seen, warm = matcher.warm(session, person_id, seen)
    shown, others = same_opening(session, posting.id, posting.shown, posting.cluster)
    view = matcher.one(warm, shown)
    parts: dict[str, float] | None = None
    value: float | None = None
    taught = None
    if view is not None:
        taught = view.space.example(0, 0, verdict, reason)
        evidence = view.space.evidence.copy()
        evidence[0, -1] = view.model.learned_of(taught)
        scores, shares = score.shares(evidence)
        value = float(scores[0])
        parts = {name: float(part) + 0.0 for name, part in zip(score.PARTS, shares[0], strict=True)}
    number = posting.next_swipe
    row: dict[str, Any] = {
        "id": number,
        "person_id": person_id,
        "posting_id": posting_id,
        "verdict": verdict,
        "at": now,
        "score": value,
        "parts": parts,
        "evidence": None if taught is None else {"base": taught.base, **dict(zip(DENSE, taught.dense, strict=True))},
        "model_version": seen.version,
        "deck_position": deck_position,
        "explored": explored,
        "reason": reason,
    }
    with span("learn", measured="learn"):
        model, edition = warm.model, seen.edition
        if taught is not None:
            edition = min(edition, posting.edition)
            model = model.with_example(msgspec.structs.replace(taught, swipe_id=number))
        log = warm.log.with_verdict(number, posting_id, verdict == "skip", others)
        warm = replace(warm, model=model, log=log)
        values = given(_LOG, row) | _learned(person_id, seen, warm, edition, number, now)
    opened = None
    if verdict in OPENING_VERDICTS and posting.application is None:
        opened = posting.next_application
        values |= opening(opened, person_id, now, posting.title, posting.company, posting.url, posting_id)
    (_JUDGED if opened is None else _JUDGED_AND_OPENED).later(session, values)
    _keep(session, matcher, person_id, seen, warm, number)
    return Recorded(swipe=msgspec.convert(row, Given), new=True, application_id=opened)


def undo(session: Session, matcher: Matcher, person_id: int, now: datetime, *, posting_id: int | None = None) -> Swipe:
    """Take back the last verdict that stands, and the application that it opened if nothing has happened to it since.

    Returns the swipe that was taken back. Raises ConflictError when there is none, and when it is not of `posting_id`,
    where that is given: somebody else has judged meanwhile.
    """
    _lock(session, person_id, now)
    seen, warm = matcher.warm(session, person_id)
    last = session.get(Swipe, int(warm.log.swipes[-1])) if len(warm.log) else None
    if last is None:
        raise ConflictError("There is no verdict to take back.")
    if posting_id is not None and last.posting_id != posting_id:
        raise ConflictError("Another window has judged a card meanwhile: that verdict is the last one now.")
    number = insert_row(
        session, Swipe, person_id=person_id, posting_id=last.posting_id, verdict="undo", undoes_id=last.id, at=now,
        model_version=seen.version,
    )  # fmt: skip
    warm = replace(warm, model=warm.model.without(last.id or 0), log=warm.log.without(last.id or 0))
    _LEARNED.later(session, _learned(person_id, seen, warm, seen.edition, number, now))
    _keep(session, matcher, person_id, seen, warm, number)
    if last.verdict in OPENING_VERDICTS:
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


def apply(
    session: Session, matcher: Matcher, person_id: int, lines: Iterable[Line], now: datetime, *, what: str = "Line"
) -> list[Recorded]:
    """Verdicts in order, each learned before the next. Raises NotFoundError naming the line: then nothing is kept."""
    out = []
    for line in lines:
        try:
            recorded = record(
                session,
                matcher,
                person_id,
                line.posting_id,
                line.verdict,
                now,
                reason=line.reason,
                deck_position=line.deck_position,
                explored=line.explored,
            )
        except NotFoundError as error:
            raise NotFoundError(f"{what} {line.number}: {error.message}", hint=error.hint) from None
        out.append(recorded)
    return out


def _check(verdict: Any, reason: Any) -> None:
    if verdict not in VERDICTS:
        raise UsageError(f"No verdict {verdict!r}: choose one of {', '.join(VERDICTS)}.")
    if reason is not None and reason not in SWIPE_REASONS:
        raise UsageError(f"No reason {reason!r}: choose one of {', '.join(SWIPE_REASONS)}.")


def locked(session: Session, person_id: int, now: datetime) -> PreferenceModel:
    """The person's model row, locked until the transaction ends."""
    _lock(session, person_id, now)
    statement = select(PreferenceModel).where(PreferenceModel.person_id == person_id)
    return session.exec(statement.execution_options(populate_existing=True)).one()


def _lock(session: Session, person_id: int, now: datetime) -> None:
    """Lock the person's model row until the transaction ends: two verdicts at once follow one another."""
    if not _LOCK.rows(session, {"person": person_id}):
        # Another process may be making it at this moment: whoever comes second waits here and takes that one.
        fresh = PreferenceModel(person_id=person_id, updated_at=now, skills_edition=skills.EDITION).model_dump()
        insert_missing(session, _MODEL, [fresh], ["person_id"])
        _LOCK.rows(session, {"person": person_id})


def _learned(person_id: int, seen: Seen, warm: Warm, edition: int, number: int, now: datetime) -> dict[str, Any]:
    """What the model's row has after the swipe of that number."""
    values = {
        "person_id": person_id,
        "state": warm.model.encode(),
        "summary": warm.model.summary(),
        "version": seen.version + 1,
        "last_swipe_id": number,
        "skills_edition": edition,
        "updated_at": now,
    }
    return given(_MODEL, values)


def _keep(session: Session, matcher: Matcher, person_id: int, seen: Seen, warm: Warm, number: int) -> None:
    log_key = (seen.version + 1, number, seen.log[-1] + 1, seen.seq)
    matcher.records.put(session, person_id, replace(warm, log_key=log_key))


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
