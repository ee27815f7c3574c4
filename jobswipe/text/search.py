"""Many words at once in a text, in one pass over its bytes.

By daachorse; by ahocorasick_rs, to the same results and a little slower, where daachorse has no wheel (Linux on ARM).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

daachorse: Any
try:
    import daachorse
except ImportError:
    daachorse = None


class Automaton(Protocol):
    """`find` answers (start, end, number of the pattern) of the matches, none overlapping another, in order."""

    def find(self, hay: bytes, /) -> list[tuple[int, int, int]]: ...


def automaton(patterns: Sequence[bytes], *, longest: bool = False) -> Automaton:
    """An automaton that reports what ends first, or the `longest` of the patterns that begin first."""
    if daachorse is None:
        return _Slower(patterns, longest=longest)
    kind = daachorse.MATCH_KIND_LEFTMOST_LONGEST if longest else daachorse.MATCH_KIND_STANDARD
    found: Automaton = daachorse.DoubleArrayAhoCorasick(list(patterns), kind)
    return found


class _Slower:
    def __init__(self, patterns: Sequence[bytes], *, longest: bool) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        self._found = BytesAhoCorasick(
            list(patterns),
            matchkind=MatchKind.LeftmostLongest if longest else MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        ).find_matches_as_indexes

    def find(self, hay: bytes, /) -> list[tuple[int, int, int]]:
        return [(start, end, number) for number, start, end in self._found(hay)]
