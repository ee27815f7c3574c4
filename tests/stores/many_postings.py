"""A store of invented postings, as many as asked for: written past the understanding, which is not what is measured."""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from jobswipe import titles
from jobswipe.db.engine import Database
from jobswipe.db.migrate import upgrade
from jobswipe.models import Company, Person, Posting, PostingPlace, PostingSkill, SkillConcept, Source
from jobswipe.models.base import table
from jobswipe.postings.keys import company_key, title_key
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume
from jobswipe.resumes.service import ReadResume

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEVELS = ("", "", "Junior ", "Senior ", "Lead ", "Staff ", "Principal ")
FIELDS = ("Backend", "Frontend", "Data", "Platform", "Security", "Machine Learning", "Embedded", "Payments", "Network")
ROLES = ("Engineer", "Developer", "Analyst", "Architect", "Scientist", "Manager", "Consultant", "Administrator")
PLACES = (
    ("Berlin", "DE", 52.52, 13.4), ("Hamburg", "DE", 53.55, 9.99), ("Vienna", "AT", 48.2, 16.37),
    ("London", "GB", 51.5, -0.12), ("Austin", "US", 30.27, -97.74), ("Toronto", "CA", 43.7, -79.42),
)  # fmt: skip
SKILLS = ("Python", "SQL", "Kubernetes", "Rust", "TypeScript", "Terraform", "Kafka", "Spark", "Linux", "Go")
SENTENCES = (
    "You build services that many thousand people rely on every day.",
    "The team is six people who review each other's work and write things down.",
    "We measure before we optimise, and we delete what nobody needs.",
    "You talk to customers, find out what they need, and say no where it helps them.",
    "On-call is one week in eight, paid, and quiet: we fix what wakes us.",
    "There is a budget for learning, and time in which to use it.",
)
RESUME: dict[str, Any] = {
    "basics": {
        "name": "Sample Candidate",
        "label": "Backend Engineer",
        "location": {"city": "Berlin", "countryCode": "DE"},
    },
    "work": [
        {
            "name": "Example GmbH",
            "position": "Backend Engineer",
            "startDate": "2021-01",
            "summary": "Services in Python.",
        }
    ],
    "skills": [{"name": "Programming", "keywords": ["Python", "SQL", "Linux"]}],
}  # fmt: skip


def fill(database: Database, count: int, seed: int = 7) -> None:
    """`count` open postings of 2,000 companies in one source, and a person with a resume."""
    chance = random.Random(seed)
    with database.write() as session:
        session.add(Source(id=1, kind="ashby", board="sample", created_at=NOW, last_success_at=NOW))
        if session.get(Person, 1) is None:
            session.add(Person(id=1, created_at=NOW))
        session.flush()
        service.store(session, 1, ReadResume("resume.json", "0", ParsedResume(RESUME, "")), NOW)
        names = [f"Company {number}" for number in range(2_000)]
        session.execute(
            insert(table(Company)),
            [{"id": at, "key": company_key(name), "name": name} for at, name in enumerate(names, 1)],
        )
        session.execute(
            insert(table(SkillConcept)),
            [{"id": at, "concept": f"sample:{name}", "name": name} for at, name in enumerate(SKILLS, 1)],
        )  # fmt: skip
    numbers = iter(range(1, count + 1))
    while some := list(islice(numbers, 5_000)):
        with database.write() as session:
            made = [_posting(number, chance) for number in some]
            session.execute(insert(table(Posting)), [row for row, _, _ in made])
            session.execute(insert(table(PostingPlace)), [place for _, place, _ in made])
            session.execute(insert(table(PostingSkill)), [skill for _, _, skills in made for skill in skills])
            session.connection().exec_driver_sql(f"UPDATE change_counter SET value = {some[-1]} WHERE name = 'posting'")


def _posting(number: int, chance: random.Random) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    title = f"{chance.choice(LEVELS)}{chance.choice(FIELDS)} {chance.choice(ROLES)}"
    city, country, latitude, longitude = chance.choice(PLACES)
    workplace = chance.choice(("remote", "hybrid", "onsite", None))
    pay = chance.randrange(45, 190) * 1_000 if chance.random() < 0.6 else None
    skills = chance.sample(range(1, len(SKILLS) + 1), 4)
    row = {
        "id": number, "source_id": 1, "external_id": f"e{number}", "company_id": chance.randint(1, 2_000),
        "change_seq": number, "raw_hash": f"h{number}", "last_run_id": 1, "first_seen_at": NOW, "last_seen_at": NOW,
        "title": title, "title_key": title_key(title), "url": f"https://jobs.example.com/{number}", "state": "open",
        "shown": True, "workplace": workplace, "remote_countries": [country] if workplace == "remote" else [],
        "remote_regions": [], "employment_type": "full_time", "seniority": titles.seniority(title), "language": "en",
        "salary_min": pay, "salary_max": pay and pay * 1.2, "salary_currency": pay and "EUR",
        "salary_period": pay and "year",
        "salary_provenance": pay and "structured", "salary_quote": pay and f"{pay} EUR",
        "posted_at": NOW - timedelta(days=chance.randrange(60)), "description_text": text(title, skills, chance),
    }  # fmt: skip
    place = {
        "posting_id": number, "position": 0, "text": city, "city": city, "country": country, "latitude": latitude,
        "longitude": longitude,
    }  # fmt: skip
    asked = [
        {"posting_id": number, "position": at, "skill_id": skill, "quote": SKILLS[skill - 1]}
        for at, skill in enumerate(skills)
    ]
    return row, place, asked


def text(title: str, skills: list[int], chance: random.Random) -> str:
    """About 1,500 letters, with headings and lists."""
    part = " ".join(chance.choices(SENTENCES, k=5))
    listed = "\n".join(f"- {SKILLS[skill - 1]}: you have used it for years" for skill in skills)
    tasks = "\n".join(f"- {sentence}" for sentence in chance.sample(SENTENCES, 4))
    start = f"About the role\n\nWe look for a {title}. {part}"
    return f"{start}\n\nWhat you will do\n\n{tasks}\n\nWhat you bring\n\n{listed}\n\n{part}"


def make(home: Path, count: int) -> Database:
    """A store in `home` with its index and features."""
    from jobswipe import settings
    from jobswipe.matching.engine import Matcher

    home.mkdir(parents=True, exist_ok=True)
    known = settings.load(home)
    database = Database(known.database_url, known.database)
    upgrade(database)
    fill(database, count)
    Matcher(database, known).refresh()
    return database


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
