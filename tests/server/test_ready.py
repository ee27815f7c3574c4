"""/ready tells what `jobswipe health` tells: at once, in turn, and again when what was away is back."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from servers.postgres import PostgresServer
from servers.run import free_port
from servers.served import JOBSWIPE, Served, until

from jobswipe import settings as settings_module
from jobswipe.db.engine import Database
from jobswipe.observability import health
from jobswipe.observability.health import Report
from server.app import create_app


def status(served: Served, check: str) -> str:
    found = served.get("/ready").json()["checks"].get(f"{check}:responseTime")
    return str(found[0]["status"]) if found else "none"


def test_the_process_lives(store: Database) -> None:
    with Served("serve") as served:
        answer = served.get("/health")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/health+json")
        assert answer.json()["status"] == "pass"
        assert set(answer.json()) == {"status", "version", "releaseId", "serviceId"}
        assert served.stop() == 0


def test_the_checks_are_those_of_the_command(store: Database) -> None:
    with Served("serve") as served:
        answer = served.get("/ready")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/health+json")
        told = subprocess.run([JOBSWIPE, "health", "--json"], capture_output=True, check=False).stdout
        assert set(answer.json()["checks"]) == set(json.loads(told)["checks"])
        assert all("observedValue" in one[0] for one in answer.json()["checks"].values())


@contextmanager
def away(url: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """The database is gone meanwhile."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        file.rename(file.with_suffix(".away"))
        yield
        file.with_suffix(".away").rename(file)
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    name = url.rpartition("/")[2]
    postgres.execute(
        f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    yield
    postgres.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


def test_a_database_that_is_gone_and_comes_back(home: Path, database_url: str, request: pytest.FixtureRequest) -> None:
    with Served("serve", DATABASE_URL=database_url, HEALTH_TIMEOUT=20) as served:
        until(lambda: served.get("/ready").status_code == 200)
        with away(database_url, request):
            until(lambda: status(served, "database") == "fail")
            answer = served.get("/ready")
            assert (answer.status_code, answer.json()["status"]) == (503, "fail")
            assert served.get("/health").status_code == 200
        until(lambda: served.get("/ready").status_code == 200)
        assert served.stop() == 0


def test_a_postgres_that_does_not_answer_is_no_reason_not_to_serve(home: Path) -> None:
    url = f"postgresql://nobody:hunter2@127.0.0.1:{free_port()}/none"
    with Served("serve", DATABASE_URL=url) as served:
        answer = served.get("/ready")
        assert answer.status_code == 503
        assert answer.json()["checks"]["database:responseTime"][0]["status"] == "fail"
        assert served.stop() == 0
    assert "hunter2" not in served.text() + answer.text


def test_what_hangs_is_late_and_holds_up_nothing_else(store: Database) -> None:
    """A queue that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with Served("serve", QUEUE_URL=url, HEALTH_TIMEOUT=3) as served:
            answers: list[httpx.Response] = []
            asking = threading.Thread(
                target=lambda: answers.append(httpx.get(f"{served.url}/ready", timeout=120)), daemon=True
            )
            started = time.monotonic()
            asking.start()
            others = 0
            while asking.is_alive() and time.monotonic() - started < 120:
                assert served.get("/health").status_code == 200
                others += 1
            assert others > 10
            (answer,) = answers
            assert answer.status_code == 503
            checks = answer.json()["checks"]
            assert "No answer within 3 s" in checks["queue:responseTime"][0]["output"]
            assert checks["storage:responseTime"][0]["status"] == "pass"


def test_many_who_ask_at_once_get_one_report(home: Path, store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def run(*_: object) -> Report:
        nonlocal made
        made += 1
        time.sleep(0.2)
        return Report(results=(), at="now")

    monkeypatch.setattr(health, "run", run)
    app = create_app(settings_module.load(home), store)

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(*(client.get("/ready") for _ in range(50)))
            first = made
            await client.get("/ready")
            return [first, *(answer.status_code for answer in answers)]

    assert asyncio.run(ask()) == [1, *[200] * 50]
