"""Which countries a named region holds (EMEA, LATAM, DACH ...), as far as a remote posting's reader would take it."""

from __future__ import annotations

from functools import cache

_EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
_EUROPE = f"{_EU} GB CH NO IS LI AL AD BA BY MC MD ME MK RS SM UA XK VA"
_MIDDLE_EAST = "AE BH CY EG IL IQ IR JO KW LB OM PS QA SA SY TR YE"
_NORTH_AFRICA = "DZ EG LY MA SD TN"
_SUB_SAHARAN = (
    "AO BJ BW BF BI CM CV CF TD KM CG CD CI DJ GQ ER SZ ET GA GM GH GN GW KE LS LR MG MW ML MR MU MZ NA NE NG RW ST SN"
    " SC SL SO ZA SS TZ TG UG ZM ZW"
)
_CENTRAL = "BZ CR SV GT HN NI PA"
_SOUTH = "AR BO BR CL CO EC GY PY PE SR UY VE"
_CARIBBEAN = "AG BS BB CU DM DO GD HT JM KN LC VC TT PR"
_SOUTHEAST = "BN KH ID LA MY MM PH SG TH TL VN"
_ASIA = f"{_SOUTHEAST} AF BD BT CN HK IN JP KZ KG KP KR MO MN MV NP PK LK TW TJ TM UZ AM AZ GE"
_OCEANIA = "AU NZ FJ PG SB VU WS TO"
_EAST = "BG CZ HU PL RO SK UA MD BY RS HR SI BA ME MK AL EE LV LT"
_COUNTRIES = {
    "EU": _EU,
    "EEA": f"{_EU} NO IS LI",
    "Europe": _EUROPE,
    "EMEA": f"{_EUROPE} {_MIDDLE_EAST} {_NORTH_AFRICA} {_SUB_SAHARAN}",
    "MENA": f"{_MIDDLE_EAST} {_NORTH_AFRICA}",
    "Middle East": _MIDDLE_EAST,
    "Africa": f"{_NORTH_AFRICA} {_SUB_SAHARAN}",
    "Sub-Saharan Africa": _SUB_SAHARAN,
    "LATAM": f"MX {_CENTRAL} {_SOUTH} {_CARIBBEAN}",
    "South America": _SOUTH,
    "Central America": _CENTRAL,
    "Caribbean": _CARIBBEAN,
    "North America": "US CA MX",
    "Americas": f"US CA MX {_CENTRAL} {_SOUTH} {_CARIBBEAN}",
    "Asia": _ASIA,
    "APAC": f"{_ASIA} {_OCEANIA}",
    "Southeast Asia": _SOUTHEAST,
    "Oceania": _OCEANIA,
    "ANZ": "AU NZ",
    "DACH": "DE AT CH",
    "Nordics": "DK FI IS NO SE",
    "Scandinavia": "DK NO SE",
    "Benelux": "BE NL LU",
    "Baltics": "EE LV LT",
    "Balkans": "AL BA BG HR ME MK RO RS SI XK GR",
    "CEE": _EAST,
    "Eastern Europe": _EAST,
    "Central Europe": "AT CH CZ DE HU LI PL SK SI",
    "Western Europe": "AT BE CH DE FR GB IE LI LU MC NL",
    "Southern Europe": "AD CY ES GR HR IT MT PT SI SM VA",
    "Northern Europe": "DK EE FI GB IE IS LV LT NO SE",
}


@cache
def regions_of(country: str) -> frozenset[str]:
    """The names of the regions that hold a country; "worldwide" always does."""
    return frozenset({"worldwide", *(name for name, codes in _COUNTRIES.items() if country in codes.split())})
