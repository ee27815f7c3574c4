"""The first line of a "Who is hiring" comment, "Company | Role | Location | REMOTE | $100k", part by part."""

from __future__ import annotations

import re
from html import unescape

import msgspec

from jobswipe.places.parser import parse
from jobswipe.text.html import to_text

MAX_HEADER = 400
"""Characters of a first line that are looked at."""
MAX_TITLE = 120
"""Characters of a title that is taken from a sentence."""

_BREAK = re.compile(r"<p>|<p |<br|<pre|\n", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SPACES = re.compile(r"\s+")
_PIPES = re.compile(r"[|\u2502\u00a6\uff5c]")
_DASHES = re.compile(r"(?<!\s)\s+[-–—•·/]\s+")
_SLASHES = re.compile(r"/\s+")
_LINK = re.compile(r"(?:\(\s*|(?<!\s)\s+)?(?:https?://|www\.)\S+")
_DOMAIN = re.compile(
    r"(?:[a-z0-9-]{1,40}\.){1,3}(?:com|io|ai|dev|co|org|net|app|de|eu|uk|so|tech|xyz|gg|fm|sh|health|us|me)(?:/\S*)?",
    re.IGNORECASE,
)
_BATCH = re.compile(r"\(\s*(?:YC\s*)?[SWFXP]\s*'?\d{2}[^()]{0,40}\)|\(\s*YC[^()]{0,40}\)", re.IGNORECASE)
_LABEL = re.compile(r"(?:company|employer|position|role|title|job(?: title)?|location)\s*:\s*", re.IGNORECASE)
_HIRING = re.compile(
    r"\A(?:(?:we(?:'re| are)|is|are)\s+)?(?:now\s+|currently\s+)?(?:hiring|seeking|looking for)\b:?"
    r"(?:\s+(?:for|an?))?\b\s*",
    re.IGNORECASE,
)
_IS_HIRING = re.compile(
    r"(?P<company>[\w.&'’ -]{2,40}?)\s+(?:\([^()]{0,80}\)\s*)?(?:is|are)\s+(?:now\s+|currently\s+)?"
    r"(?:hiring|looking for|seeking)"
    r"\s+(?:for\s+)?(?:an?\s+)?(?P<role>[^.!;(]{2,120})",
    re.IGNORECASE,
)
_HIRES = re.compile(
    r"(?!(?:we|i|who|they|you|hn|anyone)\b)([\w.&'’ -]{2,40}?)\s+(?:\([^()]{0,80}\)\s*)?(?:is|are)\s+hiring\b",
    re.IGNORECASE,
)
_ROLE_AT = re.compile(r"(?P<role>[^@|()]{3,80})\s(?:@|at)\s(?P<company>[^@|(),]{2,60})", re.IGNORECASE)
_REMOTE = re.compile(r"\bremot(?:e|ely)\b|\bwork from home\b|\bwfh\b", re.IGNORECASE)
_NO_REMOTE = re.compile(r"\b(?:no|not|non)[- ]remote\b|\bremote:? no\b", re.IGNORECASE)
_HYBRID = re.compile(r"\bhybrid\b|\bpart(?:ial(?:ly)?)?[- ]remote\b", re.IGNORECASE)
_ONSITE = re.compile(r"\bon-?\s?site\b|\bin[- ]?(?:office|person)\b", re.IGNORECASE)
_HOURS = re.compile(
    r"\b(?:full|part)[- ]?time\b|\bcontract(?:or|ors|ing)?\b|\bfreelance\b|\binterns?(?:hips?)?\b|"
    r"\bpermanent\b|\btemporary\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥₹]\s?\d|\d[\d,.]{0,12}\s?k\b|\b(?:USD|EUR|GBP|CHF|CAD|AUD|SEK|PLN|INR)\b\s?\d|\d\s?(?:USD|EUR|GBP|CHF|CAD|AUD)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\bvisas?\b|\bh-?1b\b|\brelocation\b|\bsponsor|\bcitizen|\bequity\b|"
    r"\bYC\s?[A-Z]?\d{2}\b|\bseries [a-f]\b|\bclearance\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:engineer(?:s|ing)?|developers?|programmers?|dev|devs|swe|sde|sre|mle|qa|scientists?|researchers?|"
    r"designers?|managers?|architects?|analysts?|leads?|leaders?|directors?|head of|vp|c[teofp]o|founding|"
    r"co-?founders?|administrators?|admins?|consultants?|consulting|specialists?|recruiters?|marketers?|marketing|writers?|devops|"
    r"devrel|advocates?|full[- ]?stack|front[- ]?end|"
    r"back[- ]?end|roles?|positions?|openings?|product|sales|support|technicians?|executives?|representatives?|bdr|sdr|"
    r"interns?|counsel|accountants?|operators?|operations|partners?|"
    r"members? of technical staff|machine learning|data|security|"
    r"software|hardware|firmware|embedded|various|multiple|many)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:engineers?|developers?|programmers?|swe|sre|mle|scientists?|researchers?|designers?|managers?|architects?|analysts?|"
    r"directors?|head of|administrators?|consultants?|specialists?|recruiters?|writers?|technicians?|executives?|"
    r"representatives?|advocates?|counsel|accountants?|interns?|leads?|c[teofp]o)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\A(?:hey|hi|hello)\b[^.!,:]{0,30}[.!,:]\s*", re.IGNORECASE)
_BULLET = re.compile(r"\A\s*(?:[-*•–—]|\d{1,2}[.)])\s*")
_TRAILING = " -–—:;,.|/&"


class Header(msgspec.Struct):
    """What a comment's first line says. `title` may come from a line below where the first names no role."""

    company: str | None = None
    title: str = ""
    locations: list[str] = []
    workplace: str | None = None
    employment: str | None = None
    salary: str | None = None


def read_header(html: str) -> Header:
    """Read the first line: the company comes first, the other parts in any order."""
    first = _BREAK.split(html.lstrip(), maxsplit=1)[0]
    line = _plain(first)[: MAX_HEADER * 2]
    if not line:
        line = next((one.strip() for one in to_text(html).splitlines() if one.strip()), "")
    parts = _parts(line)
    if len(parts) < 2:
        return _sentence(line, html)
    header = Header(company=_company(parts[0]))
    rest: list[str] = []
    for part in parts[1:]:
        _take(header, part, rest)
    if header.company and _REMOTE.fullmatch(header.company):
        header.company = None
    header.workplace = _workplace(" | ".join(parts[1:]))
    roles = sorted(rest, key=_rank)  # stable: the first of the best
    if roles and _rank(roles[0]) < 2:
        header.title = roles[0]
    elif header.company and _rank(header.company) == 0:  # the role came first: "Data Engineer | Acme"
        header.title, header.company = header.company, roles[0] if roles else None
    else:
        said = " | ".join(part for part in parts if _LINK.sub("", part).strip())
        header.title = _below(html) or (roles[0] if roles else said)
    header.title = _SPACES.sub(" ", _LINK.sub(" ", header.title[:MAX_HEADER])).strip(_TRAILING) or line[:MAX_TITLE]
    return header


def _plain(html: str) -> str:
    return _SPACES.sub(" ", unescape(_TAG.sub(" ", html[: MAX_HEADER * 10]))).strip()


def _parts(line: str) -> list[str]:
    """The line's parts at bars; a short line without any is split at dashes or slashes."""
    separator = _PIPES if _PIPES.search(line) else _DASHES if len(_DASHES.findall(line)) else _SLASHES
    if separator is not _PIPES and (len(line) > 200 or line.rstrip().endswith((".", "!", "?"))):
        return [line]
    return [part for one in separator.split(line) if (part := one.strip(" \t-–—,;"))]


def _company(part: str) -> str | None:
    name = _BATCH.sub(" ", _LABEL.sub("", part))
    name = re.sub(r"\(\s*\)", " ", _LINK.sub(" ", name).replace("( )", " "))
    name = _SPACES.sub(" ", name).strip(" -–—:;,|/()") if "(" not in name.strip() else _SPACES.sub(" ", name).strip()
    name = re.sub(r"(?:(?<!\s)\s+)?\((?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,8}\)\s*\Z", "", name, flags=re.IGNORECASE)
    return (name or _LINK.sub(lambda one: one[0].strip("( "), part).strip())[:100].strip() or None


def _take(header: Header, part: str, rest: list[str]) -> None:
    """Sort one part: pay, place, hours, an aside, else it may be the role."""
    bare = _LINK.sub(" ", _LABEL.sub("", part)).strip(" -–—")
    if not bare or _DOMAIN.fullmatch(bare) or bare.lower() == (header.company or "").lower():
        return
    if _MONEY.search(bare) and header.salary is None:
        header.salary = bare
        if not _STRONG.search(bare):
            return
    hours = _HOURS.search(bare)
    if hours:
        header.employment = header.employment or bare
    words = _HOURS.sub(" ", _ONSITE.sub(" ", _HYBRID.sub(" ", _REMOTE.sub(" ", bare)))).strip(" -–—,/()&+")
    if not _STRONG.search(bare) and (_says_way(bare) or _names_place(bare)):
        header.locations.append(_SPACES.sub(" ", _HOURS.sub(" ", bare)).strip(" ,;/-–—") if hours else bare)
        return
    if not words or (hours and not _ROLE.search(words)) or (_ASIDE.search(bare) and not _STRONG.search(bare)):
        return
    if _says_way(bare):  # "Software Engineer, Berlin (onsite)": the place is among the words
        header.locations.append(bare)
    rest.append(_HIRING.sub("", bare).strip() or bare)


def _says_way(text: str) -> bool:
    return bool(_REMOTE.search(text) or _HYBRID.search(text) or _ONSITE.search(text))


def _names_place(text: str) -> bool:
    if len(text) > 200 or (_ROLE.search(text) and "," not in text):
        return False
    found = parse(text)
    return bool(found.remote_regions) or any(place.country for place in found.places)


def _rank(part: str) -> int:
    return 0 if _STRONG.search(part) else 1 if _ROLE.search(part) else 2


def _workplace(text: str) -> str | None:
    """Remote where it is offered at all ("Berlin or remote"), unless the text says that it is not."""
    if _REMOTE.search(_HYBRID.sub(" ", _NO_REMOTE.sub(" ", text))):
        return "remote"
    return "hybrid" if _HYBRID.search(text) else "onsite" if _ONSITE.search(text) or _NO_REMOTE.search(text) else None


def _below(html: str) -> str | None:
    """The first short line under the header that names a role, as in a list of openings."""
    for line in to_text(html[:20_000]).splitlines()[1:60]:
        bare = _LINK.sub(" ", _BULLET.sub("", line)).strip(_TRAILING)
        head = re.split(r"\s[-–—:]\s|: ", bare, maxsplit=1)[0].strip(_TRAILING)
        role = _STRONG.search(head) if 3 < len(head) <= 80 and len(head.split()) <= 10 else None
        # A role ends a heading; what goes on after it is a sentence ("Architect and build ...").
        if role and len(re.split(r"[,(/&+–—-]", head[role.end() :])[0].split()) < 2 and head[-1] not in ".!?":
            return head
    return None


def _sentence(line: str, html: str) -> Header:
    """A comment without the usual header: "Acme is hiring a Data Engineer in Berlin", or prose."""
    line = _GREETING.sub("", line)
    header = Header(workplace=_workplace(line))
    hiring = _IS_HIRING.match(line)
    at = None if hiring else _ROLE_AT.match(line)
    if hiring and _STRONG.search(hiring["role"]):
        header.company = hiring["company"].strip()
        header.title = hiring["role"].strip(_TRAILING)
    elif at and _STRONG.search(at["role"]):
        header.company, header.title = at["company"].strip(_TRAILING), at["role"].strip(_TRAILING)
    else:
        named = _HIRES.match(line)
        header.company = named[1].strip() if named else None
        words = _first_words(_LABEL.sub("", _HIRING.sub("", line)))
        header.title = words if _STRONG.search(words) else _below(html) or words
    for inside in re.findall(r"\(([^()]{2,80})\)", line[:MAX_HEADER]):
        if _says_way(inside) or (len(inside) <= 30 and _names_place(inside)):
            header.locations.append(inside)
    return header


def _first_words(line: str) -> str:
    sentences = [one for one in re.split(r"(?<=[.!?])\s", line) if len(one) > 12] or [line]
    line = next((one for one in sentences[:4] if _STRONG.search(one)), sentences[0])
    if len(line) <= MAX_TITLE:
        return line.strip(_TRAILING)
    return line[:MAX_TITLE].rsplit(" ", 1)[0].strip(_TRAILING) + " …"
