"""What is sealed opens for its person, in its place, with its store's keys, and nowhere else; on both engines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from jobswipe.db.engine import Database
from jobswipe.errors import SettingsError, StorageError, UsageError
from jobswipe.models import Person, PersonKey, StoreKey
from jobswipe.security import vault
from jobswipe.security.keys import Keys

ONE, TWO, SECRET = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
PLACE = "resume.sealed"
OLD, BOTH = Keys({1: ONE}, SECRET), Keys({1: ONE, 2: TWO}, SECRET)


class Stores:
    """The same store as processes with different keys see it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opened: list[Database] = []

    def __call__(self, keys: Keys = OLD) -> Database:
        made = Database(self.url, keys=lambda: keys)
        self.opened.append(made)
        return made


@pytest.fixture
def store(database_url: str) -> Iterator[Stores]:
    stores = Stores(database_url)
    with stores().write() as session:
        for number in range(2, 12):
            session.add(Person(id=number, created_at=datetime.now(UTC)))
    yield stores
    for one in stores.opened:
        one.dispose()


def seal(database: Database, person_id: int, value: Any, place: str = PLACE) -> bytes:
    with database.write() as session:
        return vault.of(session).seal(session, person_id, place, value)


def open_(database: Database, person_id: int, sealed: bytes, place: str = PLACE) -> Any:
    with database.read() as session:
        return vault.of(session).open(session, person_id, place, sealed)


def rekey(database: Database) -> int:
    with database.write() as session:
        vault.of(session).promote(session)
    with database.write() as session:
        return vault.of(session).rewrap(session).done


def versions(database: Database) -> dict[int, int]:
    with database.read() as session:
        return {row.person_id: row.version for row in session.exec(select(PersonKey))}


def test_values_come_back_as_they_were(store: Stores) -> None:
    value = ["résumé", {"a": [1, None, 2.5, True]}, "", b"\0\1"]
    sealed = seal(store(), 2, value)
    assert open_(store(), 2, sealed) == value
    assert "résumé".encode() not in sealed
    assert seal(store(), 2, value) != sealed, "the same value is never sealed the same"


def test_every_bit_counts(store: Stores) -> None:
    sealed = seal(store(), 2, "text")
    with store().read() as session:
        mine = vault.of(session)
        for at in range(len(sealed)):
            damaged = bytearray(sealed)
            damaged[at] ^= 1
            with pytest.raises(StorageError):
                mine.open(session, 2, PLACE, bytes(damaged))
        for end in range(len(sealed)):
            with pytest.raises(StorageError):
                mine.open(session, 2, PLACE, sealed[:end])


def test_another_row_or_place_opens_nothing(store: Stores) -> None:
    first, second = seal(store(), 2, "mine"), seal(store(), 3, "theirs")
    for person, sealed, place in ((3, first, PLACE), (2, second, PLACE), (2, first, "application_event.sealed")):
        with pytest.raises(StorageError, match="not of this row"):
            open_(store(), person, sealed, place)
    # A wrapped key that was moved to another person's row is no key there.
    with store().write() as session:
        rows = {row.person_id: row for row in session.exec(select(PersonKey))}
        rows[2].wrapped, rows[3].wrapped = rows[3].wrapped, rows[2].wrapped
        session.add_all(rows.values())
    with pytest.raises(StorageError, match="person 2 is damaged"):
        open_(store(), 2, first)


@pytest.mark.parametrize("wrapped", [b"", b"\0" * 5, b"\0" * 60])
def test_a_damaged_key_is_said(store: Stores, wrapped: bytes) -> None:
    sealed = seal(store(), 2, "mine")
    with store().write() as session:
        row = session.get_one(PersonKey, 2)
        row.wrapped = wrapped
        session.add(row)
    with pytest.raises(StorageError, match="person 2 is damaged"):
        open_(store(), 2, sealed)


def test_a_first_seal_that_is_rolled_back_leaves_no_key_behind(store: Stores) -> None:
    database = store()
    with pytest.raises(RuntimeError), database.write() as session:
        vault.of(session).seal(session, 2, PLACE, "x")
        raise RuntimeError
    assert versions(database) == {}
    with database.write() as session:
        with pytest.raises(RuntimeError), session.begin_nested():
            vault.of(session).seal(session, 2, PLACE, "x")
            raise RuntimeError
        sealed = vault.of(session).seal(session, 2, PLACE, "kept")
    assert open_(store(), 2, sealed) == "kept"


def test_first_seals_at_once_share_one_key(store: Stores) -> None:
    """Each thread has a pool of its own, as another process has."""
    databases = [store() for _ in range(4)]
    ready = threading.Barrier(len(databases))
    sealed: list[bytes] = []

    def make(database: Database) -> None:
        ready.wait()
        sealed.append(seal(database, 2, "mine"))

    threads = [threading.Thread(target=make, args=(one,)) for one in databases]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert [open_(store(), 2, one) for one in sealed] == ["mine"] * len(databases)


def test_another_key_of_the_same_number_is_refused(store: Stores) -> None:
    sealed = seal(store(), 2, "mine")
    wrong = store(Keys({1: TWO}, SECRET))
    with pytest.raises(SettingsError, match="not the one that this store"):
        open_(wrong, 2, sealed)
    with pytest.raises(SettingsError, match="not the one that this store"):
        seal(wrong, 3, "new")
    assert open_(store(), 2, sealed) == "mine"


def test_a_missing_key_is_named(store: Stores) -> None:
    sealed = seal(store(), 2, "mine")
    without = store(Keys({2: TWO}, SECRET))
    for attempt in (lambda: open_(without, 2, sealed), lambda: seal(without, 3, "new")):
        with pytest.raises(SettingsError, match="key 1, which is not configured"):
            attempt()


def test_a_new_key_encrypts_once_it_is_promoted(store: Stores) -> None:
    sealed = seal(store(), 2, "mine")
    seal(store(BOTH), 3, "a machine that knows the new key already")
    assert versions(store()) == {2: 1, 3: 1}
    assert rekey(store(BOTH)) == 2
    assert versions(store()) == {2: 2, 3: 2}
    seal(store(BOTH), 4, "new")
    assert versions(store())[4] == 2
    assert open_(store(Keys({2: TWO}, SECRET)), 2, sealed) == "mine", "the old key is not needed any more"
    with pytest.raises(SettingsError, match="key 2, which is not configured"):
        open_(store(), 2, sealed)
    with pytest.raises(SettingsError, match="key 2, which is not configured"), store().write() as session:
        vault.of(session).promote(session)


def test_a_process_that_runs_reads_the_keys_again(store: Stores) -> None:
    sealed = seal(store(), 2, "mine")
    now = [OLD]
    running = Database(store.url, keys=lambda: now[0])
    store.opened.append(running)
    assert open_(running, 2, sealed) == "mine"
    now[0] = BOTH
    rekey(store(BOTH))
    assert open_(running, 2, sealed) == "mine"
    # Keys with another secret are of another store.
    stale = Database(store.url, keys=lambda: now[0])
    store.opened.append(stale)
    now[0] = OLD
    assert stale.vault.newest == 1
    now[0] = Keys({1: ONE, 2: TWO}, ONE)
    with pytest.raises(SettingsError):
        open_(stale, 2, sealed)


def test_what_cannot_be_unwrapped_is_passed_over_and_told(store: Stores) -> None:
    for person in range(2, 7):
        seal(store(), person, "x")
    with store().write() as session:
        row = session.get_one(PersonKey, 3)
        row.wrapped = row.wrapped[:-1] + bytes([row.wrapped[-1] ^ 1])
        session.add(row)
    with store(BOTH).write() as session:
        mine = vault.of(session)
        assert mine.promote(session) == 2
        first = mine.rewrap(session, limit=2)
        assert (first.done, first.damaged, first.last) == (1, (3,), 3)
        assert mine.rewrap(session, after=3).done == 3
        assert mine.rewrap(session, after=6).last is None
        assert mine.left(session) == {1: 1}


def test_who_is_forgotten_cannot_be_opened(store: Stores) -> None:
    sealed = seal(store(), 2, "mine")
    with store().write() as session:
        vault.of(session).forget(session, 2)
    with pytest.raises(StorageError, match="key of person 2 is gone"):
        open_(store(), 2, sealed)
    seal(store(), 2, "new")
    with pytest.raises(StorageError, match="not of this row"):
        open_(store(), 2, sealed)


def test_fingerprints_are_of_a_place_and_a_secret(store: Stores) -> None:
    mine, other = store().vault, store(Keys({1: ONE}, ONE)).vault
    found = mine.fingerprint("account.email", "a@example.com")
    assert found == mine.fingerprint("account.email", "a@example.com")
    assert len(found) == 32
    assert found != mine.fingerprint("account.other", "a@example.com")
    assert found != other.fingerprint("account.email", "a@example.com")


@pytest.mark.parametrize("value", ["\ud800", 2**70, [{"a": -(2**65)}]])
def test_what_cannot_be_kept_is_refused(store: Stores, value: Any) -> None:
    with pytest.raises(UsageError):
        seal(store(), 2, value)


def test_a_session_knows_keys_only_as_long_as_it_lives(store: Stores) -> None:
    sealed = seal(store(), 2, "mine")
    database = store()

    def look(session: Session) -> Any:
        return vault.of(session).open(session, 2, PLACE, sealed)

    with database.read() as session:
        assert look(session) == "mine"
    with database.write() as session:
        session.delete(session.get_one(PersonKey, 2))
    with database.read() as session, pytest.raises(StorageError):
        look(session)
    with database.read() as session:
        assert session.exec(select(StoreKey.number).order_by(col(StoreKey.number))).all() == [0, 1]


def test_a_first_value_needs_a_session_that_writes(store: Stores) -> None:
    with store().read() as session, pytest.raises(RuntimeError, match="session that writes"):
        vault.of(session).seal(session, 2, PLACE, "x")
    sealed = seal(store(), 2, "x")
    with store().read() as session:
        again = vault.of(session).seal(session, 2, PLACE, "y")
    assert (open_(store(), 2, sealed), open_(store(), 2, again)) == ("x", "y")


def test_another_secret_is_refused(store: Stores) -> None:
    """Under it, nobody's e-mail, key or session would be found."""
    seal(store(), 2, "mine")
    other = store(Keys({1: ONE}, TWO))
    with pytest.raises(SettingsError, match="secret of the keyed hashes"):
        seal(other, 3, "new")
    with pytest.raises(SettingsError, match="secret of the keyed hashes"), other.write() as session:
        vault.of(session).promote(session)
