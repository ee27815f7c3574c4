"""Requests that may be sent twice: the same key with the same body is answered as it was the first time."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, select

from jobswipe.db.insert import insert_missing
from jobswipe.errors import IdempotencyError
from jobswipe.models import IdempotentReply
from jobswipe.models.base import table
from jobswipe.security import vault

KEPT = timedelta(hours=24)
"""How long an answer is remembered; a key may be used anew afterwards."""
_PLACE = "idempotent_reply.body"
_OPEN = 0
"""The status of a row whose request is being done: no other transaction ever sees it."""


class Once:
    """One request of a person with a key, within the transaction that does it: `reply`, or do it and `keep`."""

    def __init__(self, session: Session, person_id: int, key: str, request: bytes, now: datetime) -> None:
        """`request` is what makes two requests the same. Raises IdempotencyError when the key was another's.

        A second request at the same time waits here for the first. A request that fails leaves no trace.
        """
        digest = hashlib.sha256(request).digest()
        fresh = IdempotentReply(
            person_id=person_id,
            key_hash=hashlib.sha256(key.encode()).digest(),
            request_hash=digest,
            status=_OPEN,
            body=b"",
            at=now,
        )
        insert_missing(session, table(IdempotentReply), [fresh.model_dump()], ["person_id", "key_hash"])
        statement = select(IdempotentReply).where(
            IdempotentReply.person_id == person_id, IdempotentReply.key_hash == fresh.key_hash
        )
        self._session = session
        self._row = session.exec(statement.with_for_update().execution_options(populate_existing=True)).one()
        if self._row.status != _OPEN and self._row.at <= now - KEPT:
            self._row.status, self._row.request_hash, self._row.at = _OPEN, digest, now
        if self._row.request_hash != digest:
            raise IdempotencyError("This idempotency key was used for another request: make a new key for each.")

    @property
    def reply(self) -> bytes | None:
        """What was answered the first time."""
        if self._row.status == _OPEN:
            return None
        found: bytes = vault.of(self._session).open(self._session, self._row.person_id, _PLACE, self._row.body)
        return found

    def keep(self, body: bytes, status: int = 200) -> None:
        """Remember the answer, encrypted, with the transaction."""
        sealed = vault.of(self._session).seal(self._session, self._row.person_id, _PLACE, body)
        self._row.status, self._row.body = status, sealed
        self._session.add(self._row)
        self._session.flush()
