"""Names of facets as whole numbers, the same in all of a process: what is learned is kept and summed by number.

A number means nothing outside of the process: what is stored has names.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

import numpy as np

GROUPS = (
    "word", "skill", "family", "level", "rank", "workplace", "country", "city", "region", "remote", "employment",
    "company", "pay", "language",
)  # fmt: skip
"""The groups that facets are of: what stands before the colon in their names."""
SHARED = frozenset({"word", "skill"})
"""Groups of which a posting has many facets: together they weigh as much as one."""


def group(facet: str) -> str:
    return facet.partition(":")[0]


_INDEX = {name: at for at, name in enumerate(GROUPS)}


class Names:
    """Numbers from 0 in the order in which names are first asked for. Threads may share one.

    It holds each name once: as many as the postings and the verdicts of this process have had.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._groups = np.zeros(1_024, np.int8)

    def numbers(self, facets: Sequence[str]) -> np.ndarray:
        """The number of each name, as int32; a name that is new is given one."""
        found = [self._numbers.get(name, -1) for name in facets]
        if -1 in found:
            with self._lock:
                found = [self._number(name) for name in facets]
        return np.array(found, np.int32)

    def number(self, name: str) -> int:
        """The number of a name; -1 of one that is new, which stays so."""
        return self._numbers.get(name, -1)

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = len(self._names)
            if number == len(self._groups):
                self._groups = np.concatenate([self._groups, np.zeros_like(self._groups)])
            self._groups[number] = _INDEX.get(group(name), len(GROUPS))
            self._names.append(sys.intern(name))
            self._numbers[self._names[-1]] = number
        return number

    def name(self, number: int) -> str:
        return self._names[number]

    def groups(self, numbers: np.ndarray) -> np.ndarray:
        """Which of GROUPS each is of; their count for a group that is none of them."""
        return np.asarray(self._groups[numbers])


NAMES = Names()
"""Those of this process."""
