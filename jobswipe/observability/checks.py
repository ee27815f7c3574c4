"""The checks of the core: store, schema, index, disk and data directory. Importing it registers them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from jobswipe.db import migrate
from jobswipe.db.engine import Database, parse_url
from jobswipe.errors import NotReadyError
from jobswipe.observability.health import Finding, Status, Subject, register
from jobswipe.observability.index_lag import lag


def require_file(database: Database) -> None:
    """Raise NotReadyError where an embedded store is not there: opening it would make an empty one."""
    url = parse_url(database.url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return
    if not Path(url.database).exists():
        raise NotReadyError(f"There is no store in {Path(url.database).parent} yet: run 'jobswipe init'.")


def database(subject: Subject) -> Finding:
    require_file(subject.database)
    version = "sqlite_version()" if subject.database.dialect == "sqlite" else "current_setting('server_version')"
    with subject.database.read() as session:
        found = session.connection().execute(text(f"SELECT {version}")).scalar_one()
    return Finding(version=f"{subject.database.dialect} {found}")


def migrations(subject: Subject) -> Finding:
    require_file(subject.database)
    now = migrate.status(subject.database)
    if not now.ready:
        migrate.require_ready(subject.database)
    return Finding(version=now.current)


def index(subject: Subject) -> Finding:
    """A text index that lags finds less; the next ranking brings it up to date."""
    require_file(subject.database)
    with subject.database.read() as session:
        behind = lag(session, subject.settings.index_dir)
    if behind > subject.settings.health.index_lag:
        return Finding(
            status="warn",
            value=behind,
            unit="changes",
            output=f"The text index is {behind} changes behind: 'jobswipe match' or a worker brings it up to date.",
        )
    return Finding(value=behind, unit="changes")


def disk(subject: Subject) -> Finding:
    home = subject.settings.home
    free = shutil.disk_usage(_there(home)).free
    wanted = subject.settings.health.disk_free_mb << 20
    status: Status = "fail" if free < wanted / 10 else "warn" if free < wanted else "pass"
    said = None if status == "pass" else f"Only {free >> 20} MB are free where {home} lies: free some space."
    return Finding(status=status, output=said, value=free, unit="bytes")


def storage(subject: Subject) -> Finding:
    """Writes a file to the data directory, to the disk itself, and takes it away."""
    home = subject.settings.home
    probe = home / f".health-{uuid4().hex}"
    try:
        try:
            with probe.open("wb") as file:
                file.write(b"jobswipe")
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        return Finding(
            status="fail",
            output=f"The data directory {home} cannot be written ({error.strerror}): mend it, or set JOBSWIPE_HOME.",
        )
    return Finding()


def _there(path: Path) -> Path:
    """The path, or the nearest directory above it that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


register("database", database, component="datastore")
register("migrations", migrations, component="datastore")
register("index", index, required=False)
register("disk", disk, component="system")
register("storage", storage, component="system")
