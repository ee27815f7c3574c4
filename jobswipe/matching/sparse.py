"""Rows of a sparse matrix, chosen and multiplied by scipy's own loops: its checks take longer than they do on a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import _sparsetools as loops


@dataclass(frozen=True, slots=True)
class Rows:
    """Row `i` has `values[starts[i]:starts[i + 1]]`, in the `columns` beside them, which are below `width`.

    Values are float32, or float64 where only `times_each` is asked for; columns and starts are int32. Nothing is
    checked: they are made here, of the features' matrix and of verdicts.
    """

    values: np.ndarray
    columns: np.ndarray
    starts: np.ndarray
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owners(self) -> np.ndarray:
        """The row of each value."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def take(self, at: np.ndarray) -> Rows:
        """The chosen rows."""
        at = at.astype(np.int32, copy=False)
        starts = np.zeros(len(at) + 1, np.int32)
        np.cumsum(self.starts[at + 1] - self.starts[at], out=starts[1:])
        columns, values = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
        loops.csr_row_index(len(at), at, self.starts, self.columns, self.values, columns, values)
        return Rows(values, columns, starts, self.width)

    def times(self, weights: np.ndarray) -> np.ndarray:
        """Each row's product with a weight for each column: float32, summed from left to right."""
        out = np.zeros(len(self), np.float32)
        loops.csr_matvec(len(self), self.width, self.starts, self.columns, self.values, weights, out)
        return out

    def times_each(self, weights: np.ndarray) -> np.ndarray:
        """The same for each column of `weights`, in float64."""
        out = np.zeros((len(self), weights.shape[1]))
        among = (len(self), self.width, weights.shape[1])
        loops.csr_matvecs(*among, self.starts, self.columns, self.values, weights.ravel(), out.ravel())
        return out
