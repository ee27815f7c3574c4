"""Authentication: an API key in `Authorization: Bearer`, or a session's cookie, becomes a principal.

A browser sends cookies whoever asks it to. So a change by a session needs the token that sign-in answered in the
header `X-CSRF-Token`, and a change that a browser says comes from another site is refused whatever it shows.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import Context
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread

from jobswipe import clock
from jobswipe.accounts import apikeys, audit, sessions
from jobswipe.accounts.principal import Principal
from jobswipe.db.engine import Database
from jobswipe.errors import ForbiddenError, StorageError, UnauthenticatedError
from jobswipe.settings import AccountsSettings
from server import heads
from server.api.access import PUBLIC
from server.api.cookies import SESSION

CSRF_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_KEPT = 10_000
"""Credentials that a process knows at most."""
_LONGEST = 200
"""Characters of a credential, from here on not looked at."""


class _Accepted:
    """A credential that was accepted, and until when that is believed. `shown`: again since it was last asked for."""

    __slots__ = ("principal", "shown", "until")

    def __init__(self, principal: Principal, until: float) -> None:
        self.principal = principal
        self.until = until
        self.shown = False


class Credentials:
    """Who showed which credential, for a short while: most requests need no look into the store.

    API keys that go on being shown are asked for again together, in half of that while: each for itself would be a
    statement for every few requests.
    """

    def __init__(self, database: Database, settings: AccountsSettings) -> None:
        self._database = database
        self._settings = settings
        self._known: OrderedDict[str, _Accepted] = OrderedDict()
        self._forgotten = 0
        self._renewing: asyncio.Task[None] | None = None

    async def of_key(self, text: str) -> Principal | None:
        """Whose API key it is. Only what was accepted is remembered."""
        return await self._of(text, self._ask_key)

    async def of_session(self, text: str) -> Principal | None:
        """Whose session the token of a cookie is of, likewise."""
        return await self._of(text, self._ask_session)

    def csrf(self, text: str) -> str:
        """What a change is sent with beside a session's cookie."""
        return sessions.csrf(self._database.vault, text)

    def forget(self) -> None:
        """Ask the store again for everybody: something was revoked."""
        self._forgotten += 1
        self._known.clear()

    async def _of(self, text: str, ask: Callable[[str], Principal | None]) -> Principal | None:
        if len(text) > _LONGEST:
            return None
        known = self._known.get(text)
        now = time.monotonic()
        if known is not None and now < known.until:
            known.shown = True
            return known.principal
        before = self._forgotten
        found = await sync_to_thread(ask, text)
        self._known.pop(text, None)
        # What was read before something was revoked may be that.
        if found is not None and before == self._forgotten:
            self._known[text] = _Accepted(found, now + self._settings.cache)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
            if found.key_id is not None and (self._renewing is None or self._renewing.done()):
                self._renewing = asyncio.create_task(self._renew(), context=Context())
        return found

    async def _renew(self) -> None:
        """Ask again for the keys that go on being shown, until there is none; a store that is away is asked later."""
        while (wait := self._settings.cache / 2) > 0:
            await asyncio.sleep(wait)
            now, before = time.monotonic(), self._forgotten
            kept = [(text, one) for text, one in self._known.items() if one.principal.key_id is not None]
            shown = [(text, one) for text, one in kept if one.shown and now < one.until]
            for _, one in shown:
                one.shown = False
            if not kept:
                return
            with suppress(StorageError):
                found = await sync_to_thread(self._ask_keys, [text for text, _ in shown]) if shown else {}
                for text, one in shown:
                    if before != self._forgotten or self._known.get(text) is not one:
                        continue
                    if (principal := found.get(text)) is None:
                        del self._known[text]
                    else:
                        one.principal, one.until = principal, now + self._settings.cache
            for text, one in kept:
                if one.until <= now and self._known.get(text) is one:
                    del self._known[text]

    def _ask_keys(self, texts: list[str]) -> dict[str, Principal]:
        now = clock.now()
        with self._database.glance() as session:
            found = apikeys.authenticate_all(session, texts, now)
        self._note_used(found.values(), now)
        return {text: known.principal for text, known in found.items()}

    def _note_used(self, keys: Iterable[apikeys.Known], now: datetime) -> None:
        due = [
            known.principal.key_id
            for known in keys
            if known.principal.key_id is not None
            and (known.used_at is None or known.used_at < now - apikeys.USED_EVERY)
        ]
        if due:
            with suppress(StorageError), self._database.write() as session:  # a busy store is no reason to refuse
                apikeys.used(session, due, now)

    def _ask_key(self, text: str) -> Principal | None:
        now = clock.now()
        with self._database.glance() as session:
            known = apikeys.authenticate(session, text, now)
        if known is None:
            return None
        self._note_used([known], now)
        return known.principal

    def _ask_session(self, text: str) -> Principal | None:
        now = clock.now()
        with self._database.glance() as session:
            known = sessions.authenticate(session, text, now, self._settings)
        if known is None:
            return None
        session_id = known.principal.session_id
        if session_id is not None and known.seen_at < now - sessions.SEEN_EVERY:
            with suppress(StorageError), self._database.write() as session:  # likewise
                sessions.seen(session, session_id, now)
        return known.principal


async def authenticate(request: Request[Any, Any, Any]) -> Principal | None:
    """Who asks; None for nobody. Whether somebody is needed, `server.api.access` says.

    An API key that is shown and does not hold is refused, on open routes too. A session that has ended is none: its
    cookie is still sent by a browser whose user signs in again. Raises UnauthenticatedError, ForbiddenError.
    """
    scope = request.scope
    client, agent = scope.get("client"), heads.first(scope, b"user-agent")
    audit.visit(audit.Visitor(address=client[0] if client else None, agent=agent, path=scope["path"]))
    credentials: Credentials = request.app.state.credentials
    header = heads.first(scope, b"authorization")
    if header is not None:
        kind, _, text = header.partition(" ")
        who = await credentials.of_key(text.strip()) if kind.lower() == "bearer" else None
        if who is None:
            raise UnauthenticatedError(
                "The API key is unknown, revoked or expired: make one with 'jobswipe apikey create'."
            )
        return who
    changes = scope["method"] not in _SAFE
    if changes and _from_elsewhere(request):
        raise ForbiddenError("This came from another site's page: sign in on this server's own pages.")
    token = request.cookies.get(SESSION)
    who = await credentials.of_session(token) if token else None
    if who is None or token is None:
        return None
    if changes and not request.route_handler.opt.get(PUBLIC):
        shown = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(shown.encode("latin-1", "replace"), credentials.csrf(token).encode()):
            raise ForbiddenError("Send the X-CSRF-Token that sign-in and GET /account answer with each change.")
    return who


def _from_elsewhere(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser says that another site's page sent this. Programs say nothing of it."""
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    public: str | None = request.app.state.settings.server.public_url
    if public is not None and origin.lower() == public.lower():
        return False
    return public is not None or urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
