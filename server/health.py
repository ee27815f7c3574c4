"""/health: the process lives. /ready: it can do its work; the same checks as `jobswipe health` makes."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import SettingsError
from jobswipe.observability import health
from jobswipe.observability.health import Finding, Report, Result
from jobswipe.settings import Settings
from server.api.auth import authenticate
from server.observe import ROUTE_CLASS

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "fly-client-ip", "via")
_LONGEST_ASKED = 3.0
"""Seconds that a credential may take to be known; a store that is away must not hold up the answer."""
_DETAILS = ("output", "value", "unit", "componentVersion")
FRESH = 1.0
"""Seconds for which a report is given to whoever asks: nobody can make the checks run more often."""
_OPTIONS = {ROUTE_CLASS: "health"}


class Readiness:
    """The checks, made at most once at a time, in a thread that no request can keep busy."""

    def __init__(self, settings: Settings, database: Database, stopping: threading.Event) -> None:
        self._settings = settings
        self._database = database
        self._stopping = stopping
        self._networks = networks(settings.health.networks)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._asked: asyncio.Future[Report] | None = None
        self._at = 0.0

    async def report(self) -> Report:
        if self._stopping.is_set():
            finding = Finding(status="fail", output="The server stops.")
            result = Result(name="server", component="component", required=True, finding=finding, seconds=0.0)
            return Report(results=(result,), at=clock.now().isoformat())
        if self._asked is None or (self._asked.done() and time.monotonic() - self._at > FRESH):
            self._asked = asyncio.get_running_loop().run_in_executor(self._thread, self._check)
        # One who hangs up must not end the checks for the others.
        return await asyncio.shield(self._asked)

    def inside(self, request: Request[Any, Any, Any]) -> bool:
        """Whether it comes from this machine or a trusted network, and not through a proxy that we know nothing of."""
        address = _address(request.client.host if request.client else "")
        if address is None:
            return False
        if any(address in one for one in self._networks):
            return True
        # A proxy on this machine has the machine's address, whoever asks it.
        return address.is_loopback and not any(name in request.headers for name in _FORWARDED)

    def _check(self) -> Report:
        try:
            return health.run(self._settings, self._database)
        finally:
            self._at = time.monotonic()


@get("/health", opt=_OPTIONS)
async def alive() -> Response[bytes]:
    """That the process answers, whatever it depends on."""
    return Response(msgspec.json.encode(health.alive()), media_type=health.MEDIA_TYPE)


@get("/ready", opt=_OPTIONS)
async def ready(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    """Status 503 when something required has failed, or when the server stops.

    Versions and what was found are for operators, and for whoever asks from the machine itself or a trusted network.
    """
    readiness: Readiness = state.readiness
    report = await readiness.report()
    document = report.document()
    if not (readiness.inside(request) or await _operator(request)):
        document = _statuses(document)
    return Response(
        msgspec.json.encode(document),
        status_code=503 if report.status == "fail" else 200,
        media_type=health.MEDIA_TYPE,
    )


def networks(text: str) -> list[Network]:
    """The networks that a setting lists. Raises SettingsError."""
    found: list[Network] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise SettingsError(f"[health] networks has {part[:100]!r}: write networks as 10.0.0.0/8.") from None
    return found


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found


async def _operator(request: Request[Any, Any, State]) -> bool:
    """Whether somebody asks who runs the server; whoever is not known is told what strangers are told."""
    try:
        who = await asyncio.wait_for(authenticate(request), _LONGEST_ASKED)
    except Exception:  # noqa: BLE001 - a credential that does not hold, or a store that is away
        return False
    return who is not None and who.may("tasks:read")


def _statuses(document: dict[str, Any]) -> dict[str, Any]:
    """What passes and what fails, without versions, addresses and figures."""
    checks = {
        name: [{key: value for key, value in one.items() if key not in _DETAILS} for one in found]
        for name, found in document["checks"].items()
    }
    return {key: value for key, value in document.items() if key != "releaseId"} | {"checks": checks}
