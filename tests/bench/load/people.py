"""Invented resumes: a role, its skills, a few years of work, a place."""

from __future__ import annotations

import random
from typing import Any

from load.words import FIRST, LEVELS, PLACES, ROLES, SECOND, SENTENCES


def resume(number: int) -> dict[str, Any]:
    """The JSON Resume document of person `number`; the same for the same number."""
    dice = random.Random(1_000_003 + number)
    role = dice.choice(list(ROLES))
    country = dice.choices(list(PLACES), [12, 6, 4, 2, 2, 2, 2, 3, 2, 1, 1, 1])[0]
    level = dice.choice(LEVELS[:10])
    others = [skill for one in dice.sample(list(ROLES), 2) for skill in ROLES[one][:2]]
    work = []
    year = 2026
    for at in range(dice.randint(1, 4)):
        years = dice.randint(1, 4)
        job: dict[str, Any] = {
            "name": f"{dice.choice(FIRST)} {dice.choice(SECOND)}",
            "position": f"{level if at == 0 else ''}{role}",
            "startDate": f"{year - years}-{dice.randint(1, 12):02}",
            "summary": " ".join(dice.sample(SENTENCES, 3)),
            "highlights": [f"Used {skill} for {years} years." for skill in dice.sample(ROLES[role], 3)],
        }
        if at:
            job["endDate"] = f"{year}-{dice.randint(1, 12):02}"
        work.append(job)
        year -= years
    return {
        "basics": {
            "name": "Sample Candidate",
            "email": f"candidate{number}@example.com",
            "label": f"{level}{role}",
            "location": {"city": dice.choice(PLACES[country]), "countryCode": country},
            "summary": f"{role} who works with {', '.join(ROLES[role][:4])}. {dice.choice(SENTENCES)}",
        },
        "work": work,
        "education": [{"institution": "Example University", "area": role, "endDate": str(year)}],
        "skills": [{"name": role, "keywords": list(dict.fromkeys([*ROLES[role], *others]))}],
        "languages": [{"language": "English"}],
    }


def preferences(number: int) -> dict[str, Any] | None:
    """What person `number` wants; half of the persons say nothing."""
    dice = random.Random(2_000_003 + number)
    if number % 2:
        return None
    wants: dict[str, Any] = {"remote": dice.choice(("ok", "ok", "ok", "no"))}
    if dice.random() < 0.5:
        wants["countries"] = [resume(number)["basics"]["location"]["countryCode"]]
    if dice.random() < 0.2:
        wants["seniority"] = dice.choice((["mid", "senior"], ["senior", "lead", "staff"], ["entry", "mid"]))
    if dice.random() < 0.2:
        wants["salary_floor"] = {"amount": 50_000, "currency": "EUR", "period": "year"}
    return wants
