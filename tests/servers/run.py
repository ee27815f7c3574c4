"""The directory and the lock of one test run, and the servers that its processes share through them."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import psutil

_GUARD = Path(__file__).with_name("guard.py")
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_ROOM = 4 << 30
"""Bytes that have to be free for a run whose files are in memory: most are those of Postgres, and less than one GiB."""


class ServerError(Exception):
    """A server that the tests need could not be started."""


class Run:
    """One test run. The process that opens it (pytest, or xdist's controller) owns it; workers join by its path."""

    def __init__(self, directory: Path, held: BinaryIO | None = None) -> None:
        self.directory = directory
        self._held = held

    @classmethod
    def open(cls, place: str | None = None) -> Run:
        """A new run, with its directory in `place`: by default where temporary files are."""
        directory = Path(tempfile.mkdtemp(prefix="jobswipe-tests-", dir=place or _reachable_temp()))
        # A server that runs as another user has to get through to its own directory.
        directory.chmod(0o711)
        held = (directory / "lock").open("w+b")
        fcntl.lockf(held, fcntl.LOCK_EX)
        return cls(directory, held)

    def close(self) -> None:
        """Stop the servers and remove the directory. Only the owner does that."""
        if self._held is None:
            return
        self._held.close()
        deadline = time.monotonic() + _STOP_SECONDS
        while any(self.directory.glob("*/guarded")) and time.monotonic() < deadline:
            time.sleep(0.02)
        shutil.rmtree(self.directory, ignore_errors=True)

    @contextmanager
    def once(self, name: str) -> Iterator[Path]:
        """Hold the run's lock for `name`: one process at a time. Gives the directory of that name."""
        directory = self.directory / name
        directory.mkdir(exist_ok=True)
        with (self.directory / f"{name}.lock").open("w+b") as held:
            fcntl.lockf(held, fcntl.LOCK_EX)
            yield directory

    def shared(self, name: str, start: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
        """What `start` told about the server of that name; it is started by the first process that asks.

        A failure is remembered, so that it is told to every process at once. Raises ServerError.
        """
        with self.once(name) as directory:
            state = directory / "state.json"
            if not state.exists():
                try:
                    outcome = start(directory)
                except Exception as error:  # noqa: BLE001 - told to all who ask, whatever it is
                    log = directory / "log"
                    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                    outcome = {"failure": f"{name} could not be made ready: {error}\n{tail}".strip()}
                state.write_text(json.dumps(outcome))
            told: dict[str, Any] = json.loads(state.read_text())
        if "failure" in told:
            raise ServerError(told["failure"])
        return told

    def launch(
        self,
        directory: Path,
        command: Callable[[int], Sequence[str]],
        *,
        stop_signal: str,
        user: str | None,
        ready: Callable[[int], bool],
    ) -> int:
        """Start a server on a free port under its guard and wait until it is ready. Returns the port.

        Raises ServerError. A port may be taken a moment after it was free: a server that ends at once gets two more.
        """
        for attempt in range(3):
            port = free_port()
            exited = directory / f"exited{attempt}"
            self.guarded(directory, exited, stop_signal, user, command(port))
            deadline = time.monotonic() + _START_SECONDS
            while not exited.exists():
                if ready(port):
                    return port
                if time.monotonic() > deadline:
                    raise ServerError(f"it was not ready within {_START_SECONDS:.0f} s")
                time.sleep(0.02)
        raise ServerError(f"it ended at once with status {exited.read_text()}")

    def guarded(
        self, directory: Path, exited: Path, stop_signal: str, user: str | None, command: Sequence[str]
    ) -> None:
        """Start a command that ends with the run; the file `exited` is written when it ends by itself."""
        (directory / "guarded").touch()
        lock = str(self.directory / "lock")
        guard = subprocess.Popen(
            [sys.executable, "-I", str(_GUARD), lock, str(exited), stop_signal, user or "-", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        guard.returncode = 0  # it outlives this process, and Popen would warn about that


def free_port() -> int:
    """A TCP port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def password() -> str:
    """For the servers' superusers: other users of the machine reach loopback too."""
    return secrets.token_hex(16)


def other_user() -> str | None:
    """Whom a server that refuses root runs as: nobody, or None where this is not root anyway."""
    return "nobody" if os.geteuid() == 0 else None


def reachable(path: Path) -> bool:
    """Whether any user may pass through all the directories down to `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


def memory() -> str | None:
    """A directory of files in memory, from which programs may be run; None where there is none with enough room."""
    shared = Path("/dev/shm")
    if not (shared.is_dir() and os.access(shared, os.W_OK | os.X_OK)):
        return None
    found = os.statvfs(shared)
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    return str(shared) if free >= _ROOM and not found.f_flag & os.ST_NOEXEC else None


def _reachable_temp() -> str | None:
    """A directory for temporary files that the other user can reach; None is the usual one."""
    usual = Path(tempfile.gettempdir()).resolve()
    if other_user() is None or reachable(usual):
        return None
    for place in ("/tmp", "/var/tmp", "/dev/shm"):
        if Path(place).is_dir() and reachable(Path(place)):
            return place
    raise ServerError("Postgres refuses root, and no temporary directory can be reached by another user.")
