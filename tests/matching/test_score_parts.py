from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jobswipe.matching.engine import Matcher
from jobswipe.matching.score import PARTS, shares

_ROWS = hnp.arrays(np.float32, (3, len(PARTS)), elements=st.floats(-40, 40, width=32))


@given(_ROWS)
def test_parts_add_up_to_the_score_to_the_last_digit(rows: np.ndarray) -> None:
    scores, parts = shares(rows)
    assert ((scores >= 0) & (scores <= 1)).all()
    for score, row in zip(scores, parts, strict=True):
        assert round(float(score), 4) == float(score)
        assert round(sum(round(float(part) * 10_000) for part in row)) == round(float(score) * 10_000)


@given(_ROWS)
def test_more_evidence_never_scores_less(rows: np.ndarray) -> None:
    order = np.argsort(rows.sum(axis=1, dtype=np.float64), kind="stable")
    scores = shares(rows)[0][order]
    assert (np.diff(scores) >= 0).all()


def test_every_match_has_all_parts_and_they_add_up(filled: Matcher) -> None:
    with filled.database.read() as session:
        found = filled.match(session, 1, 100)
    assert len(found) == 60
    for one in found:
        assert tuple(one.parts) == PARTS
        assert abs(sum(one.parts.values()) - one.score) < 1e-9
        assert one.parts["learned"] == 0
    assert [one.rank for one in found] == list(range(1, 61))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
