"""Builds jobswipe/skills/data/phrases.msgpack.gz: ESCO's labels and alternatives as sets of stems, and what its
descriptions say of each concept as weights of stems (BM25). Called by build_skills.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jobswipe.skills.canonical import canonical
from jobswipe.skills.phrases import SCALE, Packed
from jobswipe.skills.stems import words

LONGEST = 7  # stems of a phrase
TERMS = 24  # of a concept's description: its most telling ones
K1, B = 1.2, 0.75  # BM25's usual constants (Robertson and Zaragoza 2009, doi:10.1561/1500000019)
LABEL = 3  # how often a label counts among its concept's words
_PARENTHESIS = re.compile(r"\([^)]*\)")


def stems(text: str) -> list[str]:
    return [word.stem for word in words(canonical(text).decode("ascii"))]


def build(esco: Sequence[tuple[str, str, Sequence[str], str]], path: Path) -> int:
    """`esco`: URI, label, alternatives, description, in the order of the taxonomy's table. Returns the file's size."""
    forms: list[tuple[int, bool, tuple[str, ...]]] = []
    documents: list[Counter[str]] = []
    spread: Counter[str] = Counter()  # in how many concepts' names a stem stands
    for at, (_, label, alternatives, description) in enumerate(esco):
        seen: set[frozenset[str]] = set()
        document: Counter[str] = Counter()
        named: set[str] = set()
        for place, text in enumerate((label, *alternatives)):
            found = stems(_PARENTHESIS.sub(" ", text))
            named.update(found)
            document.update(found * (LABEL if place == 0 else 1))
            unique = frozenset(found)
            if 0 < len(unique) <= LONGEST and unique not in seen:
                seen.add(unique)
                forms.append((at, place == 0, tuple(sorted(unique))))
        spread.update(named)
        document.update(stems(description))
        documents.append(document)
    vocabulary = sorted(spread)
    number = {text: at for at, text in enumerate(vocabulary)}
    held = Counter(text for document in documents for text in document)
    mean = sum(map(Counter.total, documents)) / len(documents)
    entries: list[tuple[int, int, float]] = []
    for at, document in enumerate(documents):
        length = K1 * (1 - B + B * document.total() / mean)
        weights = [
            (
                math.log(1 + (len(documents) - held[text] + 0.5) / (held[text] + 0.5))
                * count
                * (K1 + 1)
                / (count + length),
                text,
            )
            for text, count in document.items()
            if text in number
        ]
        entries += [(number[text], at, weight) for weight, text in sorted(weights, reverse=True)[:TERMS]]
    entries.sort()
    return Packed(
        vocabulary="\n".join(vocabulary),
        idf=np.array([math.log(1 + len(esco) / spread[text]) for text in vocabulary], "<f4").tobytes(),
        form_concept=np.array([at for at, _, _ in forms], "<u2").tobytes(),
        form_label=bytes(label for _, label, _ in forms),
        form_size=bytes(len(found) for _, _, found in forms),
        form_stems=np.array([number[text] for _, _, found in forms for text in found], "<u2").tobytes(),
        term_count=np.bincount([term for term, _, _ in entries], minlength=len(vocabulary)).astype("<u2").tobytes(),
        term_concept=np.array([at for _, at, _ in entries], "<u2").tobytes(),
        term_weight=bytes(min(255, round(weight * SCALE)) for _, _, weight in entries),
    ).write(path)
