"""What a person sees of the schedule, and asks of it out of its turn."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlmodel import Session

from jobswipe import clock
from jobswipe.errors import NotFoundError
from jobswipe.settings import Settings
from jobswipe.tasks import desk, schedule


class ScheduleView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the schedule. `stale`: twice its period has passed since its last success.

    `last_slot` is null until a worker has seen the entry.
    """

    name: str
    kind: str
    cron: str
    timezone: str
    next_slot: datetime
    last_slot: datetime | None
    last_success_at: datetime | None
    stale: bool


def listing(session: Session, settings: Settings) -> list[ScheduleView]:
    """The entries that are on, by name. Raises SettingsError."""
    now = clock.now()
    known = {one.name: one for one in schedule.freshness(session)}
    return [
        ScheduleView(
            name=one.name,
            kind=one.kind,
            cron=one.cron,
            timezone=str(one.zone),
            next_slot=one.following(now),
            last_slot=known[one.name].last_slot if one.name in known else None,
            last_success_at=known[one.name].last_success_at if one.name in known else None,
            stale=one.name in known and known[one.name].stale,
        )
        for one in schedule.entries(settings)
    ]


def ask(session: Session, settings: Settings, name: str) -> int:
    """Have an entry's task run now; its id, that of the one that waits already where one does. Raises NotFoundError."""
    entry = next((one for one in schedule.entries(settings, with_off=True) if one.name == name), None)
    if entry is None:
        raise NotFoundError(f"The schedule has no entry {name[:100]!r}.")
    return desk.run(session, entry)
