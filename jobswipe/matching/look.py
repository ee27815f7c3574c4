"""Look: what tells whether anything that is kept of a person is still so, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from jobswipe.db.asking import Asking
from jobswipe.db.insert import number_ahead
from jobswipe.db.straight import Straight, connection_of
from jobswipe.models import Application, Swipe
from jobswipe.models.base import table

if TYPE_CHECKING:
    from jobswipe.db.engine import Database

# Bare values in a fixed order: their names would be looked up for each of thousands of looks.
_SEEN = """
    (SELECT max(change_seq) FROM posting), o.sources, o.last_source,
    r.id, r.sha256, CAST(r.imported_at AS TEXT),
    (SELECT CAST(count(*) AS TEXT) || ' ' || CAST(max(c.id) AS TEXT) FROM resume_correction c WHERE c.resume_id = r.id),
    CAST(f.preferences AS TEXT), CAST(f.updated_at AS TEXT),
    m.version, m.last_swipe_id, m.skills_edition, (SELECT count(*) FROM swipe s WHERE s.person_id = :person)
"""
_WIDTH = 13
"""Columns of `_SEEN`."""
_FROM = """
    FROM (SELECT count(*) AS sources, max(id) AS last_source FROM source) AS o
    LEFT JOIN resume r ON r.person_id = :person AND r.active
    LEFT JOIN profile f ON f.person_id = :person
    LEFT JOIN preference_model m ON m.person_id = :person
"""
_ASKED = text(f"SELECT {_SEEN} {_FROM} ORDER BY r.id LIMIT 1")
_LOOK = Straight(_ASKED)


@cache
def _look_at(dialect: str) -> Straight:
    asked = f"""
        SELECT {_SEEN},
            p.id, p.title, e.name, p.url, p.shown, p.cluster_id, p.skills_edition, w.id, w.verdict,
            (SELECT u.id FROM swipe u WHERE u.undoes_id = w.id),
            (SELECT a.id FROM application a WHERE a.person_id = :person AND a.posting_id = :posting),
            CASE WHEN m.person_id IS NOT NULL THEN {number_ahead(table(Swipe), dialect)} END,
            CASE WHEN m.person_id IS NOT NULL AND :opens THEN {number_ahead(table(Application), dialect)} END
        {_FROM}
        LEFT JOIN posting p ON p.id = :posting
        LEFT JOIN company e ON e.id = p.company_id
        LEFT JOIN swipe w ON w.id = (
            SELECT max(l.id) FROM swipe l
            WHERE l.person_id = :person AND l.posting_id = :posting AND l.verdict <> 'undo'
        )
        ORDER BY r.id LIMIT 1
    """  # noqa: S608 - constants above
    return Straight(text(asked))


_SOURCES = Straight(text("SELECT count(*), max(id) FROM source"))


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
    next_swipe: int
    next_application: int
    """The numbers that a verdict and an application take now; 0: the person has no model's row, or opens none."""


def sources(session: Session) -> tuple[Any, ...]:
    """The watermark of the sources: postings go with theirs without another word."""
    return _SOURCES.rows(session, {})[0]


class Looks:
    """Looks that an event loop takes without a thread, where it can ask the store (`jobswipe.db.asking`)."""

    def __init__(self, database: Database) -> None:
        self._asking = Asking(database, _ASKED)

    async def of(self, person_id: int) -> Seen | None:
        """As `look`; None where a session is to be asked."""
        rows = await self._asking.rows(person_id)
        return _seen(*rows[0]) if rows else None

    def close(self) -> None:
        self._asking.close()


def look(session: Session, person_id: int) -> Seen:
    return _seen(*_LOOK.rows(session, {"person": person_id})[0])


def look_at(
    session: Session, person_id: int, posting_id: int, *, opens: bool
) -> Callable[[], tuple[Seen, SeenPosting | None]]:
    """What gives the watermarks with a posting; None for an unknown one. The look goes to the store with what follows.

    `opens`: the verdict is one that opens an application.
    """
    asked = {"person": person_id, "posting": posting_id, "opens": opens}
    rows = _look_at(connection_of(session).dialect.name).ahead(session, asked)

    def found() -> tuple[Seen, SeenPosting | None]:
        (row,) = rows()
        return _seen(*row[:_WIDTH]), _seen_posting(*row[_WIDTH:])

    return found


def _seen_posting(
    id_: Any, title: Any, company: Any, url: Any, shown: Any, cluster: Any, edition: Any, swipe: Any, verdict: Any,
    undo: Any, application: Any, next_swipe: Any, next_application: Any,
) -> SeenPosting | None:  # fmt: skip
    if id_ is None:
        return None
    if undo is not None:
        swipe = verdict = None
    return SeenPosting(
        id=id_, title=title, company=company, url=url, shown=bool(shown), cluster=cluster, swipe=swipe,
        verdict=verdict, application=application, edition=edition,
        next_swipe=next_swipe or 0, next_application=next_application or 0,
    )  # fmt: skip


def _seen(seq: Any, sources: Any, source: Any, *rest: Any) -> Seen:
    *person, version, last_swipe, edition, swipes = rest
    return Seen(
        seq=seq or 0,
        sources=(sources, source),
        person=tuple(person),
        log=(version, last_swipe, swipes),
        version=version or 0,
        edition=edition or 0,
    )
