from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from jobswipe.matching.sparse import Rows


def _matrix(many: int, width: int) -> sp.csr_matrix:
    dice = np.random.default_rng(many)
    made = sp.random(many, width, 0.2, "csr", np.float32, rng=dice)
    made.sort_indices()
    return made


def _rows(matrix: sp.csr_matrix) -> Rows:
    return Rows(matrix.data, matrix.indices, matrix.indptr, matrix.shape[1])


@pytest.mark.parametrize("at", [[], [0], [3, 4, 59], [59, 0, 59], list(range(60))])
def test_chosen_rows_and_their_products_are_those_of_scipy(at: list[int]) -> None:
    matrix = _matrix(60, 40)
    chosen, expected = _rows(matrix).take(np.array(at, np.int64)), matrix[at]
    assert len(chosen) == len(at)
    np.testing.assert_array_equal(chosen.values, expected.data)
    np.testing.assert_array_equal(chosen.columns, expected.indices)
    np.testing.assert_array_equal(chosen.starts, expected.indptr)
    weights = np.random.default_rng(1).normal(size=(40, 3))
    np.testing.assert_array_equal(chosen.times(weights[:, 0].astype(np.float32)), expected @ weights[:, 0].astype("f4"))
    np.testing.assert_array_equal(chosen.times_each(weights), expected @ weights)
    np.testing.assert_array_equal(chosen.times_each(np.asfortranarray(weights)), expected @ weights)


def test_a_row_is_worth_the_same_beside_any_others() -> None:
    rows = _rows(_matrix(60, 40))
    weights = np.random.default_rng(2).normal(size=40).astype(np.float32)
    at = np.array([5, 17, 40])
    np.testing.assert_array_equal(rows.take(at).times(weights), rows.times(weights)[at])


def test_a_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError):
        _rows(_matrix(60, 40)).take(np.array([60]))
