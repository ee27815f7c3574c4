"""Dates and date ranges as resumes write them, in eight languages, to ISO 8601 ("2019", "2019-05", "2019-05-31")."""

from __future__ import annotations

import re

import msgspec

_MONTHS = (
    "january jan januar janner janvier janv enero ene janeiro gennaio gen januari ianuarie ian",
    "february feb februar fevrier fevr fev febrero fevereiro febbraio februari februarie",
    "march mar marz maerz mrz mars marzo marco maart mrt martie",
    "april apr avril avr abril abr aprile aprilie",
    "may mai mayo maio mag maggio mei",
    "june jun juni juin junio junho giugno giu iunie iun",
    "july jul juli juillet juil julio julho luglio lug iulie iul",
    "august aug aout agosto ago augustus",
    "september sept sep septembre septiembre setiembre setembro set settembre septembrie",
    "october oct oktober okt octobre octubre outubro out ottobre ott octombrie",
    "november nov novembre noviembre novembro noiembrie noi",
    "december dec dezember dez decembre diciembre dic dezembro dicembre decembrie",
)
_NUMBER = {name: index + 1 for index, names in enumerate(_MONTHS) for name in names.split()}
# Month names with accents are matched on the text with its accents taken off, letter for letter.
_ACCENTS = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüçñăâîșțşţ", "aaaaaaeeeeiiiiooooouuuucnaaistst")

_NAME = "(?:" + "|".join(sorted(_NUMBER, key=len, reverse=True)) + ")"
_YEAR = r"(?:19[4-9]\d|20[0-9]\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_SEASON = r"(?:spring|summer|autumn|fall|winter|fruhjahr|fruhling|sommer|herbst|printemps|ete|automne|hiver|q[1-4])"
_DATE = (
    rf"(?:{_DAY}(?:st|nd|rd|th|\.)?\s{{0,2}}(?:de\s|of\s)?{_NAME}\b\.?,?\s{{0,2}}(?:de\s|del\s|of\s)?{_YEAR}"
    rf"|{_NAME}\b\.?\s{{0,2}}{_DAY}(?:st|nd|rd|th)?,\s{{0,2}}{_YEAR}"
    rf"|{_NAME}\b\.?\s{{0,2}}[,/'’.-]?\s{{0,2}}(?:de\s|del\s|of\s)?{_YEAR}"
    rf"|{_NAME}\b\.?\s?['’‘/-]\s?\d\d(?!\d)"
    rf"|{_SEASON}\s{{1,2}}{_YEAR}"
    rf"|{_DAY}[./-](?:0?[1-9]|1[0-2])[./-]{_YEAR}"
    rf"|{_YEAR}[./-](?:0[1-9]|1[0-2])(?:[./-]{_DAY})?(?![\d])"
    rf"|(?:0?[1-9]|1[0-2])\s?[./-]\s?{_YEAR}"
    rf"|{_YEAR}(?!\d))"
)
_PRESENT = (
    r"(?:present|presently|current|currently|now|today|to date|till date|until now|ongoing|on-going|heute|jetzt|aktuell"
    r"|laufend|dato|aujourd\s?['’]?\s?hui|actuellement|present jour|ce jour|en cours|maintenant|actualidad|actualmente"
    r"|la actualidad|la fecha|hoy|presente|atual|atualmente|o momento|hoje|oggi|attuale|in corso|attualmente|heden|nu"
    r"|prezent|in prezent|acum)"
)
_DASH = (
    r"(?:[-–—−‐‑―~→>]|(?:to|till|until|through|thru|bis|zu|a|au|al|ate|hasta|tot|t/m|pana la|pana in"
    r"|jusqu['’]au?)\b)"
)
_SEPARATOR = rf"\s{{0,6}}(?:{_DASH}\s{{0,3}}){{1,2}}"
_SINCE = r"(?:since|from|seit|ab|depuis|des|desde|dal|da|sinds|vanaf|din|incepand cu|de)"

RANGE = re.compile(
    rf"(?<![\w/.-])(?=\S)(?:"
    rf"(?:(?:from|von|de|du|del|dal|da|van|din|desde|entre|between)\s{{1,2}})?(?P<a>{_DATE})(?:{_SEPARATOR}"
    rf"|\s{{1,6}}[?]?\s{{0,4}})(?:(?:exp(?:ected)?\.?\s)?(?P<b>{_DATE})|(?P<now>{_PRESENT})(?!\w))"
    rf"|(?P<ym>{_YEAR})\s?[-–—]\s?(?P<short>\d\d)(?![\d./-])"
    rf"|(?P<m>{_NAME})\b\.?{_SEPARATOR}(?P<m2>{_DATE})"
    rf"|{_SINCE}\s{{1,2}}(?P<since>{_DATE})"
    rf"|(?P<open>{_DATE})\s{{0,3}}[-–—]\s{{0,3}}(?=$|[\t)|])"
    rf")",
    re.IGNORECASE,
)
# Nothing but two dates with some mark or other between them, as broken exports write ranges.
_ODD = re.compile(
    rf"\s*(?P<a>{_DATE})\s{{1,3}}[^\s\d,]{{1,8}}\s{{1,3}}(?:(?P<b>{_DATE})|(?P<now>{_PRESENT}))", re.IGNORECASE
)
SINGLE = re.compile(rf"(?<![\w/.,$€£-])(?:{_DATE})(?![\w%+])", re.IGNORECASE)
# "2 years 10 months", "(4 mos)": how long, which nobody needs beside the dates.
DURATION = re.compile(
    r"[(\[·•,]?\s{0,2}\b\d{1,2}(?:[.,]\d)?\+?\s?(?:years?|yrs?|jahre?n?|ans?|annees?|anos?|anni|jaar|ani)\b\.?"
    r"(?:,?\s{0,2}(?:and\s)?\d{1,2}\s?(?:months?|mos?|monate?n?|mois|mes(?:es)?|mesi|maanden|luni)\b\.?)?\s{0,2}[)\]]?"
    r"|[(\[·•,]?\s{0,2}\b\d{1,2}\s?(?:months?|mos?|monate?n?|mois|mes(?:es)?|mesi|maanden|luni)\b\.?\s{0,2}[)\]]?",
    re.IGNORECASE,
)


class Dates(msgspec.Struct, frozen=True):
    """What a text says of when: ISO dates (None: not said), whether it goes on, and where in the text it says so."""

    start: str | None
    end: str | None
    ongoing: bool
    begin: int
    stop: int
    single: bool = False


def unaccented(text: str) -> str:
    """Lower case without the accents of the languages above, of the same length as `text`."""
    low = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return low.translate(_ACCENTS)


def find_range(text: str) -> Dates | None:
    """The first date range in a line of text."""
    if not any(letter.isdigit() for letter in text):
        return None
    bare = unaccented(text[:2000])
    for match in RANGE.finditer(bare):
        if found := _read(match):
            return found
    if len(bare) < 60 and (odd := _ODD.fullmatch(bare)) is not None:
        start, end = to_iso(odd["a"]), to_iso(odd["b"]) if odd["b"] else None
        if start and (end is None or end >= start[: len(end)]):
            return Dates(start, end, bool(odd["now"]), odd.start("a"), odd.end())
    return None


def find_date(text: str) -> Dates | None:
    """The last single date in a line of text: both start and end are it."""
    if not any(letter.isdigit() for letter in text):
        return None
    last: Dates | None = None
    for match in SINGLE.finditer(unaccented(text[:2000])):
        if iso := to_iso(match[0]):
            last = Dates(iso, iso, ongoing=False, begin=match.start(), stop=match.end(), single=True)
    return last


def _read(match: re.Match[str]) -> Dates | None:
    begin, stop = match.span()
    if match["a"]:
        start = to_iso(match["a"])
        end = to_iso(match["b"]) if match["b"] else None
        if start is None or (match["b"] and end is None):
            return None
        if end is not None and not _SEPARATED.search(match[0]) and end[:4] < start[:4]:
            return None
        return Dates(start, end, bool(match["now"]), begin, stop)
    if match["ym"]:
        century, years, short = match["ym"][:2], int(match["ym"][2:]), int(match["short"])
        if short <= 12 or not 0 < (short - years) % 100 <= 40:
            return None
        end_year = f"{century}{short:02d}" if short > years else f"{int(century) + 1}{short:02d}"
        return Dates(match["ym"], end_year, False, begin, stop)
    if match["m"]:
        end = to_iso(match["m2"])
        if end is None or len(end) < 7:
            return None
        month = _NUMBER[match["m"]]
        year = int(end[:4]) - (month > int(end[5:7]))
        return Dates(f"{year}-{month:02d}", end, False, begin, stop)
    if match["since"]:
        start = to_iso(match["since"])
        return Dates(start, None, True, begin, stop) if start else None
    start = to_iso(match["open"])
    return Dates(start, None, True, begin, stop) if start else None


_SEPARATED = re.compile(_DASH, re.IGNORECASE)
_DAY_MONTH = re.compile(rf"({_DAY})(?:st|nd|rd|th|\.)?\s*(?:de\s|of\s)?({_NAME})\b.*?({_YEAR})$")
_MONTH_DAY = re.compile(rf"({_NAME})\b\.?\s*({_DAY})(?:st|nd|rd|th)?,\s*({_YEAR})$")
_MONTH_YEAR = re.compile(rf"({_NAME})\b.*?({_YEAR})$")
_MONTH_SHORT = re.compile(rf"({_NAME})\b\D*(\d\d)$")
_NUMERIC_DAY = re.compile(rf"({_DAY})[./-](0?[1-9]|1[0-2])[./-]({_YEAR})$")
_ISO = re.compile(rf"({_YEAR})[./-](0[1-9]|1[0-2])(?:[./-]({_DAY}))?$")
_NUMERIC = re.compile(rf"(0?[1-9]|1[0-2])\s?[./-]\s?({_YEAR})$")
_ANY_YEAR = re.compile(_YEAR)


def to_iso(text: str) -> str | None:
    """One date to ISO 8601, as precise as it is written; a season or a quarter is its year. None: no date."""
    text = unaccented(text).strip()[:60]
    if match := _ISO.fullmatch(text):
        return f"{match[1]}-{match[2]}" + (f"-{int(match[3]):02d}" if match[3] else "")
    if match := _NUMERIC_DAY.fullmatch(text):
        return f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    if match := _NUMERIC.fullmatch(text):
        return f"{match[2]}-{int(match[1]):02d}"
    if match := _MONTH_DAY.fullmatch(text):
        return f"{match[3]}-{_NUMBER[match[1]]:02d}-{int(match[2]):02d}"
    if match := _DAY_MONTH.fullmatch(text):
        return f"{match[3]}-{_NUMBER[match[2]]:02d}-{int(match[1]):02d}"
    if match := _MONTH_YEAR.fullmatch(text):
        return f"{match[2]}-{_NUMBER[match[1]]:02d}"
    if match := _MONTH_SHORT.fullmatch(text):
        year = int(match[2])
        return f"{2000 + year if year < 60 else 1900 + year}-{_NUMBER[match[1]]:02d}"
    if match := _ANY_YEAR.search(text):
        return match[0]
    return None
