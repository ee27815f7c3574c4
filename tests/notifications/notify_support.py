"""What the tests of notifications share: a moment, a posting, and how preferences are set."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from jobswipe.models import Posting
from jobswipe.notifications import preferences

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def sample_posting(number: int = 1, title: str = "Data Engineer") -> Posting:
    return Posting(
        source_id=1,
        external_id=f"external-{number}",
        change_seq=number,
        raw_hash=f"hash-{number}",
        last_run_id=1,
        first_seen_at=NOW,
        last_seen_at=NOW,
        title=title,
        title_key=title.casefold(),
        url=f"https://jobs.example.com/{number}",
    )


def set_preferences(session: Session, **wanted: object) -> None:
    preferences.put(session, 1, preferences.decode(wanted), NOW)
