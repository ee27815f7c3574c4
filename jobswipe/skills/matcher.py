"""Finds the taxonomy's names in a text: an Aho-Corasick pass over comparable bytes, then boundaries and context."""

from __future__ import annotations

import re
import struct
from bisect import bisect
from collections import Counter
from functools import cached_property
from importlib import resources
from operator import attrgetter

from jobswipe.skills import automaton
from jobswipe.skills.canonical import canonical
from jobswipe.skills.context import Span, accepted
from jobswipe.skills.patterns import Case, Kind, read

_BASE = {Kind.TOOL: 1.0, Kind.FIELD: 0.8, Kind.GENERAL: 0.2}  # what a kind of concept is worth in a ranking
_TOOL, _LETTER = int(Kind.TOOL), int(Case.LETTER)
_SPACE, _DOT, _S = 0x20, 0x2E, 0x73
_LETTERS_AND_DIGITS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789\x01+#&")
# What may not stand inside a name of several words: "sales, marketing" is not "sales marketing".
_APART = re.compile(r"[,;:()\[\]{}|\n\r\t•·●▪\"“”!?–—]|\.\s|/\w{5}|\w{5}/")
_ENDINGS = frozenset((_SPACE, _DOT, _S))
_MOST = 100  # places of one doubtful name that are looked at
_AHEAD = 96  # characters, more than the longest name
_start = attrgetter("start")


# What is left to ask of a whole word or words that have a name's letters, a space behind them. Plain numbers: an
# enumeration's members take as long to look up as the answer.
_NOTHING = 0
_CONTEXT = 1  # is it meant as a tool here? To be seen when all are found
_SPACING = 2  # do the words stand apart by single spaces, as in the name?
_FORM = 3  # is it written in one of the name's forms?
_MORE = 4


_ASKS: dict[int, int] = {Case.ANY: _NOTHING, Case.CONTEXT: _CONTEXT, Case.EXACT: _FORM}


def _ask(spaced: bool, case: int) -> int:
    if spaced:
        return _SPACING if case == Case.ANY else _MORE
    return _ASKS.get(case, _MORE)


class Matcher:
    """The names of one table, ready to be found. Concepts and patterns are positions in the table."""

    def __init__(self) -> None:
        table = read((resources.files("jobswipe.skills") / "data" / "taxonomy.msgpack.gz").read_bytes())
        self.version = table.version
        self.ids = table.ids
        self.names = table.names
        self.kinds = table.kinds
        self.patterns = table.patterns.split("\n")
        self.concepts = list(struct.unpack(f"<{len(self.patterns)}H", table.concepts))
        self.cases = table.cases
        self.written = table.written
        bases = [_BASE[kind] for kind in Kind]
        self.bases = [bases[kind] for kind in self.kinds]
        tools = [kind == _TOOL for kind in self.kinds]
        self._tools = [tools[concept] for concept in self.concepts]
        asks = {(spaced, case): _ask(spaced, case) for spaced in (False, True) for case in map(int, Case)}
        self._asks = [asks[" " in name, case] for name, case in zip(self.patterns, self.cases, strict=True)]
        self._letters = frozenset(at for at, case in enumerate(self.cases) if case == _LETTER)
        self._standing = [
            (at, b" " + self.patterns[at].encode("ascii") + ending) for at in self._letters for ending in (b" ", b".")
        ]
        # Every word that begins with such a letter would be a match of the automaton: they are looked for apart.
        self._words = [at for at in range(len(self.patterns)) if at not in self._letters]
        self._automaton = automaton.load(self.searched, self.version)

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each pattern stands in the table."""
        return {text: at for at, text in enumerate(self.patterns)}

    def searched(self) -> list[bytes]:
        """What the automaton looks for."""
        return [b" " + self.patterns[at].encode("ascii") for at in self._words]

    def find(self, text: str) -> list[Span]:
        """Every place of `text` that names a concept, in its order, none overlapping another."""
        spans: list[Span] = []
        hay = b" " + canonical(text) + b" "
        self._scan(text, hay, 0, spans)
        self._add_letters(hay, spans)
        doubtful = [span.pattern for span in spans if not span.sure]
        if not doubtful:
            return spans
        if len(doubtful) > _MOST:
            spans = _fewer(spans)
        return accepted(text, spans, self._letters)

    def _add_letters(self, hay: bytes, spans: list[Span]) -> None:
        """Add the names of one letter that stand alone or at a sentence's end, outside the names found so far."""
        for pattern, letter in self._standing:
            at = hay.find(letter)
            for _ in range(_MOST):
                if at < 0:
                    break
                if hay[at + 2] == _SPACE or hay[at + 3] not in _LETTERS_AND_DIGITS:
                    place = bisect(spans, at, key=_start)
                    if not place or spans[place - 1].end <= at:
                        spans.insert(place, Span(at, at + 1, pattern, False, True))
                at = hay.find(letter, at + 1)

    def _scan(self, text: str, hay: bytes, offset: int, spans: list[Span]) -> None:
        """Add the spans of `hay`, a piece of the text between two added spaces that begins at `offset`."""
        done = 0
        words, names, asks = self._words, self.patterns, self._asks
        tools, written = self._tools, self.written
        for start, end, word in self._automaton.find(hay):
            if start < done:
                continue
            pattern = words[word]
            after = hay[end]
            # The common cases are settled here; `_take` knows them all.
            if after == _SPACE:
                ask = asks[pattern]
                begin, stop = offset + start, offset + end - 1
                if (
                    ask <= _CONTEXT
                    or (ask == _SPACING and text[begin:stop].lower() == names[pattern])
                    or (ask == _FORM and text[begin:stop] in written[names[pattern]])
                ):
                    spans.append(Span(begin, stop, pattern, ask != _CONTEXT, tools[pattern]))
                    done = end
                    continue
            elif after not in _ENDINGS and " " not in names[pattern]:
                done = start + 1  # a longer word that begins with the name
                continue
            done = self._take(text, hay, offset, pattern, start, end, spans)

    def _take(self, text: str, hay: bytes, offset: int, pattern: int, start: int, end: int, spans: list[Span]) -> int:
        """Add the span or spans of one match at `hay[start:end]`; returns where the search goes on."""
        while (after := hay[end]) != _SPACE and (after != _DOT or hay[end + 1] in _LETTERS_AND_DIGITS):
            if after == _S and self._plural(pattern, hay, end):
                end += 1
                break
            # The last word goes on ("data sciences"): look for names before it, and for one that begins with it.
            kept, _, _ = self.patterns[pattern].rpartition(" ")
            if not kept:
                return start + 1
            last = start + 1 + len(kept)
            self._scan(text, hay[start:last] + b" ", offset + start, spans)
            piece = hay[last : last + _AHEAD]
            found = self._automaton.find(piece[: piece.rfind(b" ") + 1])
            if not found or found[0][0]:
                return last
            pattern, start, end = self._words[found[0][2]], last, last + found[0][1]
        name = self.patterns[pattern]
        begin, stop = offset + start, offset + end - 1
        if " " in name and (apart := _APART.search(text, begin, stop)):
            cut = apart.start() - offset + 1
            self._scan(text, hay[start:cut] + b" ", begin, spans)
            self._scan(text, b" " + hay[cut + 1 : end] + b" ", offset + cut, spans)
            return end
        case = self.cases[pattern]
        tool = self._tools[pattern]
        if case == Case.CONTEXT:
            spans.append(Span(begin, stop, pattern, False, tool))
        elif case == Case.ANY or self._as_written(text[begin:stop], name, case):
            spans.append(Span(begin, stop, pattern, True, tool))
        return end

    def _plural(self, pattern: int, hay: bytes, end: int) -> bool:
        """Is the s after a name its plural?"""
        if hay[end + 1] in _LETTERS_AND_DIGITS or (hay[end + 1] == _DOT and hay[end + 2 : end + 3].isalnum()):
            return False
        name = self.patterns[pattern]
        if self.cases[pattern] == Case.ANY:
            return (
                len(name) > 3
                and name[-1].isalpha()
                and (" " in name or self.kinds[self.concepts[pattern]] != Kind.TOOL)
            )
        return self.cases[pattern] != Case.CONTEXT and name[-1].isalpha()

    def _as_written(self, surface: str, name: str, case: int) -> bool:
        if case == Case.CAPITALS:
            return surface.isupper() or (surface[-1] == "s" and surface[:-1].isupper())
        forms = self.written[name]
        return surface in forms or (surface[-1] == "s" and surface[:-1] in forms and surface[:-1].isupper())


def _fewer(spans: list[Span]) -> list[Span]:
    """Only the first places of each doubtful name."""
    count: Counter[int] = Counter()
    kept = []
    for span in spans:
        count[span.pattern] += not span.sure
        if count[span.pattern] <= _MOST:
            kept.append(span)
    return kept
