"""What every command needs: the settings, and the store opened and ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobswipe.errors import SettingsError

if TYPE_CHECKING:
    from jobswipe.db.engine import Database
    from jobswipe.settings import Settings


def load_settings() -> Settings:
    """The settings of this run. Raises SettingsError."""
    from jobswipe import settings

    return settings.load()


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
    from jobswipe.db import migrate
    from jobswipe.db.engine import Database
    from jobswipe.errors import NotReadyError

    embedded = settings.database.url is None
    if embedded and not (settings.home / "jobswipe.db").exists() and not create:
        raise NotReadyError(f"There is no store in {settings.home} yet: run 'jobswipe init'.")
    make_home(settings)
    database = Database(settings.database_url, settings.database)
    if create and embedded and migrate.status(database).current is None:
        migrate.upgrade(database)
    migrate.require_ready(database)
    return database
