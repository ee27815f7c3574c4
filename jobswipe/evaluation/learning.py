"""Learning: precision at 10 after 0 to 50 noisy swipes of bundled personas, on postings that are never swiped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from jobswipe.evaluation.matching_store import corpus_store
from jobswipe.evaluation.report import EvalReport, Measure
from jobswipe.matching.persona import bundled
from jobswipe.matching.simulate import CHECKPOINTS, simulate

NOISE = 0.1
SWIPES = 50
SEEDS = (7, 11)
LEAST_RELEVANT = 10
"""Relevant postings on the measured half that a persona must have: with fewer, precision at 10 cannot reach 1."""
AFTER_25, AFTER_50 = 1.6, 1.9
"""Goals: times the unlearned precision."""


def evaluate(corpus: Path, every: int = 1) -> EvalReport:
    """Every persona that finds enough relevant postings swipes once for each seed; ratios are of the means."""
    store = corpus_store(corpus, every)
    curves: list[np.ndarray] = []
    names: list[str] = []
    for persona in bundled():
        runs = [
            simulate(store.matcher, store.openings, persona, swipes=SWIPES, seed=seed, noise=NOISE, now=store.now)
            for seed in SEEDS
        ]
        if runs[0].relevant < LEAST_RELEVANT:
            continue
        curves.append(np.mean([[point.precision for point in run.checkpoints] for run in runs], axis=0))
        names.append(f"{persona.name} ({persona.profession})")
    if not curves:
        return EvalReport(name="learning", measures=())
    curve = np.mean(curves, axis=0)
    worse = [name for name, own in zip(names, curves, strict=True) if own[-1] < own[0]]
    n, start = len(curves), max(float(curve[0]), 1e-9)
    ratio = {mark: float(value) / start for mark, value in zip(CHECKPOINTS, curve, strict=True)}
    measures = [
        Measure(
            name=f"precision_at_10_after_{mark}", value=float(value), n=n,
            baseline=float(curve[0]), baseline_name="unlearned",
        )
        for mark, value in zip(CHECKPOINTS, curve, strict=True)
    ]  # fmt: skip
    measures.append(Measure(name="times_unlearned_after_25", value=ratio[25], n=n, bar=AFTER_25))
    measures.append(Measure(name="times_unlearned_after_50", value=ratio[50], n=n, bar=AFTER_50))
    measures.append(Measure(name="personas_worse_than_unlearned", value=len(worse), n=n, bar=0, at_most=True))
    order = np.argsort([own[-1] - own[0] for own in curves])
    return EvalReport(
        name="learning",
        measures=tuple(measures),
        mistakes=tuple(f"{names[at]}: {' → '.join(f'{value:.2f}' for value in curves[at])}" for at in order[:10]),
    )
