"""A person's funnel from the store: the same numbers as `jobswipe report funnel`, without its lake."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from statistics import median

import msgspec
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from jobswipe.models import STAGES, Application, ApplicationEvent, Posting, Swipe

_RANKS = {stage: rank for rank, stage in enumerate(("saved", "applied", "screen", "interview", "offer"), 1)}
_NAMES = {"saved": "applications", "screen": "screened", "interview": "interviewed", "offer": "offers"}
_DAY = 86_400


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step, how many came as far or further, and how many in a hundred that is of the step before."""

    step: str
    count: int
    percent_of_previous: float | None


class StageCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many applications are in a stage now."""

    stage: str
    applications: int


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often an application went from one stage to another, and the median of the days that it took."""

    from_stage: str
    to_stage: str
    moves: int
    median_days: float


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """From openings to offers."""

    steps: list[Step]
    now: list[StageCount]
    days: list[Pace]


def funnel(session: Session, person_id: int) -> Funnel:
    """The funnel of one person."""
    moves = session.exec(
        select(
            ApplicationEvent.application_id,
            ApplicationEvent.from_stage,
            ApplicationEvent.to_stage,
            ApplicationEvent.at,
        )
        .join(Application, col(Application.id) == col(ApplicationEvent.application_id))
        .where(Application.person_id == person_id, col(ApplicationEvent.to_stage).is_not(None))
        .order_by(col(ApplicationEvent.id))
    ).all()
    furthest: dict[int, int] = {}
    latest: dict[int, str] = {}
    since: dict[int, datetime] = {}
    paces: dict[tuple[str, str], list[float]] = {}
    for application_id, came_from, stage, at in moves:
        stage = stage or ""
        furthest[application_id] = max(furthest.get(application_id, 0), _RANKS.get(stage, 0))
        if came_from is not None:
            before = since.get(application_id, at)
            # Whole seconds, as the report's query counts them.
            seconds = int(at.timestamp()) - int(before.timestamp())
            paces.setdefault((came_from, stage), []).append(seconds / _DAY)
        latest[application_id], since[application_id] = stage, at
    counts = [("open positions", _open(session)), *_verdicts(session, person_id)]
    counts += [
        (_NAMES.get(stage, stage), sum(far >= rank for far in furthest.values())) for stage, rank in _RANKS.items()
    ]
    stages = Counter(latest.values())
    return Funnel(
        steps=[
            Step(step=name, count=many, percent_of_previous=_percent(many, counts[at - 1][1] if at else 0))
            for at, (name, many) in enumerate(counts)
        ],
        now=[StageCount(stage=stage, applications=stages[stage]) for stage in STAGES if stages[stage]],
        days=[
            Pace(from_stage=pair[0], to_stage=pair[1], moves=len(took), median_days=round(median(took), 1))
            for pair, took in sorted(paces.items(), key=lambda one: (-len(one[1]), one[0]))
        ],
    )


def _percent(many: int, of: int) -> float | None:
    return round(100.0 * many / of, 1) if of else None


def _open(session: Session) -> int:
    count = select(func.count()).select_from(Posting).where(Posting.state == "open", col(Posting.shown).is_(True))
    return session.exec(count).one()


def _verdicts(session: Session, person_id: int) -> list[tuple[str, int]]:
    """How many postings were judged, and how many liked or saved, by the last verdict that stands on each."""
    undo = aliased(Swipe)
    standing = (
        select(Swipe.posting_id, Swipe.verdict)
        .where(
            Swipe.person_id == person_id,
            Swipe.verdict != "undo",
            ~select(undo.id).where(undo.undoes_id == Swipe.id).exists(),
        )
        .order_by(col(Swipe.id))
    )
    last = Counter(dict(session.exec(standing).all()).values())
    liked = last["like"] + last["save"]
    return [("judged", liked + last["dislike"]), ("liked or saved", liked)]
