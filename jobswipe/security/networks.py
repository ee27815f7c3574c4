"""Addresses as clients and proxies write them, and sets of networks as settings do."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from jobswipe.errors import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Networks:
    """A set of networks. Raises SettingsError."""

    def __init__(self, text: str, key: str) -> None:
        try:
            self._networks = [ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip()]
        except ValueError as error:
            raise SettingsError(f"{key} is wrong: {error}; write networks as 10.0.0.0/8, commas between.") from None

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


@lru_cache(4096)
def parse(text: str) -> Address | None:
    """An address as clients write it, or None. Of an IPv6 address that stands for an IPv4 one, that one."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
