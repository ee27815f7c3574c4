"""Which postings are one opening: same employer, same title, agreeing places and texts. Two requisitions never merge.

Postings are compared inside a block of equal company and title keys. Within a block each pair gets a verdict: `same`
with a strength and a reason, `apart` (a conflict: other place, other text, another requisition of the same board), or
nothing. Strong pairs merge first; a cluster never takes in two postings that are apart, and a weak pair (one side does
not say its city) merges only where there is no second candidate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from jobswipe.places.place import Place
from jobswipe.postings.keys import company_key, fold, title_key

MIN_WORDS = 30
"""Texts shorter than this say too little to part two postings."""
SAME_TEXT = 0.5
"""Share of the shorter text's three-word shingles that the longer one holds, from which two texts agree."""
OTHER_TEXT = 0.25
"""Share below which two texts of one title are two openings."""
REPEATED_TEXT = 0.9
"""Share from which one feed's two records are the same advertisement, listed twice."""
MAX_BLOCK = 400
"""Postings of one company and title that are compared pair by pair; a larger block merges nothing."""

_WORD = re.compile(r"\w+")


class Candidate(msgspec.Struct, kw_only=True):
    """What deduplication looks at. `source` names where it is from, None where that is not known.

    `first_party`: the source is an employer's own board, whose every id is a requisition.
    """

    id: str
    company: str | None
    title: str
    places: tuple[Place, ...] = ()
    remote_countries: tuple[str, ...] = ()
    text: str | None = None
    source: str | None = None
    first_party: bool = False
    requisition_id: str | None = None


class Placed(Protocol):
    """Anything that names places."""

    @property
    def places(self) -> tuple[Place, ...]: ...

    @property
    def remote_countries(self) -> tuple[str, ...]: ...


class Verdict(msgspec.Struct, frozen=True):
    """`strength` 3: places agree; 2: one holds the other; 1: one does not say; 0: apart."""

    strength: int
    reason: str
    similarity: float = 0.0


class Merge(msgspec.Struct, frozen=True):
    """Two candidates (by position) that are one opening."""

    first: int
    second: int
    verdict: Verdict


def block_key(candidate: Candidate) -> tuple[str, str]:
    return company_key(candidate.company), title_key(candidate.title)


def cluster(candidates: Sequence[Candidate]) -> list[int]:
    """The cluster number of each candidate, in order; numbers are positions of each cluster's first member."""
    blocks: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for position, candidate in enumerate(candidates):
        key = block_key(candidate)
        if key[0]:
            blocks[key].append(position)
    found = list(range(len(candidates)))
    for members in blocks.values():
        for merge in merges([candidates[member] for member in members]):
            old, new = sorted((found[members[merge.first]], found[members[merge.second]]), reverse=True)
            found = [new if one == old else one for one in found]
    return found


def merges(block: Sequence[Candidate]) -> list[Merge]:
    """The merges of one block, strongest first. Each joins two clusters of which no two members are apart."""
    if not 1 < len(block) <= MAX_BLOCK:
        return []
    shingled = [_shingles(candidate.text) for candidate in block]
    verdicts: dict[tuple[int, int], Verdict] = {}
    for first in range(len(block)):
        for second in range(first + 1, len(block)):
            verdicts[first, second] = compare(block[first], block[second], shingled[first], shingled[second])
    home = list(range(len(block)))
    done: list[Merge] = []
    for strength in (3, 2, 1):
        pairs = [(pair, verdict) for pair, verdict in verdicts.items() if verdict.strength == strength]
        pairs.sort(key=lambda item: (-item[1].similarity, item[0]))
        for (first, second), verdict in pairs:
            one, other = home[first], home[second]
            if one == other or not _free_of_conflict(verdicts, home, one, other):
                continue
            if (strength < 3 or not (shingled[first] and shingled[second])) and _ambiguous(
                verdicts, home, one, other, strength
            ):
                continue
            home = [one if at == other else at for at in home]
            done.append(Merge(first, second, verdict))
    return done


def _free_of_conflict(verdicts: dict[tuple[int, int], Verdict], home: list[int], one: int, other: int) -> bool:
    return not any(
        verdict.strength == 0 and {home[first], home[second]} == {one, other}
        for (first, second), verdict in verdicts.items()
    )


def _ambiguous(verdicts: dict[tuple[int, int], Verdict], home: list[int], one: int, other: int, strength: int) -> bool:
    """Whether one of the two clusters could as well join a third that is apart from the other: nothing says which."""
    near: defaultdict[int, set[int]] = defaultdict(set)
    apart: set[tuple[int, int]] = set()
    for (first, second), verdict in verdicts.items():
        pair = home[first], home[second]
        if verdict.strength == 0:
            apart.update((pair, pair[::-1]))
        elif verdict.strength >= strength:
            near[pair[0]].add(pair[1])
            near[pair[1]].add(pair[0])
    rivals = [(rival, other) for rival in near[one]] + [(rival, one) for rival in near[other]]
    if any((rival, partner) in apart for rival, partner in rivals):
        return True
    around = (near[one] | near[other]) - {one, other}
    return any((a, b) in apart for a in around for b in around)


def compare(a: Candidate, b: Candidate, a_text: frozenset[str], b_text: frozenset[str]) -> Verdict:
    """Compare two candidates of one block."""
    same_source = a.source is not None and a.source == b.source
    if same_source and (a.first_party or (a.requisition_id or "") != (b.requisition_id or "")):
        return Verdict(0, "two requisitions of one source")
    similarity = _containment(a_text, b_text)
    if same_source and (similarity is None or similarity < REPEATED_TEXT):
        return Verdict(0, "two records of one source whose texts are not the same")
    if similarity is not None and similarity < OTHER_TEXT:
        return Verdict(0, "the texts differ", similarity)
    strength, reason = _places(a, b)
    if strength == 0:
        return Verdict(0, reason, similarity or 0.0)
    if similarity is not None:
        if strength < 3:
            # A board repeats one text for each city that it hires in.
            return Verdict(0, "two texts, whose places differ", similarity)
        if similarity >= SAME_TEXT:
            reason += ", same text"
    return Verdict(strength, "same company and title, " + reason, 0.5 if similarity is None else similarity)


def same_place(a: Placed, b: Placed) -> bool:
    """Whether two postings name the same place, or neither names one."""
    return _places(a, b)[0] == 3


def _places(a: Placed, b: Placed) -> tuple[int, str]:
    cities_a, cities_b = _cities(a.places), _cities(b.places)
    if cities_a & cities_b:
        return 3, "same place"
    texts = {fold(place.text).strip() for place in a.places} & {fold(place.text).strip() for place in b.places}
    if texts:
        return 3, "same place"
    countries_a = {place.country for place in a.places if place.country} | set(a.remote_countries)
    countries_b = {place.country for place in b.places if place.country} | set(b.remote_countries)
    if countries_a and countries_b:
        if not countries_a & countries_b:
            return 0, "other countries"
        if cities_a and cities_b:
            return 0, "other cities"
        if not cities_a and not cities_b:
            return 3, "same country"
        return 2, "one names the country of the other's city"
    if not a.places and not b.places and a.remote_countries == b.remote_countries:
        return 3, "neither names a place"
    return 1, "one does not name its place"


def _cities(places: Iterable[Place]) -> set[tuple[str, str | None]]:
    return {(fold(place.city), place.country) for place in places if place.city}


def _shingles(text: str | None) -> frozenset[str]:
    words = _WORD.findall(fold(text[:20_000])) if text else []
    if len(words) < MIN_WORDS:
        return frozenset()
    return frozenset(" ".join(words[at : at + 3]) for at in range(len(words) - 2))


def _containment(a: frozenset[str], b: frozenset[str]) -> float | None:
    """Share of the smaller set that the larger one holds (Broder 1997); None where either text is too short."""
    return len(a & b) / min(len(a), len(b)) if a and b else None
