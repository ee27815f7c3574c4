"""Hands messages to notification services through a subprocess that can be killed (see `envoy`)."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import msgspec

import jobswipe
from jobswipe.notifications.envoy import Order, Outcome
from jobswipe.settings import NotifySettings

_ENVOY = "jobswipe.notifications.envoy"
_START_SECONDS = 60.0
_MOST_ANSWER = 100_000
# Certificates that the operator trusts; nothing else of the environment is the services' business.
_PASSED = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "TZ")


class Courier:
    """One subprocess at a time, started at the first message. Use as a context manager; not for several threads."""

    def __init__(self, settings: NotifySettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._read = b""

    def check(self, url: str) -> Outcome:
        """Read a channel's address without sending anything."""
        return self._ask(Order(url=url), _START_SECONDS)

    def send(self, url: str, title: str, body: str, key: str) -> Outcome:
        """Send one message through one channel, within `[notify] timeout` seconds. Never raises for a failure."""
        seconds = self._settings.timeout
        order = Order(
            url=url,
            title=title,
            body=body or title,
            key=key,
            seconds=seconds,
            allow_private=self._settings.allow_private,
        )
        return self._ask(order, seconds)

    def _ask(self, order: Order, seconds: float) -> Outcome:
        try:
            process = self._started()
            assert process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            process.stdin.flush()
            return msgspec.json.decode(self._line(time.monotonic() + seconds), type=Outcome)
        except TimeoutError:
            self.close()
            return Outcome(ok=False, reason=f"The service did not answer within {seconds:g} s.")
        except (OSError, EOFError, msgspec.DecodeError):
            self.close()
            return Outcome(ok=False, reason="The process that sends notifications broke down.")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            root = str(Path(jobswipe.__file__).parent.parent)
            environment = {name: os.environ[name] for name in _PASSED if name in os.environ} | {
                "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONIOENCODING": "utf-8",
                "LC_ALL": "C.UTF-8",
                "HOME": os.devnull,
            }
            self._read = b""
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", _ENVOY],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
            try:
                self._line(time.monotonic() + _START_SECONDS)
            except TimeoutError:
                raise EOFError from None
        return self._process

    def _line(self, deadline: float) -> bytes:
        """The next line of the subprocess. Raises TimeoutError, EOFError."""
        assert self._process is not None  # noqa: S101 - for the type checker: it was started
        assert self._process.stdout is not None  # noqa: S101 - likewise: it is a pipe
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._read:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            part = os.read(pipe, 65_536)
            if not part or len(self._read) > _MOST_ANSWER:
                raise EOFError
            self._read += part
        line, _, self._read = self._read.partition(b"\n")
        return line

    def close(self) -> None:
        """End the subprocess, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not read by it any more
                    continue
        process.wait()

    def __enter__(self) -> Courier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
