"""The guard of outbound requests: which URLs may be fetched, and to which vetted addresses the connection goes."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

import httpx

from jobswipe.errors import RefusedUrlError, UpstreamError
from jobswipe.security.addresses import Resolver, reach, resolve, resolve_within

_LONGEST_URL = 8192
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_AUTHORITY = re.compile(r"[^:/?#]*:/*([^/?#]*)")
# Ports of other protocols above 1023, which the Fetch standard ("port blocking") also refuses.
_BAD_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080}
) | frozenset(range(6665, 6670))
_ADVICE = "set JOBSWIPE_OUTBOUND_ALLOW_PRIVATE=true if this board is on your own network"


class Guard:
    """Decides about URLs and addresses. `allow_private` opens loopback and site networks for every host,
    `allowed_hosts` for those names only; nothing opens link-local, multicast and reserved addresses.
    """

    def __init__(
        self, *, allow_private: bool = False, allowed_hosts: Iterable[str] = (), resolver: Resolver = resolve
    ) -> None:
        self._allow_private = allow_private
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._resolver = resolver

    def check(self, url: str) -> httpx.URL:
        """The URL to fetch, without fragment and trailing dot. Raises RefusedUrlError. Resolves no name."""
        if len(url) > _LONGEST_URL:
            raise RefusedUrlError(f"The URL is longer than {_LONGEST_URL} characters: give the board's own address.")
        if "\\" in url or any(character <= " " or character == "\x7f" for character in url):
            raise RefusedUrlError(
                f"The URL {shown(url)} holds a blank, a control character or a backslash: correct it."
            )
        try:
            parsed = httpx.URL(url)
            host = parsed.raw_host.decode("ascii").lower().removesuffix(".")
        except (httpx.InvalidURL, UnicodeError):
            raise RefusedUrlError(f"{shown(url)} is not a valid URL: correct it.") from None
        if parsed.scheme not in ("http", "https"):
            raise RefusedUrlError(f"{shown(url)} is refused: only http and https addresses are fetched.")
        authority = _AUTHORITY.match(url)
        if parsed.userinfo or (authority and "@" in authority.group(1)):
            raise RefusedUrlError(f"The URL of {shown(host)} holds a user name or password: remove it.")
        port = parsed.port
        if port is not None and ((port < 1024 and port not in (80, 443)) or port > 65535 or port in _BAD_PORTS):
            raise RefusedUrlError(f"Port {port} of {shown(host)} is refused: use 80, 443 or a web port above 1023.")
        self._check_host(host)
        return parsed.copy_with(host=host, fragment=None)

    def _check_host(self, host: str) -> None:
        if ":" in host:
            self._check_address(host, host)
            return
        labels = host.split(".")
        if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
            raise RefusedUrlError(f"{shown(host)!r} is not a host name: correct the URL.")
        if _NUMBER.fullmatch(labels[-1]):
            try:
                ipaddress.IPv4Address(host)
            except ValueError:
                raise RefusedUrlError(
                    f"{shown(host)} is an address in an unusual notation: write it as four decimal numbers."
                ) from None
            self._check_address(host, host)
        elif labels[-1] == "localhost" and not self._private_allowed(host):
            raise RefusedUrlError(f"{shown(host)} is this machine itself: {_ADVICE}.")

    def _private_allowed(self, host: str) -> bool:
        return self._allow_private or host in self._allowed_hosts

    def _check_address(self, host: str, address: str) -> None:
        verdict = reach(address)
        if verdict == "public" or (verdict == "private" and self._private_allowed(host)):
            return
        named = host if host == address else f"{host} ({address})"
        if verdict == "private":
            raise RefusedUrlError(f"{shown(named)} is refused, it is a private or loopback address: {_ADVICE}.")
        raise RefusedUrlError(f"{shown(named)} is refused, it is a reserved or link-local address: use a public one.")

    def addresses(self, host: str, port: int, *, within: float) -> list[str]:
        """The addresses of a host, every one vetted, asked for once: connect to these and to nothing else.

        `within` is in seconds. Raises RefusedUrlError when any of them is not allowed, UpstreamError when the name is
        not known, TimeoutError, and socket.gaierror with EAI_AGAIN when the name server could not be asked.
        """
        try:
            ipaddress.ip_address(host)
        except ValueError:
            try:
                found = resolve_within(self._resolver, host, port, within)
            except socket.gaierror as error:
                if error.errno == socket.EAI_AGAIN:
                    raise
                found = []
            except UnicodeError:  # the system's resolver encodes names with its own rules
                found = []
        else:
            found = [host]
        if not found:
            raise UpstreamError(f"{shown(host)} is not a known host name: check the address.")
        for address in found:
            self._check_address(host, address)
        return found


def shown(text: str) -> str:
    """A text of foreign origin, fit for one line of an error message: printable, short, without credentials."""
    head, at, tail = text.partition("@")
    if at and "/" not in head.partition("://")[2]:
        text = f"{head.partition('://')[0]}://…@{tail}" if "://" in head else f"…@{tail}"
    printable = "".join(character if character.isprintable() else "�" for character in text)
    return printable if len(printable) <= 120 else f"{printable[:119]}…"
