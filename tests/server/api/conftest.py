"""The API in process, on both engines, with persons who call it by API keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from servers.described import hold

from jobswipe import settings as module
from jobswipe.accounts import apikeys
from jobswipe.accounts.principal import SCOPES, Role
from jobswipe.db.engine import Database
from jobswipe.models import Account, Person
from jobswipe.security import vault
from server import app as app_module
from server.app import create_app

Client = TestClient[Any]
SignedIn = Callable[..., Client]


@pytest.fixture
def database(database_url: str, home: Path, cheap_passwords: None) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


_resting: list[tuple[Litestar, Any, int]] = []
"""Applications that no test uses now, with their handlers as Litestar made them, and how many routes they have."""


@pytest.fixture(autouse=True)
def _routes_are_bound_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`create_app` takes the routes of an application whose test is over, with a state and layers of their own.

    Binding them takes 0.1 s of a processor, and all of them are alike.
    """
    taken: list[tuple[Litestar, Any, int]] = []

    def litestar(*, state: Any, **others: Any) -> Litestar:
        if _resting:
            app, handler, routes = _resting.pop()
            app.state, app.asgi_handler = state, handler
        else:
            app = Litestar(state=state, **others)
            handler, routes = app.asgi_handler, len(app.routes)
        taken.append((app, handler, routes))
        return app

    monkeypatch.setattr(app_module, "Litestar", litestar)
    yield
    # A test may have added routes of its own: none of them is for another.
    _resting.extend(one for one in taken if len(one[0].routes) == one[2])


@pytest.fixture
def nobody(database: Database) -> Iterator[Client]:
    """A client that shows no credential."""
    with TestClient(create_app(module.load(), database)) as client:
        client.event_hooks = {"response": [hold]}
        yield client


@pytest.fixture
def signed_in(database: Database, nobody: Client) -> SignedIn:
    """`signed_in(role="user", scopes=...)`: a client with an API key of a new person, `client.person_id` theirs."""

    def make(role: Role = "user", scopes: list[str] | None = None) -> Client:
        person_id, key = person(database, role, scopes)
        client = TestClient(nobody.app)
        client.event_hooks = nobody.event_hooks
        client.headers["authorization"] = f"Bearer {key}"
        client.person_id = person_id
        return client

    return make


def person(database: Database, role: Role = "user", scopes: list[str] | None = None) -> tuple[int, str]:
    """A new person with an account of that role; their id and an API key."""
    now = datetime.now(UTC)
    with database.write() as session:
        made = Person(created_at=now)
        session.add(made)
        session.flush()
        assert made.id is not None
        email = f"person{made.id}@example.com"
        store = vault.of(session)
        sealed = store.seal(session, made.id, "account", {"email": email, "name": "Sample Candidate"})
        fingerprint = store.fingerprint("account.email", email)
        session.add(Account(person_id=made.id, email_hash=fingerprint, sealed=sealed, role=role, created_at=now))
        _, key = apikeys.create(session, made.id, "test", scopes or list(SCOPES), now)
    return made.id, key
