"""Processes below a serving one, supervised in a thread: the worker's, and those that serve where there are several."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from jobswipe.observability.logs import logger
from jobswipe.settings import Settings
from jobswipe.tasks.supervise import Supervisor
from server.lifetime import Note


class Below:
    """Some processes of one kind; none where there is no supervisor."""

    def __init__(self, supervisor: Supervisor | None) -> None:
        self._supervisor = supervisor
        self._thread: threading.Thread | None = None
        self._told = False
        self._code = 0

    def start(self, ended: Callable[[], object]) -> None:
        """`ended` is called when they have come to their end, told to or not."""
        if self._supervisor is not None:
            self._thread = threading.Thread(target=self._run, args=(self._supervisor, ended), name="supervisor")
            self._thread.start()

    def _run(self, supervisor: Supervisor, ended: Callable[[], object]) -> None:
        try:
            self._code = supervisor.run()
        except Exception:  # noqa: BLE001 - a machine that starts no process, say: it ends all, and is told
            logger("server").exception("supervisor_failed")
            self._code = 1
        ended()

    def stop(self) -> None:
        """Gracefully; a second time at once."""
        self._told = True
        if self._supervisor is not None:
            self._supervisor.stop()

    def wait(self) -> int:
        """Until they have ended, told to by now; answers the exit code."""
        if not self._told:
            self.stop()
        if self._thread is not None:
            self._thread.join()
        return self._code


def workers(count: int, settings: Settings, note: Note) -> Below:
    """The worker's processes."""
    return Below(Supervisor(count, (), grace=settings.worker.grace, note=note) if count else None)


def servers(count: int, descriptor: int, directory: str, settings: Settings, note: Note) -> Below:
    """Processes that serve on the listening socket of this number, which they inherit: the kernel deals out what comes.

    One socket, not one of each: a process that dies takes no waiting connection with it. In the directory they meet
    (`server.siblings`).
    """
    command = [sys.executable, "-P", "-m", "server.process", str(descriptor), str(count), directory]
    grace = settings.server.drain + settings.server.grace
    supervisor = Supervisor(
        count, (), grace=grace, note=note, command=command, numbered=True, descriptors=(descriptor,), what="serving"
    )
    return Below(supervisor)
