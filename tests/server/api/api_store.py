"""What the tests of the API share: a store to deal from, and what a refusal looks like."""

from __future__ import annotations

from typing import Any

from small_store import NOW, RESUME, insert, specs

from jobswipe.db.engine import Database
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume

REFUSED = {400, 422}
"""A request that is wrong in itself."""


def fill(database: Database) -> list[int]:
    """The 60 sample postings; their ids."""
    with database.write() as session:
        return insert(session, specs())


def give_resume(database: Database, person_id: int, document: dict[str, Any] = RESUME) -> int:
    """A resume as if its file had been read; its number."""
    read = service.ReadResume("resume.json", "0", ParsedResume(document, ""))
    with database.write() as session:
        resume, _ = service.store(session, person_id, read, NOW)
        return resume.id or 0


def code(answer: Any) -> str:
    """The stable code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found: str = answer.json()["code"]
    return found
