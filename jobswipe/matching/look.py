"""Look: what tells whether anything that is kept of a person is still so, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlmodel import Session

_SEEN = """
    (SELECT max(change_seq) FROM posting) AS seq,
    (SELECT count(*) FROM source) AS sources, (SELECT max(id) FROM source) AS last_source,
    r.id AS resume, r.sha256 AS sha256, r.imported_at AS imported_at,
    (SELECT count(*) FROM resume_correction c WHERE c.resume_id = r.id) AS corrections,
    (SELECT max(id) FROM resume_correction c WHERE c.resume_id = r.id) AS last_correction,
    CAST(f.preferences AS TEXT) AS preferences, f.updated_at AS preferred_at,
    m.version AS version, m.last_swipe_id AS last_swipe, m.skills_edition AS edition,
    (SELECT count(*) FROM swipe s WHERE s.person_id = :person) AS swipes
"""
_FROM = """
    FROM (SELECT 1 AS one) AS o
    LEFT JOIN resume r ON r.person_id = :person AND r.active
    LEFT JOIN profile f ON f.person_id = :person
    LEFT JOIN preference_model m ON m.person_id = :person
"""
_LOOK = text(f"SELECT {_SEEN} {_FROM} ORDER BY r.id LIMIT 1")
_LOOK_AT = text(
    f"""
    SELECT {_SEEN},
        p.id AS posting, p.title AS title, p.url AS url, p.shown AS shown, p.cluster_id AS cluster,
        p.skills_edition AS posting_edition,
        e.name AS company,
        w.id AS swipe, w.verdict AS verdict,
        (SELECT u.id FROM swipe u WHERE u.undoes_id = w.id) AS undo,
        (SELECT a.id FROM application a WHERE a.person_id = :person AND a.posting_id = :posting) AS application
    {_FROM}
    LEFT JOIN posting p ON p.id = :posting
    LEFT JOIN company e ON e.id = p.company_id
    LEFT JOIN swipe w ON w.id = (
        SELECT max(l.id) FROM swipe l
        WHERE l.person_id = :person AND l.posting_id = :posting AND l.verdict <> 'undo'
    )
    ORDER BY r.id LIMIT 1
    """  # noqa: S608 - constants above
)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Watermarks of the postings, and of a person's resume, preferences and verdicts."""

    seq: int
    sources: tuple[Any, ...]
    person: tuple[Any, ...]
    """Another one: the person's resume, its corrections or the preferences are others."""
    log: tuple[Any, ...]
    """Another one: there are other verdicts."""
    version: int
    edition: int
    """Of the skills that the model has learned of."""


class SeenPosting(msgspec.Struct, frozen=True, kw_only=True):
    """A posting that is about to be judged: its latest verdict that stands, if any, and the application for it."""

    id: int
    title: str
    company: str | None
    url: str | None
    shown: bool
    cluster: int | None
    swipe: int | None
    verdict: str | None
    application: int | None
    edition: int
    """Of the skills that it is known with."""


def look(session: Session, person_id: int) -> Seen:
    session.flush()
    return _seen(session.connection().execute(_LOOK, {"person": person_id}).one())


def look_at(session: Session, person_id: int, posting_id: int) -> tuple[Seen, SeenPosting | None]:
    """The watermarks with a posting; None for an unknown one."""
    session.flush()
    row = session.connection().execute(_LOOK_AT, {"person": person_id, "posting": posting_id}).one()
    if row.posting is None:
        return _seen(row), None
    stands = row.swipe is not None and row.undo is None
    return _seen(row), SeenPosting(
        id=row.posting, title=row.title, company=row.company, url=row.url, shown=bool(row.shown), cluster=row.cluster,
        swipe=row.swipe if stands else None, verdict=row.verdict if stands else None, application=row.application,
        edition=row.posting_edition,
    )  # fmt: skip


def _seen(row: Any) -> Seen:
    return Seen(
        seq=row.seq or 0,
        sources=(row.sources, row.last_source),
        person=(
            row.resume, row.sha256, _text(row.imported_at), row.corrections, row.last_correction, row.preferences,
            _text(row.preferred_at),
        ),
        log=(row.version, row.last_swipe, row.swipes),
        version=row.version or 0,
        edition=row.edition or 0,
    )  # fmt: skip


def _text(moment: datetime | str | None) -> str | None:
    return moment.isoformat() if isinstance(moment, datetime) else moment
