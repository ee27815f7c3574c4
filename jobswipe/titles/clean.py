"""A job title's core: no level, place, workplace, employment, gender or requisition mark; abbreviations spelt out.

>>> clean("Sr. Software Eng II (m/w/d) - Remote, Berlin")
'software engineer'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from jobswipe.titles import words as w

MAX_CHARS = 300  # a title longer than this is a sentence by mistake: only its beginning is read

_GENDER = re.compile(
    r"[(\[]?\b(?:[mwfdxhvnk](?:\s?[/|,*]\s?(?:[mwfdxhvnkigat]|div|divers|gn|other)\b){1,4}|"
    r"all(?:e)? (?:genders?|geschlechter)|gn\*?|"
    r"(?:wo)?man ?/ ?(?:wo)?man(?: ?/ ?non[- ]binary)?)\b\*?[)\]]?|[*:_/](?:in|innen|r|e)\b|\((?:in|e|r|ne|se)\)"
)
_REQUISITION = re.compile(
    r"#\s?[\w-]{1,20}|\b(?:req|jr|r|job id|id|ref)[-_ :.]{0,2}\d{3,}[\w-]{0,12}|\b[a-z]{0,4}-?\d{4,}\b"
)
_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]{0,120})[)\]}]?")
_SPLIT = re.compile(
    r"(?<!\s)\s+[-–—~]+\s*|(?<![-–—])[-–—]+\s+|[|,;:•·@→>]|\s//?\s|\s(?:at|in|based in|bei|chez)\s(?=[a-z]+$)"
)
_WORD = re.compile(r"\.net\b|[a-z0-9]+(?:\+\+|#)?|[^\W\d_a-z]+")
_COMPOUND = re.compile("|".join(rf"\b{re.escape(k).replace(chr(92) + ' ', '[ -]')}\b" for k in w.COMPOUNDS))


def fold(text: str) -> str:
    """Lower case, compatibility forms composed, accents dropped; scripts without case are left as they are."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower()
    if text.isascii():
        return text
    text = text.replace("ß", "ss").replace("’", "'")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", plain)


@cache
def stem(word: str) -> str:
    """The English Snowball stem, kept apart where it would merge two professions."""
    return w.STEMS.get(word) or known_stems().get(word) or str(stemmer().stemWord(word))


@cache
def known_stems() -> dict[str, str]:
    """The stems of words that every start needs: to stem them would take most of the first title's time."""
    text = (resources.files("jobswipe.titles") / "data" / "stems.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {words[0]: words[-1] for words in lines}


@cache
def stemmer() -> Any:
    """Loaded when the first word that is not known is met."""
    import snowballstemmer  # the tables of all its languages

    return snowballstemmer.stemmer("english")


def spell(word: str) -> tuple[str, ...]:
    """A folded word as the English words that it stands for (abbreviations, common words of other languages)."""
    if word in w.ABBREVIATIONS:
        return tuple(w.ABBREVIATIONS[word].split())
    if word in w.FOREIGN:
        return tuple(w.FOREIGN[word].split())
    if len(word) > 11:
        for suffix in w.SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) > 3:
                front = word[: -len(suffix)].removesuffix("s")
                return (*spell(front), *w.FOREIGN.get(suffix, suffix.removesuffix("in")).split())
    return (word,)


class Parts(NamedTuple):
    """A title's words, spelt out, unstemmed: the role, what follows a comma or dash, what stood in brackets."""

    head: tuple[str, ...]
    rest: tuple[str, ...]
    aside: tuple[str, ...]


@lru_cache(maxsize=65536)
def parts(title: str) -> Parts:
    """The title taken apart. Nothing left after cleaning: the title's own words are the head."""
    text = _GENDER.sub(" ", fold(title))
    text = _COMPOUND.sub(_join, text)
    aside: list[str] = []
    for match in _BRACKET.finditer(text):
        found = _WORD.findall(match[1])
        if not _is_noise(found):
            aside += _spell_all(_drop_levels(found))
    text = _REQUISITION.sub(" ", _BRACKET.sub(" ", text))
    segments = [found for segment in _SPLIT.split(text) if (found := _WORD.findall(segment))]
    kept = [segment for segment in segments if not _is_noise(segment)] or segments[:1]
    if not kept:
        return Parts(tuple(aside), (), ())
    cored = [_spell_all(_drop_levels(_drop_terms(segment))) for segment in kept]
    head, rest = cored[0], [word for segment in cored[1:] for word in segment]
    if rest and all(word in w.GENERIC or word in w.LEVELS for word in head):
        head, rest = cored[1] + head, [word for segment in cored[2:] for word in segment]  # "Director, Data Science"
    if aside and not any(word.isascii() for word in head):
        head, aside = aside, head  # a title in another script that gives its English name in brackets
    return Parts(tuple(head), tuple(rest), tuple(aside))


def clean(title: str) -> str:
    """The core of a title, folded: its role, then what follows a comma or dash; without brackets."""
    found = parts(title)
    return " ".join(found.head + found.rest)


@lru_cache(maxsize=65536)
def tokens(title: str) -> tuple[str, ...]:
    """The stems of `clean(title)` without function words, each once, in order."""
    found = parts(title)
    return stems(found.head + found.rest)


def stems(found: Iterable[str]) -> tuple[str, ...]:
    """The stems of spelt-out words, without function words, each once, in order."""
    return tuple(dict.fromkeys(stem(word) for word in found if word not in w.STOP))


def _join(match: re.Match[str]) -> str:
    return w.COMPOUNDS[match[0].replace("-", " ")]


def _is_noise(found: list[str]) -> bool:
    """Whether a segment names only places, workplaces, languages, employment or levels."""
    cities = places()
    at = 0
    while at < len(found):
        word = found[at]
        if word in w.NOISE or word in w.LEVELS or word in w.STOP or (word.isdigit() and len(word) != 3):
            at += 1
            continue
        for size in (4, 3, 2, 1):
            if " ".join(found[at : at + size]) in cities:
                at += size
                break
        else:
            return False
    return True


def _drop_terms(found: list[str]) -> list[str]:
    """Without terms of workplace and employment among the role's own words ("Part-time Barista")."""
    out: list[str] = []
    for at, word in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else ""
        if word in {"full", "part"} and after == "time":
            continue
        if word == "time" and at and found[at - 1] in {"full", "part"}:
            continue
        if word in w.TERMS and not (word == "remote" and after in {"sensing", "monitoring"}):
            continue
        out.append(word)
    return out or found


def _drop_levels(found: list[str]) -> list[str]:
    out: list[str] = []
    last = len(found) - 1
    for at, word in enumerate(found):
        after = found[at + 1] if at < last else ""
        before = found[at - 1] if at else ""
        if word in w.LEVELS:
            keeps = (
                (word in w.FRONT_LEVELS and (at == last or before == "of"))
                or (
                    word in {"lead", "leading"}
                    and after in {"generation", "gen", "qualification", "management", "conversion"}
                )
                or (word in w.NUMERALS and at == 0)
            )
            if not keeps:
                continue
        elif (
            (word == "new" and after in {"grad", "graduate"})
            or (word == "working" and after == "student")
            or (word == "student" and before == "working")
        ):
            continue
        out.append(word)
    return out or found


def _spell_all(found: list[str]) -> list[str]:
    out: list[str] = []
    last = len(found) - 1
    for at, word in enumerate(found):
        if word in {"tech", "techs"}:
            out.append("technician" if at == last and at else "technical")
        elif word in {"dev", "devs"}:
            out.append("development" if at and found[at - 1] in {"business", "biz"} else "developer")
        else:
            out += spell(word)
    return out


@cache
def places() -> frozenset[str]:
    """Folded names of countries, states and large cities that are not words of occupations."""
    path = resources.files("jobswipe.titles") / "data" / "places.txt"
    return frozenset(path.read_text(encoding="utf-8").splitlines())
