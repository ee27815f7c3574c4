"""A served JobSwipe in a process of its own, with what it says; started, asked and ended by tests."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
PROGRAM = str(Path(__file__).with_name("program.py"))
SECONDS = 120.0
"""The longest that anything is waited for."""


def until(holds: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """Wait until something is true, and answer it."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return found


class Served:
    """A running server; `client` asks it, `metrics_port` is that of its metrics. A context manager.

    Without a command it is the program of the tests, with `workers`.
    """

    def __init__(
        self, *command: str, workers: int = 0, verify: ssl.SSLContext | bool = True, **settings: object
    ) -> None:
        environment = {**os.environ, "JOBSWIPE_METRICS_PORT": "0"}
        environment |= {f"JOBSWIPE_{name}": str(value) for name, value in settings.items()}
        self.home = Path(environment["JOBSWIPE_HOME"])
        whole = [JOBSWIPE, *command, "--port", "0"] if command else [sys.executable, PROGRAM, str(workers)]
        self.process = subprocess.Popen(whole, env=environment, stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        try:
            found = until(
                lambda: self._find(
                    r"listens on (https?://\S+?:\d+)(?: with \d+ processes)?(?:; metrics: http://\S+?:(\d+)/metrics)?"
                )
            )
        except AssertionError:
            self.kill()
            raise
        self.url = found[1]
        self.metrics_port = int(found[2] or 0)
        self.client = httpx.Client(base_url=self.url, timeout=SECONDS, verify=verify)

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def _find(self, pattern: str) -> re.Match[str] | None:
        ended = self.process.poll() is not None
        found = re.search(pattern, "".join(self.said))
        assert found or not ended, "".join(self.said)
        return found

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        code = self.process.wait(SECONDS)
        self._listening.join(SECONDS)
        return code

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.tell(number)
        return self.wait()

    def children(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return psutil.Process(self.process.pid).children()
        return []

    def kill(self) -> None:
        """End it and what is below it, whatever it does."""
        below = self.children()
        with suppress(OSError):
            self.process.kill()
        self.process.wait()
        for child in below:
            with suppress(psutil.Error):
                child.kill()

    def metrics(self) -> str:
        return httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=SECONDS).text

    def log(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.said if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def text(self) -> str:
        return "".join(self.said)


def refused(*command: str, **settings: object) -> tuple[int, str]:
    """The exit code and the one line of a command that does not start."""
    environment = {**os.environ, **{f"JOBSWIPE_{name}": str(value) for name, value in settings.items()}}
    done = subprocess.run(
        [JOBSWIPE, *command], env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert (done.stdout, done.stderr.count("\n")) == ("", 1), done.stderr
    return done.returncode, done.stderr
