"""What every command needs: the settings, and the store opened and ready."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jobswipe.errors import SettingsError

MAX_INPUT = 50_000_000
"""Bytes of a file of verdicts or preferences, from here on refused."""

_typed: list[str] = []
_commands: Any = None

if TYPE_CHECKING:
    from pathlib import Path

    from jobswipe.db.engine import Database
    from jobswipe.settings import Settings


def load_settings(*, service: bool = False) -> Settings:
    """The settings of this run, which is logged and traced where they say so. Raises SettingsError.

    A `service` watches itself, in another role and one piece of work at a time.
    """
    from jobswipe import settings

    found = settings.load()
    if not service and (found.tracing.enabled or found.logging.level is not None):
        from jobswipe.observability import runtime

        runtime.start_command(found, _name())
    return found


@contextmanager
def watched(arguments: list[str]) -> Iterator[None]:
    """Tell how a command ends to whatever `load_settings` has begun to watch it with."""
    _typed[:] = arguments
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        runtime = sys.modules.get("jobswipe.observability.runtime")
        if runtime is not None:
            runtime.finish_command(error)


def remember(commands: Any) -> None:
    """The tree of commands: names are looked up in it."""
    global _commands
    _commands = commands


def _name() -> str:
    """What was typed, without options and values: they may be personal."""
    name, here = "jobswipe", _commands
    for word in _typed:
        here = getattr(here, "commands", {}).get(word)
        if here is None:
            break
        name = f"{name} {word}"
    return name


def read_input(file: Path) -> bytes:
    """A small file, or standard input for "-". Raises InputError, and LimitError from `MAX_INPUT` bytes on."""
    from jobswipe.errors import InputError, LimitError

    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(MAX_INPUT)
        else:
            with file.open("rb") as opened:
                content = opened.read(MAX_INPUT)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from None
    if len(content) >= MAX_INPUT:
        raise LimitError(f"{file} is too large: at most {MAX_INPUT // 1_000_000} MB are read; split it into parts.")
    return content


def make_home(settings: Settings) -> None:
    """Create the data directory. Raises SettingsError with what to do when that is not possible."""
    import os

    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data directory {settings.home} cannot be created ({error.strerror}): set JOBSWIPE_HOME to another."
        ) from None
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise SettingsError(f"The data directory {settings.home} is not writable: set JOBSWIPE_HOME to another.")


def open_store(settings: Settings, *, create: bool = False) -> Database:
    """The store at the code's schema version. With `create`, an embedded store that does not exist yet is made.

    Raises NotReadyError (run init, run db upgrade, made by a newer version) and StorageError.
    """
    from pathlib import Path

    from jobswipe.db import migrate
    from jobswipe.db.engine import database_of, parse_url
    from jobswipe.errors import NotReadyError

    embedded = settings.database.url is None
    url = parse_url(settings.database_url)
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    if file is not None and not create and not file.exists():
        raise NotReadyError(f"There is no store in {file.parent} yet: run 'jobswipe init'.")
    make_home(settings)
    database = database_of(settings)
    if migrate.is_ready(database):
        return database
    if create and embedded and migrate.status(database).current is None:
        migrate.upgrade(database)
    migrate.require_ready(database)
    return database
