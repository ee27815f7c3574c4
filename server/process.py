"""The program of one of several serving processes: `server.below` starts it, with the listening socket."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress

from jobswipe import settings as settings_module
from jobswipe.db.engine import database_of
from jobswipe.errors import JobSwipeError
from jobswipe.observability import metrics, runtime
from server import lifetime
from server.app import create_app
from server.protocol import HttpServer
from server.siblings import Siblings


def run(descriptor: int, count: int, directory: str, number: int) -> int:
    """Serve on the inherited socket until SIGTERM, or until the process above is gone. Raises SettingsError.

    It is the process `number` (from 0) of `count`, which ask each other by sockets in `directory` ("": they do not).
    """
    settings = settings_module.load()
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(fileno=descriptor))
        stack.callback(runtime.stop)
        runtime.start(settings, "server")
        metrics.join()
        stopping = threading.Event()
        app = create_app(settings, database_of(settings), stopping=stopping)
        siblings = Siblings(app, directory, number, count, stopping) if directory else None
        server = HttpServer(app, settings, lambda: None, siblings)

        def stop(*_: object) -> None:
            stopping.set()
            server.stop()

        stack.enter_context(lifetime.on_signals(stop))
        # Ctrl-C reaches the whole process group: the process above passes on what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        alone = threading.Event()
        threading.Thread(target=_await_end, args=(alone, stop), daemon=True).start()
        stack.enter_context(lifetime.threads(settings.server))
        lifetime.guard(stopping, lifetime.longest(settings, 0), _tell)
        server.run([listener])
        if directory and alone.is_set():  # nobody else is there to do it
            shutil.rmtree(directory, ignore_errors=True)
    return 0


def _await_end(alone: threading.Event, stop: Callable[[], None]) -> None:
    """Stop when the process above, which holds the other end of the standard input, is gone."""
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    alone.set()
    stop()


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    try:
        code = run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    except JobSwipeError as error:
        _tell(f"jobswipe: {error.message}")
        code = error.exit_code
    raise SystemExit(code)
