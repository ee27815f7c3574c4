"""Candidate: what a resume and preferences say that postings are scored by."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from jobswipe import titles
from jobswipe.matching.facets import RANKS
from jobswipe.matching.preferences import Preferences
from jobswipe.resumes.facts import ResumeFacts

_TITLE_DECAY = (1.0, 0.55, 0.35, 0.25, 0.15)
_MAX_TITLES = 8
_MAX_TEXT = 60_000
_BY_YEARS = ((1.5, 0.9), (4.0, 2.0), (7.0, 2.6), (math.inf, 3.1))
"""Below how many years of work a rank is likely, where no title states one."""
_STUDENT_YEARS = 2.5
_HEAD = 400
"""Characters at the start of a resume, in which a headline stands."""
_STUDENT = re.compile(r"\b(?:student|graduate|undergraduate|freshman|sophomore)\b", re.IGNORECASE)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """`titles` with weights up to 1, the most telling first; `rank` on the ladder of `facets.RANKS` (None: unknown);
    `skills` concept id to weight and `skill_names` id to name; `countries` where the person wants to work, the home's
    alone unless preferences say more; `home`, `city`, `region`, `point` (latitude, longitude) are the resume's place.
    """

    titles: tuple[tuple[str, float], ...] = ()
    rank: float | None = None
    skills: dict[str, float] = {}
    skill_names: dict[str, str] = {}
    home: str | None = None
    city: str | None = None
    region: str | None = None
    point: tuple[float, float] | None = None
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    text: str = ""
    preferences: Preferences = Preferences()


@lru_cache(maxsize=16)
def candidate(facts: ResumeFacts | None, preferences: Preferences) -> Candidate:
    """The candidate of a resume's facts (None: no resume yet) and preferences."""
    facts = facts or ResumeFacts()
    skills, names = _skills(facts)
    home, city, region, point = _home(facts)
    return Candidate(
        titles=_titles(facts, preferences),
        rank=_rank(facts),
        skills=skills,
        skill_names=names,
        home=home,
        city=city,
        region=region,
        point=point,
        countries=preferences.countries or ((home,) if home else ()),
        languages=tuple(language.casefold() for language in facts.languages),
        text=facts.text[:_MAX_TEXT],
        preferences=preferences,
    )


def _titles(facts: ResumeFacts, preferences: Preferences) -> tuple[tuple[str, float], ...]:
    """Titles that are looked for weigh 1, the resume's own less with age, and a quarter beside wanted ones.

    The headline weighs as the present title where it names a role: a founder who calls herself a programmer looks for
    programming.
    """
    own = list(dict.fromkeys([*([facts.current_title] if facts.current_title else []), *facts.titles]))
    scale = 0.25 if preferences.titles else 1.0
    weighted = [(title, 1.0) for title in preferences.titles]
    if facts.headline and facts.headline not in own[:1] and titles.family(facts.headline):
        weighted.append((facts.headline, scale))
    weighted += [(title, scale * _TITLE_DECAY[min(at, len(_TITLE_DECAY) - 1)]) for at, title in enumerate(own)]
    return tuple(weighted[:_MAX_TITLES])


def _rank(facts: ResumeFacts) -> float | None:
    """Where the person stands: the level that the current title states, else what the years of work suggest."""
    stated = next(
        (level for title in (facts.current_title, *facts.titles[:1]) if title and (level := titles.seniority(title))),
        None,
    )
    years = facts.years_experience
    if stated is not None:
        return RANKS[stated]
    if (years is None or years < _STUDENT_YEARS) and _STUDENT.search(facts.text[:_HEAD]):
        return (RANKS["intern"] + RANKS["entry"]) / 2
    return None if years is None else next(rank for most, rank in _BY_YEARS if years < most)


def _skills(facts: ResumeFacts) -> tuple[dict[str, float], dict[str, str]]:
    """Concepts that the resume names: those under skills weigh 1, those elsewhere 0.5."""
    weights: dict[str, float] = {}
    names: dict[str, str] = {}
    for weight, found in ((1.0, _extract("\n".join(facts.skills))), (0.5, _extract(facts.text[:_MAX_TEXT]))):
        for concept, name in found:
            weights[concept] = max(weights.get(concept, 0.0), weight)
            names.setdefault(concept, name)
    return weights, names


def _extract(text: str) -> Iterable[tuple[str, str]]:
    from jobswipe import skills

    return [(skill.id, skill.name) for skill in skills.extract(text)] if text.strip() else []


def _home(
    facts: ResumeFacts,
) -> tuple[str | None, str | None, str | None, tuple[float, float] | None]:
    """(country code, city, region, coordinates) as the gazetteer spells them, so that they equal those of postings."""
    from jobswipe import places

    if not (facts.city or facts.region or facts.country):
        return None, None, None, None
    country = places.country_code(facts.country) if facts.country else None
    found = places.resolve(city=facts.city, region=facts.region, country=country or facts.country)
    if found is None:
        return country, facts.city, facts.region, None
    point = None if found.latitude is None or found.longitude is None else (found.latitude, found.longitude)
    return found.country or country, found.city or facts.city, found.region or facts.region, point
