"""Whether a name is a city's or a region's, for texts in which places stand among other things."""

from __future__ import annotations

from jobswipe.places import gazetteer
from jobswipe.places.atoms import GENERIC, REGIONS_ALONE
from jobswipe.places.fold import fold
from jobswipe.places.parser import LONE_CODES, TOWN
from jobswipe.places.words import NICKNAMES

_KNOWN = 100_000  # people: a smaller place's other names, and a smaller region's name, are seldom known and often words
_LONGEST = 60
# Other names that GeoNames gives to cities, and that are another thing nearly always (Kansas had a "Google" once).
_WORDS = frozenset(
    "ahmad amara basic bazel belo chen google julia jura kasa kazakh monte name pets rashid rest roles sofi sophia"
    " tango turn".split()
)


def is_city(name: str) -> bool:
    """True for the own name of a city of 15,000 people or more, and for another name of one of 100,000 or more."""
    key = fold(name[:_LONGEST])
    if key in NICKNAMES and (len(key) > 3 or name.isupper()):
        return True
    for number, own in gazetteer.cities_named(key):
        if gazetteer.city(number).population >= (TOWN if own else _KNOWN) and (own or key not in _WORDS):
            return True
    return False


def is_region(name: str) -> bool:
    """True for a large first-level region of a large country ("Bavaria", "Tamil Nadu") and for a region's code."""
    key = fold(name[:_LONGEST])
    if key in GENERIC:
        return False
    named = (region for region in gazetteer.regions_named(key) if region.country in REGIONS_ALONE)
    return any(region.population >= _KNOWN for region in named) or is_region_code(name)


def is_region_code(text: str) -> bool:
    """True for a postal abbreviation in capitals of the United States, Canada or Australia ("TX", "ON", "NSW")."""
    return any(region.country in LONE_CODES for region in gazetteer.regions_coded(text))
