"""Match: a ranked posting as it is told, with its score, the parts of it, and the reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from sqlmodel import Session

from jobswipe.matching import explain, score
from jobswipe.matching.view import View

_MAX_SKILLS = 8


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A ranked posting. `score` is 0 to 1 and the sum of `parts`, to four decimals."""

    rank: int
    posting_id: int
    title: str
    company: str | None
    url: str | None
    score: float
    parts: dict[str, float]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    reasons: tuple[str, ...]


def describe(
    session: Session, view: View, rows: np.ndarray, likely: Callable[[], Sequence[int]] | None = None
) -> list[Match]:
    """Matches for rows of the space, in their order; a posting that has gone meanwhile is left out.

    `likely` tells which other postings will be described next.
    """
    features, own = view.space.features, view.who.skills
    evidence = view.space.evidence[rows].copy()
    evidence[:, -1] = view.learned[rows]
    scores, parts = score.shares(evidence)
    parts += 0.0  # no part is -0
    ids = features.ids_of(rows)
    heads = view.heads.get(session, ids, keep=view.keep, likely=likely)
    moved = view.model.contributions(view.space, rows, explain.TELLING)
    out: list[Match] = []
    for row, posting_id, value, shares, known, learned in zip(
        rows.tolist(), ids, scores.tolist(), parts.tolist(), evidence.tolist(), moved, strict=True
    ):
        head = heads.get(posting_id)
        if head is None:
            continue
        shown = head.shown
        matched = [name for concept, name in head.skills if concept in own]
        missing = [name for concept, name in head.skills if concept not in own]
        told = explain.Told(known, features.facets(row), matched, missing, shown.title, learned)
        out.append(
            Match(
                rank=len(out) + 1,
                posting_id=posting_id,
                title=shown.title,
                company=shown.company,
                url=shown.url,
                score=value,
                parts=dict(zip(score.PARTS, shares, strict=True)),
                matched_skills=tuple(matched[:_MAX_SKILLS]),
                missing_skills=tuple(missing[:_MAX_SKILLS]),
                reasons=tuple(explain.reasons(told, view.who, view.model, dict(head.skills))),
            )
        )
    return out
