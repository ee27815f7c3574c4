"""A relay before a server: the server may die and come again, hang, or lose its answers, at one address."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Relay:
    """Forwards connections to `port` while that is set, else ends them. A context manager.

    `losing`: what is sent arrives, and no answer comes back. `hanging`: nothing is forwarded, and nothing is ended.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port
        self.losing = self.hanging = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self.cut()

    def cut(self) -> None:
        """End all connections."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                self._open.append(near)
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        if self.hanging:
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.port or 1))
        except OSError:
            near.close()
            return
        self._open.append(far)
        threading.Thread(target=self._copy, args=(far, near, True), daemon=True).start()
        self._copy(near, far, False)

    def _copy(self, source: socket.socket, target: socket.socket, answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if answer and self.losing:
                    break
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
