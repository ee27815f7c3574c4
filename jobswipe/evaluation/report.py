"""The one shape of an evaluation's result."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from jobswipe.errors import InputError


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `bar` is the goal (None: reported only); `at_most`: lower is better; `n` counts the cases."""

    name: str
    value: float
    n: int
    baseline: float | None = None
    baseline_name: str | None = None
    bar: float | None = None
    at_most: bool = False

    @property
    def passed(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar


class EvalReport(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation's measures, and examples of its mistakes (for people; at most 20)."""

    name: str
    measures: tuple[Measure, ...]
    mistakes: tuple[str, ...] = ()


def corpus_dir() -> Path:
    """The labelled data's directory: JOBSWIPE_CORPUS, default ../shared/data. Raises InputError when it is absent."""
    path = Path(os.environ.get("JOBSWIPE_CORPUS", "../shared/data"))
    if not path.is_dir():
        raise InputError(f"No labelled data at {path}: set JOBSWIPE_CORPUS to its directory.")
    return path
