"""Processes of a worker or server: started, replaced when they end by themselves, stopped together by one signal.

A process of its own for the work, so that a task that crashes the interpreter, or that never ends, costs one process
and not the worker. Standard library only.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

QUICK = 10.0
"""Seconds; a process that lives shorter is replaced after a pause that doubles each time."""
LONGEST_PAUSE = 30.0
BEYOND_GRACE = 10.0
"""Seconds beyond the grace time after which a process that was told to stop is killed."""
FINAL = (2, 3)
"""Exit codes of a process that another one in its place would end with, too: settings, a store that is not ready."""


@dataclass
class _Child:
    more: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float = 0.0


class Supervisor:
    """Keeps `count` processes alive from `run` to `stop`: worker processes, or those of another `command`.

    `note` takes lines for people, in which `what` says the kind of process; `descriptors` are inherited. `numbered`:
    the command's last argument is the process's number from 0, which one that takes its place has, too.
    """

    def __init__(
        self,
        count: int,
        kinds: Sequence[str],
        *,
        grace: float,
        note: Callable[[str], None],
        command: Sequence[str] = (),
        numbered: bool = False,
        descriptors: Sequence[int] = (),
        what: str = "worker",
    ) -> None:
        self._command = list(command) or [sys.executable, "-P", "-m", "jobswipe.tasks.process", "--watch-stdin"]
        if kinds:
            self._command += ["--kinds", ",".join(kinds)]
        self._descriptors = tuple(descriptors)
        self._what = what
        self._children = [_Child([str(number)] if numbered else []) for number in range(count)]
        self._grace = grace
        self._note = note
        self._told = 0
        self._stop_by = 0.0

    def stop(self) -> None:
        """End the processes: gracefully, a second time at once. From a signal handler or another thread, too.

        The second time their standard input is closed: of two signals a busy process might see one.
        """
        self._told += 1
        self._stop_by = self._stop_by or time.monotonic() + self._grace + BEYOND_GRACE
        for child in self._children:
            process = child.process
            if process is not None and process.poll() is None:
                if self._told == 2:
                    _close(process)
                else:
                    process.terminate()

    def run(self) -> int:
        """Answers the exit code, when all have ended: that of a process which none could replace, else 0."""
        code = 0
        try:
            while True:
                now = time.monotonic()
                for child in self._children:
                    code = self._look_after(child, now) or code
                if self._told and all(child.process is None for child in self._children):
                    return code
                if self._told and now > self._stop_by:
                    _kill(self._children)
                    lost = "; their tasks will be tried again" if self._what == "worker" else ""
                    self._note(f"{self._what.capitalize()} processes did not stop in time and were killed{lost}.")
                    return code or 1
                time.sleep(0.05 if self._told else 0.2)
        finally:
            _kill(self._children)

    def _look_after(self, child: _Child, now: float) -> int:
        """Start or replace one; answers the exit code that ends all, else 0."""
        if child.process is None:
            if not self._told and now >= child.again_at:
                child.process = subprocess.Popen(  # noqa: S603 - ours
                    [*self._command, *child.more], stdin=subprocess.PIPE, pass_fds=self._descriptors
                )
                child.started = now
                if self._told:  # a signal came while it was being started
                    child.process.terminate()
            return 0
        ended = child.process.poll()
        if ended is None:
            return 0
        _close(child.process)
        child.process = None
        if self._told:
            return 0
        if ended in FINAL:
            self.stop()
            return ended
        quick = now - child.started < QUICK
        child.pause = min(LONGEST_PAUSE, child.pause * 2 or 0.5) if quick else 0.0
        child.again_at = now + child.pause
        self._note(f"A {self._what} process ended {_how(ended)}; another takes its place.")
        return 0


def supervise(count: int, kinds: Sequence[str], *, grace: float, note: Callable[[str], None]) -> int:
    """Keep `count` worker processes alive until a signal; answers the exit code. `note` takes lines for people."""
    supervisor = Supervisor(count, kinds, grace=grace, note=note)

    def stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return supervisor.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kill(children: list[_Child]) -> None:
    for child in children:
        if child.process is not None:
            child.process.kill()
            child.process.wait()
            _close(child.process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _how(ended: int) -> str:
    if ended < 0:
        try:
            return f"by {signal.Signals(-ended).name}"
        except ValueError:
            return f"by signal {-ended}"
    return f"with status {ended}"
