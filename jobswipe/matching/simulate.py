"""Simulated swiping: a persona judges the deck, some verdicts by mistake, and what was learned is measured.

Half of the postings (by a hash of their id) are dealt and judged; precision and nDCG at 10 are measured on the other
half, which is never swiped, so that learning is told from remembering.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import numpy as np

from jobswipe.errors import UsageError
from jobswipe.matching.candidate import candidate
from jobswipe.matching.deck import choose
from jobswipe.matching.engine import Matcher
from jobswipe.matching.learn import Model
from jobswipe.matching.persona import RELEVANT, Opening, Persona, grade
from jobswipe.matching.preferences import Preferences
from jobswipe.resumes.facts import facts

CHECKPOINTS = (0, 10, 25, 50)
TOP = 10
MAX_SWIPES = 1_000


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """After so many swipes: precision and nDCG at 10 on the half that is never swiped; cards liked so far."""

    swipes: int
    precision: float
    ndcg: float
    liked: int


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """`relevant` counts the postings of the measured half that the persona wants."""

    persona: str
    profession: str
    seed: int
    noise: float
    relevant: int
    checkpoints: tuple[Checkpoint, ...]


def simulate(
    matcher: Matcher,
    openings: Sequence[Opening],
    persona: Persona,
    *,
    swipes: int = 50,
    seed: int = 7,
    noise: float = 0.1,
    now: datetime,
    told: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Swipe the deck `swipes` times. `noise` is the share of verdicts that are the wrong way round; `told`: the matcher
    knows the persona's preferences, not the resume alone. Nothing is stored. Same seed and store, same result.
    """
    if not 0 <= swipes <= MAX_SWIPES:
        raise UsageError(f"--swipes takes 0 to {MAX_SWIPES}.")
    if not 0 <= noise <= 1:
        raise UsageError("The noise is a share from 0 to 1.")
    random = np.random.default_rng(seed)
    matcher.refresh()
    who = candidate(facts(persona.resume, now), persona.preferences if told else Preferences())
    grades = graded(matcher, openings, persona)
    measured = held_out(matcher.features.ids)
    left = ~measured
    model = Model()
    view = matcher.view_of(who, model, now)
    liked = 0
    marks = {mark for mark in CHECKPOINTS if mark < swipes} | {swipes}
    checkpoints = []
    for done in range(swipes + 1):
        if done in marks:
            checkpoints.append(_measure(view.total, view.allowed & measured, grades, done, liked))
        chosen = (
            choose(view, left & view.allowed, 1, done, matcher.settings.match.explore_every) if done < swipes else None
        )
        if not chosen:
            break
        row = chosen[0][0]
        left[row] = False
        wanted = bool(grades[row] >= RELEVANT)
        if random.random() < noise:
            wanted = not wanted
        liked += wanted
        model = model.with_example(view.space.example(row, done + 1, "like" if wanted else "dislike", None))
        view = matcher.view_of(who, model, now)
        if progress is not None:
            progress(done + 1)
    return Simulation(
        persona=persona.name,
        profession=persona.profession,
        seed=seed,
        noise=noise,
        relevant=int((grades[measured] >= RELEVANT).sum()),
        checkpoints=tuple(checkpoints),
    )


def graded(matcher: Matcher, openings: Sequence[Opening], persona: Persona) -> np.ndarray:
    """The grade that the persona swipes by, for each row of the features; 0 for a posting not among the openings."""
    out = np.zeros(len(matcher.features), np.int8)
    for opening in openings:
        row = matcher.features.row.get(opening.id)
        if row is not None:
            out[row] = grade(persona.swipes_for, opening)
    return out


def held_out(ids: np.ndarray) -> np.ndarray:
    """Which postings are measured and never swiped: those whose id's hash is odd."""
    return np.array([hashlib.blake2b(b"%d" % id_, digest_size=4).digest()[0] & 1 for id_ in ids], bool)


def _measure(total: np.ndarray, measured: np.ndarray, grades: np.ndarray, swipes: int, liked: int) -> Checkpoint:
    rows = np.flatnonzero(measured)
    order = rows[np.argsort(-total[rows], kind="stable")]
    return Checkpoint(
        swipes=swipes,
        precision=float((grades[order[:TOP]] >= RELEVANT).mean()) if len(order) else 0.0,
        ndcg=ndcg(grades[order], TOP),
        liked=liked,
    )


def ndcg(ranked: np.ndarray, top: int = TOP) -> float:
    """Normalised discounted cumulative gain of grades in the order of a ranking; gain 2^grade - 1; 0 without any."""
    gains = 2.0 ** ranked.astype(float) - 1
    discount = 1 / np.log2(np.arange(2, top + 2))
    best = np.sort(gains)[::-1][:top]
    ideal = float((best * discount[: len(best)]).sum())
    return float((gains[:top] * discount[: len(gains[:top])]).sum()) / ideal if ideal else 0.0
