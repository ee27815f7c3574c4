"""A rotating log file that several processes write."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FLAGS = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC


class SharedRotatingHandler(logging.Handler):
    """Writes whole lines, in turns with other processes; whoever finds the file full rotates it, and the others follow.

    The standard handler would rotate once for each process, and throw lines away with the oldest file. At most
    `max_bytes` are in a file (unless one line is longer); `backups` full ones are kept: path.1 is the latest.
    """

    def __init__(self, path: Path, max_bytes: int, backups: int) -> None:
        super().__init__()
        self.path = path
        self.max_bytes = max_bytes
        self.backups = backups
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, _FLAGS, 0o600)
        # Beside the file: its own lock would go away with its rotation.
        self._turns = os.open(path.with_name(f".{path.name}.lock"), _FLAGS, 0o600)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            with self._turn():
                self._follow()
                size = os.fstat(self._file).st_size
                if size and size + len(line) > self.max_bytes:
                    self._rotate()
                while line:
                    line = line[os.write(self._file, line) :]
        except Exception:  # noqa: BLE001 - as every handler: a log that cannot be written does not end the work
            self.handleError(record)

    def close(self) -> None:
        self.acquire()
        try:
            for handle in (self._file, self._turns):
                if handle >= 0:
                    os.close(handle)
            self._file = self._turns = -1
        finally:
            self.release()
        super().close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # A lock of the process, not of the open file: a fork has a turn of its own.
        fcntl.lockf(self._turns, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._turns, fcntl.LOCK_UN)

    def _follow(self) -> None:
        """Open the file anew where it has been rotated, or taken away."""
        try:
            if os.path.samestat(self.path.stat(), os.fstat(self._file)):
                return
        except FileNotFoundError:
            pass
        self._open()

    def _rotate(self) -> None:
        if self.path.is_symlink():  # whoever set that up has a rotation of their own
            return
        for number in range(self.backups, 0, -1):
            earlier = self.path.with_name(f"{self.path.name}.{number - 1}") if number > 1 else self.path
            if earlier.exists():
                earlier.replace(self.path.with_name(f"{self.path.name}.{number}"))
        self._open()

    def _open(self) -> None:
        fresh = os.open(self.path, _FLAGS, 0o600)
        os.close(self._file)
        self._file = fresh
