"""Personas: made-up people with a resume and hidden wants, by which a ranking is graded and swiping is simulated.

A persona file is one JSON object: `name`, `profession`, `resume` (a JSON Resume), `preferences` (the public shape: what
the person would say when asked), `wants` (what the person looks for, hidden from the matcher) and, where swiping is to
bring to light more than that, `hidden`: keys of `wants` whose values take their place in a simulation.


    roles       [{any: [phrases of a title], none: [phrases], points: 0-1}]: the best that fits counts; grade 0 if none
    countries   where work may be; a remote posting counts where it is open to one of them or to one of `regions`
    cities, states   where work that is not remote must be, if given; cities_bonus: a plus for these cities
    remote      "no", "ok" or "only"
    levels      seniorities that fit (null: unsaid); others count half
    pay_floor   US dollars a year; less counts 0.4, unsaid pay counts whole
    employment  employment types that fit; others count 0.3
    topics, unwanted   phrases of title or description: none of the first counts 0.4, one of the second 0.3
    companies, unwanted_companies   likewise for employers' names

The product of all, 0 to 1, makes the grade: 3 from 0.85, 2 from 0.55, 1 from 0.25. From grade 2 a posting is relevant.
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from jobswipe.errors import InputError
from jobswipe.matching.preferences import Preferences, decode

RELEVANT = 2
_GRADES = ((0.85, 3), (0.55, 2), (0.25, 1))


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    any: tuple[str, ...]
    none: tuple[str, ...] = ()
    points: float = 1.0


class Wants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See the module's docstring."""

    roles: tuple[Role, ...]
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    cities_bonus: tuple[str, ...] = ()
    remote: Literal["no", "ok", "only"] = "ok"
    levels: tuple[str | None, ...] = ()
    pay_floor: float | None = None
    employment: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    unwanted_companies: tuple[str, ...] = ()


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    profession: str
    resume: dict[str, Any]
    wants: Wants
    hidden: Wants | None = None
    preferences: Preferences = Preferences()

    @property
    def swipes_for(self) -> Wants:
        """What the verdicts of a simulation follow."""
        return self.hidden or self.wants


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a persona looks at: a posting's own words and fields. `pay` is the most, US dollars a year (NaN: unsaid)."""

    id: int
    title: str
    company: str = ""
    level: str | None = None
    workplace: str | None = None
    countries: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    remote_countries: frozenset[str] = frozenset()
    remote_regions: frozenset[str] = frozenset()
    employment: str | None = None
    pay: float = math.nan
    text: str = ""


def grade(wants: Wants, opening: Opening) -> int:
    """0 (not wanted) to 3 (just right)."""
    worth = appeal(wants, opening)
    return next((grade for least, grade in _GRADES if worth >= least), 0)


def appeal(wants: Wants, opening: Opening) -> float:
    """The product of all wants, 0 to 1."""
    title = opening.title
    worth = max(
        (role.points for role in wants.roles if _says(role.any, title) and not _says(role.none, title)), default=0.0
    )
    if worth == 0.0:
        return 0.0
    worth *= _place(wants, opening)
    if wants.levels and opening.level not in wants.levels:
        worth *= 0.5
    if wants.pay_floor is not None and opening.pay < wants.pay_floor:
        worth *= 0.4
    if wants.employment and opening.employment is not None and opening.employment not in wants.employment:
        worth *= 0.3
    if worth >= _GRADES[-1][0]:  # the long text is read only where it matters
        text = f"{title}\n{opening.text}"
        worth *= 1.0 if not wants.topics or _says(wants.topics, text) else 0.4
        worth *= 0.3 if wants.unwanted and _says(wants.unwanted, text) else 1.0
        worth *= 1.0 if not wants.companies or _says(wants.companies, opening.company) else 0.4
        worth *= 0.3 if wants.unwanted_companies and _says(wants.unwanted_companies, opening.company) else 1.0
    return worth


def _place(wants: Wants, opening: Opening) -> float:
    if opening.workplace == "remote":
        if wants.remote == "no":
            return 0.2
        named = opening.remote_countries or opening.countries
        if not wants.countries or named & set(wants.countries) or opening.remote_regions & set(wants.regions):
            return 1.0
        return 0.0 if named or opening.remote_regions else 0.7
    if wants.remote == "only":
        return 0.2 if not wants.countries or opening.countries & set(wants.countries) else 0.0
    if wants.countries and not opening.countries & set(wants.countries):
        return 0.0 if opening.countries else 0.5
    if wants.cities and not opening.cities & set(wants.cities):
        return 0.3
    if wants.states and not opening.states & set(wants.states):
        return 0.3
    return 1.0 if not wants.cities_bonus or opening.cities & set(wants.cities_bonus) else 0.8


def _says(phrases: tuple[str, ...], text: str) -> bool:
    return _pattern(phrases).search(text) is not None


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    if not phrases:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(phrase) for phrase in phrases)})(?!\w)", re.IGNORECASE)


def read(path: Path) -> Persona:
    """A persona of a file. Raises InputError."""
    try:
        return _persona(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a persona: {error}.") from None


def bundled() -> list[Persona]:
    """The personas that ship, by name."""
    folder = resources.files("jobswipe.matching").joinpath("personas")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return [_persona(file.read_bytes()) for file in files]


def _persona(data: bytes) -> Persona:
    document = msgspec.json.decode(data, type=dict[str, Any])
    preferences = decode(document.pop("preferences", {}))
    hidden = document.pop("hidden", None)
    if hidden is not None:
        hidden = msgspec.convert(document["wants"] | hidden, Wants)
    return msgspec.convert(document | {"preferences": preferences, "hidden": hidden}, Persona)
