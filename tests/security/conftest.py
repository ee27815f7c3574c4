"""An outbound client whose time is free and whose name server is ours."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobswipe.security.outbound import Outbound
from jobswipe.security.polite import HostLimiter
from jobswipe.security.urls import Guard

BOARD = "board.test"
"""A name that resolves to loopback, and the only one that may."""

NAMES = {
    BOARD: ["127.0.0.1"],
    "public.test": ["93.184.215.14"],
    "private.test": ["10.1.2.3"],
    "metadata.test": ["169.254.169.254"],
    "mixed.test": ["93.184.215.14", "192.168.0.9"],
}


class FakeTime:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


def name_server(host: str, _port: int) -> list[str]:
    return NAMES.get(host, [])


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def make_outbound(fake_time: FakeTime) -> Iterator[Callable[..., Outbound]]:
    """Builds clients; keywords are Outbound's. They are closed at the end."""
    made: list[Outbound] = []

    def make(**options: Any) -> Outbound:
        settings: dict[str, Any] = {
            "contact": "https://example.org/contact",
            "guard": Guard(allowed_hosts={BOARD}, resolver=name_server),
            "limiter": HostLimiter(clock=fake_time.clock, sleep=fake_time.sleep),
            "timeout": 10,
            "connect_timeout": 2,
            "idle_timeout": 5,
            "jitter": lambda: 1.0,
            "ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # trusts nobody: reading the real roots takes time
        }
        outbound = Outbound(**(settings | options))
        made.append(outbound)
        return outbound

    yield make
    for outbound in made:
        outbound.close()
