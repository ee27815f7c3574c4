"""The app in a pseudo-terminal of its own, as a person starts it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
PATIENCE = 90.0
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|[@-Z\\-_]|\][^\x07\x1b]*(?:\x07|\x1b\\))")


class Terminal:
    """What the app has written is in `seen`, without what places and colours it."""

    def __init__(self, *arguments: str, columns: int = 100, lines: int = 30, **environment: str) -> None:
        every = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(JOBSWIPE, [JOBSWIPE, *arguments], every)
        self.raw = b""
        self.code: int | None = None

    @property
    def seen(self) -> str:
        return ESCAPES.sub(b"", self.raw).decode("utf-8", "replace")

    def wait(self, words: str) -> None:
        """Wait until words are written that were not before."""
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < end, f"{words!r} was not written: {self.seen[-2000:]}"
            if not self.read():
                assert self.running(), f"it ended: {self.seen[-2000:]}"

    def press(self, keys: str, then: str) -> None:
        self.raw = b""
        os.write(self.fd, keys.encode())
        self.wait(then)

    def read(self) -> bool:
        if not select.select([self.fd], [], [], 0.1)[0]:
            return False
        try:
            self.raw += os.read(self.fd, 65_536)
        except OSError:
            return False
        return True

    def running(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is None

    def end(self) -> int:
        """Wait for its own end; the exit code."""
        end = time.monotonic() + PATIENCE
        while self.running():
            assert time.monotonic() < end, "it does not end"
            self.read()
        while self.read():
            pass
        os.close(self.fd)
        assert self.code is not None
        return self.code

    def kill(self) -> None:
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.code = -9
        os.close(self.fd)
