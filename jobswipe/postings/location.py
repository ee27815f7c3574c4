"""Put together where a posting is: its places, the way of working, and from where remote work is allowed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from jobswipe.places import gazetteer
from jobswipe.places.fields import resolve
from jobswipe.places.fold import fold
from jobswipe.places.gazetteer import City
from jobswipe.places.parser import MAX_PLACES, parse
from jobswipe.places.place import Location, Place, Workplace
from jobswipe.postings.workplace import decide, from_description, from_title
from jobswipe.sources.raw import RawLocation, RawPosting

_TITLE_GROUP = re.compile(r"[(\[]([^()\[\]]{2,80})[)\]]|\s[-–—|]\s([^()\[\]|]{2,80})$")
# A field's country moves a text's city to a namesake there that has at least this fraction of the people: London,
# Ontario, has a twentieth of London's; London, Ohio, a thousandth, and so is not what "London" beside an American
# employer's country means.
_NAMESAKE_AT_LEAST = 50
_FROM = re.compile(
    r"\bremote(?:ly)?\b[^.;:\n]{0,40}?\b(?:within|across|anywhere in|based in|located in|from|in) (?:the )?"
    r"([^.;:()\n]{2,60})",
    re.IGNORECASE,
)


class _Found:
    """What the parts of a posting have said so far."""

    def __init__(self) -> None:
        self.places: dict[tuple[str | None, ...], Place] = {}
        self.works: set[Workplace] = set()
        self.remote_countries: dict[str, None] = {}
        self.regions: dict[str, None] = {}
        self.countries_alone: dict[str, None] = {}  # countries of places without a city, as the texts name them
        self.city = False

    def add(self, place: Place, *, said: bool = True) -> None:
        """Keep a place once. `said` is false where only a field beside a text without places names it."""
        if place.city:
            self.city = True
        elif place.country and said:
            self.countries_alone[place.country] = None
        key: tuple[str | None, ...] = (place.city, place.region, place.country)
        if not any(key):
            key = ("", "", "", fold(place.text))
        if len(self.places) < MAX_PLACES:
            self.places.setdefault(key, place)

    def read(self, location: Location) -> None:
        """Take over what a text says beside its places."""
        if location.workplace:
            self.works.add(location.workplace)
        self.remote_countries.update(dict.fromkeys(location.remote_countries))
        self.regions.update(dict.fromkeys(location.remote_regions))

    def workplace(self) -> Workplace | None:
        order: tuple[Workplace, ...] = ("remote", "hybrid", "onsite")
        return next((work for work in order if work in self.works), None)


def _hinted(place: Place, hint: Place) -> Place:
    """A place of a text, with what the fields beside it know where the text does not decide."""
    if hint.city is None and hint.country not in (None, place.country):
        return _in_country(place, hint)
    if place.country is None:
        return msgspec.structs.replace(hint, text=place.text)
    same_city = hint.city is not None and place.city is not None and fold(hint.city) == fold(place.city)
    if same_city and hint.country is not None and (place.country, place.region) != (hint.country, hint.region):
        return msgspec.structs.replace(hint, text=place.text)
    return place


def _in_country(place: Place, hint: Place) -> Place:
    """The place that a text names, looked for in the country (and region) of the fields beside it."""
    inside = resolve(text=place.text, city=place.city or place.text, region=hint.region, country=hint.country)
    if inside is not None and inside.latitude is not None:
        people = {city.country: city.population for city in _namesakes(inside.city or "")}
        if people.get(inside.country or "", 0) * _NAMESAKE_AT_LEAST >= people.get(place.country or "", 0):
            return inside
    return place if place.country else msgspec.structs.replace(hint, text=place.text)


def _namesakes(name: str) -> list[City]:
    """The cities of that name, the smallest first."""
    return [gazetteer.city(number) for number, _ in reversed(gazetteer.cities_named(fold(name)))]


class _Said(NamedTuple):
    """What one location of a source says. `named` is false where only a field beside a text without places does."""

    places: tuple[Place, ...] = ()
    named: bool = True
    works: frozenset[Workplace] = frozenset()
    text: Location = Location()


@lru_cache(maxsize=4096)  # a board has few places, and many postings at each
def _said(raw: RawLocation) -> _Said:
    """Read one location of the source: its text first, its fields where the text says less."""
    fields = resolve(
        city=raw.city,
        region=raw.region,
        country=raw.country,
        latitude=raw.latitude,
        longitude=raw.longitude,
    )
    works = frozenset(
        work for field in (raw.city, raw.region) if field and (work := parse(field).workplace) is not None
    )
    if not raw.text:
        return _Said((fields,) if fields is not None else (), works=works)
    text = parse(raw.text)
    named = True
    if fields is None:
        places = text.places
    elif len(text.places) == 1:
        places = (_hinted(text.places[0], fields),)
    elif text.places:
        places = tuple(_hinted(place, fields) if place.country else place for place in text.places)
    elif fields.country and (text.workplace or text.remote_regions):
        # A text such as "Remote" beside an address: that is the employer's office, of which only the country is taken.
        name = gazetteer.country_name(fields.country) or fields.country
        places, named = (Place(text=name, country=fields.country),), False
    else:
        places = (msgspec.structs.replace(fields, text=raw.text.strip()),)
    return _Said(places, named, works, text)


def _take(found: _Found, raw: RawLocation) -> None:
    said = _said(raw)
    found.works.update(said.works)
    found.read(said.text)
    for place in said.places:
        found.add(place, said=said.named)


def _title_says(found: _Found, title: str) -> None:
    """Countries and regions that the title ties to remote work: "Engineer (Remote, US)", "Nurse - Remote EMEA"."""
    for match in _TITLE_GROUP.finditer(title[:300]):
        location = parse(match.group(1) or match.group(2))
        if location.workplace == "remote" and all(place.country for place in location.places):
            found.remote_countries.update(dict.fromkeys(location.remote_countries))
            found.regions.update(dict.fromkeys(location.remote_regions))


def _sentence_says(found: _Found, sentence: str) -> None:
    """Countries that the sentence which says "remote" names for it: "This role is fully remote within the US"."""
    match = _FROM.search(sentence)
    if match is None:
        return
    location = parse(match.group(1).strip())
    if not location.places or all(place.country and not place.city for place in location.places):
        found.remote_countries.update(dict.fromkeys(p.country for p in location.places if p.country))
        found.regions.update(dict.fromkeys(location.remote_regions))


def locate(raw: RawPosting, description: str | None) -> Location:
    """Where a posting is. `description` is its readable text; at most 250 places are kept.

    `remote_countries` are filled only for a remote posting, from texts that tie a country to remote work:
    "Remote - US", the source's own restriction (`remote_within`), a country that is the only place named.
    """
    found = _Found()
    for location in raw.locations[:MAX_PLACES]:
        _take(found, location)
    for text in raw.remote_within[:MAX_PLACES]:
        country = gazetteer.country_code(text)
        within = Location(places=(Place(text=text, country=country),)) if country else parse(text)
        for place in within.places:
            found.add(place)
            if place.country:
                found.remote_countries[place.country] = None
        found.regions.update(dict.fromkeys(within.remote_regions))
    if from_title(raw.title) == "remote":
        _title_says(found, raw.title)
    workplace = decide(
        word=raw.workplace_text,
        flag=raw.remote_flag,
        location=found.workplace(),
        title=raw.title,
        description=description,
        remote_only_board=raw.remote_only_board,
    )
    countries: dict[str, None] = {}
    if workplace == "remote":
        countries = found.remote_countries
        if not found.city:
            countries.update(found.countries_alone)
        if not countries and description:
            clear = from_description(description)
            if clear is not None and clear.workplace == "remote":
                _sentence_says(found, clear.sentence)
    return Location(
        places=tuple(found.places.values()),
        workplace=workplace,
        remote_countries=tuple(countries),
        remote_regions=tuple(found.regions),
    )
