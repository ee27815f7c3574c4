"""The skills that a sentence names or speaks of: names first, then ESCO concepts whose words it holds.

ESCO's concepts that are named come first, then ESCO's phrases by how well the sentence covers them. Concepts that ESCO
lacks, where they are named, stand after the phrases that are covered whole and before those that are covered in part.
`jobswipe eval skills` measures the order on labelled sentences.
"""

from __future__ import annotations

import re

from jobswipe.skills.canonical import canonical
from jobswipe.skills.patterns import Kind
from jobswipe.skills.phrases import phrases
from jobswipe.skills.skill import Skill
from jobswipe.skills.stems import words
from jobswipe.skills.taxonomy import matcher

_NAMED = 100.0  # an ESCO concept that is named: before all that is only spoken of
_GENERAL = 50.0  # likewise, but asked for in every trade
_OTHER = 3.0  # a named concept that ESCO lacks; two telling words of a whole label come to 3 and more
_LEAST = 1.5  # a phrase below it is not worth telling
_SENTENCE = re.compile(r"[^\n.;!?•·]+(?:[.;!?](?!\s)[^\n.;!?•·]*)*")
_LONG = 400  # characters from which a text is more than a sentence
_WORDS = 80  # telling words that are compared at once
_MOST = 4_000  # telling words of a sentence that are read
_SENTENCES = 200  # of a text are compared with phrases, the first ones


def extract_ranked(text: str, limit: int = 10) -> list[Skill]:
    """At most `limit` concepts, best first, each once; `quote` is the stretch of `text` that speaks of it, verbatim."""
    known = matcher()
    found: dict[int, tuple[float, int, int]] = {}
    for start, end, pattern, _, _ in known.find(text):
        concept = known.concepts[pattern]
        if concept not in found:
            esco = known.ids[concept].startswith("http://data.europa.eu/")
            score = _OTHER if not esco else _GENERAL if known.kinds[concept] == Kind.GENERAL else _NAMED
            found[concept] = (score, start, end)
    comparable = canonical(text).decode("ascii")
    pieces = [(0, len(text))]
    if len(text) > _LONG:
        pieces = [match.span() for match, _ in zip(_SENTENCE.finditer(text), range(_SENTENCES), strict=False)]
    for begin, stop in pieces:
        sentence = words(comparable[begin:stop])
        for at in range(0, min(len(sentence), _MOST), _WORDS):
            for concept, score, start, end in phrases().candidates(sentence[at : at + _WORDS]):
                if score >= _LEAST and score > found.get(concept, (0.0,))[0]:
                    found[concept] = (score, begin + start, begin + end)
    best = sorted(found.items(), key=lambda item: (-item[1][0], item[1][1]))[: max(0, limit)]
    return [Skill(known.ids[concept], known.names[concept], text[start:end]) for concept, (_, start, end) in best]
