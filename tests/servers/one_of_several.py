"""Serving processes that ask each other, each with a listening socket of its own: a test says where requests land."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from servers.served import SECONDS, until


class OneOfSeveral:
    """The process `number` of `count` that meet in a directory, as `jobswipe serve` starts it; `client` asks it."""

    def __init__(self, directory: Path, number: int, count: int = 2, **settings: object) -> None:
        environment = {**os.environ, "JOBSWIPE_LOGGING_FORMAT": "json"}
        environment |= {f"JOBSWIPE_{name}": str(value) for name, value in settings.items()}
        self.number = number
        self.socket = str(directory / str(number))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            descriptor = listener.fileno()
            self.address: tuple[str, int] = listener.getsockname()
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "server.process", *map(str, (descriptor, count, directory, number))],
                env=environment,
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                pass_fds=[descriptor],
            )
        self.said: list[str] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        self.url = "http://{}:{}".format(*self.address)
        self.client = httpx.Client(base_url=self.url, timeout=SECONDS)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def log(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.said if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def has_answered(self, request_id: str) -> bool:
        return any(line["request_id"] == request_id for line in self.log("request"))

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        code = self.process.wait(SECONDS)
        self._listening.join(SECONDS)
        return code

    def kill(self) -> None:
        self.client.close()
        with suppress(OSError):
            self.process.kill()
        self.wait()
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        self.process.stderr.close()


class Pair:
    """Two of them. `whole` begins one anew that has ended."""

    def __init__(self, directory: Path, **settings: object) -> None:
        self._directory = directory
        self._settings = settings
        self._both: list[OneOfSeveral] = []

    def __getitem__(self, number: int) -> OneOfSeveral:
        return self._both[number]

    def whole(self) -> None:
        for number in range(2):
            if len(self._both) == number:
                self._both.append(OneOfSeveral(self._directory, number, **self._settings))
            elif self._both[number].process.poll() is not None:
                self._both[number].kill()
                self._both[number] = OneOfSeveral(self._directory, number, **self._settings)

    def close(self) -> None:
        for one in self._both:
            one.kill()

    def who_answers(self, at: int, path: str, headers: dict[str, str]) -> int:
        """The number of the process that answers a GET which lands at one of them."""
        request_id = uuid4().hex
        self[at].client.get(path, headers={**headers, "x-request-id": request_id})
        return self.who_answered(request_id)

    def who_answered(self, request_id: str) -> int:
        found: OneOfSeveral = until(lambda: next((one for one in self._both if one.has_answered(request_id)), None))
        return found.number
