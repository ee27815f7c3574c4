"""A rotating log file that several processes write."""

from __future__ import annotations

import fcntl
import logging.handlers
import os
from pathlib import Path
from typing import TextIO


class SharedRotatingHandler(logging.handlers.RotatingFileHandler):
    """Lines are appended whole; whoever finds the file too long rotates it, alone, and the others follow.

    The standard handler would rotate once for each process, and throw lines away with the oldest file.
    """

    def __init__(self, path: Path, max_bytes: int, backups: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        self._lock_path = path.with_name(f".{path.name}.lock")
        super().__init__(path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        try:
            stream = self._follow()
            line = f"{self.format(record)}{self.terminator}"
            if stream.tell() + len(line) > self.maxBytes:
                stream = self._rotate(len(line))
            stream.write(line)
            self.flush()
        except Exception:  # noqa: BLE001 - as every handler: a log that cannot be written does not end the work
            self.handleError(record)

    def _follow(self) -> TextIO:
        """Open the file anew where another process has moved it away; stand at its end."""
        stream: TextIO = self.stream or self._open()
        try:
            there = Path(self.baseFilename).stat()
            same = os.path.samestat(there, os.fstat(stream.fileno()))
        except FileNotFoundError:
            same = False
        if not same:
            stream.close()
            self.stream = stream = self._open()
        stream.seek(0, os.SEEK_END)
        return stream

    def _rotate(self, length: int) -> TextIO:
        handle = os.open(self._lock_path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            stream = self._follow()  # it may have been done meanwhile
            if stream.tell() and stream.tell() + length > self.maxBytes:
                self.doRollover()
                Path(self.baseFilename).chmod(0o600)
            return self._follow()
        finally:
            os.close(handle)
