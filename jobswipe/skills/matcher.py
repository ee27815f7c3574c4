"""Finds the taxonomy's names in a text: an Aho-Corasick pass over comparable bytes, then boundaries, letters and context."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from jobswipe.skills.canonical import canonical
from jobswipe.skills.context import Span, accepted
from jobswipe.skills.patterns import Case, Kind, read

_SPACE, _DOT, _S = 0x20, 0x2E, 0x73
_LETTERS_AND_DIGITS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789\x01+#&")
# What may not stand inside a name of several words: "sales, marketing" is not "sales marketing".
_APART = re.compile(r"[,;:()\[\]{}|\n\r\t•·●▪\"“”!?–—]|\.\s|/\w{5}|\w{5}/")


class Matcher:
    """The names of one table, ready to be found. Concepts and patterns are positions in the table."""

    def __init__(self) -> None:
        table = read((resources.files("jobswipe.skills") / "data" / "taxonomy.msgpack.gz").read_bytes())
        self.version = table.version
        self.ids = table.ids
        self.names = table.names
        self.kinds = table.kinds
        self.patterns = table.patterns.split("\n")
        self.concepts: list[int] = np.frombuffer(table.concepts, "<u2").tolist()
        self.cases = table.cases
        self.written = {text: frozenset(forms) for text, forms in table.written.items()}
        self.position = {text: at for at, text in enumerate(self.patterns)}
        self._letters = frozenset(at for at, case in enumerate(self.cases) if case == Case.LETTER)
        self._automaton = BytesAhoCorasick(
            [b" " + text.encode("ascii") for text in self.patterns],
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    def find(self, text: str) -> list[Span]:
        """Every place of `text` that names a concept, in its order, none overlapping another."""
        spans: list[Span] = []
        self._scan(text, b" " + canonical(text) + b" ", 0, spans)
        return spans if all(span.sure for span in spans) else accepted(text, spans, self._letters)

    def _scan(self, text: str, hay: bytes, offset: int, spans: list[Span]) -> None:
        """Add the spans of `hay`, a piece of the text between two added spaces; `offset` is where it begins in the text."""
        for pattern, start, end in self._automaton.find_matches_as_indexes(hay):
            after = hay[end]
            if after != _SPACE and (after != _DOT or hay[end + 1] in _LETTERS_AND_DIGITS):
                if after == _S and self._plural(pattern, hay, end):
                    end += 1
                else:
                    self._shorter(text, hay, offset, pattern, start, spans)
                    continue
            name = self.patterns[pattern]
            begin, stop = offset + start, offset + end - 1
            if " " in name and (apart := _APART.search(text, begin, stop)):
                cut = apart.start() - offset + 1
                self._scan(text, hay[start:cut] + b" ", begin, spans)
                self._scan(text, b" " + hay[cut + 1 : end] + b" ", offset + cut, spans)
                continue
            case = self.cases[pattern]
            tool = self.kinds[self.concepts[pattern]] == Kind.TOOL
            if case in (Case.CONTEXT, Case.LETTER):
                spans.append(Span(begin, stop, pattern, False, tool))
            elif case == Case.ANY or self._as_written(text[begin:stop], name, case):
                spans.append(Span(begin, stop, pattern, True, tool))

    def _plural(self, pattern: int, hay: bytes, end: int) -> bool:
        """Is the s after a name its plural?"""
        if hay[end + 1] in _LETTERS_AND_DIGITS or (hay[end + 1] == _DOT and hay[end + 2 : end + 3].isalnum()):
            return False
        name = self.patterns[pattern]
        if self.cases[pattern] == Case.ANY:
            return len(name) > 3 and name[-1].isalpha() and (" " in name or self.kinds[self.concepts[pattern]] != Kind.TOOL)
        return self.cases[pattern] != Case.CONTEXT and self.cases[pattern] != Case.LETTER and name[-1].isalpha()

    def _shorter(self, text: str, hay: bytes, offset: int, pattern: int, start: int, spans: list[Span]) -> None:
        """A name that goes on as another word ("data sciences"): look for names in its words but the last."""
        kept, _, _ = self.patterns[pattern].rpartition(" ")
        if kept:
            self._scan(text, hay[start : start + 1 + len(kept)] + b" ", offset + start, spans)

    def _as_written(self, surface: str, name: str, case: int) -> bool:
        if case == Case.CAPITALS:
            return surface.isupper() or (surface[-1] == "s" and surface[:-1].isupper())
        forms = self.written[name]
        return surface in forms or (surface[-1] == "s" and surface[:-1] in forms and surface[:-1].isupper())
