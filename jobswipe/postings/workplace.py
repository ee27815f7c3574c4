"""Decide remote, hybrid or on-site from what a posting says: the source's word, its texts, its flag. Never a guess."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from daachorse import DoubleArrayAhoCorasick

from jobswipe.places.atoms import read_atoms
from jobswipe.places.place import Workplace
from jobswipe.places.words import WORK
from jobswipe.postings.workplace_phrases import KEYWORDS, MOST_SENTENCES, PHRASES, REACH
from jobswipe.text.lower import lowered

_WORDS: dict[str, Workplace] = {
    "telecommute": "remote",
    "telecommuting": "remote",
    "wfh": "remote",
    "fullyremote": "remote",
    "fully": "remote",
    "hybrid": "hybrid",
    "hybride": "hybrid",
    "hybridremote": "hybrid",
    "remotehybrid": "hybrid",
    "partial": "hybrid",
    "partialremote": "hybrid",
    "temporary": "hybrid",
    "flexible": "hybrid",
    "onsite": "onsite",
    "office": "onsite",
    "inoffice": "onsite",
    "inperson": "onsite",
    "onpremise": "onsite",
    "punctual": "onsite",
}
_SAYS: dict[str, Workplace] = {
    "remote": "remote",
    "hybrid": "hybrid",
    "offered": "hybrid",
    "onsite": "onsite",
}  # by group
_TOWN = 50_000  # people: a smaller place's name in a title is more likely a word of it ("Onsite Trainer")
_TITLE_PARTS = re.compile(r"[()\[\]{}|,;:•·/]|\s[-–—]{1,8}\s?|[-–—]{1,8}\s")
_LETTERS = re.compile(r"[^a-z]+")
_END = re.compile(rb"[.!?;\n|]|\xe2\x80\xa2|\xe3\x80\x82")  # also a bullet and the Japanese full stop


def from_word(word: str | None) -> Workplace | None:
    """The source's own word ("Hybrid", "TELECOMMUTE", "On-site") as a way of working, or None."""
    if not word:
        return None
    word = word[:200]
    known = _WORDS.get(_LETTERS.sub("", word.lower()))
    if known is not None:
        return known
    found = {match.lastgroup for match in WORK.finditer(word)}
    if "hybrid" in found or found == {"remote", "onsite"}:
        return "hybrid"
    return "remote" if "remote" in found else "onsite" if "onsite" in found else None


@lru_cache(maxsize=16384)
def from_title(title: str) -> Workplace | None:
    """What a part of the title says that is nothing but a way of working, and a place perhaps ("Nurse (Remote, US)").

    "Remote Sensing Engineer" and "Hybrid Cloud Architect" say nothing.
    """
    title = title[:300]
    if WORK.search(title) is None:
        return None
    found: set[Workplace] = set()
    for part in _TITLE_PARTS.split(title):
        if WORK.search(part) is None:
            continue
        atoms = read_atoms(part)
        if all(atom.work or atom.region or any(r.weight > _TOWN for r in atom.readings) for atom in atoms):
            found.update(atom.work for atom in atoms if atom.work)
    return "hybrid" if "hybrid" in found else "remote" if "remote" in found else "onsite" if found else None


class Clear(NamedTuple):
    """What a description says, and the sentence. `firm`: it is said of this job, not as a benefit among others."""

    workplace: Workplace
    sentence: str
    firm: bool


@cache
def _finder() -> DoubleArrayAhoCorasick:
    return DoubleArrayAhoCorasick([keyword.encode() for keyword, _ in KEYWORDS])


@lru_cache(maxsize=2)  # whoever decides and whoever quotes ask about one text in turn
def from_description(text: str) -> Clear | None:
    """What a clear sentence of the description says of this job; None when none does.

    Sentences that contradict one another (a remote one and an on-site one) say nothing; days in the office beside
    a hybrid one are hybrid.
    """
    small = lowered(text)
    found: dict[Workplace, Clear] = {}
    ends: dict[str, int] = {}
    looked: dict[str, int] = {}
    for at, end, number in _finder().find(small):
        name = KEYWORDS[number][1]
        if at < ends.get(name, 0) or looked.get(name, 0) >= MOST_SENTENCES:
            continue
        looked[name] = looked.get(name, 0) + 1
        start, ends[name] = _sentence(small, at, end)
        sentence = small[start : ends[name]].decode("utf-8", "ignore")
        group = _said(name, sentence)
        if group is None:
            continue
        firm = group != "offered"
        says = _SAYS[group]
        if says not in found or (firm and not found[says].firm):
            found[says] = Clear(says, sentence.strip(), firm)
    if not found or ("remote" in found and len(found) > 1):
        return None
    return found.get("hybrid") or next(iter(found.values()))


@lru_cache(maxsize=4096)  # the postings of a board share most of theirs
def _said(name: str, sentence: str) -> str | None:
    """The group of the phrases of that name that a sentence matches, if it says something."""
    match = PHRASES[name].search(sentence)
    return match.lastgroup if match and match.lastgroup != "none" else None


def _sentence(text: bytes, at: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence around a keyword, at most REACH bytes to each side."""
    start, stop = max(0, at - REACH), min(len(text), end + REACH)
    for match in _END.finditer(text, start, at):
        start = match.end()
    following = _END.search(text, end, stop)
    return start, following.start() if following else stop


def decide(
    *,
    word: str | None = None,
    flag: bool | None = None,
    location: Workplace | None = None,
    title: str = "",
    description: str | None = None,
    remote_only_board: bool = False,
) -> Workplace | None:
    """The way of working; None when nothing says it.

    In order: the source's word, the title, the location texts (`location` is what they say), a clear sentence of the
    description, a flag that is true, a board of remote work only. A flag of false says nothing. A sentence that only
    offers hybrid work in general does not outrank a flag that is true.
    """
    named = from_word(word)
    if named is not None:
        return named
    said = from_title(title) or location
    if said is not None:
        return said
    clear = from_description(description) if description else None
    if clear is not None and (clear.firm or not flag):
        return clear.workplace
    return "remote" if flag or remote_only_board else None
