"""Verdicts that wait for a store that does not answer: kept in a file of this window, so that no end of it loses them.

A window holds a lock on its file while it lives; one that starts takes over what dead windows have left. The files of
one store and person lie apart from all others: what waits for a server is never sent to another, nor stored here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from tui.desk.interface import Verdict

if TYPE_CHECKING:
    from jobswipe.settings import Settings

FOLDER = "outbox"
_LOCK, _LINES = ".lock", ".jsonl"


class Outbox:
    """`owner` names the store and the person. A file is there only while something waits; its owner alone reads it."""

    def __init__(self, directory: Path, owner: str = "local") -> None:
        self.folder = directory / FOLDER / owner
        self._lock: int | None = None
        self._name: Path | None = None

    @property
    def path(self) -> Path:
        """Where this window keeps what waits. Raises OSError where the folder cannot be written to."""
        return (self._name or self._open()).with_suffix(_LINES)

    def load(self) -> list[Verdict]:
        """What dead windows left, in its order; from now on it is this window's. Raises OSError."""
        own = self.path
        found: dict[str, Verdict] = {}
        taken: list[tuple[Path, int]] = []
        try:
            for lock in sorted(self.folder.glob(f"*{_LOCK}")):
                held = None if lock == self._name else _take(lock)
                if held is not None:
                    taken.append((lock, held))
                    for one in read(lock.with_suffix(_LINES)):
                        found.setdefault(one.key, one)
            if found:  # a crash from here on leaves it twice, under the same keys: it is stored once
                self._write(own, found.values())
            for lock, _ in taken:
                for leftover in (lock.with_suffix(_LINES), *self.folder.glob(f".{lock.stem}.*"), lock):
                    leftover.unlink(missing_ok=True)
        finally:
            for _, held in taken:
                os.close(held)
        return list(found.values())

    def save(self, waiting: Iterable[Verdict]) -> None:
        """Replace what waits. Raises OSError."""
        self._write(self.path, waiting)

    def close(self) -> None:
        """Leave what waits to the next window."""
        if self._lock is None or self._name is None:
            return
        if not self._name.with_suffix(_LINES).exists():
            self._name.unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = self._name = None

    def _open(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            # Names are in the order in which the windows started.
            name = self.folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}{_LOCK}"
            lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                ours = name.stat().st_ino == os.fstat(lock).st_ino
            except FileNotFoundError:  # a window that started at this moment took it for a dead one's
                ours = False
            if ours:
                self._lock, self._name = lock, name
                return name
            os.close(lock)

    def _write(self, path: Path, waiting: Iterable[Verdict]) -> None:
        lines = [msgspec.json.encode(one) for one in waiting]
        if not lines:
            path.unlink(missing_ok=True)
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(prefix=f".{path.stem}.", dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)


def local_owner(settings: Settings) -> str:
    """The owner's name of this computer's data: each store has its own. A changed password is no other store."""
    if settings.database.url is None:
        return "local"
    where = settings.database.url
    with suppress(ValueError):  # what is no URL is refused elsewhere
        parts = urlsplit(where)
        where = f"{parts.scheme.partition('+')[0]} {parts.netloc.rpartition('@')[2]} {parts.path}"
    return f"local-{hashlib.sha256(where.encode()).hexdigest()[:16]}"


def read(path: Path) -> Iterator[Verdict]:
    """What a file holds, in its order. A line that was cut off by a crash is left out."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Verdict)
        except msgspec.MsgspecError:
            continue


def _take(lock: Path) -> int | None:
    """The lock of a window that is dead; None where it lives, or another has taken it."""
    try:
        held = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held
