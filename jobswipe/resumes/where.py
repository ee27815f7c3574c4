"""Whether a stretch of a resume is a place, and its parts as written."""

from __future__ import annotations

import re

import msgspec

from jobswipe import places
from jobswipe.resumes.headings import fold
from jobswipe.resumes.words import has_organisation, has_position, has_school

_REMOTE = re.compile(
    r"^(?:fully |100 ?% )?(?:remote|hybrid|home ?office|online|worldwide|on ?-?site)(?:\b.{0,30})?$", re.IGNORECASE
)
_POSTAL = re.compile(
    r"\b(?:[A-Z]{1,2}-)?(?:\d{4,6}(?:-\d{3,4})?|\d{3} \d{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
)
# What short names in capitals mean on a resume: other countries' codes, and cities' nicknames, are other things there
# ("ML", "PM", "SEA"; "SA" ends a company's name).
_COUNTRY_CODES = frozenset(
    "US GB FR ES IT NL BE CH AT PL RO SE NO DK FI IE PT CZ HU BG GR TR CN JP KR SG AU NZ BR MX".split()
)
_WORDS = frozenset({"AT", "BE", "IT", "NO"})  # codes only where a place stands before them
_NICKNAMES = frozenset({"NCR", "NYC", "SF"})
# Dotted and lower letters are accepted of these alone: "B.E." and "C.A." are degrees.
_DOTTED = {"u s": "US", "u s a": "US", "u k": "GB", "u a e": "AE", "usa": "US", "uk": "GB", "uae": "AE"}
# The countries of the United Kingdom, which the gazetteer has as its regions; and an abbreviation that it lacks.
_NAMES = dict.fromkeys(("england", "scotland", "wales", "northern ireland"), "GB") | {"s korea": "KR"}
_STREET = re.compile(r"^\d+ |\d[a-z]?$", re.IGNORECASE)


class Where(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A place's parts in JSON Resume's names. `country_code` only where a country is named."""

    address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country_code: str | None = None


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name in full, or of a code in capitals that resumes write for nothing else."""
    bare, key = text.strip(" ."), fold(text)
    if key in _DOTTED:
        return _DOTTED[key]
    if len(bare) <= 3 or "." in bare[:2]:
        return _NAMES.get(key) or (places.country_code(bare) if bare in _COUNTRY_CODES else None)
    return _NAMES.get(key) or places.country_code(bare)


def _ending_country(parts: list[str]) -> str | None:
    """The country that the last part of a place names. Its code may be a region's too: the city before it decides."""
    code = parts[-1].strip(" .")
    coded = places.country_code(code) if 2 <= len(code) <= 3 and code.isalpha() and code.isupper() else None
    if coded is None or len(parts) == 1:
        return country_code(parts[-1])
    city = _POSTAL.sub("", parts[-2]).strip(" ,-")
    found = places.parse(f"{city}, {code}").places
    if len(found) == 1 and found[0].city and found[0].country:
        return coded if found[0].country == coded else None
    return country_code(code) if not _is_state(code) else None


def is_region(text: str) -> bool:
    """A state or province by its code ("CA"), a country, or another place's name."""
    return _is_state(text) or country_code(text) is not None or _named(text)


def _is_state(text: str) -> bool:
    bare = text.strip(" .")
    return bare != "SA" and places.is_region_code(bare)


def _named(text: str) -> bool:
    """Whether a text is a city's or a region's name, with a postal code or without."""
    bare = _POSTAL.sub("", text).strip(" ,.-–—")
    bare = bare[:-5] if bare.endswith((" Area", " area")) else bare
    if len(bare) <= 3 and bare.isupper():
        return bare in _NICKNAMES
    return places.is_city(bare) or places.is_region(bare)


def is_place(text: str) -> bool:
    """True for "Berlin", "Austin, TX", "Kyiv, Ukraine", "Remote": nothing but a place."""
    bare = text.strip(" \t,;()-–—·•|.")
    if not 1 < len(bare) <= 70 or "@" in bare or "(" in bare or ":" in bare or not bare[0].isupper():
        return False
    if _REMOTE.match(bare):
        return True
    parts = [
        part.strip()
        for part in re.split(r"(?:(?<!\s)\s+)?[,/&;]\s*|(?<!\s)\s+(?:[-–—]|and|und|et)\s+", bare)
        if part.strip()
    ]
    if not parts or len(parts) > 4:
        return False
    if len(parts) == 1:
        words = bare.split()
        if len(words) > 1 and _is_state(words[-1]) and words[0][0].isupper():
            return _named(" ".join(words[:-1])) or len(words) <= 3
        return not (bare in _WORDS or _is_state(bare)) and (country_code(bare) is not None or _named(bare))
    named = [is_region(_POSTAL.sub("", part).strip()) for part in parts]
    known = [sure or bool(_REMOTE.match(part)) for part, sure in zip(parts, named, strict=True)]
    doubtful = ", ".join(part for part, sure in zip(parts, named, strict=True) if not sure) if named[0] else bare
    if has_organisation(doubtful) or has_school(doubtful):  # "Denver, CO" is no company
        return False
    if not all(part[:1].isupper() or part[:1].isdigit() or known[index] for index, part in enumerate(parts)):
        return False
    if has_position(bare) or not all(len(part.split()) <= 4 for part in parts):
        return False
    # The last part says what the first belongs to ("Petach Tikva, Israel"); or the first is known ("Russia, Smolensk").
    last = _POSTAL.sub("", parts[-1]).strip()
    if len(parts) > 2 and known[-2] and not known[0] and not _STREET.search(parts[0]):
        return False  # "Baker, Hamburg, Germany": something at a place
    return known[0] or _is_state(last) or country_code(last) is not None


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
    parts = [part.strip() for part in re.split(r" ?[,;|] ?", bare) if part.strip()]
    parts = [part for index, part in enumerate(parts) if part not in parts[:index]]
    if len(parts) == 2 and country_code(parts[0]) and not country_code(parts[1]) and not _is_state(parts[1]):
        parts.reverse()  # "Israel, Rehovot"
    country = _ending_country(parts) if parts else None
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
    if _is_state(kept[-1]) or (len(kept) > 1 and not country and is_region(kept[-1]) and not _STREET.search(kept[-2])):
        region = kept.pop()
    elif len(words) > 1 and _is_state(words[-1]):
        kept[-1], region = " ".join(words[:-1]), words[-1]
    elif (
        len(kept) > 1
        and _named(kept[-2])
        and (
            not places.is_city(kept[-1])
            or (country and len(kept) == 2 and not any(letter.isdigit() for letter in kept[0]))
        )
    ):
        region = kept.pop()
    if not kept:
        return Where(region=region, postal_code=postal, country_code=country)
    city = kept.pop()
    if any(letter.isdigit() for letter in city):
        return Where(address=", ".join([*kept, city]), postal_code=postal, region=region, country_code=country)
    return Where(address=", ".join(kept) or None, postal_code=postal, city=city, region=region, country_code=country)
