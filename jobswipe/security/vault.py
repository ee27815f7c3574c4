"""Personal data at rest: each person has a data key, which encrypts their values and is itself wrapped by a store key.

Values are AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, bound to their person and their place, so that
neither a row of another person nor another column's value opens there. Rotation re-wraps the data keys alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.db.insert import insert_missing
from jobswipe.errors import SettingsError, StorageError
from jobswipe.models.accounts import PersonKey, StoreKey
from jobswipe.models.base import table
from jobswipe.security.keys import Keys

_FORMAT = b"\x01"
_NONCE = 12
_OPENED = "jobswipe_data_keys"


class Vault:
    """Seals and opens with the keys of one store. Threads may share it."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, session: Session, person_id: int, place: str, value: Any) -> bytes:
        """A value of plain types, encrypted for its person and place (`table.column`).

        Needs a session that writes: the person's first value makes their key.
        """
        nonce = secrets.token_bytes(_NONCE)
        cipher = self._cipher(session, person_id, make=True)
        return _FORMAT + nonce + cipher.encrypt(nonce, msgspec.msgpack.encode(value), _bound(place, person_id))

    def open(self, session: Session, person_id: int, place: str, sealed: bytes) -> Any:
        """The value. Raises StorageError where it was not sealed here, SettingsError where its store key is missing."""
        if sealed[:1] != _FORMAT:
            raise StorageError(f"Encrypted data in {place} is of a newer version: install that version of JobSwipe.")
        cipher = self._cipher(session, person_id, make=False)
        try:
            plain = cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _bound(place, person_id))
        except (InvalidTag, ValueError):
            raise StorageError(f"Encrypted data in {place} is damaged or not of this row: restore a backup.") from None
        return msgspec.msgpack.decode(plain)

    def fingerprint(self, place: str, text: str) -> bytes:
        """HMAC-SHA256 of a text under the store's secret, by which a value is found that is not stored in the clear."""
        return hmac.digest(self._keys.secret, f"{place}\0{text}".encode(), hashlib.sha256)

    def rewrap(self, session: Session, limit: int = 1000) -> int:
        """Wrap up to `limit` data keys of older store keys by the newest; how many. 0: all are."""
        newest = self._keys.newest
        statement = select(PersonKey).where(PersonKey.version != newest).order_by(col(PersonKey.person_id)).limit(limit)
        rows = session.exec(statement.with_for_update()).all()
        for row in rows:
            plain = self._unwrap(session, row)
            row.version, row.wrapped = newest, self._wrap(session, row.person_id, plain)
            session.add(row)
        session.flush()
        return len(rows)

    def forget(self, session: Session, person_id: int) -> None:
        """Destroy a person's key: what was sealed for them can be opened no more, in old backups of the rows either."""
        session.info.get(_OPENED, {}).pop(person_id, None)
        row = session.get(PersonKey, person_id)
        if row is not None:
            session.delete(row)
            session.flush()

    def _cipher(self, session: Session, person_id: int, *, make: bool) -> AESGCM:
        # Kept for one session alone: a key that was made in a transaction that rolls back must not be used again.
        opened: dict[int, AESGCM] = session.info.setdefault(_OPENED, {})
        found = opened.get(person_id)
        if found is None:
            statement = select(PersonKey).where(PersonKey.person_id == person_id)
            row = session.exec(statement).one_or_none()
            if row is None and make:
                fresh = PersonKey(
                    person_id=person_id,
                    version=self._keys.newest,
                    wrapped=self._wrap(session, person_id, AESGCM.generate_key(256)),
                    created_at=clock.now(),
                )
                # Another process may be making it at this moment: whoever comes second takes that one.
                insert_missing(session, table(PersonKey), [fresh.model_dump()], ["person_id"])
                row = session.exec(statement.execution_options(populate_existing=True)).one()
            if row is None:
                raise StorageError(f"The key of person {person_id} is gone: their encrypted data cannot be opened.")
            found = opened[person_id] = AESGCM(self._unwrap(session, row))
        return found

    def _wrap(self, session: Session, person_id: int, plain: bytes) -> bytes:
        number = self._keys.newest
        values = {"number": number, "proof": self._proof(number), "created_at": clock.now()}
        insert_missing(session, table(StoreKey), [values], ["number"])
        self._check(session, number)
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._keys.encryption[number]).encrypt(nonce, plain, _bound("person_key", person_id))

    def _unwrap(self, session: Session, row: PersonKey) -> bytes:
        key = self._keys.encryption.get(row.version)
        if key is None:
            raise SettingsError(
                f"Personal data is encrypted with key {row.version}, which is not configured: add it to "
                "JOBSWIPE_SECURITY_KEYS."
            )
        try:
            return AESGCM(key).decrypt(row.wrapped[:_NONCE], row.wrapped[_NONCE:], _bound("person_key", row.person_id))
        except InvalidTag:
            self._check(session, row.version)
            raise StorageError(f"The key of person {row.person_id} is damaged: restore a backup.") from None

    def _check(self, session: Session, number: int) -> None:
        """That whoever uses the store means the same key by this number. Raises SettingsError."""
        stored = session.exec(select(StoreKey.proof).where(StoreKey.number == number)).one_or_none()
        if stored is not None and not hmac.compare_digest(stored, self._proof(number)):
            raise SettingsError(
                f"The encryption key {number} is not the one that this store was made with: set JOBSWIPE_SECURITY_KEYS "
                "to the store's own keys."
            )

    def _proof(self, number: int) -> bytes:
        return hmac.digest(self._keys.encryption[number], b"jobswipe store key", hashlib.sha256)


def of(session: Session) -> Vault:
    """The vault of the session's store. Raises SettingsError where there are no keys, or bad ones."""
    vault: Vault = session.info["jobswipe_database"].vault
    return vault


def _bound(place: str, person_id: int) -> bytes:
    return f"{place}\0{person_id}".encode()
