"""Score: how well each posting fits a candidate, from 0 to 1, as parts that add up.

Each part is an amount of evidence in log-odds (weights tuned on half of the bundled personas); the score is the
logistic of their sum. It is handed out to the parts in proportion to their share of the way from an all but hopeless
start (`_START`), which is the title's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from jobswipe import titles
from jobswipe.matching import facets as f
from jobswipe.matching.candidate import Candidate
from jobswipe.matching.features import Features
from jobswipe.matching.index import TextIndex
from jobswipe.matching.regions import regions_of
from jobswipe.titles.families import FAMILIES

PARTS = ("text", "title", "skills", "seniority", "place", "salary", "freshness", "learned")
_START = -8.0
_MILDNESS = 2.0
"""Evidence is divided by it before the logistic: close contenders differ by visible scores."""
_DAY = 86_400.0
_TEXT_DEPTH = 3_000
COMMUTE = 50.0
"""Kilometres between cities that count as one place to work."""
_EARTH_RADIUS = 6_371.0


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Logits that each part can move a posting by."""

    bias: float = -7.5
    text: float = 1.2
    title: float = 5.0
    skills: float = 1.2
    seniority: float = 1.5
    place: float = 3.0
    salary: float = 0.5
    freshness: float = 0.3
    meaning: float = 0.45
    words: float = 0.35
    family: float = 0.2


WEIGHTS = Weights()


def evidence(
    features: Features,
    index: TextIndex | None,
    who: Candidate,
    today: float,
    half_life: float,
    weights: Weights = WEIGHTS,
) -> np.ndarray:
    """Log-odds by part: float32, rows postings, columns PARTS. `today` in seconds since 1970, `half_life` in days."""
    out = np.zeros((len(features), len(PARTS)), np.float32)
    out[:, 0] = weights.text * text_fit(features, index, who)
    out[:, 1] = weights.title * title_fit(features, who, weights) + weights.bias
    out[:, 2] = weights.skills * skill_fit(features, who)
    out[:, 3] = weights.seniority * seniority_fit(features, who)
    out[:, 4] = weights.place * place_fit(features, who)
    out[:, 5] = weights.salary * salary_fit(features, who)
    out[:, 6] = weights.freshness * freshness(features, today, half_life)
    return out


def shares(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores and parts of rows of evidence: parts sum to their score exactly at four decimals, scores lie in 0 to 1."""
    rows = rows.astype(np.float64) / _MILDNESS
    total = np.maximum(rows.sum(axis=1), _START + 0.01)
    score = np.round(1 / (1 + np.exp(-total)), 4)
    slope = score / (total - _START)
    above = rows.copy()
    above[:, 1] -= _START
    parts = np.round(above * slope[:, None], 4)
    # What rounding leaves goes to the title, the part that starts it all.
    parts[:, 1] = np.round(score - (parts.sum(axis=1) - parts[:, 1]), 4)
    return score, parts


def evidence_of(score: float, parts: dict[str, float]) -> dict[str, float]:
    """The log-odds by part of a score and its parts: what `shares` was given, as far as four decimals keep it."""
    within = min(max(score, 1e-4), 1 - 1e-4)
    above = max(math.log(within / (1 - within)), _START + 0.01) - _START
    out = {name: parts.get(name, 0.0) * above / within for name in PARTS}
    out["title"] += _START
    return {name: value * _MILDNESS for name, value in out.items()}


def text_fit(features: Features, index: TextIndex | None, who: Candidate) -> np.ndarray:
    """BM25 of the resume's telling words, 0 to 1."""
    if index is None or not who.text:
        return np.zeros(len(features), np.float32)
    return index.scores(telling_terms(index, who), features.ids, _TEXT_DEPTH)


def telling_terms(index: TextIndex, who: Candidate, limit: int = 30) -> dict[str, float]:
    counts: dict[str, int] = {}
    for term in index.terms(who.text):
        counts[term] = counts.get(term, 0) + 1
    weighted = {term: (1 + math.log(n)) * index.rarity(term) for term, n in counts.items() if len(term) > 1}
    best = sorted(weighted.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    return {term: 1 + math.log(counts[term]) for term, weight in best if weight > 0}


def title_fit(features: Features, who: Candidate, weights: Weights = WEIGHTS) -> np.ndarray:
    """0 to 1: meaning, words and role family of the best of the candidate's titles, and a little of the others."""
    n = len(features)
    best, rest = np.zeros(n, np.float32), np.zeros(n, np.float32)
    if not n or not who.titles:
        return best
    idf = word_weights(features)
    norm = np.sqrt(np.maximum(features.matrix @ (idf * idf), 1e-9))
    families = [title_family for title_family, _ in _families(who)]
    for (title, weight), family in zip(who.titles, families, strict=True):
        vector = titles.vector(title)
        meaning = np.clip(features.vectors @ (vector / 127).astype(np.float32), 0, 1)
        own = np.zeros(len(features.names), np.float32)
        length = 0.0
        for word in dict.fromkeys(titles.tokens(title)):
            at = features.column.get(f"word:{word}")
            value = idf[at] if at is not None else float(idf.max(initial=1.0))
            length += value * value
            if at is not None:
                own[at] = value
        words = (features.matrix @ (own * idf)) / (norm * math.sqrt(max(length, 1e-9)))
        near = np.array([titles.family_similarity(family, name) for name in FAMILIES] + [0.3], np.float32)
        fit = weights.meaning * meaning + weights.words * words + weights.family * near[features.family]
        rest += weight * fit
        best = np.maximum(best, (0.4 + 0.6 * weight) * fit)
    total = sum(weight for _, weight in who.titles)
    return np.asarray(0.9 * best + 0.1 * rest / total, np.float32)


def word_weights(features: Features) -> np.ndarray:
    """Inverse document frequency in the columns of title words, 0 in the others."""
    counts = features.counts
    is_word = np.fromiter((name.startswith("word:") for name in features.names), bool, len(features.names))
    return np.where(is_word, np.log1p(len(features) / np.maximum(counts, 1)), 0).astype(np.float32)


def _families(who: Candidate) -> list[tuple[str | None, float]]:
    return [(titles.family(title), weight) for title, weight in who.titles]


def skill_weights(features: Features) -> np.ndarray:
    counts = features.counts
    is_skill = np.fromiter((name.startswith("skill:") for name in features.names), bool, len(features.names))
    return np.where(is_skill, np.log1p(len(features) / np.maximum(counts, 1)), 0).astype(np.float32)


def skill_fit(features: Features, who: Candidate) -> np.ndarray:
    """0 to 1: the rarity-weighted cosine of the posting's skills and the candidate's."""
    idf = skill_weights(features)
    own = np.zeros(len(features.names), np.float32)
    for concept, weight in who.skills.items():
        at = features.column.get(f"skill:{concept}")
        if at is not None:
            own[at] = weight
    length = float(np.sqrt(((own * idf) ** 2).sum()))
    if not length:
        return np.zeros(len(features), np.float32)
    norm = np.sqrt(features.matrix @ (idf * idf) + 4 * float(np.median(idf[idf > 0])) ** 2)
    return np.asarray((features.matrix @ (own * idf * idf)) / (norm * length), np.float32)


def seniority_fit(features: Features, who: Candidate) -> np.ndarray:
    """-1 to 1: how near the posting's level is to the candidate's; levels that are wanted fit by definition."""
    table = np.zeros(len(f.LEVELS) + 1, np.float32)
    wanted = who.preferences.seniority
    for at, level in enumerate((*f.LEVELS, None)):
        rank = f.UNSAID_RANK if level is None else f.RANKS[level]
        if wanted:
            fits = level in wanted
            gap = min(abs(rank - f.RANKS[one]) for one in wanted)
            table[at] = 1.0 if fits else 0.8 - 0.5 * min(gap, 2) if level is None else -1.0
        elif who.rank is not None:
            gap = rank - who.rank
            spread = 1.3 if level is None else 1.1
            table[at] = 2 * math.exp(-((gap / spread) ** 2) / (1.6 if gap > 0 else 2.0)) - 1
    return np.asarray(table[features.level])


def place_fit(features: Features, who: Candidate) -> np.ndarray:
    """-1 to 1: work in the candidate's city, country, or remote and open to it; elsewhere is -1, unsaid about 0."""
    n = len(features)
    out = np.zeros(n, np.float32)
    if not who.countries:
        return out
    inside = reach(features, [f"country:{code}" for code in who.countries])
    anywhere = reach(features, [name for name in features.names if name.startswith("country:")])
    open_to = reach(
        features, [f"remote:{name}" for code in who.countries for name in (code, *sorted(regions_of(code)))]
    )
    named = reach(features, [name for name in features.names if name.startswith("remote:") and name != "remote:?"])
    remote = features.workplace == f.WORKPLACES.index("remote")
    home = who.home in who.countries
    town = reach(features, near(features, who) if home else [])
    state = reach(features, [f"region:{who.region}, {who.home}"] if home and who.region else [])
    out[:] = np.where(inside, 0.6, np.where(anywhere, -1.0, -0.1))
    out[inside & state] = 0.75
    out[inside & town] = 1.0
    away = np.where(open_to, 0.9, np.where(named, -1.0, np.where(inside, 0.8, np.where(anywhere, -0.8, 0.3))))
    out[remote] = away[remote]
    out[remote & (town | state) & (open_to | inside)] = 1.0
    if who.preferences.remote == "only":
        out[~remote] -= 0.5
    return np.clip(out, -1, 1)


def near(features: Features, who: Candidate) -> list[str]:
    """The facets of the candidate's city and of those within a commute."""
    names = [f"city:{who.city}, {who.home}"] if who.city else []
    if who.point is None:
        return names
    latitude, longitude = (np.radians(features.where[:, axis]) for axis in (0, 1))
    own_latitude, own_longitude = np.radians(who.point)
    # Haversine: the great circle's angle from the half chord.
    half = (
        np.sin((latitude - own_latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(own_latitude) * np.sin((longitude - own_longitude) / 2) ** 2
    )
    with np.errstate(invalid="ignore"):
        close = np.flatnonzero(2 * _EARTH_RADIUS * np.arcsin(np.sqrt(half)) <= COMMUTE)
    return names + [features.names[at] for at in close]


def reach(features: Features, names: Sequence[str]) -> np.ndarray:
    """Which postings have one of the facets."""
    wanted = np.zeros(len(features.names), np.float32)
    for name in names:
        at = features.column.get(name)
        if at is not None:
            wanted[at] = 1
    return np.asarray(features.matrix @ wanted > 0)


def salary_fit(features: Features, who: Candidate) -> np.ndarray:
    """0 where pay is unsaid or no floor is set; up to 1 the further the best pay is above the floor, -1 below it."""
    floor = floor_in_dollars(who)
    if floor is None:
        return np.zeros(len(features), np.float32)
    ratio = np.log(np.maximum(features.pay_high, 1) / floor)
    return np.asarray(np.nan_to_num(np.where(ratio < 0, -1.0, 0.4 + np.clip(ratio, 0, 0.6))), np.float32)


def floor_in_dollars(who: Candidate) -> float | None:
    """The salary floor in US dollars a year."""
    from jobswipe.pay import convert

    floor = who.preferences.salary_floor
    return None if floor is None else convert(floor.amount, floor.currency, floor.period, "USD", "year")


def freshness(features: Features, today: float, half_life: float) -> np.ndarray:
    """1 on the day of posting, half after `half_life` days, towards 0 with age; half where the date is unsaid."""
    age = np.maximum(today / _DAY - features.posted, 0)
    return np.where(features.posted < 0, 0.5, np.exp2(-age / half_life)).astype(np.float32)
