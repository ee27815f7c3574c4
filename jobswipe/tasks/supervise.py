"""The processes of a worker: started, replaced when they end by themselves, stopped together by SIGTERM or SIGINT.

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
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float = 0.0


def supervise(count: int, kinds: Sequence[str], *, grace: float, note: Callable[[str], None]) -> int:
    """Keep `count` worker processes alive until a signal; answers the exit code. `note` takes lines for people."""
    command = [sys.executable, "-P", "-m", "jobswipe.tasks.process", "--watch-stdin"]
    if kinds:
        command += ["--kinds", ",".join(kinds)]
    children = [_Child() for _ in range(count)]
    told = 0
    stop_by = 0.0

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal told, stop_by
        told += 1
        stop_by = stop_by or time.monotonic() + grace + BEYOND_GRACE
        for child in children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    code = 0
    try:
        while True:
            now = time.monotonic()
            for child in children:
                if child.process is None and not told and now >= child.again_at:
                    child.process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - ours
                    child.started = now
                    if told:  # a signal came while it was being started
                        child.process.terminate()
                elif child.process is not None and (ended := child.process.poll()) is not None:
                    _close(child.process)
                    child.process = None
                    if told:
                        continue
                    if ended in FINAL:
                        code = ended
                        stop(0, None)
                        continue
                    quick = now - child.started < QUICK
                    child.pause = min(LONGEST_PAUSE, child.pause * 2 or 0.5) if quick else 0.0
                    child.again_at = now + child.pause
                    note(f"A worker process ended {_how(ended)}; another takes its place.")
            if told and all(child.process is None for child in children):
                return code
            if told and now > stop_by:
                _kill(children)
                note("Worker processes did not stop in time and were killed; their tasks will be tried again.")
                return code or 1
            time.sleep(0.05 if told else 0.2)
    finally:
        _kill(children)
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
