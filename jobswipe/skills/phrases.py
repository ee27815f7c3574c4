"""How far a sentence's words cover the phrases of ESCO: an inverted index over the stems of labels and alternatives.

A phrase scores by the share of its words' weight that the sentence holds and by that weight, less where they stand
apart; what the concept's description speaks of adds as much again at most. Weights are inverse frequencies in ESCO.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from jobswipe.skills.stems import Word

SCALE = 12.0  # steps of a description's weight in one byte
_SHARE = 1.5  # power of the share of a phrase that is there: half a phrase is worth about a third
_WEIGHT = 0.5  # power of the weight that is there: long telling phrases before short common ones
_LABEL = 1.1  # a preferred label beside an alternative
_APART = 0.3  # power of the density of a phrase's words within their stretch of the sentence
_LEAST = 0.4  # share of a phrase below which it is no candidate
_CONCEPTS = 60  # candidates that are looked at closely


class Packed(msgspec.Struct):
    """The file. Numbers are little-endian. Forms are phrases; terms are descriptions' words, by vocabulary."""

    vocabulary: str
    idf: bytes
    form_concept: bytes
    form_label: bytes
    form_size: bytes
    form_stems: bytes
    term_count: bytes
    term_concept: bytes
    term_weight: bytes

    def write(self, path: Path) -> int:
        """Write the file; returns its size in bytes."""
        path.write_bytes(gzip.compress(msgspec.msgpack.encode(self), mtime=0))
        return path.stat().st_size


class Candidate(NamedTuple):
    """A concept (position in the taxonomy), how well the sentence covers it, and the stretch of text that does."""

    concept: int
    score: float
    start: int
    end: int


class Phrases:
    """The phrases of ESCO, ready to be compared with sentences."""

    def __init__(self) -> None:
        data = (resources.files("jobswipe.skills") / "data" / "phrases.msgpack.gz").read_bytes()
        packed = msgspec.msgpack.decode(gzip.decompress(data), type=Packed)
        self._number = {stem: at for at, stem in enumerate(packed.vocabulary.split("\n"))}
        self._idf = np.frombuffer(packed.idf, "<f4")
        self._concept = np.frombuffer(packed.form_concept, "<u2")
        self._stems = np.frombuffer(packed.form_stems, "<u2")
        size = np.frombuffer(packed.form_size, "u1").astype(np.int64)
        self._bounds = np.concatenate(([0], np.cumsum(size)))
        self._weight = np.add.reduceat(self._idf[self._stems], self._bounds[:-1])
        self._factor = np.where(np.frombuffer(packed.form_label, "u1") > 0, _LABEL, 1.0).astype(np.float32)
        order = np.argsort(self._stems, kind="stable")
        self._forms = np.repeat(np.arange(len(size)), size)[order]
        self._form_bounds = np.searchsorted(self._stems[order], np.arange(len(self._idf) + 1))
        self._term_bounds = np.concatenate(([0], np.cumsum(np.frombuffer(packed.term_count, "<u2"), dtype=np.int64)))
        self._term_concept = np.frombuffer(packed.term_concept, "<u2")
        self._term_weight = np.frombuffer(packed.term_weight, "u1").astype(np.float32) / SCALE
        self._concepts = int(self._concept.max()) + 1

    def candidates(self, sentence: Sequence[Word]) -> list[Candidate]:
        """The concepts that the sentence's words cover, best first."""
        known = {word.stem: self._number[word.stem] for word in sentence if word.stem in self._number}
        if not known:
            return []
        held = np.zeros(len(self._weight), np.float32)
        spoken = np.zeros(self._concepts, np.float32)
        for number in known.values():
            held[self._forms[self._form_bounds[number] : self._form_bounds[number + 1]]] += self._idf[number]
            terms = slice(self._term_bounds[number], self._term_bounds[number + 1])
            spoken[self._term_concept[terms]] += self._term_weight[terms]
        touched = np.flatnonzero(held > _LEAST * self._weight)
        covered = held[touched]
        scores = (covered / self._weight[touched]) ** _SHARE * covered**_WEIGHT * self._factor[touched]
        loudest = float(spoken.max()) or 1.0
        found: list[Candidate] = []
        seen: set[int] = set()
        best = np.argsort(-scores, kind="stable")[: _CONCEPTS * 12]
        for form, score in zip(touched[best].tolist(), scores[best].tolist(), strict=True):
            concept = int(self._concept[form])
            if concept in seen:
                continue
            seen.add(concept)
            stems = set(self._stems[self._bounds[form] : self._bounds[form + 1]].tolist())
            count, width, start, end = _stretch(sentence, {stem for stem, at in known.items() if at in stems})
            score *= (count / width) ** _APART * (1 + float(spoken[concept]) / loudest)
            found.append(Candidate(concept, score, start, end))
            if len(seen) == _CONCEPTS:
                break
        return sorted(found, key=lambda candidate: -candidate.score)


def _stretch(sentence: Sequence[Word], stems: set[str]) -> tuple[int, int, int, int]:
    """The shortest stretch that holds all `stems`: how many stems, how many telling words, where it begins and ends."""
    places = [at for at, word in enumerate(sentence) if word.stem in stems]
    inside: Counter[str] = Counter()
    best = (len(sentence) + 1, 0, 0)
    left = 0
    for place in places:
        inside[sentence[place].stem] += 1
        while len(inside) == len(stems):
            first = places[left]
            best = min(best, (place - first + 1, sentence[first].start, sentence[place].end))
            stem = sentence[first].stem
            inside[stem] -= 1
            if not inside[stem]:
                del inside[stem]
            left += 1
    width, start, end = best
    return len(stems), width, start, end


@cache
def phrases() -> Phrases:
    """The shipped phrases, read once."""
    return Phrases()
