"""TLS by the server itself, over real sockets: versions, ciphers, and files that are not what they should be."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from servers.certificate import self_signed
from servers.served import SECONDS, Served, refused


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    return self_signed(tmp_path_factory.mktemp("tls"))


def client(cert: Path, version: ssl.TLSVersion | None = None, ciphers: str | None = None) -> ssl.SSLContext:
    found = ssl.create_default_context(cafile=str(cert))
    if version is not None:
        # What is forbidden to the client by default must be refused by the server, too.
        found.set_ciphers("ALL:@SECLEVEL=0")
        found.minimum_version = found.maximum_version = version
    if ciphers:
        found.set_ciphers(ciphers)
    return found


def shake(served: Served, context: ssl.SSLContext) -> str:
    host, _, port = served.url.removeprefix("https://").partition(":")
    with (
        socket.create_connection((host, int(port)), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := secure.recv(65_536):
            answer += part
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"strict-transport-security: max-age=63072000" in answer
        return secure.version() or ""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_only_versions_and_ciphers_that_are_sound(store: Any, files: tuple[Path, Path]) -> None:
    cert, key = files
    with Served("serve", verify=client(cert), SERVER_TLS_CERT=cert, SERVER_TLS_KEY=key) as served:
        assert served.url.startswith("https://")
        assert served.get("/health").status_code == 200
        assert shake(served, client(cert)) == "TLSv1.3"
        assert shake(served, client(cert, ssl.TLSVersion.TLSv1_2)) == "TLSv1.2"
        for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with pytest.raises((ssl.SSLError, OSError)):
                shake(served, client(cert, old))
        weak = client(cert, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, OSError)):
            shake(served, weak)
        host, _, port = served.url.removeprefix("https://").partition(":")
        with socket.create_connection((host, int(port)), timeout=SECONDS) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP/")
        assert served.stop() == 0


def test_one_version_alone(store: Any, files: tuple[Path, Path]) -> None:
    cert, key = files
    settings = {"SERVER_TLS_CERT": cert, "SERVER_TLS_KEY": key, "SERVER_TLS_MIN": "1.3"}
    with Served("serve", "--processes", "2", verify=client(cert), **settings) as served:
        assert shake(served, client(cert)) == "TLSv1.3"
        with pytest.raises((ssl.SSLError, OSError)):
            shake(served, client(cert, ssl.TLSVersion.TLSv1_2))
        assert served.stop() == 0


def test_files_that_do_not_fit_end_the_start(store: Any, files: tuple[Path, Path], tmp_path: Path) -> None:
    cert, key = files
    other = tmp_path / "other.pem"
    other.write_text("no key")
    for settings, expected in (
        ({"TLS_CERT": cert}, "together"),
        ({"TLS_CERT": cert, "TLS_KEY": other}, "belong together"),
        ({"TLS_CERT": cert, "TLS_KEY": tmp_path / "none.pem"}, "No such file"),
        ({"TLS_CERT": cert, "TLS_KEY": key, "TLS_CIPHERS": "NONSENSE"}, "tls_ciphers"),
    ):
        code, said = refused("serve", "--port", "0", **{f"SERVER_{name}": value for name, value in settings.items()})
        assert (code, expected in said) == (2, True), said
