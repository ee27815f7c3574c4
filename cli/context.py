"""What every command needs: the settings, and the store opened and ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobswipe.errors import SettingsError

MAX_INPUT = 50_000_000
"""Bytes of a file of verdicts or preferences, from here on refused."""

if TYPE_CHECKING:
    from pathlib import Path

    from jobswipe.db.engine import Database
    from jobswipe.settings import Settings


def load_settings() -> Settings:
    """The settings of this run. Raises SettingsError."""
    from jobswipe import settings

    return settings.load()


def read_input(file: Path) -> bytes:
    """A small file, or standard input for "-". Raises InputError, and LimitError from `MAX_INPUT` bytes on."""
    import sys

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
    from jobswipe.db.engine import Database, parse_url
    from jobswipe.errors import NotReadyError

    embedded = settings.database.url is None
    url = parse_url(settings.database_url)
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    if file is not None and not create and not file.exists():
        raise NotReadyError(f"There is no store in {file.parent} yet: run 'jobswipe init'.")
    make_home(settings)
    database = Database(settings.database_url, settings.database)
    if create and embedded and migrate.status(database).current is None:
        migrate.upgrade(database)
    migrate.require_ready(database)
    return database
