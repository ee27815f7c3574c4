"""Rate limits: exact over any minute, for all processes together, on a file and on Valkey; and when that is away."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from servers.run import free_port
from servers.served import Served, until

from jobswipe.db.engine import Database
from server import windows
from server.redis_windows import RedisWindows
from server.windows import FileWindows, StoreAwayError, Windows

Make = Callable[[], Windows]
MANY = multiprocessing.get_context("spawn")


@pytest.fixture(params=["file", "valkey"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "limits.db") if request.param == "file" else str(request.getfixturevalue("valkey_url"))


def open_windows(target: str) -> Windows:
    return RedisWindows(target, 30) if target.startswith("redis") else FileWindows(Path(target), 30)


def takes(target: str, key: bytes, times: int, most: int, window: float = 60) -> int:
    """How many of some requests are admitted."""

    async def ask() -> int:
        opened = open_windows(target)
        found = [(await opened.take(key, most, window)).admitted for _ in range(times)]
        await opened.close()
        return sum(found)

    return asyncio.run(ask())


def test_as_many_as_the_limit_and_no_more(target: str) -> None:
    async def ask() -> None:
        opened = open_windows(target)
        found = [await opened.take(b"key", 5, 60) for _ in range(8)]
        assert [one.admitted for one in found] == [True] * 5 + [False] * 3
        assert [one.used for one in found] == [1, 2, 3, 4, 5, 5, 5, 5]
        assert all(0 < one.reset <= 60 for one in found)
        assert (await opened.take(b"another", 5, 60)).used == 1
        await opened.close()

    asyncio.run(ask())


def test_a_request_is_admitted_when_an_old_one_leaves_the_window(target: str) -> None:
    async def ask() -> None:
        opened = open_windows(target)
        while not (await opened.take(b"key", 2, 0.5)).admitted:
            pass
        refused = await opened.take(b"key", 1, 600)
        assert not refused.admitted
        await asyncio.sleep(0.6)
        assert (await opened.take(b"key", 2, 0.5)).admitted
        await opened.close()

    asyncio.run(ask())


def test_processes_count_together(target: str) -> None:
    with MANY.Pool(4) as pool:
        found = pool.starmap(takes, [(target, b"key", 50, 60)] * 4)
    assert sum(found) == 60


def test_times_of_a_clock_that_was_set_back_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "limits.db")
    real = windows.time.time
    monkeypatch.setattr(windows.time, "time", lambda: real() + 86_400)
    assert takes(file, b"key", 9, 5) == 5
    monkeypatch.setattr(windows.time, "time", real)
    assert takes(file, b"key", 9, 5) == 5


def test_a_store_that_is_away_says_so_at_once(tmp_path: Path) -> None:
    async def ask(opened: Windows) -> None:
        for _ in range(3):
            with pytest.raises(StoreAwayError):
                await opened.take(b"key", 5, 60)

    asyncio.run(ask(RedisWindows(f"redis://127.0.0.1:{free_port()}/0", 1)))
    (tmp_path / "limits.db").mkdir()
    asyncio.run(ask(FileWindows(tmp_path / "limits.db", 1)))


@pytest.mark.parametrize("where", ["valkey", "file"])
def test_without_the_store_nobody_logs_in_and_the_rest_goes_on(
    home: Path, store: Database, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "valkey":
        monkeypatch.setenv("JOBSWIPE_LIMITS_STORE", f"redis://127.0.0.1:{free_port()}/0")
    else:
        (home / "limits.db").mkdir()
    with Served(LIMITS_TRUSTED="", LOGGING_FORMAT="json") as served:
        answer = served.client.post("/login")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "5"
        assert served.get("/things/1").status_code == 200
        told = served.metrics()
        assert 'jobswipe_limit_store_failures_total{limit_class="auth"} 1.0' in told
        assert 'jobswipe_limit_store_failures_total{limit_class="public"} 1.0' in told
        assert len(until(lambda: served.log("limit_store_away"))) >= 1


def test_many_at_once_get_as_many_as_the_limit(store: Database) -> None:
    with Served(LIMITS_TRUSTED="", LIMITS_PUBLIC=50) as served:
        found: list[int] = []

        def ask() -> None:
            found.extend(served.get("/things/1").status_code for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert (found.count(200), found.count(429)) == (50, 50)
        assert 'jobswipe_http_requests_limited_total{limit_class="public"} 50.0' in served.metrics()
