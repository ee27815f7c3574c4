"""Memory: what becomes of a ranking's passing arrays in the C library's heap, and how often cycles are looked for."""

from __future__ import annotations

import gc
from contextlib import suppress

_TRIM, _MAPPED, _HEAPS = -1, -3, -8
"""M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX of mallopt(3)."""
THRIFTY = 256 * 1024
"""Arrays from this size on go back to the system at once: the least memory, and a page fault for each 4 kB of them."""
BUSY = 64 * 1024 * 1024
"""They stay for the next request: a third less of the processor for a ranking, and up to four times this at rest."""


def settle(large: int) -> None:
    """Keep one heap for all threads, else arrays lie in the holes of many; those of `large` bytes are not in it."""
    import ctypes

    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_HEAPS, 1)
        library.mallopt(_MAPPED, large)
        library.mallopt(_TRIM, 4 * large)


def trim() -> None:
    """Hand freed memory back to the system."""
    import ctypes

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def seldom() -> None:
    """Look for cycles seldom: whole boards are in memory, or thousands of cards, and next to nothing refers to itself.

    At every 700 new objects, as is the default, it takes a tenth of the time of reading a board.
    """
    gc.set_threshold(50_000, 10, 10)


def leave_out() -> None:
    """From now on look for no cycles among what is there already: modules and what was made of them stay to the end."""
    gc.collect()
    gc.freeze()
