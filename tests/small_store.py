"""A small store to match against: invented postings, each role in several places, levels and ways of working."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session
from stores.rows import company_id, skill_id

from jobswipe import skills, titles
from jobswipe.db.engine import Database
from jobswipe.matching.engine import Matcher
from jobswipe.models import (
    LOCAL_PERSON_ID,
    Person,
    Posting,
    PostingPlace,
    PostingSkill,
    Profile,
    Source,
)
from jobswipe.postings.keys import title_key
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume
from jobswipe.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROLES = {
    "Backend Engineer": ("Python (computer programming)", "SQL", "Kubernetes"),
    "Frontend Engineer": ("TypeScript", "React"),
    "Data Analyst": ("SQL", "Tableau"),
    "Account Executive": ("Salesforce", "negotiation"),
    "Registered Nurse": ("patient care",),
}
PLACES = {"Berlin": ("DE", 52.52, 13.4), "Potsdam": ("DE", 52.4, 13.06), "Austin": ("US", 30.27, -97.74)}
RESUME: dict[str, Any] = {
    "basics": {"label": "Backend Engineer", "location": {"city": "Berlin", "countryCode": "DE"}},
    "work": [{"position": "Backend Engineer", "startDate": "2021-01", "summary": "Services in Python."}],
    "skills": [{"name": "Programming", "keywords": ["Python", "SQL"]}],
}


def specs() -> list[dict[str, Any]]:
    """Every role at three companies in every place, plain and senior, on site and remote: 60 postings."""
    out: list[dict[str, Any]] = []
    for role in ROLES:
        for city in PLACES:
            for level, workplace in (("", None), ("Senior ", "remote"), ("Senior ", "onsite"), ("Junior ", "hybrid")):
                out.append(
                    {
                        "title": f"{level}{role}",
                        "company": f"Company {len(out) % 7}",
                        "city": city,
                        "workplace": workplace,
                        "pay": (60_000 + 1_000 * len(out)) if len(out) % 2 else None,
                    }
                )
    return out


def insert(session: Session, rows: Iterable[dict[str, Any]], first_seq: int = 1) -> list[int]:
    """Add postings; returns their ids. `first_seq` is the change sequence of the first."""
    if session.get(Source, 1) is None:
        session.add(Source(id=1, kind="ashby", board="sample", created_at=NOW))
        session.flush()
    out = []
    for at, row in enumerate(rows):
        seq = first_seq + at
        posting = Posting(
            source_id=1,
            external_id=f"external-{seq}",
            company_id=company_id(session, row["company"]),
            change_seq=seq,
            raw_hash=f"hash-{seq}",
            last_run_id=1,
            first_seen_at=NOW,
            last_seen_at=NOW,
            title=row["title"],
            title_key=title_key(row["title"]),
            url=f"https://jobs.example/{seq}",
            workplace=row.get("workplace"),
            remote_countries=row.get("remote_countries", _remote(row)),
            remote_regions=row.get("remote_regions", []),
            employment_type=row.get("employment_type", "full_time"),
            seniority=titles.seniority(row["title"]),
            language="en",
            skills_edition=skills.EDITION,
            posted_at=NOW - timedelta(days=row.get("age", 5)),
            description_text=f"We look for a {row['title']}. " + ", ".join(_asked(row["title"])),
        )
        if row.get("pay"):
            posting.salary_min = posting.salary_max = float(row["pay"])
            posting.salary_currency, posting.salary_period = row.get("currency", "USD"), row.get("period", "year")
        session.add(posting)
        session.flush()
        if row.get("city"):
            country, latitude, longitude = PLACES[row["city"]]
            session.add(
                PostingPlace(
                    posting_id=posting.id or 0, position=0, text=row["city"], city=row["city"], country=country,
                    latitude=latitude, longitude=longitude,
                )
            )  # fmt: skip
        for position, name in enumerate(_asked(row["title"])):
            session.add(
                PostingSkill(
                    posting_id=posting.id or 0, position=position, skill_id=skill_id(session, name), quote=name
                )
            )
        session.flush()
        out.append(posting.id or 0)
    return out


def fill(
    database: Database, resume: dict[str, Any] | None = RESUME, preferences: dict[str, Any] | None = None
) -> list[int]:
    """The 60 postings, a person with a resume and preferences; returns the postings' ids."""
    with database.write() as session:
        ids = insert(session, specs())
        if session.get(Person, LOCAL_PERSON_ID) is None:
            session.add(Person(id=LOCAL_PERSON_ID, created_at=NOW))
            session.flush()
        if resume is not None:
            read = service.ReadResume("resume.json", "0", ParsedResume(resume, ""))
            service.store(session, 1, read, NOW)
        if preferences is not None:
            session.add(Profile(person_id=1, preferences=preferences, updated_at=NOW))
    return ids


def prefer(session: Session, preferences: dict[str, Any]) -> None:
    session.merge(Profile(person_id=1, preferences=preferences, updated_at=NOW))
    session.flush()


def matcher(database: Database, settings: Settings) -> Matcher:
    made = Matcher(database, settings)
    made.refresh()
    return made


def _remote(row: dict[str, Any]) -> list[str]:
    return [PLACES[row["city"]][0]] if row.get("workplace") == "remote" and row.get("city") else []


def _asked(title: str) -> tuple[str, ...]:
    return next((asked for role, asked in ROLES.items() if role in title), ())
