"""Clerks: threads in which the desk's blocking calls run, one call after the other in each.

The first clerk has the verdicts and the deck and nothing else, so that a report never keeps a verdict waiting; the
second has what the other screens ask; the third what takes minutes (a draft, a poll, a simulation).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Clerk:
    """One thread. Its calls are awaited on the app's loop."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def ask(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def leave(self) -> None:
        """Begin nothing more; what runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
