"""Read one stretch of a location text, what stands between two separators: what it can name, and words of working."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from jobswipe.places import gazetteer
from jobswipe.places.fold import fold
from jobswipe.places.place import Workplace
from jobswipe.places.words import FILLER, JOB, NICKNAMES, NOISE, NOISE_SHAPE, REGIONS, WORK

COUNTRY, REGION, CITY = 0, 1, 2
ALTERNATIVE_WEIGHT = 0.3  # a city's name in another language against a namesake's own name
NAMESAKE_SHARE = 0.12  # Menlo Park is California's, though Edison, three times as large, was once called so
LONGEST = 120  # characters of an atom that is worth reading: no place's name is longer
CITY_STATES = frozenset({"SG", "HK", "MO", "MC", "GI", "VA"})  # the country's name is the city's

_AND = re.compile(
    r"(?:^(?:or|and|und|oder|et|ou)|\s(?:or|and|&|und|oder|et|ou|y|e|o|og|och|eller|en|\+|plus|OR|AND|Or|And))(?:\s|$)"
)
_TRIM = " \t\r\n.,;:-–—*!?'\"“”#_&+=<>~"
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
REGIONS_ALONE = frozenset(
    "US CA AU GB DE FR ES IT IN BR MX CN JP NL BE CH AT".split()
)  # regions named without a country
# Names of regions somewhere that are plain words of direction.
GENERIC = frozenset(
    "central centre center north south east west northern southern eastern western coast upper lower".split()
)
_NEGATED = re.compile(r"^(?:non\b|outside\b|except\b|exclud|excl\b|not in\b|ex[ -])", re.IGNORECASE)
_DIRECTIONS = frozenset({"south", "north", "east", "west", "downtown", "central", "centre", "center"})
_CLEAR = frozenset({"US", "USA", "UK", "UAE", "U.S.", "U.K."})  # codes that are no word or company's name besides
_DAYS = re.compile(r"\b\d(?: ?[-–] ?\d)?\+? ?(?:days?|x)\b.*$", re.IGNORECASE)
_POSTCODE = re.compile(r"^\d{4,6}\s+|(?<!\s)\s+\d{5}(?:-\d{4})?$")


class Reading(NamedTuple):
    """One thing that a name can mean. `weight` is its people: how likely it is meant; `number` is a city's."""

    level: int
    country: str
    admin: str
    number: int
    weight: float


class Atom(NamedTuple):
    """`readings` are empty for an unknown name; `coded` says that it is a code; `joined` that it follows an "or"."""

    text: str
    readings: tuple[Reading, ...] = ()
    coded: bool = False
    work: Workplace | None = None
    region: str | None = None
    noise: bool = False
    joined: bool = False


def _coded(code: str) -> tuple[Reading, ...]:
    readings = [Reading(REGION, r.country, r.admin, 0, float(r.population)) for r in gazetteer.regions_coded(code)]
    country = gazetteer.country_coded(code)
    if country is not None:
        readings.append(Reading(COUNTRY, country, "", 0, float(gazetteer.country_population(country))))
    return tuple(readings)


@lru_cache(maxsize=16384)
def _named(key: str) -> tuple[Reading, ...]:
    """The readings of a folded name."""
    readings = []
    nickname = NICKNAMES.get(key)
    if nickname is not None:
        name, country, admin = nickname
        if not name:
            level = REGION if admin else COUNTRY
            return (Reading(level, country, admin, 0, 1e7),)
        for number, _ in gazetteer.cities_named(name):
            city = gazetteer.city(number)
            if city.country == country and city.admin == admin:
                readings.append(Reading(CITY, country, admin, number, float(city.population)))
                break
        if key != "la" and key != "dc":
            return tuple(readings)
    country_code = gazetteer.country_named(key)
    if country_code is None and key.startswith("the "):
        country_code = gazetteer.country_named(key[4:])
    if country_code is not None:
        weight = float(gazetteer.country_population(country_code))
        readings.append(Reading(COUNTRY, country_code, "", 0, weight))
    if key in GENERIC:
        return tuple(readings)
    for region in gazetteer.regions_named(key):
        weight = region.population * (1.0 if region.country in REGIONS_ALONE else ALTERNATIVE_WEIGHT)
        readings.append(Reading(REGION, region.country, region.admin, 0, weight))
    named = gazetteer.cities_named(key)
    largest = max((gazetteer.city(number).population for number, own in named if own), default=0)
    for number, own in named:
        city = gazetteer.city(number)
        if not own and largest >= NAMESAKE_SHARE * city.population:
            continue
        weight = city.population * (1.0 if own else ALTERNATIVE_WEIGHT)
        readings.append(Reading(CITY, city.country, city.admin, number, weight))
    return tuple(readings)


def _direct(text: str) -> Atom | None:
    """An atom that is a name, a code, a world region or noise as it stands; None when it is none of these."""
    key = fold(text)
    if not key or key in NOISE or (NOISE_SHAPE.match(key) and not WORK.search(text)):
        return Atom(text, noise=True)
    region = REGIONS.get(key)
    if region is not None:
        return Atom(text, region=region)
    if len(key) <= 3:
        compact = text.replace(".", "")
        if compact.isupper() and compact.isascii():
            readings = _coded(compact)
            if key in NICKNAMES:
                readings += tuple(r for r in _named(key) if r.level == CITY)
            if readings:
                return Atom(text, readings, coded=True)
        if len(key) == 2 and key.isascii() and key not in NICKNAMES and gazetteer.country_named(key) is None:
            return None  # two small letters are a word ("in", "or"), not a place
    readings = _named(key)
    return Atom(text, readings) if readings else None


def _filler(word: str) -> bool:
    if len(word) == 2 and word.isupper() and _coded(word):
        return False  # "IN", "OR" and "DE" are places
    key = fold(word)
    return not key or key in FILLER


def _without_filler(text: str) -> str:
    """The text without the filler words at its ends ("based in Berlin area" is "Berlin")."""
    words = text.split()
    first, last = 0, len(words)
    while first < last and _filler(words[first]):
        first += 1
    while last > first and _filler(words[last - 1]):
        last -= 1
    return " ".join(words[first:last])


def _work(text: str) -> tuple[Workplace | None, str, str | None]:
    """The way of working that a text says, the text without those words, and "worldwide" for a bare "anywhere"."""
    found: set[str] = set()
    world = None
    rest, at = [], 0
    for match in WORK.finditer(text):
        found.add(str(match.lastgroup))
        if match.group().lower().endswith("anywhere"):
            world = "worldwide"
        rest.append(text[at : match.start()])
        at = match.end()
    if not found:
        return None, text, None
    rest.append(text[at:])
    work: Workplace = "hybrid" if "hybrid" in found else "remote" if "remote" in found else "onsite"
    return work, " ".join(" ".join(rest).split()).strip(_TRIM), world


def _two(text: str) -> tuple[Atom, ...]:
    """A city and its region or country written without a comma ("Austin TX", "US CA", "Salt Lake City Utah")."""
    words = text.split()
    if not 2 <= len(words) <= 6:
        return ()
    for cut in range(len(words) - 1, 0, -1):
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        outer = _direct(right)
        if outer is None or not outer.readings:
            continue
        inner = _direct(left)
        if inner is None and outer.readings[0].level == COUNTRY:
            further = _two(left)  # "Mountain View CA USA"
            if further:
                return (*further, outer)
        if inner is None or not inner.readings:
            continue
        for low in inner.readings:
            if any(high.country == low.country and high.level <= low.level for high in outer.readings):
                return (inner, outer)
        if inner.coded or inner.readings[0].level == COUNTRY:
            return (inner, outer)
    return ()


def _prefix(text: str) -> Atom | None:
    """The longest beginning that is a place, for scripts that write no spaces (東京都渋谷区)."""
    for end in range(min(len(text), 8), 1, -1):
        readings = _named(fold(text[:end]))
        if readings:
            return Atom(text, readings)
    return None


def _ending(text: str) -> Atom | None:
    """A country or large city that ends an unknown name ("Outlet Collection Winnipeg"), or precedes a direction."""
    words = text.split()
    if not 2 <= len(words) <= 6:
        return None
    if len(words) == 2 and fold(words[1]) in _DIRECTIONS:
        atom = _direct(words[0])
        if atom is not None and not atom.coded and any(r.weight > 2e5 for r in atom.readings):
            return atom._replace(text=text)
    for start in range(1, len(words)):
        atom = _direct(" ".join(words[start:]))
        if (
            atom is not None
            and (not atom.coded or words[start] in _CLEAR)
            and any(r.weight > 2e5 for r in atom.readings)
        ):
            return atom._replace(text=text)
    return None


def read_atoms(text: str) -> tuple[Atom, ...]:
    """What one stretch between separators says: one atom mostly, several for "US-NC-Remote" or "Paris or Berlin"."""
    return _remembered(text) if len(text) <= LONGEST else _read(text[: 2 * LONGEST], 0)


@lru_cache(maxsize=16384)
def _remembered(text: str) -> tuple[Atom, ...]:
    return _read(text, 0)


def _read(text: str, depth: int) -> tuple[Atom, ...]:
    text = text.strip(_TRIM)
    if not text:
        return ()
    if len(text) > LONGEST:
        work, _, world = _work(text[:LONGEST])
        return (Atom("", work=work, region=world),) if work else (Atom(text, noise=True),)
    atom = _direct(text)
    if atom is not None:
        if atom.region == "worldwide" and WORK.search(text):
            return (atom._replace(work="remote"),)
        return (atom,)
    if depth >= 4:
        return (Atom(text),)
    parts = _AND.split(text)
    if len(parts) > 1:
        joined: list[Atom] = []
        for number, part in enumerate(parts):
            for position, piece in enumerate(_read(part, depth + 1)):
                joined.append(piece._replace(joined=True) if number and not position else piece)
        return tuple(joined)
    work, rest, world = _work(text)
    if work is not None:
        bare = rest if _direct(rest) is not None else _without_filler(rest)
        if not bare:
            return (Atom("", work=work, region=world if not rest else None),)
        return (Atom("", work=work), *_read(bare, depth + 1))
    if _NEGATED.match(text):
        return (Atom(text, noise=True),)
    bare = _POSTCODE.sub("", _DAYS.sub("", text))
    if bare == text:
        bare = _without_filler(text)
    if bare != text:
        return _read(bare, depth + 1) if bare else (Atom(text, noise=True),)
    if "-" in text or "_" in text:
        pieces = re.split(r"[-–_]", text)
        read = [atom for piece in pieces for atom in _read(piece, depth + 1)]
        if any(atom.readings or atom.work or atom.region for atom in read):
            return tuple(read)
    pair = _two(text)
    if pair:
        return pair
    found = _prefix(text) if _EAST_ASIAN.match(text) else _ending(text)
    return (found,) if found is not None else (Atom(text, noise=JOB.search(text) is not None),)
