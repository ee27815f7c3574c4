"""Reading resumes beside everything else: a few at a time, in threads of their own, and a short queue before them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from jobswipe.errors import BusyError

WAITING = 20
"""Resumes that wait or are read at a time; each is in memory."""

T = TypeVar("T")


class Readers:
    """Threads that wait for the subprocesses in which resumes are read."""

    def __init__(self, many: int) -> None:
        self._threads = ThreadPoolExecutor(many, thread_name_prefix="resume")
        self._places = threading.BoundedSemaphore(WAITING)

    async def run(self, work: Callable[[], T]) -> T:
        """Do it when a thread is free. Raises BusyError when too many wait already."""
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many resumes are being read: try again in a moment.")
        try:
            # The request's ids and span go with it.
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work)
        finally:
            self._places.release()
