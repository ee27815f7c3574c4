"""A small store to swipe: invented postings that a screen may find hard, a resume, and sources."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, select
from stores.rows import company_id, skill_id

from jobswipe import titles
from jobswipe.db.engine import Database
from jobswipe.models import (
    ChangeCounter,
    Person,
    Posting,
    PostingPlace,
    PostingSkill,
    Source,
)
from jobswipe.postings.keys import title_key
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume
from jobswipe.resumes.service import ReadResume

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROLES = ("Backend Engineer", "Data Engineer", "Platform Engineer", "Data Analyst", "Account Executive", "Nurse")
COMPANIES = ("Fennbrook", "Thornmere", "Copperfinch", "Quillmark", "Northwind Sample")
PLACES = {"Berlin": ("DE", 52.52, 13.4), "Vienna": ("AT", 48.2, 16.37), "Austin": ("US", 30.27, -97.74)}
SKILLS = ("Python", "SQL", "Kafka", "Terraform", "Spark")
TEXT = (
    "About us\n\nWe keep meters honest in forty towns. The team is six people.\n\nWhat you will do\n\n"
    "- Build services that people rely on\n- Talk to those who use them\n- Delete what nobody needs\n\n"
    "What you bring\n\n- Practice with Python and SQL\n- A liking for plain words\n\n"
    "We answer within a week. The work is in Berlin or where you are."
)
RESUME: dict[str, Any] = {
    "basics": {
        "name": "Sample Candidate",
        "label": "Backend Engineer",
        "email": "sample.candidate@example.com",
        "location": {"city": "Berlin", "countryCode": "DE"},
    },
    "work": [{"name": "Example GmbH", "position": "Backend Engineer", "startDate": "2021-01", "summary": "Services."}],
    "skills": [{"name": "Programming", "keywords": ["Python", "SQL"]}],
    "meta": {
        "jobswipe": {
            "fields": {
                "basics.name": {"confidence": 0.98, "page": 1, "quote": "Sample Candidate"},
                "basics.label": {"confidence": 0.9, "page": 1, "quote": "Backend Engineer"},
                "basics.email": {"confidence": 1.0, "page": 1, "quote": "sample.candidate@example.com"},
                "work[0].name": {"confidence": 0.45, "page": 1, "quote": "Example GmbH"},
                "work[0].startDate": {"confidence": 0.55, "page": 1, "quote": "January 2021"},
            }
        }
    },
}
RESUME_TEXT = (
    "Sample Candidate\nBackend Engineer\nsample.candidate@example.com\n\nExperience\n"
    "Backend Engineer, Example GmbH, January 2021 to today\nServices.\n\nSkills\nPython, SQL\n"
)
HARD = (
    ("Ingénieur données 🚀👩‍💻 (m/w/d)", "Unternehmen Ärmel & Söhne 🧵", "Zahlen 📈 und Bilder.\n\n- ein Punkt 🎯"),
    ("مهندس برمجيات", "شركة نموذجية", "نص الوظيفة من اليمين إلى اليسار.\n\nمهندس Backend في برلين"),
    ("Engineer with no text", "Fennbrook", None),
    ("Engineer with very much text", "Thornmere", "A sentence that says little, again and again. " * 2_300),
    ("Title with \x1b[31mescape\x1b[0m and [markup](x) [b]bold[/b]", "[red]Employer[/red]", "[bold]text[/bold] \x07"),
)


def fill(database: Database, *, postings: int = 30, hard: bool = False, resume: bool = True) -> None:
    """`postings` usual ones, and before them the hard ones when asked for."""
    with database.write() as session:
        session.add(
            Source(
                id=1, kind="ashby", board="fennbrook", created_at=NOW, last_success_at=NOW - timedelta(hours=3),
                next_due_at=NOW + timedelta(hours=1), polled=True,
            )
        )  # fmt: skip
        session.add(
            Source(
                id=2, kind="lever", board="thornmere", created_at=NOW, polled=True, failures=3,
                last_error="The board answered 503: it is tried again later.", last_success_at=NOW - timedelta(days=2),
            )
        )  # fmt: skip
        if session.get(Person, 1) is None:
            session.add(Person(id=1, created_at=NOW))
        session.flush()
        if resume:
            read = ReadResume("resume.pdf", "0", ParsedResume(RESUME, RESUME_TEXT))
            service.store(session, 1, read, NOW)
        if hard:
            for title, company, text in HARD:
                put(session, title, company, "Berlin", text=text)
        for number in range(postings):
            role = ROLES[number % len(ROLES)]
            level = ("", "Senior ", "", "Junior ")[number % 4]
            pay = 55_000 + 1_500 * number if number % 3 else None
            put(
                session, f"{level}{role}", COMPANIES[number % len(COMPANIES)], list(PLACES)[number % 3], pay=pay,
                workplace=("remote", "hybrid", None)[number % 3], age=number % 40, skills=number,
            )  # fmt: skip


def put(
    session: Session,
    title: str,
    company: str,
    city: str,
    *,
    text: str | None = TEXT,
    pay: int | None = None,
    workplace: str | None = None,
    age: int = 5,
    skills: int = 0,
) -> int:
    """Add one open posting; its id."""
    counter = session.exec(select(ChangeCounter).where(ChangeCounter.name == "posting")).one()
    counter.value += 1
    seq = counter.value
    country, latitude, longitude = PLACES[city]
    posting = Posting(
        source_id=1, external_id=f"external-{seq}", company_id=company_id(session, company), change_seq=seq,
        raw_hash=f"hash-{seq}", last_run_id=1, first_seen_at=NOW, last_seen_at=NOW, title=title,
        title_key=title_key(title), url=f"https://jobs.example.com/{seq}", workplace=workplace,
        remote_countries=[country] if workplace == "remote" else [], remote_regions=[], employment_type="full_time",
        seniority=titles.seniority(title), language="en", posted_at=NOW - timedelta(days=age), description_text=text,
        salary_min=pay, salary_max=pay and pay + 12_000, salary_currency=pay and "EUR", salary_period=pay and "year",
        salary_provenance=pay and "structured", salary_quote=pay and f"EUR {pay}",
    )  # fmt: skip
    session.add(posting)
    session.flush()
    session.add(
        PostingPlace(
            posting_id=posting.id or 0, position=0, text=city, city=city, country=country, latitude=latitude,
            longitude=longitude,
        )
    )  # fmt: skip
    for position, name in enumerate((SKILLS[skills % 5], SKILLS[(skills + 1) % 5])):
        session.add(
            PostingSkill(posting_id=posting.id or 0, position=position, skill_id=skill_id(session, name), quote=name)
        )
    session.flush()
    return posting.id or 0
