"""Who a request is from, and by which name it came: what trusted proxies say is believed, what a client says is not."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar.types import HTTPScope

from jobswipe.security.networks import Address, Networks, parse
from jobswipe.settings import ServerSettings
from server import heads
from server.problems import CODES, Problem, Refused

_MISDIRECTED = Problem(
    421, CODES[421], "This server is not reached by this name: its operator lists names in [server] hosts."
)
_HOPS = 20
"""Hops that are looked at: a longer list is one that a client made up."""


def peer(scope: HTTPScope) -> Address | None:
    """The other end of the connection; None where there is none, in a test or behind a Unix socket."""
    client = scope.get("client")
    return parse(client[0]) if client else None


class Forwarded:
    """Puts the true client and scheme into a request's scope, and refuses names that are not the server's."""

    def __init__(self, settings: ServerSettings) -> None:
        self.proxies = Networks(settings.trusted_proxies, "[server] trusted_proxies")
        self._header = settings.proxy_header.lower().encode()
        self._names = {one.strip().lower() for one in settings.hosts.split(",") if one.strip()}
        if settings.public_url:
            self._names.add(urlsplit(settings.public_url).hostname or "")
        self._named = bool(self._names)

    def apply(self, scope: HTTPScope) -> None:
        """`scope["client"]` and `scope["scheme"]` become the true ones where a trusted proxy is the peer."""
        if not self.proxies or peer(scope) not in self.proxies:
            return
        client = self._client(scope)
        if client is not None:
            scope["client"] = (str(client), 0)
        schemes = _values(scope, b"x-forwarded-proto")
        # The last one is of the proxy that we know; those before it, of whoever wrote them.
        if schemes and schemes[-1].lower() in ("http", "https"):
            scope["scheme"] = schemes[-1].lower()

    def _client(self, scope: HTTPScope) -> Address | None:
        """The last address that is not a trusted proxy's own; None where that cannot be read."""
        told = _values(scope, self._header)
        if self._header != b"x-forwarded-for":
            return parse(told[-1]) if told else None
        found: Address | None = None
        for one in reversed(told[-_HOPS:]):
            hop = parse(one)
            if hop is None:
                return found
            found = hop
            if hop not in self.proxies:
                return hop
        return found

    def check_host(self, scope: HTTPScope, *, from_here: bool) -> None:
        """Raises Refused: 421 where the name is none of ours. `from_here`: the peer is this machine."""
        host = heads.first(scope, b"host")
        if host is None:
            return  # HTTP/1.0
        name = _name(host)
        if name in self._names:
            return
        address = parse(name)
        if name == "localhost" or (address is not None and address.is_loopback):
            if from_here or not self._named:
                return
        elif address is not None and not self._named:
            return
        raise Refused(_MISDIRECTED)


def _name(host: str) -> str:
    """Without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def _values(scope: HTTPScope, name: bytes) -> list[str]:
    return [part.strip() for part in heads.joined(scope, name).split(",") if part.strip()]
