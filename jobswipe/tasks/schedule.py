"""The schedule: which task runs when. Any number of schedulers may run; a slot is fired once.

An entry's row holds the slot that was fired last. Firing is one transaction: a conditional update of that slot, and the
task. After downtime the latest slot that was missed is fired, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session

from jobswipe import clock
from jobswipe.db.changed import changed
from jobswipe.db.engine import Database
from jobswipe.db.insert import insert_missing
from jobswipe.errors import SettingsError
from jobswipe.models import TaskSchedule
from jobswipe.models.base import UtcDateTime, table
from jobswipe.settings import ScheduleSettings, Settings
from jobswipe.tasks import kinds, ledger

OFF = "off"
_FAR = timedelta(days=2)
"""A slot that was fired later than now by more than this is a mistake of the clock, and is forgotten."""
_SCHEDULES = table(TaskSchedule)


@dataclass(frozen=True)
class Declared:
    """An entry as the code declares it; settings may change its cron text."""

    name: str
    cron: str
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """An entry as it runs."""

    name: str
    cron: str
    kind: str
    payload: dict[str, Any]
    zone: tzinfo

    def latest(self, now: datetime) -> datetime:
        """The latest slot that is not after `now`."""
        # Backwards, the first tick is before the moment that is given: a slot at `now` itself counts.
        start = now.astimezone(self.zone).replace(microsecond=0) + timedelta(seconds=1)
        return next(CronSim(self.cron, start, reverse=True)).astimezone(UTC)

    def following(self, moment: datetime) -> datetime:
        """The first slot after `moment`."""
        return next(CronSim(self.cron, moment.astimezone(self.zone))).astimezone(UTC)


class Freshness(NamedTuple):
    """How an entry does. `stale`: twice its period has passed since its last success (or since it was first seen)."""

    name: str
    cron: str
    last_slot: datetime
    last_success_at: datetime | None
    next_slot: datetime
    stale: bool


_declared: dict[str, Declared] = {}


def scheduled(
    name: str, *, cron: str, kind: str, payload: dict[str, Any] | None = None
) -> Callable[[kinds.Handler], kinds.Handler]:
    """Declare that tasks of `kind` run at `cron` (five fields). Decorates the kind's handler, or is called with it.

    The cron text is checked when the schedule is read, so that its owner gets one sentence and not a traceback.
    """

    def register(handler: kinds.Handler) -> kinds.Handler:
        _declared[name] = Declared(name, cron, kind, payload or {})
        return handler

    return register


def entries(settings: Settings, *, with_off: bool = False) -> list[Entry]:
    """The entries that are on, by name. Raises SettingsError that names the key of a text that cannot be understood.

    `with_off`: also those that are off, with the text that they were declared with.
    """
    kinds.load()
    others = _others(settings.schedule)
    zone = _zone(settings.schedule)
    unknown = sorted(others.keys() - _declared.keys())
    if unknown:
        raise SettingsError(
            f"[schedule] other names {unknown[0]!r}, which is not declared: there is {', '.join(sorted(_declared))}."
        )
    found = []
    for name, one in sorted(_declared.items()):
        key = name.replace("-", "_").replace(".", "_")
        own = getattr(settings.schedule, key, None) if key in ScheduleSettings.model_fields else None
        text = own if own is not None else others.get(name, one.cron)
        if text.strip().lower() == OFF:
            if not with_off:
                continue
            text = one.cron
        where = f"[schedule] {key}" if own is not None else "[schedule] other" if name in others else f"schedule {name}"
        found.append(Entry(name, _checked(where, text, zone), one.kind, one.payload, zone))
    return found


def _checked(where: str, text: str, zone: tzinfo) -> str:
    fields = text.split()
    try:
        if len(fields) != 5 or len(text) > 200:
            raise CronSimError("Give five fields: minute, hour, day, month, day of the week")
        next(CronSim(text, datetime(2026, 1, 1, tzinfo=zone)))
    except (CronSimError, StopIteration) as error:
        said = str(error) or "No date fits it"
        raise SettingsError(
            f"{where} = {text[:100]!r} is no cron text ({said}): write it as '*/5 * * * *', or off."
        ) from None
    return " ".join(fields)


def _others(settings: ScheduleSettings) -> dict[str, str]:
    found = {}
    for part in filter(None, (one.strip() for one in (settings.other or "").split(";"))):
        name, sign, text = part.partition("=")
        if not sign or not name.strip() or not text.strip():
            raise SettingsError(f"[schedule] other has {part[:100]!r}: write NAME = CRON, with ; between two of them.")
        found[name.strip()] = text.strip()
    return found


def _zone(settings: ScheduleSettings) -> tzinfo:
    if settings.timezone.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(settings.timezone)
    except (OSError, ValueError, KeyError):
        raise SettingsError(
            f"[schedule] timezone = {settings.timezone[:100]!r} is no time zone: write one as Europe/Berlin."
        ) from None


class Scheduler:
    """Fires the entries of one process; `turn` is cheap while nothing is due."""

    def __init__(self, database: Database, found: list[Entry]) -> None:
        self.database, self.entries = database, found
        self._next: datetime | None = None
        self._before: datetime | None = None

    def forget(self) -> None:
        """Drop the rows of entries that are off or not declared any more: they would look stale for ever."""
        with self.database.write() as session:
            session.execute(delete(_SCHEDULES).where(_SCHEDULES.c.name.not_in([one.name for one in self.entries])))

    def turn(self) -> list[str]:
        """Fire what is due; answers the names of what this scheduler fired."""
        now = clock.now()
        back = self._before is not None and now < self._before
        self._before = now
        if not self.entries or (self._next is not None and now < self._next and not back):
            return []
        with self.database.write() as session:
            fired = [one.name for one in self.entries if fire(session, one, now)]
        # Looked at again within the minute: another scheduler's failed transaction must not cost a slot.
        self._next = min(min(one.following(now) for one in self.entries), now + timedelta(minutes=1))
        return fired


def fire(session: Session, entry: Entry, now: datetime) -> int | None:
    """Enqueue the entry's task if a slot has come that nobody fired; answers its id.

    An entry that is new begins with its next slot. The payload says which `slot` it is; where the task of an earlier
    slot still waits, it is that one's.
    """
    last = session.execute(select(_SCHEDULES.c.last_slot).where(_SCHEDULES.c.name == entry.name)).scalar()
    slot = entry.latest(now)
    if last is None:
        values = {"name": entry.name, "last_slot": slot, "created_at": now} | _text(entry)
        insert_missing(session, _SCHEDULES, [values], ["name"])
        return None
    if slot <= last <= now + _FAR:
        return None
    moved = changed(session, _MOVE, {"entry": entry.name, "before": last, "slot": slot} | _text(entry))
    if moved != 1 or slot <= last:
        return None  # another scheduler fired it, or the clock's mistake was mended
    payload = entry.payload | {"slot": slot.isoformat()}
    return ledger.enqueue(session, entry.kind, payload, dedupe_key=f"schedule:{entry.name}", schedule=entry.name)


def _text(entry: Entry) -> dict[str, str]:
    return {"cron": entry.cron, "timezone": str(entry.zone)}


_MOVE = (
    update(_SCHEDULES)
    .where(_SCHEDULES.c.name == bindparam("entry"), _SCHEDULES.c.last_slot == bindparam("before", type_=UtcDateTime))
    .values(last_slot=bindparam("slot", type_=UtcDateTime), cron=bindparam("cron"), timezone=bindparam("timezone"))
)


def freshness(session: Session) -> list[Freshness]:
    """Every entry that a scheduler has seen, by name."""
    now = clock.now()
    return list(_freshness(session, now))


def _freshness(session: Session, now: datetime) -> Iterator[Freshness]:
    for row in session.execute(select(TaskSchedule).order_by(_SCHEDULES.c.name)).scalars():
        zone = UTC if row.timezone == "UTC" else ZoneInfo(row.timezone)
        slots = [one.astimezone(UTC) for one in islice(CronSim(row.cron, row.last_slot.astimezone(zone)), 2)]
        period = slots[1] - slots[0]
        since = row.last_success_at or row.created_at
        yield Freshness(row.name, row.cron, row.last_slot, row.last_success_at, slots[0], now - since > 2 * period)
