"""The queue, Huey's on SQLite or on Redis (Valkey): it carries task ids and nothing else, and may lose any of them.

Of Huey there are the storages and the serialiser; its consumer, retries, results and periodic tasks are not used
(docs/decisions/0009). A message is the JSON object {"task": ID}.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit, urlunsplit

import redis
from huey import Huey
from huey.serializer import Serializer
from huey.storage import PriorityRedisStorage, SqliteStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

from jobswipe.errors import QueueError, SettingsError

MAX_MESSAGE = 200
"""Bytes; a longer message is none of ours."""
_TIMEOUT = 5.0


class JsonSerializer(Serializer):  # type: ignore[misc]  # Huey has no types
    """JSON instead of pickle: what lies in a queue can say a number, and cannot run code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data, separators=(",", ":")).encode()

    def _deserialize(self, data: bytes) -> Any:
        return json.loads(data)


class Taken(NamedTuple):
    """Ids from the queue, and how many messages were none of ours."""

    ids: list[int]
    garbage: int


class _Storage(Protocol):
    blocks: bool

    def enqueue_many(self, messages: Sequence[tuple[bytes, int]]) -> None: ...
    def dequeue_many(self, count: int, wait: float) -> list[bytes]: ...
    def queue_size(self) -> int: ...
    def close(self) -> Any: ...


class _Sqlite(SqliteStorage):  # type: ignore[misc]  # likewise
    """Huey's SQLite storage, many messages in one statement."""

    blocks = False

    def _create_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._create_connection()
        # The ledger has what a power cut takes from the queue: no wait for the disk at each message.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def enqueue_many(self, messages: Sequence[tuple[bytes, int]]) -> None:
        with self.db(commit=True) as cursor:
            cursor.executemany(
                "INSERT INTO task (queue, data, priority) VALUES (?, ?, ?)",
                [(self.name, message, priority) for message, priority in messages],
            )

    def dequeue_many(self, count: int, wait: float) -> list[bytes]:  # noqa: ARG002 - it cannot wait
        if not self.sql("SELECT 1 FROM task WHERE queue = ? LIMIT 1", (self.name,), results=True):
            return []
        taken = self.sql(
            "DELETE FROM task WHERE id IN (SELECT id FROM task WHERE queue = ? ORDER BY priority DESC, id LIMIT ?) "
            "RETURNING data",
            (self.name, count),
            results=True,
        )
        return [row[0] if isinstance(row[0], bytes) else str(row[0]).encode() for row in taken]


class _Redis(PriorityRedisStorage):  # type: ignore[misc]  # likewise
    """Huey's Redis storage with priorities, many messages in one command."""

    blocks = True

    def enqueue_many(self, messages: Sequence[tuple[bytes, int]]) -> None:
        moment = int(time.time() * 1e6)
        # The moment before the message keeps the order within a priority, as in Huey's own `enqueue`.
        members = {
            struct.pack(">Q", moment + number) + message: -priority
            for number, (message, priority) in enumerate(messages)
        }
        self.conn.zadd(self.queue_key, members)

    def dequeue_many(self, count: int, wait: float) -> list[bytes]:
        taken = self.conn.zpopmin(self.queue_key, count)
        if taken or wait <= 0:
            return [member[8:] for member, _ in taken]
        one = self.conn.bzpopmin(self.queue_key, timeout=wait)
        return [one[1][8:]] if one else []

    def close(self) -> None:
        self.conn.close()


class Queue:
    """The queue of one URL; `name` sets apart workers that take some kinds only. Its methods raise QueueError."""

    def __init__(self, url: str, name: str = "jobswipe") -> None:
        self.url, self.name = url, name
        self.shown = _without_password(url)
        self._serializer = JsonSerializer()
        self._storage: _Storage | None = None
        self._lock = threading.Lock()
        self._backend, self._place = _parse(url)

    @property
    def blocks(self) -> bool:
        """Whether `take` waits in the queue's server; else the caller has to look again."""
        return self._backend == "redis"

    def put(self, tasks: Sequence[tuple[int, int]]) -> None:
        """Put (id, priority) pairs in."""
        messages = [(self._serializer.serialize({"task": task_id}), priority) for task_id, priority in tasks]
        if messages:
            self._do(lambda storage: storage.enqueue_many(messages))

    def take(self, count: int, wait: float = 0.0) -> Taken:
        """Take up to `count` ids, highest priority first; on Redis wait up to `wait` seconds for the first."""
        messages = self._do(lambda storage: storage.dequeue_many(count, wait))
        ids = [found for message in messages if (found := self._read(message)) is not None]
        return Taken(ids, len(messages) - len(ids))

    def size(self) -> int:
        return int(self._do(lambda storage: storage.queue_size()))

    def close(self) -> None:
        with self._lock:
            if self._storage is not None:
                with suppress(Exception):
                    self._storage.close()
                self._storage = None

    def _read(self, message: bytes) -> int | None:
        if len(message) > MAX_MESSAGE:
            return None
        try:
            found = self._serializer.deserialize(message)["task"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return found if type(found) is int and 0 < found < 2**63 else None

    def _do(self, action: Any) -> Any:
        try:
            return action(self._open())
        except sqlite3.DatabaseError as error:
            if "malformed" in str(error) or "not a database" in str(error):
                self._start_anew()
            else:
                self.close()
            raise QueueError(f"The queue {self.shown} cannot be used: {error}.") from error
        except (redis.RedisError, OSError) as error:
            self.close()
            raise QueueError(
                f"The queue {self.shown} does not answer: {str(error) or type(error).__name__}."
            ) from error

    def _open(self) -> _Storage:
        with self._lock:
            if self._storage is None:
                self._storage = self._connect().storage
            return self._storage

    def _connect(self) -> Huey:
        common = {"results": False, "serializer": self._serializer}
        if self._backend == "sqlite":
            Path(self._place).parent.mkdir(parents=True, exist_ok=True)
            return Huey(self.name, storage_class=_Sqlite, filename=self._place, timeout=_TIMEOUT, **common)
        pool = redis.ConnectionPool.from_url(
            self._place,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=30,
        )
        return Huey(self.name, storage_class=_Redis, connection_pool=pool, clean_name=False, **common)

    def _start_anew(self) -> None:
        """A queue file that is no database goes: the ledger hands over again what was in it."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(self._place + suffix)  # noqa: PTH108 - the name is a text


def queue_name(only: Sequence[str] | None) -> str:
    """The name of the queue that workers of all kinds share, or of that of workers of some kinds only."""
    return "jobswipe" if not only else "jobswipe:" + ",".join(sorted(only))


def _parse(url: str) -> tuple[str, str]:
    """Backend and place of a queue URL. Raises SettingsError, without the URL: it may hold a password."""
    scheme, mark, rest = url.partition("://")
    if mark and scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return "sqlite", rest[1:]
    if mark and scheme in ("redis", "rediss", "valkey", "valkeys", "unix"):
        place = {"valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme) + mark + rest
        try:
            redis.ConnectionPool.from_url(place)
        except ValueError as error:
            raise SettingsError(f"JOBSWIPE_QUEUE_URL cannot be read: {error}.") from None
        return "redis", place
    raise SettingsError(
        "JOBSWIPE_QUEUE_URL is no queue URL: write redis://:PASSWORD@HOST:6379/0 or sqlite:///PATH/queue.db."
    )


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.password is None:
            return url
        where = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, f"***@{where}", parts.path, "", ""))
    except ValueError:
        return "(unreadable URL)"
