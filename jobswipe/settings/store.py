"""The settings of what is kept: the database and the queue."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jobswipe.settings.section import Section


class DatabaseSettings(Section):
    section: ClassVar[str] = "database"

    url: str | None = None
    """Database URL, `postgresql://…` or `sqlite:///…`. Default: the file jobswipe.db in the data directory."""
    pool_size: int = Field(default=20, ge=1)
    """Connections that the Postgres pool keeps open. A serving process has one more, for looks at decks."""
    pool_overflow: int = Field(default=30, ge=0)
    """Connections beyond the pool at a peak."""
    pool_timeout: float = Field(default=30, gt=0)
    """Seconds to wait for a free connection."""
    pool_recycle: int = Field(default=1800, gt=0)
    """Seconds after which a connection is replaced."""
    busy_timeout: float = Field(default=30, gt=0)
    """Seconds that SQLite waits for another process's write."""


class QueueSettings(Section):
    section: ClassVar[str] = "queue"

    url: str | None = None
    """Queue of task ids, `redis://…` (Valkey too) or `sqlite:///…`. Default: queue.db in the data directory."""
    window: int = Field(default=1000, ge=1, le=100_000)
    """Task ids that are in the queue at most; the rest waits in the ledger, in the order of its priority."""
    poll: float = Field(default=0.25, gt=0, le=60)
    """Seconds between two looks for due tasks."""
    lost: float = Field(default=30, gt=0)
    """Seconds after which an id that no worker took is handed to the queue again."""
    backoff: float = Field(default=2, ge=0)
    """Seconds that the first retry of a task waits at most; doubled for each further one."""
    backoff_max: float = Field(default=900, ge=0)
    """Seconds that a retry waits at most."""
