"""Requests that may be sent twice: the same key with the same body is answered as it was the first time."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cache

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
    """One request of a person with a key, within the transaction that does it: `reply`, or do it and `keep`."""

    def __init__(self, session: Session, person_id: int, key: str, request: bytes, now: datetime) -> None:
        """`request` is what makes two requests the same. Raises IdempotencyError when the key was another's.

        A second request at the same time waits here for the first. A request that fails leaves no trace.
        """
        self._session, self._person_id = session, person_id
        self._which = {"person": person_id, "key": hashlib.sha256(key.encode()).digest()}
        self._fresh = {"request_hash": hashlib.sha256(request).digest(), "status": _OPEN, "body": b"", "at": now}
        self._kept: bytes | None = None
        row = {"person_id": person_id, "key_hash": self._which["key"], **self._fresh}
        claimed = _claim(connection_of(session).dialect.name).rows(session, {"whose": person_id, **row})
        if claimed:
            vault.of(session).take(session, person_id, *claimed[0])
            return
        ((same, status, body, at),) = _LOCK.rows(session, self._which)
        if status == _OPEN or at <= now - KEPT:
            return
        if same != self._fresh["request_hash"]:
            raise IdempotencyError("This idempotency key was used for another request: make a new key for each.")
        self._kept = body

    @property
    def reply(self) -> bytes | None:
        """What was answered the first time."""
        if self._kept is None:
            return None
        found: bytes = vault.of(self._session).open(self._session, self._person_id, _PLACE, self._kept)
        return found

    def keep(self, body: bytes, status: int = 200) -> None:
        """Remember the answer, encrypted, with the transaction."""
        sealed = vault.of(self._session).seal(self._session, self._person_id, _PLACE, body)
        _KEEP.run(self._session, self._which | self._fresh | {"status": status, "body": sealed})
