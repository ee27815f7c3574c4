"""`match` and `swipe` in one warm process over the store in JOBSWIPE_HOME; prints one JSON object of milliseconds."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from jobswipe import clock, settings
from jobswipe.db.engine import Database
from jobswipe.matching import swipes
from jobswipe.matching.deck import deck
from jobswipe.matching.engine import Matcher
from jobswipe.matching.persona import bundled
from jobswipe.models import LOCAL_PERSON_ID
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume

ROUNDS = 200


def milliseconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"p50": round(ordered[len(ordered) // 2], 2), "p99": round(ordered[int(len(ordered) * 0.99)], 2)}


def main() -> None:
    known = settings.load()
    database = Database(known.database_url, known.database)
    matcher = Matcher(database, known)
    persona = bundled()[0]
    with database.write() as session:
        resume = service.ReadResume("bench.json", "", ParsedResume(persona.resume, ""))
        service.store(session, LOCAL_PERSON_ID, resume, clock.now())
    cold = milliseconds(matcher.refresh)

    def match() -> None:
        with database.read() as session:
            assert matcher.match(session, LOCAL_PERSON_ID, 20)

    first = milliseconds(match)
    matched = [milliseconds(match) for _ in range(ROUNDS)]
    swiped: list[float] = []
    for number in range(100):
        with database.read() as session:
            (card,) = deck(matcher, session, LOCAL_PERSON_ID, 1)

        def swipe(posting_id: int = card.match.posting_id, verdict: str = "like" if number % 3 else "dislike") -> None:
            with database.write() as session:
                swipes.record(session, matcher, LOCAL_PERSON_ID, posting_id, verdict, clock.now())

        swiped.append(milliseconds(swipe))
    again = [milliseconds(match) for _ in range(ROUNDS)]
    figures = {
        "postings": len(matcher.features.ids),
        "refresh_ms": round(cold, 1),
        "first_ms": round(first, 1),
        "match_ms": spread(matched),
        "match_after_100_swipes_ms": spread(again),
        "match_bar_ms": 150,
        "swipe_ms": spread(swiped),
        "swipe_bar_ms": 20,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
