"""Words of a text as stems with their places, for the comparison of a sentence with the taxonomy's phrases."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple

_WORD = re.compile(r"[a-z0-9][a-z0-9+#]*")
# Words that tell no skill from another: articles and the like, and what every requirement is wrapped in.
_EMPTY = frozenset(
    "a ability able across all also an and any are as at be been both by can for from has have if in into is"
    " it its may more must not of on one or other others our s should such than that the their them they this"
    " those to use used using was we well were which who will with within would you your".split()
)


class Word(NamedTuple):
    """A stem, and where its word begins and ends in the text."""

    stem: str
    start: int
    end: int


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The Snowball (Porter 2) stem of a lower-case word."""
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


def words(comparable: str) -> list[Word]:
    """The telling words of a lower-case ASCII text, in its order."""
    return [
        Word(stem(match.group()), match.start(), match.end())
        for match in _WORD.finditer(comparable)
        if match.group() not in _EMPTY
    ]
