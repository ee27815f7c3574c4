"""Fold a place name to its key: lower case, no accents, no punctuation, one spelling of saint, fort and mount."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "ð": "d", "þ": "th"})
_DROPPED = str.maketrans(dict.fromkeys(".'’‘`´ʻʼ·", ""))
_GAP = re.compile(r"[^\w]+|_+")
_ABBREVIATED = re.compile(r"\b(?:saint|sainte|fort|mount)\b")
_SHORT = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}


def fold(text: str) -> str:
    """The key under which names are compared: "St. Gallen" and "Saint-Gallen" are "st gallen", "D.C." is "dc"."""
    folded = text.lower().translate(_DROPPED)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
        folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = _GAP.sub(" ", folded).strip()
    if "saint" in folded or "fort" in folded or "mount" in folded:
        folded = _ABBREVIATED.sub(lambda m: _SHORT[m.group()], folded)
    return folded
