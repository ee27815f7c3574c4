"""Personal data at rest: each person has a data key, which encrypts their values and is itself wrapped by a store key.

Values are AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, bound to their person and their place, so that
neither a row of another person nor another column's value opens there. Rotation re-wraps the data keys alone: a new
store key encrypts once `promote` has said so, so that machines may learn of it one after the other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import event, func, sql
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.db.insert import insert_missing
from jobswipe.db.straight import Straight
from jobswipe.errors import SettingsError, StorageError, UsageError
from jobswipe.models.base import table
from jobswipe.models.keys import PersonKey, StoreKey
from jobswipe.security.keys import Keys

_FORMAT = b"\x01"
_NONCE = 12
_OPENED, _TAKEN = "jobswipe_data_keys", "jobswipe_wrapped_keys"
_SECRET = 0
"""The number under which the store has the proof of the secret: no encryption key has it."""
_PERSON = table(PersonKey).c
_KEY = Straight(sql.select(_PERSON.version, _PERSON.wrapped).where(_PERSON.person_id == sql.bindparam("person")))


class Rewrapped(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch did: data keys wrapped anew, persons whose key cannot be opened, the last person looked at.

    `last` is None when there was nobody left to look at.
    """

    done: int
    damaged: tuple[int, ...]
    last: int | None


class Vault:
    """Seals and opens with the keys of one store. Threads may share it.

    `reload` reads the keys again where the store has a data key of a number that is not known yet: another process may
    have made it meanwhile.
    """

    def __init__(self, keys: Keys, reload: Callable[[], Keys] | None = None) -> None:
        self._keys = keys
        self._reload = reload

    @property
    def newest(self) -> int:
        """The highest number of the keys that are configured."""
        return self._keys.newest

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the keys that are configured."""
        return frozenset(self._keys.encryption)

    def seal(self, session: Session, person_id: int, place: str, value: Any) -> bytes:
        """A value of plain types, encrypted for its person and place (`table.column`).

        Needs a session that writes: the person's first value makes their key. Raises UsageError for what is no text
        (half a surrogate pair) or a number beyond 64 bits.
        """
        try:
            plain = msgspec.msgpack.encode(value)
        except (OverflowError, UnicodeEncodeError, RecursionError):
            raise UsageError("A value is larger than can be kept, or no text: give a plain text.") from None
        nonce = secrets.token_bytes(_NONCE)
        cipher = self._cipher(session, person_id, make=True)
        return _FORMAT + nonce + cipher.encrypt(nonce, plain, _bound(place, person_id))

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

    def take(self, session: Session, person_id: int, version: int | None, wrapped: bytes | None) -> None:
        """What a statement has read by `key_of`: within this session the person's key is not read again."""
        if version is not None and wrapped is not None:
            session.info.setdefault(_TAKEN, {})[person_id] = (version, wrapped)

    def promote(self, session: Session) -> int:
        """From this transaction's commit on, the newest configured key wraps whatever is made; its number.

        Waits for data keys that others are making by an older one. Raises SettingsError where the store is ahead.
        """
        session.exec(select(StoreKey.number).order_by(col(StoreKey.number)).with_for_update()).all()
        current = self._current(session)
        if current is not None:
            self._known(current)
        newest = self._keys.newest
        if current is not None and current > newest:
            raise SettingsError(
                f"This store encrypts with key {current}, and the newest that is configured is {newest}: give the new "
                "key a higher number."
            )
        self._introduce(session, newest)
        return newest

    def rewrap(self, session: Session, after: int = 0, limit: int = 1000) -> Rewrapped:
        """Wrap up to `limit` data keys by the store's present key: those of persons beyond `after` by older ones.

        Whatever other transactions hold is passed over: `left` tells whether any is left.
        """
        current = self._current(session) or self._keys.newest
        statement = (
            select(PersonKey)
            .where(PersonKey.version != current, PersonKey.person_id > after)
            .order_by(col(PersonKey.person_id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        done, damaged, last = 0, [], None
        for row in session.exec(statement).all():
            last = row.person_id
            try:
                plain = self._unwrap(session, row.person_id, row.version, row.wrapped)
            except StorageError:
                damaged.append(row.person_id)
                continue
            row.version, row.wrapped = current, self._wrap(session, current, row.person_id, plain)
            session.add(row)
            done += 1
        session.flush()
        return Rewrapped(done=done, damaged=tuple(damaged), last=last)

    def left(self, session: Session) -> dict[int, int]:
        """How many data keys are wrapped by each store key that is not the store's present one."""
        current = self._current(session) or self._keys.newest
        statement = (
            select(PersonKey.version, func.count())
            .where(PersonKey.version != current)
            .group_by(col(PersonKey.version))
            .order_by(col(PersonKey.version))
        )
        return dict(session.exec(statement).all())

    @staticmethod
    def count(session: Session) -> int:
        """How many persons have a data key."""
        return session.exec(select(func.count()).select_from(PersonKey)).one()

    def forget(self, session: Session, person_id: int) -> None:
        """Destroy a person's key: what was sealed for them can be opened no more, in old backups of the rows either."""
        for known in (_OPENED, _TAKEN):
            session.info.get(known, {}).pop(person_id, None)
        row = session.get(PersonKey, person_id)
        if row is not None:
            session.delete(row)
            session.flush()

    def _cipher(self, session: Session, person_id: int, *, make: bool) -> AESGCM:
        # Kept for one session alone: a key that was made in a transaction that rolls back must not be used again.
        opened: dict[int, AESGCM] = session.info.setdefault(_OPENED, {})
        found = opened.get(person_id)
        if found is None:
            taken = session.info.get(_TAKEN, {}).get(person_id)
            rows = [taken] if taken else _KEY.rows(session, {"person": person_id})
            if not rows and make:
                if session.connection().get_execution_options().get("jobswipe_write") is False:
                    raise RuntimeError("A person's first value is sealed in a session that writes: their key is kept.")
                number = self._number(session)
                fresh = PersonKey(
                    person_id=person_id,
                    version=number,
                    wrapped=self._wrap(session, number, person_id, AESGCM.generate_key(256)),
                    created_at=clock.now(),
                )
                # Another process may be making it at this moment: whoever comes second takes that one.
                insert_missing(session, table(PersonKey), [fresh.model_dump()], ["person_id"])
                rows = _KEY.rows(session, {"person": person_id})
            if not rows:
                raise StorageError(f"The key of person {person_id} is gone: their encrypted data cannot be opened.")
            found = opened[person_id] = AESGCM(self._unwrap(session, person_id, *rows[0]))
        return found

    def _number(self, session: Session) -> int:
        """The store key that wraps now, held until the transaction ends: `promote` waits for who still uses it."""
        while True:
            current = self._current(session)
            if current is None:
                current = self._keys.newest
                self._introduce(session, current)
            self._known(current)
            self._check(session, current)
            self._check(session, _SECRET)
            session.exec(select(StoreKey.number).where(StoreKey.number == current).with_for_update(read=True)).one()
            if self._current(session) == current:
                return current

    @staticmethod
    def _current(session: Session) -> int | None:
        return session.exec(select(func.max(StoreKey.number)).where(StoreKey.number != _SECRET)).one()

    def _introduce(self, session: Session, number: int) -> None:
        for one in (_SECRET, number):
            values = {"number": one, "proof": self._proof(one), "created_at": clock.now()}
            insert_missing(session, table(StoreKey), [values], ["number"])
            self._check(session, one)

    def _wrap(self, session: Session, number: int, person_id: int, plain: bytes) -> bytes:
        key = self._known(number)
        self._check(session, number)
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(key).encrypt(nonce, plain, _bound("person_key", person_id))

    def _unwrap(self, session: Session, person_id: int, number: int, wrapped: bytes) -> bytes:
        key = self._known(number)
        try:
            return AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound("person_key", person_id))
        except (InvalidTag, ValueError):
            self._check(session, number)
            raise StorageError(f"The key of person {person_id} is damaged: restore a backup.") from None

    def _known(self, number: int) -> bytes:
        """The store key of that number. Raises SettingsError."""
        if number not in self._keys.encryption and self._reload is not None:
            fresh = self._reload()
            # Hashes under another secret would find nobody: such keys are of another store.
            if hmac.compare_digest(fresh.secret, self._keys.secret):
                self._keys = fresh
        key = self._keys.encryption.get(number)
        if key is None:
            raise SettingsError(
                f"Personal data is encrypted with key {number}, which is not configured: add it to "
                "JOBSWIPE_SECURITY_KEYS, or bring back the store's own keys directory."
            )
        return key

    def _check(self, session: Session, number: int) -> None:
        """That whoever uses the store means the same key by this number. Raises SettingsError."""
        stored = session.exec(select(StoreKey.proof).where(StoreKey.number == number)).one_or_none()
        if stored is None or hmac.compare_digest(stored, self._proof(number)):
            return
        if number == _SECRET:
            raise SettingsError(
                "The secret of the keyed hashes is not the one that this store was made with: set "
                "JOBSWIPE_SECURITY_SECRET to the store's own, or bring back its keys directory."
            )
        raise SettingsError(
            f"The encryption key {number} is not the one that this store was made with: set JOBSWIPE_SECURITY_KEYS "
            "to the store's own keys, or bring back its keys directory."
        )

    def _proof(self, number: int) -> bytes:
        key = self._keys.secret if number == _SECRET else self._keys.encryption[number]
        return hmac.digest(key, b"jobswipe store key", hashlib.sha256)


def key_of(person: sql.ColumnElement[int]) -> tuple[Any, ...]:
    """What a statement reads along for `Vault.take`: null where the person has no key yet."""
    whose = _PERSON.person_id == person
    return tuple(sql.select(column).where(whose).scalar_subquery() for column in (_PERSON.version, _PERSON.wrapped))


def of(session: Session) -> Vault:
    """The vault of the session's store. Raises SettingsError where there are no keys, or bad ones."""
    vault: Vault = session.info["jobswipe_database"].vault
    return vault


@event.listens_for(AnySession, "after_soft_rollback")
def _rolled_back(session: AnySession, _transaction: Any) -> None:
    # A savepoint that is taken back may take a key with it that was made inside.
    for known in (_OPENED, _TAKEN):
        session.info.pop(known, None)


def _bound(place: str, person_id: int) -> bytes:
    return _FORMAT + f"{place}\0{person_id}".encode()
