"""Requests that may be sent twice: the same key with the same body is answered as it was the first time."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from jobswipe.db.insert import if_missing
from jobswipe.db.straight import Straight, connection_of
from jobswipe.errors import IdempotencyError
from jobswipe.models import IdempotentReply
from jobswipe.models.base import table
from jobswipe.security import vault

KEPT = timedelta(hours=24)
"""How long an answer is remembered; a key may be used anew afterwards."""
_PLACE = "idempotent_reply.body"
_OPEN = 0
"""The status of a row whose request is being done: no other transaction ever sees it."""


_REPLY = table(IdempotentReply).c
_THIS = (_REPLY.person_id == bindparam("person"), _REPLY.key_hash == bindparam("key"))
_LOCK = Straight(select(_REPLY.request_hash, _REPLY.status, _REPLY.body, _REPLY.at).where(*_THIS).with_for_update())
_KEEP = Straight(
    update(table(IdempotentReply))
    .where(*_THIS)
    .values({name: bindparam(name) for name in ("request_hash", "status", "body", "at")})
)


@cache
def _claim(dialect: str) -> Straight:
    """Makes the row of a key that is new, and reads what its answer will be sealed with: one way to the store."""
    into = table(IdempotentReply)
    claim = if_missing(dialect, into, ("person_id", "key_hash")).returning(*vault.key_of(bindparam("whose")))
    return Straight(claim, ("person_id", "key_hash", "request_hash", "status", "body", "at"))


class Once:
    """One request of a person with a key, within the transaction that does it: `reply`, or do it and `keep`.

    What the session asks next goes to the store with the claim of the key. A second request at the same time waits
    there for the first. A request that fails leaves no trace.
    """

    def __init__(self, session: Session, person_id: int, key: str, request: bytes, now: datetime) -> None:
        """`request` is what makes two requests the same."""
        self._session, self._person_id = session, person_id
        self._which = {"person": person_id, "key": hashlib.sha256(key.encode()).digest()}
        self._fresh: dict[str, Any] = {
            "request_hash": hashlib.sha256(request).digest(),
            "status": _OPEN,
            "body": b"",
            "at": now,
        }
        row = {"person_id": person_id, "key_hash": self._which["key"], **self._fresh}
        claim = _claim(connection_of(session).dialect.name)
        self._claimed = claim.ahead(session, {"whose": person_id, **row})

    @cached_property
    def reply(self) -> bytes | None:
        """What was answered the first time. Raises IdempotencyError when the key was another request's."""
        store = vault.of(self._session)
        if claimed := self._claimed():
            store.take(self._session, self._person_id, *claimed[0])
            return None
        ((same, status, body, at),) = _LOCK.rows(self._session, self._which)
        if status == _OPEN or at <= self._fresh["at"] - KEPT:
            return None
        if same != self._fresh["request_hash"]:
            raise IdempotencyError("This idempotency key was used for another request: make a new key for each.")
        found: bytes = store.open(self._session, self._person_id, _PLACE, body)
        return found

    def keep(self, body: bytes, status: int = 200) -> None:
        """Remember the answer, encrypted, with the transaction."""
        sealed = vault.of(self._session).seal(self._session, self._person_id, _PLACE, body)
        _KEEP.later(self._session, self._which | self._fresh | {"status": status, "body": sealed})
