"""Places: free text or a board's fields to cities, regions, countries and where remote work is allowed, or nothing."""

from jobswipe.places.fields import resolve
from jobswipe.places.gazetteer import country_code, country_name, forget
from jobswipe.places.names import is_city, is_region, is_region_code
from jobswipe.places.parser import parse
from jobswipe.places.place import Location, Place, Workplace

__all__ = [
    "Location",
    "Place",
    "Workplace",
    "country_code",
    "country_name",
    "forget",
    "is_city",
    "is_region",
    "is_region_code",
    "parse",
    "resolve",
]
