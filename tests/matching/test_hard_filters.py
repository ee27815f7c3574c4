from __future__ import annotations

from typing import Any

import pytest
from small_store import fill, insert, matcher, prefer

from jobswipe.db.engine import Database
from jobswipe.settings import Settings

CARDS: dict[str, dict[str, Any]] = {
    "berlin": {"city": "Berlin", "workplace": "onsite"},
    "austin": {"city": "Austin", "workplace": "onsite"},
    "unsaid way": {"city": "Berlin"},
    "no place": {},
    "remote from germany": {"city": "Berlin", "workplace": "remote"},
    "remote from europe": {"workplace": "remote", "remote_regions": ["Europe"]},
    "remote worldwide": {"workplace": "remote", "remote_regions": ["worldwide"]},
    "remote from the us": {"workplace": "remote", "remote_countries": ["US"]},
    "remote, office in austin": {"city": "Austin", "workplace": "remote", "remote_countries": []},
    "remote, unsaid": {"workplace": "remote"},
    "well paid": {"city": "Berlin", "workplace": "onsite", "pay": 120_000},
    "badly paid": {"city": "Berlin", "workplace": "onsite", "pay": 30_000},
    "paid by the month": {"city": "Berlin", "workplace": "onsite", "pay": 9_000, "currency": "EUR", "period": "month"},
    "junior": {"city": "Berlin", "workplace": "onsite", "title": "Junior Backend Engineer"},
    "senior": {"city": "Berlin", "workplace": "onsite", "title": "Senior Backend Engineer"},
    "contract": {"city": "Berlin", "workplace": "onsite", "employment_type": "contract"},
    "unsaid type": {"city": "Berlin", "workplace": "onsite", "employment_type": None},
    "blocked": {"city": "Berlin", "workplace": "onsite", "company": "Blocked, Inc."},
}  # fmt: skip
REMOTE = {name for name in CARDS if name.startswith("remote")}
FLOOR = {"amount": 80_000, "currency": "USD", "period": "year"}


@pytest.mark.parametrize(
    ("preferences", "hidden"),
    [
        ({}, set()),
        ({"remote": "only"}, set(CARDS) - REMOTE),
        ({"remote": "no"}, REMOTE),
        ({"countries": ["DE"]}, {"austin", "remote from the us", "remote, office in austin"}),
        ({"countries": ["DE", "US"]}, set()),
        ({"countries": ["JP"]}, set(CARDS) - {"no place", "remote worldwide", "remote, unsaid"}),
        ({"salary_floor": FLOOR}, {"badly paid"}),
        (
            {"salary_floor": {"amount": 100, "currency": "USD", "period": "hour"}},
            {"well paid", "badly paid", "paid by the month"},
        ),
        ({"seniority": ["senior"]}, {"junior"}),
        ({"seniority": ["entry", "mid"]}, {"senior"}),
        ({"employment_types": ["full_time"]}, {"contract"}),
        ({"blocked_companies": ["blocked"]}, {"blocked"}),
        ({"blocked_companies": ["Nobody"]}, set()),
    ],
)  # fmt: skip
def test_a_filter_hides_what_it_says_and_nothing_else(
    sqlite: Database, settings: Settings, preferences: dict[str, Any], hidden: set[str]
) -> None:
    with sqlite.write() as session:
        ids = insert(session, ({"title": "Backend Engineer", "company": "Open"} | card for card in CARDS.values()))
        prefer(session, preferences)
    with sqlite.read() as session:
        found = {one.posting_id for one in matcher(sqlite, settings).match(session, 1, 100)}
    assert set(CARDS) - {name for name, id_ in zip(CARDS, ids, strict=True) if id_ in found} == hidden


def test_what_is_unsaid_stays_and_ranks_lower(sqlite: Database, settings: Settings) -> None:
    fill(sqlite, preferences={"seniority": ["senior"], "remote": "ok"})
    with sqlite.read() as session:
        found = [one for one in matcher(sqlite, settings).match(session, 1, 100) if "Backend" in one.title]
    levels = {one.title: one.parts["seniority"] for one in found}
    assert set(levels) == {"Backend Engineer", "Senior Backend Engineer"}
    assert levels["Senior Backend Engineer"] > levels["Backend Engineer"]
