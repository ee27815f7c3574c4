"""The skills of a posting or resume: only names that stand in it, each concept once."""

from __future__ import annotations

from jobswipe.skills.skill import Skill
from jobswipe.skills.taxonomy import matcher

_REPEAT = 0.15  # for each further mention, up to four
_EARLY = 0.4  # for standing at the very beginning (a title), less towards the end


def extract(text: str) -> list[Skill]:
    """The concepts that `text` names, best first; each `quote` is the first place, verbatim.

    Best: tools before fields of work before general skills, each raised by how often and how early it is named; equal
    ones in the order of the text.
    """
    known = matcher()
    concepts = known.concepts
    first: dict[int, tuple[int, int]] = {}
    count: dict[int, int] = {}
    for start, end, pattern, _, _ in known.find(text):
        concept = concepts[pattern]
        if concept in first:
            count[concept] += 1
        else:
            first[concept] = (start, end)
            count[concept] = 1
    length = len(text) or 1
    base, ids, names = known.bases, known.ids, known.names
    rank = {
        concept: base[concept] + _REPEAT * min(count[concept] - 1, 4) + _EARLY * (1 - start / length)
        for concept, (start, _) in first.items()
    }
    return [
        Skill(ids[concept], names[concept], text[slice(*first[concept])])
        for concept in sorted(rank, key=rank.__getitem__, reverse=True)
    ]
