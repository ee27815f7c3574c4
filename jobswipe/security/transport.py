"""The network under the outbound client: connects to vetted addresses only, and nothing outlasts the deadline."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from jobswipe.security.urls import Guard

_MOST_ADDRESSES = 4


class OverdueError(Exception):
    """The deadline of the present request has passed."""


class Deadline(threading.local):
    """The moment (monotonic seconds) at which the request of the present thread is cut off."""

    at: float = float("inf")

    def bound(self, timeout: float | None) -> float:
        """`timeout`, or what is left where that is less. Raises OverdueError when nothing is left."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise OverdueError
        return left if timeout is None else min(timeout, left)

    def check(self) -> None:
        if time.monotonic() >= self.at:
            raise OverdueError


class GuardedStream(httpcore.NetworkStream):
    """A connection whose every read and write also keeps the deadline: one byte a second does not reset it."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        bound = self._deadline.bound(timeout)
        try:
            return self._inner.read(max_bytes, bound)
        except httpcore.ReadTimeout:
            self._deadline.check()
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        bound = self._deadline.bound(timeout)
        try:
            self._inner.write(buffer, bound)
        except httpcore.WriteTimeout:
            self._deadline.check()
            raise

    def close(self) -> None:
        connection = self._inner.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):  # wakes a thread that reads from it; closing alone does not
                connection.shutdown(socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bound = self._deadline.bound(timeout)
        try:
            return GuardedStream(self._inner.start_tls(ssl_context, server_hostname, bound), self._deadline)
        except httpcore.ConnectTimeout:
            self._deadline.check()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name once, has every address vetted, and connects to those: the name cannot change in between.

    Host header, TLS server name and certificate check still go by the name in the URL.
    """

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._guard.addresses(host, port, within=self._deadline.bound(timeout))
        except TimeoutError as error:
            self._deadline.check()
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            bound = self._deadline.bound(timeout)
            try:
                stream = self._sockets.connect_tcp(address, port, bound, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return GuardedStream(stream, self._deadline)
        self._deadline.check()
        raise failure or httpcore.ConnectError(f"no address for {host}")
