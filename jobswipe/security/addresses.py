"""Which network addresses an outbound request may reach, and the resolver that asks for them.

Facts: the IANA IPv4 and IPv6 special-purpose address registries; RFC 4291 §2.5.5 (IPv4-mapped), RFC 6052 (NAT64),
RFC 3056 (6to4), RFC 4380 (Teredo), RFC 5214 §6.1 (ISATAP).
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from typing import Literal

Reach = Literal["public", "private", "never"]
Resolver = Callable[[str, int], list[str]]
"""(host, port) → addresses in the order to try. Raises socket.gaierror."""

# Not left to ipaddress.is_global: its answer for mapped, translated and protocol addresses changes between releases.
_NEVER4 = [
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this host: connects to loopback
        "168.63.129.16/32",  # a public address that only answers inside one cloud, with its machines' metadata
        "169.254.0.0/16",  # link-local: cloud metadata
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_PRIVATE4 = [
    ipaddress.IPv4Network(block)
    for block in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
    )
]
_PRIVATE6 = [ipaddress.IPv6Network(block) for block in ("::1/128", "fc00::/7")]
_GLOBAL6 = ipaddress.IPv6Network("2000::/3")
_NEVER6 = [
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them: its IPv4 part is a tunnel's end, no board lives there
        "2001:db8::/32",
        "2002::/16",  # 6to4: likewise
        "3fff::/20",
    )
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = {0x00005EFE, 0x02005EFE}


def reach(address: str) -> Reach:
    """How far an address reaches: `public` is globally routable, `private` is loopback or a site's own network,
    `never` is everything that no setting opens (link-local, unspecified, multicast, reserved, tunnels, not an address).

    An IPv4 address inside an IPv6 one (mapped, NAT64) is judged by itself.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "never"
    if isinstance(parsed, ipaddress.IPv4Address):
        return _reach4(parsed)
    if parsed.scope_id is not None:
        return "never"
    embedded = parsed.ipv4_mapped or (_low32(parsed) if parsed in _NAT64 else None)
    if embedded is not None:
        return _reach4(embedded)
    if any(parsed in block for block in _PRIVATE6):
        return "private"
    if parsed not in _GLOBAL6 or any(parsed in block for block in _NEVER6):
        return "never"
    if (int(parsed) >> 32) & 0xFFFFFFFF in _ISATAP:
        return _reach4(_low32(parsed))
    return "public"


def _reach4(address: ipaddress.IPv4Address) -> Reach:
    if any(address in block for block in _NEVER4):
        return "never"
    return "private" if any(address in block for block in _PRIVATE4) else "public"


def _low32(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def resolve(host: str, port: int) -> list[str]:
    """The system's own answer, each address once, in its order of preference. Raises socket.gaierror."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_within(resolver: Resolver, host: str, port: int, seconds: float) -> list[str]:
    """`resolver`'s answer, waited for at most `seconds`: the system's resolver knows no time limit of its own.

    Raises TimeoutError, and what the resolver raises.
    """
    answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolver(host, port))
        except Exception as error:  # noqa: BLE001 - carried to the asking thread and raised there
            answer.put(error)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        found = answer.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise TimeoutError(f"no address for {host} within {seconds:.0f} s") from None
    if isinstance(found, Exception):
        raise found
    return found
