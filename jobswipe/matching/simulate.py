"""Simulated swiping: a persona judges the deck, some verdicts by mistake, and what was learned is measured.

Half of the postings (by a hash of their id) are dealt and judged; precision and nDCG at 10 are measured on the other
half, which is never swiped, so that learning is told from remembering.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
import numpy as np

from jobswipe.errors import UsageError
from jobswipe.matching.candidate import candidate
from jobswipe.matching.deck import choose
from jobswipe.matching.engine import Matcher
from jobswipe.matching.features import Features
from jobswipe.matching.learn import Model
from jobswipe.matching.persona import RELEVANT, Opening, Persona, grade
from jobswipe.matching.preferences import Preferences
from jobswipe.matching.view import View
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


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One card that was judged: `liked` is the verdict, `mistaken` whether it is the wrong way round."""

    swipes: int
    posting_id: int
    grade: int
    liked: bool
    mistaken: bool
    explored: bool


class Run:
    """A simulation card by card. It keeps the postings as they were at its start, and stores nothing: the model lives
    here alone. Same seed and postings, same run.

    `told`: the matcher knows the persona's preferences, not the resume alone. Raises UsageError for a noise that is no
    share.
    """

    def __init__(
        self,
        matcher: Matcher,
        openings: Iterable[Opening],
        persona: Persona,
        *,
        seed: int = 7,
        noise: float = 0.1,
        now: datetime,
        told: bool = False,
    ) -> None:
        if not 0 <= noise <= 1:
            raise UsageError("The noise is a share from 0 to 1.")
        matcher.refresh()
        self.persona, self.seed, self.noise = persona, seed, noise
        self.swipes = self.liked = 0
        self.model = Model()
        self._who = candidate(facts(persona.resume, now), persona.preferences if told else Preferences())
        self._view = matcher.view_of(self._who, self.model, now)
        self._random = np.random.default_rng(seed)
        self._explore_every = matcher.settings.match.explore_every
        self._grades = graded(self._view.space.features, openings, persona)
        self._measured = held_out(self._view.space.features.ids)
        self._left = ~self._measured & self._view.allowed

    @property
    def postings(self) -> int:
        return len(self._left)

    @property
    def has_cards(self) -> bool:
        """Whether a card is left."""
        return bool(self._left.any())

    @property
    def relevant(self) -> int:
        """Postings of the measured half that the persona wants."""
        return int((self._grades[self._measured] >= RELEVANT).sum())

    def step(self) -> Step | None:
        """Judge the next card; None where none is left."""
        chosen = choose(self._view, self._left, 1, self.swipes, self._explore_every)
        if not chosen:
            return None
        row, explored = chosen[0]
        self._left[row] = False
        wanted = bool(self._grades[row] >= RELEVANT)
        mistaken = bool(self._random.random() < self.noise)
        liked = wanted != mistaken
        self.swipes += 1
        self.liked += liked
        space = self._view.space
        example = space.example(row, self.swipes, "like" if liked else "dislike", None)
        self.model = self.model.with_example(example)
        self._view = View(self._who, space, self.model)
        return Step(
            swipes=self.swipes,
            posting_id=int(space.features.ids[row]),
            grade=int(self._grades[row]),
            liked=liked,
            mistaken=mistaken,
            explored=explored,
        )

    def checkpoint(self) -> Checkpoint:
        """What the ranking is worth now."""
        return _measure(self._view.total, self._view.allowed & self._measured, self._grades, self.swipes, self.liked)


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
    run = Run(matcher, openings, persona, seed=seed, noise=noise, now=now, told=told)
    marks = {mark for mark in CHECKPOINTS if mark < swipes} | {swipes}
    checkpoints = []
    while True:
        if run.swipes in marks:
            checkpoints.append(run.checkpoint())
        if run.swipes == swipes or run.step() is None:
            break
        if progress is not None:
            progress(run.swipes)
    return Simulation(
        persona=persona.name,
        profession=persona.profession,
        seed=seed,
        noise=noise,
        relevant=run.relevant,
        checkpoints=tuple(checkpoints),
    )


def graded(features: Features, openings: Iterable[Opening], persona: Persona) -> np.ndarray:
    """The grade that the persona swipes by, for each row of the features; 0 for a posting not among the openings."""
    out = np.zeros(len(features), np.int8)
    for opening in openings:
        row = features.row.get(opening.id)
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
