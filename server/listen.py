"""The socket that the server listens on."""

from __future__ import annotations

import socket

from jobswipe.errors import SettingsError

BACKLOG = 2048
"""Connections that wait to be accepted."""


def listen(host: str, port: int) -> socket.socket:
    """Open it; port 0 takes any free one. Raises SettingsError."""
    opened: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        # At once: two that are only bound do not yet stand in each other's way.
        opened.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        if opened is not None:
            opened.close()
        raise SettingsError(
            f"The address {host}:{port} cannot be opened ({getattr(error, 'strerror', None) or error}): choose another "
            "with --host and --port, or JOBSWIPE_SERVER_HOST and JOBSWIPE_SERVER_PORT."
        ) from None
    return opened


def address(listener: socket.socket) -> str:
    """As it is written in a URL: 127.0.0.1:8080, [::1]:8080."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
