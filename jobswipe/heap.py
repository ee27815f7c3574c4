"""The heap of the C library, where that is glibc: a ranking's passing arrays are not to stay in it."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_ARENAS, _MAPPED = -8, -3
"""M_ARENA_MAX and M_MMAP_THRESHOLD of mallopt(3)."""
_LARGE = 256 * 1024
"""Bytes from which memory is taken from the system for itself, and given back at once."""


def settle(heaps: int) -> None:
    """Keep to so many heaps for all threads, and large arrays out of them: else they stay in the holes of many."""
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENAS, heaps)
        library.mallopt(_MAPPED, _LARGE)


def trim() -> None:
    """Hand freed memory back to the system."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
