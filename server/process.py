"""The program of one of several serving processes: `server.below` starts it, with the listening socket."""

from __future__ import annotations

import os
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


def run(descriptor: int) -> int:
    """Serve on the inherited socket until SIGTERM, or until the process above is gone. Raises SettingsError."""
    settings = settings_module.load()
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(fileno=descriptor))
        stack.callback(runtime.stop)
        runtime.start(settings, "server")
        metrics.join()
        stopping = threading.Event()
        app = create_app(settings, database_of(settings), stopping=stopping)
        server = HttpServer(app, settings, lambda: None)

        def stop(*_: object) -> None:
            stopping.set()
            server.stop()

        stack.enter_context(lifetime.on_signals(stop))
        # Ctrl-C reaches the whole process group: the process above passes on what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_await_end, args=(stop,), daemon=True).start()
        stack.enter_context(lifetime.threads(settings.server))
        lifetime.guard(stopping, lifetime.longest(settings, 0), _tell)
        server.run([listener])
    return 0


def _await_end(stop: Callable[[], None]) -> None:
    """Stop when the process above, which holds the other end of the standard input, is gone."""
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    stop()


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    try:
        code = run(int(sys.argv[1]))
    except JobSwipeError as error:
        _tell(f"jobswipe: {error.message}")
        code = error.exit_code
    raise SystemExit(code)
