"""Wrap all data keys by the newest store key, in batches that are each committed: a run that is killed is taken up."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from jobswipe.db.engine import Database
from jobswipe.errors import StorageError

BATCH = 500
_PAUSE = 0.2
_WAIT = 60.0
"""Seconds to wait for data keys that other transactions hold."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """`rewrapped` data keys of `persons` are by the key `number` now; all of them are."""

    number: int
    rewrapped: int
    persons: int


def rekey(database: Database, *, batch: int = BATCH, progress: Callable[[int], None] = lambda _: None) -> Done:
    """Make the newest configured key the store's, and wrap every data key by it. Two at once share the work.

    Raises SettingsError where an older key that is still needed is not configured, or the newest is another one than
    the store's; StorageError where data keys are damaged, after all others are done.
    """
    vault = database.vault
    with database.write() as session:
        number = vault.promote(session)
    rewrapped, damaged = 0, set[int]()
    end = time.monotonic() + _WAIT
    while True:
        after: int | None = 0
        before = rewrapped
        while after is not None:
            with database.write() as session:
                found = vault.rewrap(session, after, batch)
            rewrapped += found.done
            damaged.update(found.damaged)
            after = found.last
            if found.done:
                progress(rewrapped)
        with database.read() as session:
            left = sum(vault.left(session).values())
            persons = vault.count(session)
        if left <= len(damaged):
            break
        if rewrapped > before:
            end = time.monotonic() + _WAIT
        elif time.monotonic() > end:
            raise StorageError(f"{left} data keys are held by other transactions: run 'jobswipe user rekey' again.")
        time.sleep(_PAUSE)
    if damaged:
        listed = ", ".join(str(one) for one in sorted(damaged)[:10])
        raise StorageError(
            f"The data keys of {len(damaged)} persons are damaged ({listed}): restore them from a backup. The others "
            f"are by key {number}; keep the older keys until then."
        )
    return Done(number=number, rewrapped=rewrapped, persons=persons)
