"""What happens to postings and sources, written into the outbox in the transaction in which it happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe.models import Application, Company, Posting, Source
from jobswipe.notifications import outbox
from jobswipe.notifications.preferences import Preferences, reachable
from jobswipe.notifications.words import TOLD, told

PURSUED = ("saved", "applied", "screen", "interview", "offer")
"""Stages in which a person wants to know what becomes of the posting."""
BROKEN_AFTER = 3
"""Failed polls in a row from which a source counts as broken."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A version that was just added: `before` and `after` hold the values of what changed, as JSON has them."""

    posting_id: int
    number: int
    kind: str
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}


def postings(session: Session, changes: Sequence[Change], now: datetime) -> int:
    """Tell those who pursue the postings; how many rows were written."""
    changes = [one for one in changes if one.kind != "changed" or TOLD.keys() & one.before.keys()]
    persons = reachable(session) if changes else {}
    if not persons:
        return 0
    pursued = _pursued(session, [one.posting_id for one in changes], persons)
    concerned = [one for one in changes if one.posting_id in pursued]
    heads = _heads(session, [one.posting_id for one in concerned])
    written = 0
    for change in concerned:
        payload = {"posting_id": change.posting_id, **heads[change.posting_id]}
        if change.kind == "changed":
            payload["changes"] = [
                {"field": name, "before": told(change.before[name]), "after": told(change.after.get(name))}
                for name in TOLD
                if name in change.before
            ]
        if change.kind == "reopened":
            payload["reopened"] = True
        kind = "posting_closed" if change.kind == "closed" else "posting_changed"
        for person_id, application_id, stage in pursued[change.posting_id]:
            written += outbox.put(
                session,
                person_id,
                persons[person_id],
                kind,
                f"posting:{change.posting_id}:{change.number}",
                {**payload, "application_id": application_id, "stage": stage},
                now,
            )
    return written


def source_failed(session: Session, source: Source, name: str, now: datetime) -> bool:
    """Tell once when a source has failed `BROKEN_AFTER` times in a row; whether a row was written.

    Those are told who want it: the local person unless it is off, others when they have asked for it.
    """
    if source.failures < BROKEN_AFTER:
        return False
    since = source.last_success_at or source.created_at
    payload = {
        "source": name,
        "failures": source.failures,
        "error": source.last_error,
        "since": source.last_success_at.isoformat() if source.last_success_at else None,
    }
    subject = f"source:{source.id}:{since.isoformat(timespec='seconds')}"
    written = [
        outbox.put(session, person_id, preferences, "source_broken", subject, payload, now)
        for person_id, preferences in reachable(session).items()
    ]
    return any(written)


def _pursued(
    session: Session, posting_ids: Sequence[int], persons: dict[int, Preferences]
) -> dict[int, list[tuple[int, int, str]]]:
    """(person, application, stage) by posting."""
    out: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for start in range(0, len(posting_ids), 500):
        found = session.exec(
            select(Application.posting_id, Application.person_id, Application.id, Application.stage).where(
                col(Application.posting_id).in_(posting_ids[start : start + 500]),
                col(Application.stage).in_(PURSUED),
                col(Application.person_id).in_(list(persons)),
            )
        )
        for posting_id, person_id, application_id, stage in found:
            if posting_id is not None and application_id is not None:
                out[posting_id].append((person_id, application_id, stage))
    return out


def _heads(session: Session, posting_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    out: dict[int, dict[str, Any]] = {}
    for start in range(0, len(posting_ids), 500):
        found = session.exec(
            select(Posting.id, Posting.title, Company.name, Posting.url)
            .outerjoin(Company, col(Company.id) == col(Posting.company_id))
            .where(col(Posting.id).in_(posting_ids[start : start + 500]))
        )
        for posting_id, title, company, url in found:
            if posting_id is not None:
                out[posting_id] = {"title": title, "company": company, "url": url}
    return out
