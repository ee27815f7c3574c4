"""Resolve a source's structured place: city, region, country and coordinates in its own fields, or a free text."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from jobswipe.places import gazetteer
from jobswipe.places.fold import fold
from jobswipe.places.gazetteer import City
from jobswipe.places.parser import parse
from jobswipe.places.place import Place
from jobswipe.places.words import NICKNAMES, NOISE, NOISE_SHAPE, WORK


@lru_cache(maxsize=16384)
def _said(value: str | None) -> str | None:
    """A field's value, or None when it is blank or says nothing ("N/A", "Remote", "Multiple locations")."""
    value = value[:200].strip() if value else ""
    key = fold(value)
    if (
        not key
        or key in NOISE
        or NOISE_SHAPE.match(key)
        or (WORK.search(value) and not WORK.sub("", value).strip(" -()"))
    ):
        return None
    return value


def _region(text: str | None, country: str | None) -> gazetteer.Region | None:
    """The region of a name or an abbreviation; without a country only when no two countries have one so called."""
    if text is None:
        return None
    found = gazetteer.regions_coded(text.strip(".").upper()) if len(text) <= 4 else ()
    found = (*found, *gazetteer.regions_named(fold(text)))
    if country is not None:
        return next((r for r in found if r.country == country), None)
    countries = {r.country for r in found}
    if len(countries) == 1:
        return found[0]
    return next((r for r in found if r.country == "US" and r.abbreviation), None) if found else None


def _city(name: str, country: str | None, admin: str | None) -> City | None:
    """The largest city of that name within the country and region."""
    key = fold(name)
    nickname = NICKNAMES.get(key)
    if nickname is not None and nickname[0]:
        key = nickname[0]
    named = [(gazetteer.city(number), own) for number, own in gazetteer.cities_named(key)]
    inside = [(city, own) for city, own in named if country in (None, city.country) and admin in (None, city.admin)]
    return next((city for city, own in inside if own), inside[0][0] if inside else None)


def resolve(
    *,
    text: str | None = None,
    city: str | None = None,
    region: str | None = None,
    country: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Place | None:
    """The place that the fields name, or that `text` names when the fields say nothing; None when neither does.

    `country` is a code or a name. A city that the gazetteer does not know stays as written. Coordinates in degrees
    are the source's own where given and possible, else the gazetteer's. `text` becomes the place's text.
    """
    town, area, land = _said(city), _said(region), _said(country)
    place = _resolve(town, area, land) if town or area or land else None
    if place is None:
        parsed = parse(text) if text else None
        return parsed.places[0] if parsed and parsed.places else None
    if text:
        place = msgspec.structs.replace(place, text=text)
    return _with_coordinates(place, latitude, longitude)


@lru_cache(maxsize=16384)
def _resolve(town: str | None, area: str | None, land: str | None) -> Place | None:
    """The place of a city, a region and a country as written, or None when none of them is one."""
    code = gazetteer.country_code(land) if land else None
    if town is None and area is None and code is None:
        return None
    found_region = _region(area, code)
    if found_region is not None and code is None:
        code = found_region.country
    written = ", ".join(part for part in (town, area, land) if part)
    name = town
    found: City | None = None
    if town is not None:
        admin = found_region.admin if found_region else None
        if code is None:
            read = parse(", ".join(part for part in (town, area) if part)).places
            if read and read[0].country:
                return msgspec.structs.replace(read[0], text=written, city=read[0].city or town)
        else:
            found = _city(town, code, admin) or (_city(town, code, None) if admin is None or area is None else None)
            if found is None and ("," in town or "(" in town or "-" in town):
                inside = [p for p in parse(town).places if p.country == code and p.city]
                found = _city(inside[0].city or "", code, admin) if inside else None
    if found is not None:
        name = found.name
        found_region = gazetteer.region(found.country, found.admin) or found_region
    return Place(
        text=written,
        city=name,
        region=found_region.name if found_region else area,
        country=code,
        latitude=found.latitude if found else None,
        longitude=found.longitude if found else None,
    )


def _with_coordinates(place: Place, latitude: float | None, longitude: float | None) -> Place:
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return place
    if latitude == 0 and longitude == 0:  # an unset pair, in the sea
        return place
    return msgspec.structs.replace(place, latitude=latitude, longitude=longitude)
