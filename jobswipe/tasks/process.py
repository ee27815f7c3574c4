"""The program of one worker process. `supervise` starts it; it stops on SIGTERM, or when its supervisor is gone."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress

from jobswipe import settings as settings_module
from jobswipe.db import migrate
from jobswipe.db.engine import Database, database_of
from jobswipe.errors import JobSwipeError, NotReadyError, StorageError
from jobswipe.observability import metrics, runtime
from jobswipe.observability.logs import logger
from jobswipe.settings import Settings
from jobswipe.tasks.worker import Worker

_LONGEST_PAUSE = 30.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one worker and end the process with its exit code; threads that are still at a task end with it."""
    parser = argparse.ArgumentParser(prog="jobswipe-worker-process")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--watch-stdin", action="store_true")
    options = parser.parse_args(arguments)
    stopping = threading.Event()
    workers: list[Worker] = []

    def stop() -> None:
        for worker in workers:
            worker.stop(at_once=stopping.is_set())
        stopping.set()

    _on_signals(stop, deaf_to_interrupts=options.watch_stdin)
    if options.watch_stdin:
        threading.Thread(target=_await_end, args=(stop,), daemon=True).start()
    code = 1
    try:
        settings = settings_module.load()
        runtime.start(settings, "worker")
        metrics.join()
        database = _open(settings, stopping)
        if database is not None:
            worker = Worker(database, settings, only=_names(options.kinds), watchdog=True)
            workers.append(worker)
            if stopping.is_set():
                worker.stop()
            code = worker.run()
        else:
            code = 0
    except JobSwipeError as error:
        sys.stderr.write(f"jobswipe: {error.message}\n")
        code = error.exit_code
    except Exception:  # noqa: BLE001 - a fault: it is told, and the process is replaced
        sys.stderr.write(traceback.format_exc())
    runtime.stop()
    with suppress(OSError):
        sys.stderr.flush()
        sys.stdout.flush()
    os._exit(code)


def _names(text: str) -> list[str] | None:
    return [one for one in text.split(",") if one] or None


def _open(settings: Settings, stopping: threading.Event) -> Database | None:
    """The store, waited for while it does not answer; None when told to stop meanwhile. Raises NotReadyError."""
    database = database_of(settings)
    pause = 0.25
    while not stopping.is_set():
        try:
            migrate.require_ready(database)
        except NotReadyError:
            raise
        except StorageError as error:
            if pause == 0.25:
                logger("tasks").warning("database_down", error=error.message, effect="the worker waits")
            stopping.wait(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
        else:
            return database
    return None


def _on_signals(stop: Callable[[], None], *, deaf_to_interrupts: bool) -> None:
    """Call `stop` in a thread at each signal: what it locks, the interrupted thread may hold at that very moment."""
    read, write = os.pipe()
    os.set_blocking(write, False)

    def tell(*_: object) -> None:
        with suppress(OSError):
            os.write(write, b".")

    def listen() -> None:
        while os.read(read, 1):
            stop()

    threading.Thread(target=listen, daemon=True).start()
    # Ctrl-C reaches the whole process group: the supervisor passes on what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN if deaf_to_interrupts else tell)
    signal.signal(signal.SIGTERM, tell)


def _await_end(stop: Callable[[], None]) -> None:
    """Call `stop` when the supervisor, which holds the other end of the standard input, is gone."""
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    stop()


if __name__ == "__main__":
    main()
