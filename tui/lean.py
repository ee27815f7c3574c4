"""Lean: scipy without what it would load of numpy and never use (7 MB, 50 ms), and its linear algebra later (60 ms)."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

UNUSED = ("testing", "f2py", "ctypeslib", "polynomial", "ma", "char", "rec", "typing")
"""Parts of numpy that are loaded when they are first named; scipy names all of them by a star."""


_LINALG = "scipy.linalg"


class _Later(ModuleType):
    """Stands for a module until something of it is asked for. Threads may ask at once."""

    _turn = Lock()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.real(), name)

    def real(self) -> ModuleType:
        with self._turn:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return import_module(self.__name__)


def load() -> None:
    """Load scipy.sparse while those parts seem to be there; afterwards whoever names one gets it as ever.

    The first card needs no linear algebra, by which verdicts are learned: it is loaded when it is first used, or by
    `finish`.
    """
    import numpy as np

    lent = [name for name in UNUSED if name not in vars(np)]
    for name in lent:
        setattr(np, name, None)
    try:
        with suppress(AttributeError):  # another scipy may need one: it is loaded with all of them later
            import scipy.sparse  # noqa: F401 - loaded for those who come after
        if _LINALG not in sys.modules:
            sys.modules[_LINALG] = _Later(_LINALG)
    finally:
        for name in lent:
            if vars(np).get(name) is None:
                delattr(np, name)


def finish() -> None:
    """Load what was left for later, if it has not been asked for."""
    later = sys.modules.get(_LINALG)
    if isinstance(later, _Later):
        later.real()
