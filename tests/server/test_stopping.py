"""A stop, by SIGTERM or by SIGINT: not ready first, every request that was begun is answered, an end in time."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from servers.served import SECONDS, Served, until

from jobswipe.db.engine import Database


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_request_is_cut_off_under_load(store: Database, number: signal.Signals) -> None:
    """Clients behave as behind a balancer: they go elsewhere when /ready says so, within the drain time."""
    elsewhere = threading.Event()
    begun = threading.Semaphore(0)

    def ask(served: Served, who: int) -> list[int]:
        found = []
        with httpx.Client(base_url=served.url, timeout=SECONDS) as client:
            while not elsewhere.is_set():
                begun.release()
                found.append(
                    client.get("/sleep" if who % 2 else "/wait", params={"seconds": 0.02 * (who % 4)}).status_code
                )
        return found

    with Served(SERVER_DRAIN=300, SERVER_GRACE=60, SERVER_THREADS=4) as served, ThreadPoolExecutor(9) as threads:
        clients = [threads.submit(ask, served, who) for who in range(8)]
        # This one begins before the signal and ends after the last new request.
        long = threads.submit(lambda: httpx.get(f"{served.url}/wait?seconds=5", timeout=SECONDS))
        for _ in range(200):
            assert begun.acquire(timeout=SECONDS)
        served.tell(number)
        answer = until(lambda: (found := served.get("/ready")).status_code == 503 and found)
        assert answer.json()["status"] == "fail"
        # Meanwhile it serves, and asks clients to let go of their connections.
        assert served.get("/things/1").headers["connection"] == "close"
        elsewhere.set()
        statuses = [status for client in clients for status in client.result(SECONDS)]
        served.tell(number)  # there is nobody left to drain
        assert long.result(SECONDS).json() == {"waited": 5}
        assert served.wait() == 0
    assert len(statuses) >= 200
    assert set(statuses) == {200}
    assert served.children() == []


def test_what_is_under_way_is_finished_after_the_socket_is_closed(store: Database) -> None:
    with Served(SERVER_DRAIN=0, SERVER_GRACE=60) as served, ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(served.get, f"/{how}?seconds=4") for how in ("wait", "sleep")]
        until(
            lambda: "in_progress 2.0" in httpx.get(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=60).text
        )
        served.tell()
        until(lambda: refuses(served))
        assert [one.result(SECONDS).status_code for one in asked] == [200, 200]
        assert served.wait() == 0


def refuses(served: Served) -> bool:
    try:
        httpx.get(f"{served.url}/health", timeout=SECONDS)
    except httpx.TransportError:
        return True
    return False


def test_beyond_the_grace_time_a_request_is_told(store: Database) -> None:
    with Served(SERVER_DRAIN=0, SERVER_GRACE=1) as served, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(served.get, "/wait?seconds=3600")
        until(
            lambda: "in_progress 1.0" in httpx.get(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=60).text
        )
        assert served.stop() == 0
        answer = asked.result(SECONDS)
        assert (answer.status_code, answer.json()["code"]) == (503, "stopping")
        assert answer.headers["retry-after"] == "5"


def test_a_thread_that_never_ends_does_not_keep_the_process(store: Database) -> None:
    with Served(SERVER_DRAIN=0, SERVER_GRACE=1) as served, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(served.get, "/sleep?seconds=3600")
        until(
            lambda: "in_progress 1.0" in httpx.get(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=60).text
        )
        assert served.stop() == 1
        assert asked.result(SECONDS).status_code == 503
    assert "cut off" in served.text()


def test_a_second_signal_does_not_wait_for_more_requests(store: Database) -> None:
    with Served(SERVER_DRAIN=300) as served:
        served.tell()
        until(lambda: served.get("/ready").status_code == 503)
        started = time.monotonic()
        assert served.stop(signal.SIGINT) == 0
        assert time.monotonic() - started < 250


def test_an_idle_connection_does_not_keep_it(store: Any) -> None:
    with Served(SERVER_DRAIN=0, SERVER_GRACE=300) as served:
        served.get("/health")
        started = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - started < 250
