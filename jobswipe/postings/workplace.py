"""Decide remote, hybrid or on-site from what a posting says: the source's word, its texts, its flag. Never a guess."""

from __future__ import annotations

import re

from jobswipe.places.atoms import read_atoms
from jobswipe.places.place import Workplace
from jobswipe.places.words import WORK
from jobswipe.postings.workplace_phrases import KEYWORDS, MOST_SENTENCES, PHRASES, REACH, TAG

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
_SAYS: dict[str, Workplace] = {"remote": "remote", "hybrid": "hybrid", "onsite": "onsite"}  # by a pattern's group
_TOWN = 50_000  # people: a smaller place's name in a title is more likely a word of it ("Onsite Trainer")
_TITLE_PARTS = re.compile(r"[()\[\]{}|,;:•·/]|\s[-–—]+\s?|[-–—]+\s")
_LETTERS = re.compile(r"[^a-z]+")
_END = re.compile(r"[.!?;\n•|]")


def from_word(word: str | None) -> Workplace | None:
    """The source's own word ("Hybrid", "TELECOMMUTE", "On-site") as a way of working, or None."""
    if not word:
        return None
    known = _WORDS.get(_LETTERS.sub("", word.lower()))
    if known is not None:
        return known
    found = {match.lastgroup for match in WORK.finditer(word[:200])}
    if "hybrid" in found or found == {"remote", "onsite"}:
        return "hybrid"
    return "remote" if "remote" in found else "onsite" if "onsite" in found else None


def from_title(title: str) -> Workplace | None:
    """What a part of the title says that is nothing but a way of working, and a place perhaps ("Nurse (Remote, US)").

    "Remote Sensing Engineer" and "Hybrid Cloud Architect" say nothing.
    """
    if WORK.search(title) is None:
        return None
    found: set[Workplace] = set()
    for part in _TITLE_PARTS.split(title[:300]):
        if WORK.search(part) is None:
            continue
        atoms = read_atoms(part)
        if all(atom.work or atom.region or any(r.weight > _TOWN for r in atom.readings) for atom in atoms):
            found.update(atom.work for atom in atoms if atom.work)
    return "hybrid" if "hybrid" in found else "remote" if "remote" in found else "onsite" if found else None


def from_description(text: str) -> tuple[Workplace, str] | None:
    """What a clear sentence of the description says of this job, with that sentence; None when none does.

    Sentences that contradict one another (a remote one and an on-site one) say nothing; days in the office beside
    a hybrid one are hybrid.
    """
    lowered = text.lower()
    tags = {tag.replace("-", "") for tag in TAG.findall(lowered)} if "#li-" in lowered else set()
    if len(tags) == 1:
        tag = tags.pop()
        return _SAYS[tag], f"#LI-{tag}"
    found: dict[Workplace, str] = {}
    for keyword, pattern in KEYWORDS:
        at = lowered.find(keyword)
        last = -1
        count = 0
        while at >= 0 and count < MOST_SENTENCES:
            if at > last:
                start, last = _sentence(lowered, at, len(keyword))
                sentence = lowered[start:last]
                match = PHRASES[pattern].search(sentence)
                says = _SAYS.get(match.lastgroup or "") if match is not None else None
                if says is not None:
                    found.setdefault(says, text[start:last].strip() if len(lowered) == len(text) else sentence.strip())
                count += 1
            at = lowered.find(keyword, at + len(keyword))
    if not found or ("remote" in found and len(found) > 1):
        return None
    meant: Workplace = "hybrid" if "hybrid" in found else next(iter(found))
    return meant, found[meant]


def _sentence(text: str, at: int, length: int) -> tuple[int, int]:
    """The bounds of the sentence around a keyword, at most REACH characters to each side."""
    start = max(0, at - REACH)
    before = max(text.rfind(mark, start, at) for mark in (".", "!", "?", "\n", ";", "•", "。"))
    following = _END.search(text, at + length, min(len(text), at + length + REACH))
    return (before + 1 if before >= 0 else start), (following.start() if following else min(len(text), at + length + REACH))


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
    description, a flag that is true, a board of remote work only. A flag of false says nothing.
    """
    named = from_word(word)
    if named is not None:
        return named
    said = from_title(title) or location
    if said is not None:
        return said
    clear = from_description(description) if description else None
    if clear is not None:
        return clear[0]
    return "remote" if flag or remote_only_board else None
