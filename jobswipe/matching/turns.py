"""Turns: of several processes that would write the same file, one does."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AGAIN = 0.02
"""Seconds between two tries."""


@contextmanager
def alone(path: Path, wait: float) -> Iterator[bool]:
    """Whether it is this process's turn, of those that ask for the lock file `path`; False when it was not in `wait` s.

    The operating system ends the turn of a process that dies.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(handle, wait)
    finally:
        os.close(handle)


def _locked(handle: int, wait: float) -> bool:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_AGAIN)
        else:
            return True
