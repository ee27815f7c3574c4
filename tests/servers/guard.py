"""Runs one server for a test run and takes it down, with its files, when the run is over however it ended.

    python guard.py LOCK EXITED SIGNAL USER COMMAND...

The run holds a lock on the file LOCK. The system releases it when the run's process ends, killed or not, and that is
what this process waits for. SIGNAL stops the server; USER (or "-") is whom it runs as. The file EXITED is
written when the server ends by itself. Its directory holds the server's files and, in `log`, its output.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any


def main() -> None:
    lock, exited, stop_signal, user, *command = sys.argv[1:]
    here = Path(exited).parent
    credentials: dict[str, Any] = (
        {} if user == "-" else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    )
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    with (here / "log").open("ab") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=environment, **credentials
        )

    def note_exit() -> None:
        code = server.wait()
        if here.exists():
            draft = Path(f"{exited}.draft")
            draft.write_text(str(code))
            draft.rename(exited)

    watcher = threading.Thread(target=note_exit, daemon=True)
    watcher.start()
    with Path(lock).open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
    if server.poll() is None:
        server.send_signal(signal.Signals[stop_signal])
        watcher.join(10)
        if watcher.is_alive():
            server.kill()
            watcher.join()
    run = here.parent
    shutil.rmtree(here, ignore_errors=True)
    if not any(run.glob("*/guarded")):
        shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    main()
