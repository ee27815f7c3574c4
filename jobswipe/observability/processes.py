"""The files in which the processes of one service count together, so that a scrape of any shows the totals.

Each service has a directory of its own below `metrics/` in the data directory, whose file `lock` all its processes
hold shared. A directory that nobody holds is of a service that has ended, and is removed. Counts of a process that
has ended are added up in files of process number 0, or a service that replaces its workers would gather files.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

from prometheus_client.mmap_dict import MmapedDict

ENVIRONMENT = "PROMETHEUS_MULTIPROC_DIR"
"""The variable in which prometheus-client looks for the directory; child processes inherit it."""
_LOCK = "lock"
_GATHERED = 0
_ABANDONED = 3600.0


class Group:
    """The directory of one service. Held until `leave`, or until the process ends."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._handle = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    @classmethod
    def begin(cls, base: Path) -> Group:
        """A new group, after the removal of those that nobody holds any more."""
        base.mkdir(parents=True, exist_ok=True)
        sweep(base)
        # Made under a name that a sweep leaves alone, for until it is locked it looks abandoned.
        draft = base / f".{os.getpid()}-{uuid4().hex[:8]}"
        draft.mkdir()
        group = cls(draft)
        group.directory = draft.rename(base / draft.name.lstrip("."))
        return group

    def leave(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def pids(self) -> set[int]:
        """The processes that count here and live."""
        return {pid for path in self.directory.glob("*.db") if (pid := _pid(path)) > _GATHERED and _lives(pid)}

    def tidy(self) -> None:
        """Add up what processes that have ended counted; drop what they showed of the moment."""
        ended: dict[str, list[Path]] = {}
        for path in self.directory.glob("*.db"):
            pid = _pid(path)
            if pid <= _GATHERED or _lives(pid):
                continue
            kind = path.name.partition("_")[0]
            if kind == "gauge":
                path.unlink(missing_ok=True)
            else:
                ended.setdefault(kind, []).append(path)
        for kind, paths in ended.items():
            self._gather(kind, paths)

    def _gather(self, kind: str, paths: list[Path]) -> None:
        gathered = self.directory / f"{kind}_{_GATHERED}.db"
        sums: dict[str, float] = {}
        for path in [*paths, gathered] if gathered.exists() else paths:
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
                sums[key] = sums.get(key, 0.0) + value
        draft = self.directory / f"draft-{kind}"
        draft.unlink(missing_ok=True)
        file = MmapedDict(str(draft))
        for key, value in sums.items():
            file.write_value(key, value, 0.0)
        file.close()
        draft.rename(gathered)
        for path in paths:
            path.unlink(missing_ok=True)


def sweep(base: Path) -> None:
    """Remove the groups below `base` that no process holds."""
    for directory in base.iterdir():
        if not directory.is_dir():
            continue
        if directory.name.startswith("."):
            if time.time() - directory.stat().st_mtime > _ABANDONED:
                shutil.rmtree(directory, ignore_errors=True)
            continue
        handle = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)


def _pid(path: Path) -> int:
    digits = path.stem.rpartition("_")[2]
    return int(digits) if digits.isdigit() else _GATHERED


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
