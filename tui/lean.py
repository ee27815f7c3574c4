"""Lean: scipy's sparse matrices without what they would load of numpy and never use (7 MB, 50 ms)."""

from __future__ import annotations

from contextlib import suppress

UNUSED = ("testing", "f2py", "ctypeslib", "polynomial", "ma", "char", "rec", "typing")
"""Parts of numpy that are loaded when they are first named; scipy names all of them by a star."""


def load() -> None:
    """Load scipy.sparse while those parts seem to be there; afterwards whoever names one gets it as ever."""
    import numpy as np

    lent = [name for name in UNUSED if name not in vars(np)]
    for name in lent:
        setattr(np, name, None)
    try:
        with suppress(AttributeError):  # another scipy may need one: it is loaded with all of them later
            import scipy.sparse  # noqa: F401 - loaded for those who come after
    finally:
        for name in lent:
            if vars(np).get(name) is None:
                delattr(np, name)
