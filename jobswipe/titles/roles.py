"""A title's role family, or None where its words do not decide one; and how near two families are."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from jobswipe.titles import families
from jobswipe.titles import words as w
from jobswipe.titles.clean import parts, stem, stems
from jobswipe.titles.taxonomy import taxonomy
from jobswipe.titles.vectors import matches, vector

AGREEMENT = 0.7  # share of the listing occupations, or of the nearest, that must be of one family
NEAREST = 0.86  # cosine from which the nearest occupations may speak for a title that none lists
_NEIGHBOURS = 5
_RANKS = frozenset(
    "head director vice president manager chief lead vp senior group team global associate intern".split()
)
# Roles that say nothing of their field: what follows them decides ("Engineer, Backend"; "Associate - Sales").
_BARE = (
    w.GENERIC
    | w.STOP
    | frozenset(
        "engineer engineering developer analyst scientist designer researcher architect technician intern associate "
        "operator administrator agent representative partner senior staff technical manager trainee student "
        "working graduate systems performance".split()
    )
)
_ROLES = (_BARE - w.STOP) | frozenset(
    "recruiter writer nurse accountant counsel editor artist translator therapist tester owner experts expert".split()
)


class _Rule(NamedTuple):
    family: str
    any_of: frozenset[str]
    also: frozenset[str]
    none_of: frozenset[str]


@lru_cache(maxsize=65536)
def family(title: str) -> str | None:
    """The role family (one of `families.FAMILIES`) of a title.

    The role's own words decide first; where they name no field, what follows a comma or stands in brackets; then the
    occupations that list the title; last the nearest ones, where they are near and agree.
    """
    found = parts(title)
    decided = None
    if _ROLES.isdisjoint(found.head) and not _ROLES.isdisjoint(found.rest):
        decided = _decide(_features(found.rest))  # "Acme Finance - Frontend Engineer"
    decided = decided or _decide(_features(found.head))
    if decided is None and _BARE.issuperset(found.head):
        decided = _decide(_features(found.head + found.rest)) or _decide(
            _features(found.head + found.rest + found.aside)
        )
        if decided is None and "engineer" in found.head and "founding" in title.lower():
            decided = "software_engineering"
    if decided or _BARE.issuperset(found.head):
        return decided
    return _from_occupations(found.head + found.rest) or _from_occupations(found.head) or _from_nearest(title)


def family_similarity(a: str | None, b: str | None) -> float:
    """1 for the same family, 0 to 1 for neighbours, 0 for strangers and where one is unknown."""
    if a is None or b is None:
        return 0.0
    if a == b:
        return 1.0
    return _near().get((a, b), 0.0)


def _features(found: tuple[str, ...]) -> frozenset[str]:
    """Stems of the words, each two and three together, and, after "=", the whole without its rank, unstemmed."""
    row = stems(found)
    pairs = (f"{a}_{b}" for a, b in pairwise(row))
    triples = (f"{a}_{b}_{c}" for a, b, c in zip(row, row[1:], row[2:], strict=False))
    core = "=" + "_".join(word for word in found if word not in _RANKS and word not in w.STOP)
    return frozenset((core, *row, *pairs, *triples))


def _decide(features: frozenset[str]) -> str | None:
    for rule in _rules():
        if (
            not rule.any_of.isdisjoint(features)
            and (not rule.also or not rule.also.isdisjoint(features))
            and rule.none_of.isdisjoint(features)
        ):
            return rule.family
    return None


def _from_occupations(found: tuple[str, ...]) -> str | None:
    tax = taxonomy()
    return _agreed([_code_family(tax.codes[row]) for row in tax.find(stems(found))])


def _from_nearest(title: str) -> str | None:
    """The family of the nearest occupations, where all words of the role are known and one stands near enough."""
    tax = taxonomy()
    if not all(word in tax.rows for word in stems(parts(title).head)):
        return None
    near = matches(title, _NEIGHBOURS)
    if not near or float(tax.occupations[near[0][0]] @ vector(title)) < NEAREST:
        return None
    return _agreed([_code_family(tax.codes[row]) for row, _ in near])


def _agreed(names: list[str]) -> str | None:
    if not names:
        return None
    best = max(set(names), key=lambda name: (names.count(name), name))
    return best if best and names.count(best) >= AGREEMENT * len(names) else None


@cache
def _code_family(code: str) -> str:
    prefixes = _codes()
    return next((prefixes[code[:size]] for size in range(len(code), 0, -1) if code[:size] in prefixes), "")


@cache
def _codes() -> dict[str, str]:
    lines = (line.split() for line in families.table("codes"))
    return {code: "" if name == "-" else name for name, *codes in lines for code in codes}


def rule_words() -> set[str]:
    """The words of all rules that are stemmed."""
    cells = (cell for line in families.table("rules") for cell in line.split("|")[1:])
    names = (name for cell in cells for name in cell.split() if not name.startswith("="))
    return {word for name in names for word in name.split("_")}


@cache
def _rules() -> tuple[_Rule, ...]:
    def words(cell: str) -> frozenset[str]:
        return frozenset(
            each if each.startswith("=") else "_".join(stem(word) for word in each.split("_")) for each in cell.split()
        )

    rules = []
    for line in families.table("rules"):
        name, *cells = (cell.strip() for cell in line.split("|"))
        any_of, also, none_of = (*cells, "", "")[:3]
        rules.append(_Rule(name, words(any_of), words(also), words(none_of)))
    return tuple(rules)


@cache
def _near() -> dict[tuple[str, str], float]:
    out: dict[tuple[str, str], float] = {}
    for line in families.table("neighbours"):
        weight, *names = line.split()
        for a in names:
            for b in names:
                out[a, b] = max(out.get((a, b), 0.0), float(weight))
    return out
