"""The peer of the load bench: FastAPI and SQLAlchemy's asyncio doing the same queries, and no ranking at all.

    python peer.py PORT PROCESSES

It looks up the key, reads the same watermarks, and shows ten postings with their company, places and skills; a verdict
locks the same row, looks at the posting, and writes the swipe, the model's state (as it was) and the application. Which
postings are shown is a matter of arithmetic: whatever ranking costs is ours alone.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import insert, make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from jobswipe import settings as settings_module
from jobswipe.db.engine import database_of
from jobswipe.db.insert import insert_missing
from jobswipe.models import (
    ApiKey,
    Application,
    ApplicationEvent,
    Company,
    Posting,
    PostingPlace,
    PostingSkill,
    PreferenceModel,
    SkillConcept,
    Swipe,
)
from jobswipe.models.base import table

SHOWN = 10
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
        p.id AS posting, p.title AS title, p.url AS url, e.name AS company, w.id AS swipe, w.verdict AS verdict,
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
    """
)
"""What `jobswipe.matching.look` asks."""
_engine = create_async_engine(make_url(os.environ["JOBSWIPE_DATABASE_URL"]).set(drivername="postgresql+psycopg"),
                              pool_size=20, max_overflow=30)  # fmt: skip
_sessions = async_sessionmaker(_engine, expire_on_commit=False)
_vault = database_of(settings_module.load()).vault
_known: dict[str, int] = {}
app = FastAPI()


class Card(BaseModel):
    posting_id: int
    title: str
    company: str | None
    url: str | None
    workplace: str | None
    places: list[str]
    skills: list[str]


class Deck(BaseModel):
    items: list[Card]


class NewSwipe(BaseModel):
    posting_id: int
    verdict: str


class Judged(BaseModel):
    id: int
    new: bool


async def person(authorization: Annotated[str, Header()]) -> int:
    """Whose key it is; remembered, as ours are."""
    text = authorization.removeprefix("Bearer ")
    if text not in _known:
        async with _sessions() as session:
            found = await session.scalar(
                select(ApiKey.person_id).where(ApiKey.key_hash == _vault.fingerprint("api_key.key", text))
            )
        if found is None:
            raise HTTPException(401)
        _known[text] = found
    return _known[text]


@app.get("/api/v1/deck")
async def deal(person_id: Annotated[int, Depends(person)], limit: int = SHOWN) -> Deck:
    async with _sessions() as session:
        seen = (await session.execute(_LOOK, {"person": person_id})).one()
        ids = [1 + (person_id * 7_919 + seen.swipes * 104_729 + at * 611) % (seen.seq or 1) for at in range(limit)]
        postings = (await session.execute(
            select(Posting.id, Posting.title, Company.name, Posting.url, Posting.workplace)
            .outerjoin(Company, Company.id == Posting.company_id).where(Posting.id.in_(ids))
        )).all()  # fmt: skip
        where: dict[int, list[str]] = {}
        for posting_id, text in await session.execute(
            select(PostingPlace.posting_id, PostingPlace.text).where(PostingPlace.posting_id.in_(ids))
        ):
            where.setdefault(posting_id, []).append(text)
        asked: dict[int, list[str]] = {}
        for posting_id, name in await session.execute(
            select(PostingSkill.posting_id, SkillConcept.name)
            .join(SkillConcept, SkillConcept.id == PostingSkill.skill_id).where(PostingSkill.posting_id.in_(ids))
        ):  # fmt: skip
            asked.setdefault(posting_id, []).append(name)
    return Deck(items=[
        Card(posting_id=row[0], title=row[1], company=row[2], url=row[3], workplace=row[4],
             places=where.get(row[0], []), skills=asked.get(row[0], []))
        for row in postings
    ])  # fmt: skip


@app.post("/api/v1/swipes")
async def judge(one: NewSwipe, person_id: Annotated[int, Depends(person)]) -> Judged:
    model, now = table(PreferenceModel), datetime.now(UTC)
    async with _sessions() as session, session.begin():
        lock = select(model).where(model.c.person_id == person_id).with_for_update()
        stored = (await session.execute(lock)).one_or_none()
        if stored is None:
            fresh = PreferenceModel(person_id=person_id, updated_at=now).model_dump()
            await session.run_sync(lambda own: insert_missing(own, model, [fresh], ["person_id"]))
            stored = (await session.execute(lock)).one()
        seen = (await session.execute(_LOOK_AT, {"person": person_id, "posting": one.posting_id})).one()
        if seen.posting is None:
            raise HTTPException(404)
        if seen.verdict == one.verdict and seen.undo is None:
            return Judged(id=seen.swipe, new=False)
        swipe = await _add(session, Swipe(person_id=person_id, posting_id=one.posting_id, verdict=one.verdict, at=now))
        await session.execute(
            update(model).where(model.c.person_id == person_id)
            .values(state=_state(stored.state), version=stored.version + 1, last_swipe_id=swipe, updated_at=now)
        )  # fmt: skip
        if one.verdict in ("like", "save") and seen.application is None:
            opened = await _add(session, Application(
                person_id=person_id, posting_id=one.posting_id, title=seen.title, company=seen.company, url=seen.url,
                created_at=now, updated_at=now,
            ))  # fmt: skip
            await _add(session, ApplicationEvent(application_id=opened, kind="opened", to_stage="saved", at=now))
    return Judged(id=swipe, new=True)


async def _add(session: AsyncSession, row: Any) -> int:
    values = {name: value for name, value in row.model_dump().items() if name != "id"}
    done = await session.execute(insert(table(type(row))).values(values))
    return int(done.inserted_primary_key[0])


def _state(before: bytes) -> bytes:
    """As long as a learned state of so many verdicts is."""
    return before + bytes(250)


if __name__ == "__main__":
    uvicorn.run(
        "peer:app", app_dir=str(Path(__file__).parent), workers=int(sys.argv[2]), host="127.0.0.1",
        port=int(sys.argv[1]), log_level="warning", access_log=False,
    )  # fmt: skip
