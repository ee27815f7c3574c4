"""Text to comparable bytes, one byte a character, so that an offset in the one is an offset in the other.

Letters become lower-case ASCII (accents are dropped), what separates words becomes a space, and the few signs that
belong to names (`.`, `+`, `#`, `&`) stay. A pattern and a text that differ in case, hyphens or accents are then equal.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

WORD = 1  # stands for a letter or mark that has no single ASCII letter: part of a word, equal to nothing in a pattern

_KEPT = b".+#&"


def _table() -> bytes:
    table = bytearray(b" " * 256)
    for byte in range(128):
        char = chr(byte)
        if char.isalnum():
            table[byte] = ord(char.lower())
        elif byte in _KEPT or byte == WORD:
            table[byte] = byte
    return bytes(table)


_TABLE = _table()
_APART = re.compile(r"\s+")
_COMMON = "’–•—“”\u00a0"
"""The signs of nearly all of the calls to `_replace`: replacing them beforehand costs a third."""
_known: dict[str, str] = {}


def _ascii(char: str) -> str:
    """The one ASCII character that stands for a character outside ASCII."""
    kind = unicodedata.category(char)[0]
    if kind not in "LMN":
        return " "
    first = unicodedata.normalize("NFKD", char)[0]
    return first if first.isascii() and first.isalnum() else chr(WORD)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    known = _known
    out = []
    for char in error.object[error.start : error.end]:
        stand_in = known.get(char)
        if stand_in is None:
            stand_in = _ascii(char)
            if len(known) < 4096:  # scripts of many thousand signs would otherwise grow it without end
                known[char] = stand_in
        out.append(stand_in)
    return "".join(out), error.end


codecs.register_error("jobswipe.skills", _replace)


def canonical(text: str) -> bytes:
    """`text` in comparable bytes; `len(canonical(text)) == len(text)` always."""
    if not text.isascii():
        for sign in _COMMON:
            if sign in text:
                text = text.replace(sign, " ")
    return text.encode("ascii", "jobswipe.skills").translate(_TABLE)


def key(name: str) -> str:
    """The comparable form of a whole name: canonical, with single spaces and none around it."""
    return _APART.sub(" ", canonical(name).decode("ascii")).strip()
