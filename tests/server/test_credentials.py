"""API keys that go on being shown are asked for together, and one that was revoked is refused within the same while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import select
from statements import statements

from jobswipe import clock
from jobswipe.accounts import apikeys
from jobswipe.db.engine import Database
from jobswipe.errors import StorageError
from jobswipe.models import ApiKey, Person
from jobswipe.settings import AccountsSettings
from server.api.auth import Credentials

CACHE = 0.4
MANY = 20


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def keys(database: Database) -> list[str]:
    with database.write() as session:
        if session.get(Person, 1) is None:
            session.add(Person(id=1, created_at=clock.now()))
            session.flush()
        return [apikeys.create(session, 1, f"key {n}", ["deck:read"], clock.now())[1] for n in range(MANY)]


def _run(database: Database, do: Callable[[Credentials], Awaitable[None]]) -> None:
    async def main() -> None:
        await do(Credentials(database, AccountsSettings(cache=CACHE)))

    asyncio.run(main())


async def _shown_until(credentials: Credentials, texts: list[str], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for text in texts:
            assert await credentials.of_key(text) is not None
        await asyncio.sleep(0.01)


def test_keys_that_go_on_being_shown_are_asked_for_together(database: Database, keys: list[str]) -> None:
    lasts = 5 * CACHE

    async def do(credentials: Credentials) -> None:
        with statements(database) as ran:
            await _shown_until(credentials, keys, lasts)
            asked = sum("FROM api_key" in statement for statement, _ in ran)
            assert MANY < asked <= MANY + lasts / (CACHE / 2) + 1
        await asyncio.sleep(2 * CACHE)  # nobody shows any: nothing is asked any more
        with statements(database) as ran:
            await asyncio.sleep(2 * CACHE)
        assert ran == []
        assert await credentials.of_key(keys[0]) is not None

    _run(database, do)


def test_a_key_that_another_process_revoked_is_refused_in_time(database: Database, keys: list[str]) -> None:
    async def do(credentials: Credentials) -> None:
        await _shown_until(credentials, keys, 2 * CACHE)
        with database.write() as session:
            key = session.exec(select(ApiKey).where(ApiKey.name == "key 3")).one()
            apikeys.revoke(session, 1, key.id or 0, clock.now())
        began = time.monotonic()
        while await credentials.of_key(keys[3]) is not None:
            assert time.monotonic() - began < CACHE + 0.5
            await asyncio.sleep(0.01)
        assert await credentials.of_key(keys[4]) is not None

    _run(database, do)


def test_what_is_forgotten_meanwhile_is_not_believed_again(
    database: Database, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renewal that has read the key before it was revoked."""
    ask = apikeys.authenticate_all

    async def do(credentials: Credentials) -> None:
        def slowly(*given: object) -> object:
            found = ask(*given)  # type: ignore[arg-type]  # as it was called
            with database.write() as session:
                apikeys.revoke_all(session, 1, clock.now())
            credentials.forget()
            return found

        monkeypatch.setattr(apikeys, "authenticate_all", slowly)
        await credentials.of_key(keys[0])
        while await credentials.of_key(keys[0]) is not None:
            await asyncio.sleep(0.01)
        await asyncio.sleep(CACHE)
        assert await credentials.of_key(keys[0]) is None

    _run(database, do)


def test_a_store_that_is_away_costs_no_key_that_still_holds(
    database: Database, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageError("gone")

    async def do(credentials: Credentials) -> None:
        monkeypatch.setattr(apikeys, "authenticate_all", away)
        await _shown_until(credentials, keys[:2], 4 * CACHE)  # each is asked for by itself when its time is over
        monkeypatch.undo()
        await _shown_until(credentials, keys[:2], 2 * CACHE)

    _run(database, do)


def test_a_key_that_goes_on_being_shown_is_noted_as_used(database: Database, keys: list[str]) -> None:
    async def do(credentials: Credentials) -> None:
        for text in keys[:3]:
            await credentials.of_key(text)
        long_ago = clock.now() - timedelta(minutes=5)
        with database.write() as session:
            for key in session.exec(select(ApiKey)):
                assert (key.last_used_at is not None) == (key.name in ("key 0", "key 1", "key 2"))
                key.last_used_at = long_ago
                session.add(key)
        await _shown_until(credentials, keys[:2], CACHE)
        with database.read() as session:
            for key in session.exec(select(ApiKey)):
                assert (key.last_used_at != long_ago) == (key.name in ("key 0", "key 1"))

    _run(database, do)
