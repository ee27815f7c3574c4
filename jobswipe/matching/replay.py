"""Verdicts that were given elsewhere: appended to the log as they were, and learned. Services never commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlmodel import Session, col, select

from jobswipe.errors import InputError
from jobswipe.matching import relearn
from jobswipe.matching.swipes import SWIPE_REASONS, locked
from jobswipe.matching.verdicts import standing
from jobswipe.models import Swipe


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as it was given. `posting_id` is of this store, None where it has no such posting.

    `number` is the caller's own, by which `undoes` names an earlier line.
    """

    number: int
    posting_id: int | None
    verdict: str
    undoes: int | None
    at: datetime
    score: float | None
    parts: dict[str, float] | None
    deck_position: int | None
    explored: bool
    reason: str | None
    evidence: dict[str, float] | None


class Done(msgspec.Struct, kw_only=True):
    """Lines by what became of them: `unknown` are of no posting here, `overtaken` by a later verdict here."""

    new: int = 0
    known: int = 0
    unknown: int = 0
    overtaken: int = 0


def replay(session: Session, person_id: int, lines: Sequence[Line], now: datetime) -> Done:
    """Append what the log does not have yet, in the order of the lines, and learn what of it stands.

    Opens no applications. Raises InputError where a line takes back what no line before it is.
    """
    done = Done()
    if not lines:
        return done
    stored = locked(session, person_id, now)
    log = session.exec(select(Swipe).where(Swipe.person_id == person_id).order_by(col(Swipe.id))).all()
    there: defaultdict[tuple[int, str, datetime], list[int]] = defaultdict(list)
    latest: dict[int, datetime] = {}
    for swipe in log:
        there[swipe.posting_id, swipe.verdict, swipe.at].append(swipe.id or 0)
    for swipe in standing(session, person_id):
        latest[swipe.posting_id] = max(swipe.at, latest.get(swipe.posting_id, swipe.at))
    taken_back = {swipe.undoes_id for swipe in log if swipe.undoes_id is not None}
    ids: dict[int, int | None] = {}
    added: list[Swipe] = []
    for line in lines:
        if line.number in ids or (line.verdict == "undo") != (line.undoes is not None):
            raise InputError(f"The archive cannot be imported: its verdict {line.number} makes no sense.")
        if line.undoes is not None and line.undoes not in ids:
            raise InputError(
                f"The archive cannot be imported: verdict {line.number} takes back one that is not before it."
            )
        if line.reason is not None and line.reason not in SWIPE_REASONS:
            raise InputError(f"The archive cannot be imported: verdict {line.number} has a reason that there is not.")
        ids[line.number] = None
        if line.posting_id is None:
            done.unknown += 1
            continue
        same = there[line.posting_id, line.verdict, line.at]
        if same:
            ids[line.number] = same.pop(0)
            done.known += 1
            continue
        undoes = ids[line.undoes] if line.undoes is not None else None
        if line.undoes is None and line.posting_id in latest and latest[line.posting_id] > line.at:
            done.overtaken += 1
            continue
        if line.undoes is not None and (undoes is None or undoes in taken_back):
            done.overtaken += 1
            continue
        swipe = _appended(session, person_id, line, line.posting_id, undoes, stored.version)
        ids[line.number] = swipe.id
        if undoes is not None:
            taken_back.add(undoes)
        added.append(swipe)
        done.new += 1
    if added:
        relearn.mend(session, person_id, now)
    return done


def _appended(session: Session, person_id: int, line: Line, posting_id: int, undoes: int | None, version: int) -> Swipe:
    swipe = Swipe(
        person_id=person_id, posting_id=posting_id, verdict=line.verdict, undoes_id=undoes, at=line.at,
        score=line.score, parts=line.parts, model_version=version, deck_position=line.deck_position,
        explored=line.explored, reason=line.reason, evidence=line.evidence,
    )  # fmt: skip
    session.add(swipe)
    session.flush()
    return swipe
