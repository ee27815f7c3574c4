"""Read a free location text: the places it names, the way of working, and from where remote work is allowed."""

from __future__ import annotations

import re
from functools import lru_cache

from jobswipe.places import gazetteer
from jobswipe.places.atoms import CITY, CITY_STATES, COUNTRY, REGION, Atom, Reading, read_atoms
from jobswipe.places.fold import fold
from jobswipe.places.place import Location, Place, Workplace
from jobswipe.places.words import NO_PLACE_ALONE, SITE

MAX_PLACES = 250  # places read from one text; the rest of it is not looked at
MAX_TEXT = 20_000  # characters read of one text
KEPT = 400  # characters of a text whose reading is remembered: postings repeat short texts
DOMINANCE = 2.0  # a namesake is meant without a hint when it has this many times the people of the next
LIST_RATIO = 20.0  # "Boston, New York" are two cities: the Boston of New York State has 1/80 of the people

TOWN = 15_000  # people: a name of a smaller place gives way to the country written after it
CAPITAL_SHARE = 0.07  # "New York" is the city, not its state, when it holds this share of the state's people

_TOKEN = re.compile(
    r"(?P<hard>[;|\n\r•·∙●‧]|\s»\s)|(?P<soft>[/／])|(?P<open>[(\[{（【])|(?P<close>[)\]}）】])"
    r"|(?P<weak>[,:，、\t—]|\s[-–−]{1,8}\s?|[-–−]{1,8}\s)"
)
_NOT_APPLICABLE = re.compile(r"^\s*n\s*/\s*a\s*$", re.IGNORECASE)
_COUNTY = re.compile(r"\b(?:county|parish|borough)$", re.IGNORECASE)
# A lone code that is both a US state's and a country's is read as the state's, but for these.
_COUNTRY_FIRST = frozenset({"DE"})
LONE_CODES = ("US", "CA", "AU")  # countries whose regions are written as a code alone


class _Partial:
    """A place being put together from the atoms of one stretch."""

    __slots__ = ("attached", "coded", "end", "explicit", "item", "readings", "segment", "start", "unknown")

    def __init__(self, start: int, end: int, item: int, segment: int) -> None:
        self.start, self.end, self.item, self.segment = start, end, item, segment
        self.readings: tuple[Reading, ...] = ()
        self.unknown = ""  # a name outside the gazetteer that may be a city
        self.coded = False
        self.attached = False  # a region or country has narrowed it
        self.explicit = False  # its country is written

    def best(self) -> Reading:
        return max(self.readings, key=lambda r: r.weight)


def _within(low: Reading, high: Reading) -> bool:
    """Whether `low` lies in `high`."""
    if high.level == COUNTRY:
        return low.country == high.country and low.level > COUNTRY
    return high.level == REGION and low.level == CITY and low.country == high.country and low.admin == high.admin


def _outward(partial: _Partial, atom: Atom) -> tuple[Reading, ...]:
    """The readings of `partial` that lie in what `atom` names; empty when the atom does not contain it."""
    best_weight, best_high = 0.0, None
    for high in atom.readings:
        if high.level == CITY:
            continue
        weight = max((low.weight for low in partial.readings if _within(low, high)), default=0.0)
        if weight > best_weight:
            best_weight, best_high = weight, high
    if best_high is None:
        return ()
    top = max(r.weight for r in atom.readings)
    as_city = max((r.weight for r in atom.readings if r.level == CITY), default=0.0)
    if not atom.coded and as_city > 0.15 * top and partial.best().weight > LIST_RATIO * best_weight:
        return ()
    return tuple(low for low in partial.readings if _within(low, best_high))


def _inward(partial: _Partial, atom: Atom) -> tuple[Reading, ...]:
    """The readings of `atom` that lie in the country or region that `partial` names ("US, CA, Mountain View")."""
    whole = partial.best() if not partial.coded else _lone(partial.readings)
    if whole is None or whole.level == CITY:
        return ()
    inside = tuple(low for low in atom.readings if _within(low, whole))
    if not inside:
        return ()
    weight = max(r.weight for r in inside)
    top = max(r.weight for r in atom.readings)
    return inside if atom.coded or weight >= 0.2 * top else ()


def _lone(readings: tuple[Reading, ...]) -> Reading | None:
    """What a code means without a city before it."""
    city = next((r for r in readings if r.level == CITY), None)
    if city is not None:
        return city
    country = next((r for r in readings if r.level == COUNTRY), None)
    if country is not None and country.country in _COUNTRY_FIRST:
        return country
    states = {r.country: r for r in readings if r.level == REGION}
    if "US" in states:
        return states["US"]
    if country is not None:
        return country
    return next((states[code] for code in LONE_CODES if code in states), None)


def _choose(partial: _Partial, context: frozenset[str]) -> tuple[Reading | None, str | None, str | None]:
    """The reading that is meant, or else the (country, admin) that all likely readings share."""
    if partial.coded and not partial.attached:
        lone = _lone(partial.readings)
        return lone, None, None
    ranked = sorted(partial.readings, key=lambda r: -r.weight)
    country = next((r for r in ranked if r.level == COUNTRY), None)
    if country is not None:
        if country.country in CITY_STATES:
            return next((r for r in ranked if r.level == CITY and r.country == country.country), country), None, None
        rival = next((r for r in ranked if r.level == REGION and r.country != country.country), None)
        if rival is None or rival.weight < country.weight / DOMINANCE:
            return country, None, None
    named_after = {
        r
        for r in ranked
        if r.level == REGION and any(_within(c, r) and c.weight >= CAPITAL_SHARE * r.weight for c in ranked)
    }
    ranked = [r for r in ranked if r not in named_after]  # "New York" is the city before it is the state
    best = ranked[0]
    likely = [r for r in ranked if r.weight * DOMINANCE > best.weight and not _within(r, best) and not _within(best, r)]
    rivals = [r for r in likely if r != best]
    if not rivals:
        return best, None, None
    near = [r for r in likely if r.country in context]
    if near and all(r.country == near[0].country for r in near):
        return near[0], None, None
    countries = {r.country for r in likely}
    admins = {r.admin for r in likely}
    if len(countries) > 1:
        return None, None, None
    if len(admins) == 1 and best.level == CITY:
        return best, None, None
    return None, best.country, best.admin if len(admins) == 1 else None


def _country(readings: tuple[Reading, ...]) -> Reading | None:
    return next((r for r in readings if r.level == COUNTRY), None)


def _place(text: str, partial: _Partial, context: frozenset[str]) -> tuple[Place, int]:
    """The finished place and its level (3: nothing known of it but its text)."""
    written = text[partial.start : partial.end].strip(" \t,;:-–—/|([{)]}") or text[partial.start : partial.end]
    written = _balance(written)
    if not partial.readings:
        return Place(text=written), 3
    meant, country, admin = _choose(partial, context)
    if meant is None:
        if country is None:
            return Place(text=written), 3
        region = gazetteer.region(country, admin) if admin else None
        city = next((gazetteer.city(r.number).name for r in partial.readings if r.level == CITY), None)
        return Place(text=written, city=city, region=region.name if region else None, country=country), CITY
    region = gazetteer.region(meant.country, meant.admin) if meant.admin else None
    name = region.name if region else None
    if meant.level == CITY:
        found = gazetteer.city(meant.number)
        return Place(
            text=written,
            city=found.name,
            region=name,
            country=meant.country,
            latitude=found.latitude,
            longitude=found.longitude,
        ), CITY
    city = _unknown_city(partial.unknown)
    return Place(text=written, city=city, region=name, country=meant.country), CITY if city else meant.level


def _balance(text: str) -> str:
    if text.count("(") > text.count(")"):
        return text + ")"
    return text


def _unknown_city(name: str) -> str | None:
    """A name outside the gazetteer as a city's, unless it looks like a building, a street or a sentence."""
    if not name or len(name.split()) > 4 or SITE.search(name) or not name[0].isalpha():
        return None
    return name if not name[0].islower() else None


class _Reader:
    """One pass over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.partials: list[_Partial] = []
        self.current: _Partial | None = None
        self.regions: dict[str, None] = {}
        self.works: set[Workplace] = set()
        self.remote_items: set[int] = set()
        self.remote_segments: set[int] = set()
        self.item = self.segment = self.depth = 0

    def read(self) -> None:
        at = 0
        for match in _TOKEN.finditer(self.text):
            self.stretch(at, match.start())
            at = match.end()
            kind = match.lastgroup
            if kind == "open":
                self.depth += 1
            elif kind == "close":
                self.depth = max(0, self.depth - 1)
            elif kind in ("hard", "soft"):
                self.finish()
                if not self.depth:
                    self.segment += 1
                    self.item += kind == "hard"
            if len(self.partials) >= MAX_PLACES:
                return
        self.stretch(at, len(self.text))
        self.finish()

    def finish(self) -> None:
        if self.current is not None:
            self.partials.append(self.current)
            self.current = None

    def stretch(self, start: int, end: int) -> None:
        raw = self.text[start:end]
        if not raw or raw.isspace():
            return
        for atom in read_atoms(raw):
            if atom.joined:
                self.finish()
                if not self.depth:
                    self.segment += 1
            if atom.work is not None:
                self.works.add(atom.work)
                if atom.work == "remote":
                    self.remote_items.add(self.item)
                    self.remote_segments.add(self.segment)
            if atom.region is not None:
                self.regions[atom.region] = None
            if atom.noise or atom.work is not None or atom.region is not None:
                continue
            at = self.text.find(atom.text, start, end)
            first, last = (at, at + len(atom.text)) if at >= 0 else (start, end)
            if "." in atom.text and self.text.startswith(".", last):
                last += 1  # the last point of "Washington, D.C."
            self.add(atom, first, last)

    def add(self, atom: Atom, start: int, end: int) -> None:
        current = self.current
        if current is not None and current.readings and atom.readings:
            if self.narrow(current, atom):
                current.end = max(current.end, end)
                return
            if self.repeats(current, atom):
                return
            if not current.attached and current.best().weight < TOWN and _country(atom.readings) is not None:
                # A small town abroad is not meant: the name is one that the gazetteer lacks in this country.
                current.unknown, current.readings = self.text[current.start : current.end], ()
        if current is not None and not current.readings and atom.readings and self.adopt(current, atom, start, end):
            return
        if atom.coded and atom.text in NO_PLACE_ALONE:
            return
        if not atom.readings and current is not None and current.readings:
            return  # a site or district after its city ("NYC - Privy")
        self.finish()
        self.current = fresh = _Partial(start, end, self.item, self.segment)
        fresh.readings, fresh.coded = atom.readings, atom.coded
        fresh.explicit = not atom.coded and any(r.level == COUNTRY for r in atom.readings)
        if not atom.readings:
            fresh.unknown = atom.text

    def narrow(self, current: _Partial, atom: Atom) -> bool:
        """Fit the atom to the place before it: its region or country, or a place inside it."""
        country = _country(atom.readings)
        if current.explicit and current.attached and country is not None:
            return False
        inner = _outward(current, atom)
        if inner:
            current.readings = inner
            current.attached = True
            current.explicit = current.explicit or (country is not None and country.country == inner[0].country)
            return True
        if current.unknown or (current.attached and current.best().level == CITY):
            return False
        inside = _inward(current, atom)
        if inside:
            current.explicit = current.explicit or current.best().level == COUNTRY
            current.readings = inside
            current.attached = True
            current.coded = atom.coded
        return bool(inside)

    def repeats(self, current: _Partial, atom: Atom) -> bool:
        """Whether the atom says once more what is known: the same name, or the country that is already written."""
        country = _country(atom.readings)
        if country is not None and current.explicit:
            return all(r.country == country.country for r in current.readings)
        return atom.readings == current.readings

    def adopt(self, current: _Partial, atom: Atom, start: int, end: int) -> bool:
        """An unknown name before a known one: a town of that region or country, or a district of that city."""
        if atom.coded and atom.text in NO_PLACE_ALONE:
            return False
        meant = _lone(atom.readings) if atom.coded else max(atom.readings, key=lambda r: r.weight)
        if meant is None:
            return False
        if _COUNTY.search(current.unknown) and any(r.level == REGION for r in atom.readings):
            current.readings, current.unknown = tuple(r for r in atom.readings if r.level == REGION), ""
            current.end = end
            return True
        if meant.level == COUNTRY and "," not in self.text[current.end : start]:
            current.unknown, current.start = "", start  # "Acme - Costa Rica" is an employer and a country
        if meant.level == CITY:
            current.unknown = ""
        if meant.level == REGION and not atom.coded:
            city = next((r for r in atom.readings if r.level == CITY and _within(r, meant)), None)
            if city is not None and city.weight >= CAPITAL_SHARE * meant.weight and not SITE.search(current.unknown):
                current.unknown = ""
        current.readings = atom.readings
        current.coded = atom.coded
        current.explicit = meant.level == COUNTRY
        current.end = end
        return True


def _remote_countries(reader: _Reader, finished: list[tuple[_Partial, Place, int]]) -> tuple[str, ...]:
    """The countries that the text ties to remote work: beside the word, or alone in a text that is remote."""
    countries: dict[str, None] = {}
    no_city = all(level < CITY for _, _, level in finished)
    for partial, place, level in finished:
        if place.country is None:
            continue
        beside = level < CITY and partial.item in reader.remote_items
        named = partial.explicit and partial.segment in reader.remote_segments
        if beside or named or no_city:
            countries[place.country] = None
    return tuple(countries)


def parse(text: str) -> Location:
    """What a location text says. At most 250 places, from its first 20,000 characters; never raises.

    A place that the gazetteer does not know keeps its `text` alone; so does a name that several places share when
    neither the text nor their sizes decide. `remote_countries` are the countries that the text ties to remote work.
    """
    return _parse(text) if len(text) <= KEPT else _parse.__wrapped__(text[:MAX_TEXT])


@lru_cache(maxsize=16384)
def _parse(text: str) -> Location:
    if _NOT_APPLICABLE.match(text):
        return Location()
    if len(text) == 2 and text.islower() and (code := gazetteer.country_coded(text.upper())):
        return Location(places=(Place(text=text, country=code),))
    reader = _Reader(text)
    reader.read()
    works = reader.works
    workplace: Workplace | None = (
        "remote" if "remote" in works else "hybrid" if "hybrid" in works else "onsite" if works else None
    )
    partials = reader.partials[:MAX_PLACES]
    known_items = {p.item for p in partials if p.readings}
    partials = [p for p in partials if p.readings or (p.item not in known_items and not works and not reader.regions)]
    partials = [p for p in partials if p.readings or len(p.unknown.split()) <= 6]
    firsts = [_place(text, p, frozenset()) for p in partials]
    context = frozenset(place.country for place, _ in firsts if place.country)
    finished = [
        (p, *(first if first[1] != 3 or not p.readings else _place(text, p, context)))
        for p, first in zip(partials, firsts, strict=True)
    ]
    return Location(
        places=_distinct([place for _, place, _ in finished]),
        workplace=workplace,
        remote_countries=_remote_countries(reader, finished) if workplace == "remote" else (),
        remote_regions=tuple(reader.regions),
    )


def _distinct(places: list[Place]) -> tuple[Place, ...]:
    """The places without repetitions: what they resolve to is compared, or the text where they resolve to nothing."""
    seen: dict[tuple[str | None, ...], Place] = {}
    for place in places:
        key: tuple[str | None, ...] = (place.city, place.region, place.country)
        key = key if any(key) else (fold(place.text), "", "", "")
        if key not in seen or len(seen[key].text) < len(place.text):
            seen[key] = place
    return tuple(seen.values())
