"""Authentication: an API key in `Authorization: Bearer`, or a session's cookie, becomes the request's principal."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from jobswipe import clock
from jobswipe.accounts import apikeys
from jobswipe.accounts.principal import Principal
from jobswipe.db.engine import Database
from jobswipe.errors import UnauthenticatedError

_KEPT = 10_000
"""Credentials that a process knows at most."""


class Credentials:
    """Who showed which credential, for a short while: most requests need no look into the store."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def of_key(self, text: str) -> Principal | None:
        """Whose API key it is. Only what was accepted is remembered."""
        known = self._known.get(text)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        found = await sync_to_thread(self._ask, text)
        self._known.pop(text, None)
        if found is not None:
            self._known[text] = (time.monotonic() + self._seconds, found)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Ask the store again for everybody: something was revoked."""
        self._known.clear()

    def _ask(self, text: str) -> Principal | None:
        with self._database.read() as session:
            return apikeys.authenticate(session, text, clock.now())


class Authenticated(AbstractAuthenticationMiddleware):
    """Sets the request's `user` to its principal, or to None; whether one is needed, the guard says.

    A credential that is shown and does not hold is refused, on open routes too.
    """

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        header = connection.headers.get("authorization")
        if header is None:
            return AuthenticationResult(user=None, auth=None)
        kind, _, text = header.partition(" ")
        credentials: Credentials = connection.app.state.credentials
        who = await credentials.of_key(text.strip()) if kind.lower() == "bearer" else None
        if who is None:
            raise UnauthenticatedError(
                "The API key is unknown, revoked or expired: make one with 'jobswipe apikey create'."
            )
        return AuthenticationResult(user=who, auth="key")
