"""Rate limits: which limit a request is under, whose it is, and what the answer says of it.

The headers are those of the IETF draft "RateLimit header fields for HTTP", and those that many clients still read.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Mapping
from typing import Any

from litestar.types import HTTPScope

from jobswipe import production
from jobswipe.accounts.principal import Principal
from jobswipe.errors import SettingsError
from jobswipe.observability import measure
from jobswipe.observability.logs import logger
from jobswipe.security.networks import Networks
from jobswipe.settings import Settings
from server import heads, options
from server.forwarded import peer
from server.observe import ROUTE_CLASS
from server.options import LimitClass
from server.problems import CODES, RETRY_AFTER, Problem, Refused
from server.windows import FileWindows, StoreAwayError, Windows

WINDOW = 60
"""Seconds."""
_SCOPE = "scope"
"""The option by which a route of the API is for users (`server.api.access`)."""
_COUNTED = "jobswipe_limit_counted"
_HERE = "127.0.0.0/8, ::1"
_UNDECIDED = Problem(
    503, CODES[503], "The server cannot count requests now, and does not go on without: try again in a moment.",
    {"retry-after": str(RETRY_AFTER)},
)  # fmt: skip

Fingerprint = Callable[[str, str], bytes]
"""The keyed hash of a text for a place: no store learns who asks."""


class Limiter:
    """Counts requests by the address that they come from, or by their user."""

    def __init__(self, settings: Settings, windows: Windows, fingerprint: Fingerprint) -> None:
        limits = settings.limits
        self._windows = windows
        self._fingerprint = fingerprint
        trusted = limits.trusted
        if trusted is None:
            trusted = "" if production.applies(settings) else _HERE
        self.trusted = Networks(trusted, "[limits] trusted")
        self._of_address: Mapping[str, int] = {"auth": limits.auth, "public": limits.public}
        self._of_user: Mapping[str, int] = {
            "user": limits.api,
            "analyst": limits.api_analyst,
            "operator": limits.api_operator,
            "admin": limits.api_admin,
        }
        self._here = ipaddress.ip_address("127.0.0.1")

    async def arrive(self, scope: HTTPScope, name: LimitClass) -> None:
        """Before it is known who asks, for a route of that class. Raises Refused."""
        if name in ("auth", "public"):
            await self._by_address(scope, name)
        elif name == "api":
            head = heads.by_name(scope)
            if b"authorization" not in head and b"cookie" not in head:
                await self._by_address(scope, "public")

    async def admit(self, scope: HTTPScope, of: Mapping[str, Any], who: Principal | None) -> None:
        """Once it is known who asks, None for nobody, for the route with these options. Raises Refused."""
        if class_of(of) != "api" or scope["state"].get(_COUNTED):
            return
        if who is None:
            await self._by_address(scope, "public")
        elif not self._trusts(scope):
            await self._count(scope, "api", str(who.person_id), self._of_user[who.role])

    async def failed(self, scope: HTTPScope) -> None:
        """A credential did not hold: that counts for the address that showed it. Raises Refused."""
        if class_of(options.of(scope)) == "api" and not scope["state"].get(_COUNTED):
            await self._by_address(scope, "public")

    async def _by_address(self, scope: HTTPScope, name: LimitClass) -> None:
        if not self._trusts(scope):
            await self._count(scope, name, _whose(scope), self._of_address[name])

    def _trusts(self, scope: HTTPScope) -> bool:
        # Who has no address is in this very process.
        return (peer(scope) or self._here) in self.trusted

    async def _count(self, scope: HTTPScope, name: LimitClass, whose: str, most: int) -> None:
        scope["state"][_COUNTED] = True
        try:
            taken = await self._windows.take(self._fingerprint(f"limits.{name}", whose), most, WINDOW)
        except StoreAwayError as error:
            measure.limit_store_failed(name)
            if error.__cause__ is not None:  # else it is not asked now, and that was said a moment ago
                logger("server").error("limit_store_away", limit_class=name, error=str(error.__cause__))
            if name == "auth":
                raise Refused(_UNDECIDED) from None
            return
        left = max(most - taken.used, 0)
        reset = max(math.ceil(taken.reset), 1)
        options.add_header(scope, "ratelimit-policy", f'"{name}";q={most};w={WINDOW}')
        options.add_header(scope, "ratelimit", f'"{name}";r={left};t={reset}')
        options.add_header(scope, "x-ratelimit-limit", str(most))
        options.add_header(scope, "x-ratelimit-remaining", str(left))
        options.add_header(scope, "x-ratelimit-reset", str(reset))
        if not taken.admitted:
            measure.limited(name)
            raise Refused(
                Problem(
                    429,
                    CODES[429],
                    f"There were {most} requests within {WINDOW} seconds: go on in {reset} s.",
                    {"retry-after": str(reset)},
                )
            )


def class_of(of: Mapping[str, Any]) -> LimitClass:
    """The limit that a route is under, by its options."""
    named: LimitClass | None = of.get(options.LIMIT_CLASS)
    if named is not None:
        return named
    if of.get(ROUTE_CLASS) == "health":
        return "none"
    return "api" if _SCOPE in of else "public"


def store(settings: Settings) -> Windows:
    """Where the requests are counted, by the settings. Raises SettingsError."""
    url = settings.limits.store or settings.queue.url or ""
    if url.startswith(("redis://", "rediss://", "unix://")):
        from server.redis_windows import RedisWindows

        return RedisWindows(url, settings.limits.store_timeout)
    if settings.limits.store:
        raise SettingsError("[limits] store is no redis:// address: write one, or leave it out for a file.")
    return FileWindows(settings.home / "limits.db", settings.limits.store_timeout)


def _whose(scope: HTTPScope) -> str:
    """An IPv6 customer has a whole /64: it counts as one."""
    address = peer(scope)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
