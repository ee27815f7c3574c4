"""Folded names: two spellings of one company or title get one key, two companies never do."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LEGAL = frozenset(
    "inc incorporated llc llp ltd limited corp corporation co company plc gmbh ag kg kgaa ug ev se sa sas sasu sarl "
    "srl spa bv nv ab as asa oy oyj aps pty pte pvt kk sl slu lda ltda eirl sro zoo oü uab doo kft".split()
)
_CAREERS = frozenset({"careers", "career", "jobs", "hiring"})
_SEPARATOR = re.compile(r"[\W_]+")
_DOMAIN = re.compile(r"\.(?:com|io|ai|co|org|net|dev|app|de|fr|eu|uk)\Z")
_GENDER = re.compile(
    r"[(\[]?\b(?:[mwfdhx]\s?[/|*]\s?[mwfdhx](?:\s?[/|*]\s?[mwfdhxi])?|all genders|gn)\b[)\]]?", re.IGNORECASE
)
_TITLE_WORD = re.compile(r"c\+\+|c#|\.net|[^\W_]+(?:['’][^\W_]+)?")
_SAME_WORD = {
    "sr": "senior",
    "snr": "senior",
    "jr": "junior",
    "jnr": "junior",
    "mgr": "manager",
    "eng": "engineer",
    "engr": "engineer",
    "dev": "developer",
    "vp": "vice president",
    "svp": "senior vice president",
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "fullstack": "full stack",
    "frontend": "front end",
    "backend": "back end",
    "and": "",
    "the": "",
    "of": "",
    "for": "",
    "a": "",
}


def fold(text: str) -> str:
    """NFKC and case-folded. Accents stay, for they part names; the dot that lowering a Turkish İ leaves goes."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i"))


@lru_cache(maxsize=16384)
def company_key(name: str | None) -> str:
    """An employer's blocking key: "Runway ML, Inc." and "runwayml" are one, "Škoda" and "Koda" two; "" for None."""
    if not name:
        return ""
    words = [word for word in _SEPARATOR.split(_DOMAIN.sub("", fold(name).strip())) if word]
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in _LEGAL or kept[-1] in _CAREERS):
        kept.pop()
    return "".join(kept)


@lru_cache(maxsize=65536)
def title_key(title: str) -> str:
    """The blocking key of a title: its words sorted, without case, punctuation, gender tags and function words."""
    words = _TITLE_WORD.findall(_GENDER.sub(" ", fold(title)))
    key = " ".join(_SAME_WORD.get(word, word) for word in words)
    return " ".join(sorted(key.split())) or fold(title).strip()
