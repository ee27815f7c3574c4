"""Look for strong matches among the postings that are new to a person, and write them into the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from jobswipe.db.engine import Database
from jobswipe.matching.engine import Matcher
from jobswipe.matching.match import Match
from jobswipe.matching.verdicts import judged
from jobswipe.matching.watermark import head
from jobswipe.models import NotificationProfile, Posting
from jobswipe.notifications import outbox
from jobswipe.notifications.preferences import Preferences, ensure, reachable
from jobswipe.settings import Settings

MOST = 200
"""Matches of one look, best first; a person reads no more."""


def find(database: Database, settings: Settings, now: datetime, matcher: Matcher | None = None) -> int:
    """Look at what is new for everybody who has a channel; how many matches were written.

    A match is strong from the person's `min_score` on. The best `[notify] at_once` of a look are sent at once where the
    person wants that; the others wait for the digest. An opening is told once, however often it is merged or changed.
    """
    matcher = matcher or Matcher(database, settings)
    with database.write() as session:
        persons = reachable(session)
        for person_id in persons:
            ensure(session, person_id, now)
    wanting = [one for one in persons if persons[one].kind("strong_match").mode != "off"]
    written = 0
    for person_id in wanting:
        with database.read() as session:
            seen = head(session).seq
            profile = session.get_one(NotificationProfile, person_id)
            before = profile.matched_seq
            since = max(profile.since, now - timedelta(days=settings.notify.keep_days))
            found = [] if seen == before else _strong(session, matcher, profile, since, persons[person_id])
            subjects = _subjects(session, [one.posting_id for one in found])
        if seen == before:
            continue
        with database.write() as session:
            for match in found:
                written += _put(
                    session, settings, person_id, persons[person_id], match, subjects[match.posting_id], now
                )
            session.execute(
                update(NotificationProfile)
                .where(col(NotificationProfile.person_id) == person_id, col(NotificationProfile.matched_seq) == before)
                .values(matched_seq=seen)
            )
    return written


def _strong(
    session: Session, matcher: Matcher, profile: NotificationProfile, since: datetime, preferences: Preferences
) -> list[Match]:
    """Open postings that are new since the last look and score enough, best first."""
    statement = select(Posting.id).where(
        Posting.change_seq > profile.matched_seq,
        Posting.state == "open",
        col(Posting.shown).is_(True),
        Posting.first_seen_at >= since,
    )
    fresh = np.array([one for one in session.exec(statement) if one is not None], np.int64)
    if not len(fresh):
        return []
    matcher.refresh(session)
    view = matcher.view(session, profile.person_id)
    ids = view.space.features.ids
    open_ = view.allowed & np.isin(ids, fresh) & ~np.isin(ids, judged(session, profile.person_id))
    ranked = matcher.describe(session, view, matcher.best(view, open_, MOST))
    return [one for one in ranked if one.score >= preferences.min_score]


def _subjects(session: Session, posting_ids: list[int]) -> dict[int, str]:
    """The opening of each posting, named by the first posting that it was seen as."""
    out = {posting_id: f"posting:{posting_id}" for posting_id in posting_ids}
    for start in range(0, len(posting_ids), 500):
        chunk = posting_ids[start : start + 500]
        clusters: dict[Any, Any] = dict(
            session.exec(
                select(Posting.id, Posting.cluster_id).where(
                    col(Posting.id).in_(chunk), col(Posting.cluster_id).is_not(None)
                )
            ).all()
        )
        if not clusters:
            continue
        first: dict[Any, Any] = dict(
            session.exec(
                select(Posting.cluster_id, func.min(Posting.id))
                .where(col(Posting.cluster_id).in_(set(clusters.values())))
                .group_by(col(Posting.cluster_id))
            ).all()
        )
        out |= {posting_id: f"posting:{first[cluster_id]}" for posting_id, cluster_id in clusters.items()}
    return out


def _put(
    session: Session,
    settings: Settings,
    person_id: int,
    preferences: Preferences,
    match: Match,
    subject: str,
    now: datetime,
) -> bool:
    payload = {
        "posting_id": match.posting_id,
        "title": match.title,
        "company": match.company,
        "url": match.url,
        "score": match.score,
        "reasons": list(match.reasons[:3]),
        "matched_skills": list(match.matched_skills),
    }
    late = match.rank > settings.notify.at_once
    return outbox.put(session, person_id, preferences, "strong_match", subject, payload, now, late=late)
