"""Several processes on one port: totals are theirs together, one that dies is replaced, all end well together."""

from __future__ import annotations

import http.client
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from servers.served import SECONDS, Served, until

from jobswipe.db.engine import Database


def serving(served: Served) -> list[psutil.Process]:
    found = []
    for child in served.children():
        try:
            if "server.process" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found


def ask(served: Served) -> int:
    """A connection of its own: any of the processes may take it."""
    host = served.url.removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=SECONDS)) as connection:
        connection.request("GET", "/things/none")
        return connection.getresponse().status


def total(served: Served, route: str = "unmatched", status: int = 404) -> float:
    labels = f'method="GET",route="{route}",status="{status}"'
    found = re.findall(rf"http_requests_total\{{{labels}\}} (\S+)", served.metrics())
    return sum(float(one) for one in found)


@pytest.fixture
def meetings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where processes make the directory that they meet in. Its path is short."""
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        monkeypatch.setenv("TMPDIR", directory)
        yield Path(directory)


@pytest.mark.parametrize("worker", [False, True])
def test_processes_serve_count_and_end_together(store: Database, worker: bool) -> None:
    command = ["serve", "--processes", "2", *(["--with-worker"] if worker else [])]
    with Served(*command, SERVER_DRAIN=1, WORKER_GRACE=1) as served:
        until(lambda: len(serving(served)) == 2)
        until(lambda: served.get("/ready").status_code == 200)
        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(lambda _: ask(served), range(200))) == {404}
        until(lambda: total(served) == 200)
        assert len(served.children()) == 2 + worker
        assert served.stop() == 0
        below = served.children()
    assert below == []


def test_one_that_dies_is_replaced_and_what_it_counted_stays(store: Database) -> None:
    with Served("serve", "--processes", "2") as served:
        first = until(lambda: found if len(found := serving(served)) == 2 else None)
        assert [ask(served) for _ in range(20)] == [404] * 20
        until(lambda: total(served) == 20)  # a request is counted when it has been answered
        first[0].kill()
        # The other one goes on; who was with the dead one sees a connection that ends.
        statuses = []
        for _ in range(20):
            try:
                statuses.append(ask(served))
            except (OSError, http.client.HTTPException):
                continue
        assert len(statuses) >= 19
        until(lambda: len([one for one in serving(served) if one.pid != first[0].pid]) == 2)
        # One whose connection ended may have been counted before.
        until(lambda: 20 + len(statuses) <= total(served) <= 40)
        assert "another takes its place" in served.text()
        assert served.stop() == 0


def test_who_is_passed_on_counts_once(store: Database, meetings: Path) -> None:
    with Served("serve", "--processes", "2", SERVER_DRAIN=0) as served:
        until(lambda: len(list(meetings.glob("jobswipe-*/[01]"))) == 2)
        for number in range(40):
            answer = httpx.get(f"{served.url}/api/v1/deck", headers={"authorization": f"Bearer {number}"})
            assert answer.status_code == 401
        until(lambda: total(served, "/api/v1/deck", 401) == 40)
        assert served.stop() == 0
    assert list(meetings.iterdir()) == []


def test_not_ready_first_and_then_an_end(store: Database) -> None:
    with Served("serve", "--processes", "2", SERVER_DRAIN=300) as served:
        until(lambda: len(serving(served)) == 2)
        # Both have loaded when both have been asked.
        until(lambda: served.get("/ready").status_code == 200)
        served.tell()
        until(lambda: status(served) == 503)
        served.tell()
        assert served.wait() == 0


def test_two_signals_in_a_row_are_two(store: Database) -> None:
    with Served("serve", "--processes", "2", SERVER_DRAIN=300) as served:
        below = until(lambda: found if len(found := serving(served)) == 2 else None)
        until(lambda: served.get("/ready").status_code == 200)
        for process in below:
            process.suspend()  # as one that is too busy to hear the first before the second
        served.tell()
        time.sleep(1)
        served.tell()
        time.sleep(1)
        for process in below:
            process.resume()
        assert served.wait() == 0


def status(served: Served) -> int:
    try:
        return httpx.get(f"{served.url}/ready", timeout=SECONDS).status_code
    except httpx.TransportError:
        return 0


def test_none_is_left_when_the_first_is_killed(store: Database, meetings: Path) -> None:
    with Served("serve", "--processes", "2", SERVER_DRAIN=0) as served:
        below = until(lambda: found if len(found := serving(served)) == 2 else None)
        until(lambda: served.get("/health").status_code == 200)
        served.process.kill()
        _, alive = psutil.wait_procs(below, SECONDS)
        assert alive == []
    assert list(meetings.iterdir()) == []


def test_a_start_takes_no_ten_seconds(store: Any) -> None:
    """Two on a machine at rest (docs/operators.md); a busy one gets more."""
    started = time.monotonic()
    with Served("serve") as served:
        assert served.get("/health").status_code == 200
        assert time.monotonic() - started < 60
        assert psutil.Process(served.process.pid).memory_info().rss < 300_000_000
        assert served.stop() == 0
