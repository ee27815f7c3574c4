"""/ready tells strangers what passes and what fails, and operators and the machine itself what was found."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from jobswipe import settings as module
from jobswipe.db.engine import Database
from jobswipe.errors import SettingsError
from server.app import create_app
from server.health import networks

if TYPE_CHECKING:
    from .conftest import Client, SignedIn


def ask(database: Database, peer: str, **headers: str) -> dict[str, Any]:
    """What a client at that address is told."""
    transport = httpx.ASGITransport(app=create_app(module.load(), database), client=(peer, 4711))

    async def get() -> dict[str, Any]:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            found: dict[str, Any] = (await client.get("/ready", headers=headers)).json()
            return found

    return asyncio.run(get())


def detailed(document: dict[str, Any]) -> bool:
    """Whether it has what only some are told; statuses and times everybody is."""
    checks = [one for found in document["checks"].values() for one in found]
    assert {"database:responseTime", "queue:responseTime"} <= set(document["checks"])
    assert all({"status", "observedValue", "time"} <= set(one) for one in checks)
    more = {name for one in checks for name in one} & {"output", "value", "componentVersion"}
    assert bool(more) == ("releaseId" in document)
    return bool(more)


@pytest.mark.parametrize(
    ("peer", "headers", "told"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, False),
        ("127.0.0.1", {"fly-client-ip": "127.0.0.1"}, False),
        ("203.0.113.9", {"x-forwarded-for": "127.0.0.1"}, False),
        ("10.1.2.3", {}, True),
        ("11.1.2.3", {}, False),
        ("no address", {}, False),
    ],
)
def test_where_it_is_asked_from(
    database: Database, monkeypatch: pytest.MonkeyPatch, peer: str, headers: dict[str, str], told: bool
) -> None:
    monkeypatch.setenv("JOBSWIPE_HEALTH_NETWORKS", "10.0.0.0/8, fd00::/8")
    assert detailed(ask(database, peer, **headers)) is told


def test_who_asks(nobody: Client, signed_in: SignedIn) -> None:
    assert not detailed(nobody.get("/ready").json())
    assert not detailed(signed_in("analyst").get("/ready").json())
    assert not detailed(nobody.get("/ready", headers={"authorization": "Bearer nonsense"}).json())
    assert detailed(signed_in("operator").get("/ready").json())
    assert not detailed(signed_in("operator", ["profile:read"]).get("/ready").json())


def test_a_wrong_network_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"\[health\] networks"):
        networks("10.0.0.0/8, everywhere")
