"""The tests' own servers are real, fresh for each test, and gone after the run however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy
from servers.postgres import TEMPLATE, PostgresServer
from servers.run import Run, ServerError
from servers.valkey import ValkeyServer

from jobswipe.settings import home_dir, load


def test_postgres_is_version_18_with_its_extensions(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.url()) as connection:
        version = connection.execute("SHOW server_version_num").fetchone()
        extensions = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
    assert version is not None
    assert version[0].startswith("18")
    assert {"vector", "pg_trgm"} <= {name for (name,) in extensions}


def test_a_clone_costs_little(postgres_server: PostgresServer) -> None:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        name = postgres_server.clone()
        times.append(time.perf_counter() - begun)
        postgres_server.drop(name)
    assert min(times) < 2  # some 30 ms on an idle disk; a migration of its own takes longer than this on any


@pytest.mark.parametrize("turn", [1, 2])
def test_no_test_sees_the_rows_of_another(database_url: str, turn: int) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        assert sqlalchemy.inspect(connection).has_table("posting")
        assert not sqlalchemy.inspect(connection).has_table("seen_by_this_test_only")
        connection.exec_driver_sql("CREATE TABLE seen_by_this_test_only (id INTEGER PRIMARY KEY)")
    engine.dispose()


def test_a_database_is_dropped_although_a_connection_is_open(postgres_server: PostgresServer) -> None:
    name = postgres_server.clone()
    connection = psycopg.connect(postgres_server.url(name))
    postgres_server.drop(name)
    with psycopg.connect(postgres_server.url()) as other:
        assert other.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None
    connection.close()


def test_the_template_takes_no_connection(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        psycopg.connect(postgres_server.url(TEMPLATE))


def test_postgres_wants_its_password(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres_server.url().replace(postgres_server.secret, "guess"))


def test_valkey_answers_on_a_raw_socket(valkey_server: ValkeyServer) -> None:
    with socket.create_connection(("127.0.0.1", valkey_server.port), timeout=5) as connection:
        connection.sendall(f"AUTH {valkey_server.secret}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\n") < 2:
            answer += connection.recv(100)
    assert answer == b"+OK\r\n+PONG\r\n"


@pytest.mark.parametrize("turn", [1, 2])
def test_the_valkey_database_of_a_test_is_empty(valkey_server: ValkeyServer, valkey_url: str, turn: int) -> None:
    database = int(urlsplit(valkey_url).path.strip("/"))
    assert valkey_server.command("DBSIZE", database=database) == ":0"
    assert valkey_server.command("SET", "left", "behind", database=database) == "+OK"


def test_home_is_fresh_and_alone(home: Path, tmp_path: Path) -> None:
    assert home_dir() == home
    assert home.is_relative_to(tmp_path)
    given = {"JOBSWIPE_HOME", "JOBSWIPE_CORPUS", "JOBSWIPE_METRICS_PORT"}
    assert {name for name in os.environ if name.startswith("JOBSWIPE_")} <= given
    assert load().database_url == f"sqlite:///{home / 'jobswipe.db'}"


def test_a_server_that_does_not_start_is_told_to_all_who_ask(tmp_path: Path) -> None:
    own = Run.open()
    try:
        started = []

        def start(directory: Path) -> dict[str, object]:
            started.append(directory)
            own.launch(
                directory,
                lambda port: ["/bin/sh", "-c", f"echo port {port} is out of luck; exit 7"],
                stop_signal="SIGTERM",
                user=None,
                ready=lambda port: port < 0,
            )
            return {}

        for _ in range(2):
            with pytest.raises(
                ServerError, match=r"broken could not be made ready: .* status 7\nport \d+ is out of luck"
            ):
                own.shared("broken", start)
        assert len(started) == 1
    finally:
        own.close()
    assert not own.directory.exists()


_OWNER = """
import sys, time
sys.path.insert(0, {tests!r})
from servers.run import Run
from servers.postgres import postgres
from servers.valkey import valkey
run = Run.open()
server = postgres(run, print)
print(run.directory, server.port, valkey(run).port, flush=True)
time.sleep(60)
"""


def test_no_server_outlives_a_run_that_is_killed() -> None:
    program = _OWNER.format(tests=str(Path(__file__).parent))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()  # the template's URL
        directory, *ports = owner.stdout.readline().split()
        assert all(_listens(int(port)) for port in ports)
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while Path(directory).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(directory).exists()
    assert not any(_listens(int(port)) for port in ports)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
