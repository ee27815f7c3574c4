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
TITLE = PARTS.index("title")
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
    text: np.ndarray,
    who: Candidate,
    today: float,
    half_life: float,
    weights: Weights = WEIGHTS,
    title: np.ndarray | None = None,
) -> np.ndarray:
    """Log-odds by part: float32, rows postings, columns PARTS. `text` is the text's fit, `today` in seconds since
    1970, `half_life` in days, `title` the title's part where it is known: it takes longest.
    """
    out = np.zeros((len(features), len(PARTS)), np.float32, order="F")
    out[:, 0] = weights.text * text
    out[:, TITLE] = weights.title * title_fit(features, who, weights) + weights.bias if title is None else title
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
    above[:, TITLE] -= _START
    parts = np.round(above * slope[:, None], 4)
    # What rounding leaves goes to the title, the part that starts it all.
    parts[:, TITLE] = np.round(score - (parts.sum(axis=1) - parts[:, TITLE]), 4)
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
    tables = features.tables
    idf = tables.word_weights
    unseen = float(idf.max(initial=1.0))
    vectors, which = tables.distinct
    own = np.column_stack([(titles.vector(title) / 127).astype(np.float32) for title, _ in who.titles])
    meanings = np.clip(vectors @ own, 0, 1).T
    for (title, weight), meaning in zip(who.titles, meanings, strict=True):
        words = np.zeros(n, np.float32)
        length = 0.0
        for word in dict.fromkeys(titles.tokens(title)):
            at = features.column.get(f"word:{word}")
            value = float(idf[at]) if at is not None else unseen
            length += value * value
            if at is not None:
                words[tables.rows_of(at)] += np.float32(value * value)
        words /= tables.word_norm * np.float32(math.sqrt(max(length, 1e-9)))
        family = titles.family(title)
        near = np.array([titles.family_similarity(family, name) for name in FAMILIES] + [0.3], np.float32)
        fit = weights.meaning * meaning[which] + weights.words * words + weights.family * near[features.family]
        rest += weight * fit
        best = np.maximum(best, (0.4 + 0.6 * weight) * fit)
    total = sum(weight for _, weight in who.titles)
    return np.asarray(0.9 * best + 0.1 * rest / total, np.float32)


def skill_fit(features: Features, who: Candidate) -> np.ndarray:
    """0 to 1: the rarity-weighted cosine of the posting's skills and the candidate's."""
    tables = features.tables
    idf = tables.skill_weights
    out = np.zeros(len(features), np.float32)
    length = 0.0
    for concept, weight in who.skills.items():
        at = features.column.get(f"skill:{concept}")
        if at is not None:
            length += (weight * float(idf[at])) ** 2
            out[tables.rows_of(at)] += np.float32(weight * float(idf[at]) ** 2)
    return out / (tables.skill_norm * np.float32(math.sqrt(length))) if length else out


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
    anywhere = features.tables.somewhere
    open_to = reach(
        features, [f"remote:{name}" for code in who.countries for name in (code, *sorted(regions_of(code)))]
    )
    named = features.tables.remote_named
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
    columns, latitude, longitude = features.tables.cities
    own_latitude, own_longitude = np.radians(who.point)
    # Haversine: the great circle's angle from the half chord.
    half = (
        np.sin((latitude - own_latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(own_latitude) * np.sin((longitude - own_longitude) / 2) ** 2
    )
    close = columns[2 * _EARTH_RADIUS * np.arcsin(np.sqrt(half)) <= COMMUTE]
    return names + [features.names[at] for at in close.tolist()]


def reach(features: Features, names: Sequence[str]) -> np.ndarray:
    """Which postings have one of the facets."""
    return features.tables.having([at for name in names if (at := features.column.get(name)) is not None])


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
