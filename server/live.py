"""Who watches through this process: the store is asked once for all of them, and no thread waits for any.

A stream is a queue. One task of the event loop asks the store in turn, in a thread, and puts what is new into the
queues of those whom it concerns; it looks whether their credentials still hold, and whether the server stops.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from litestar.concurrency import sync_to_thread
from litestar.exceptions import ServiceUnavailableException, TooManyRequestsException

from jobswipe import clock
from jobswipe.accounts import standing
from jobswipe.accounts.principal import Principal
from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError
from jobswipe.live.event import OVERLAP, Event, Position, Type
from jobswipe.live.feed import Feed
from jobswipe.observability.logs import logger
from jobswipe.settings import EventsSettings

WAITING = 1_000
"""Events that wait for a slow client; one that is slower is let go of, and goes on from where it was."""
STANDING = 5.0
"""Seconds between two looks whether the credentials hold."""
SLICE = 0.25
"""Seconds after which a server that stops is noticed."""
_log = logger("server")


@dataclass(eq=False)
class Watcher:
    """One open stream. `queue` gives None when the stream is to end."""

    who: Principal
    types: frozenset[Type]
    queue: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(WAITING + 1))
    ended: bool = False

    @property
    def operator(self) -> bool:
        return "ingest" in self.types and self.who.may("sources:read")

    @property
    def all_tasks(self) -> bool:
        return self.who.may("tasks:read")

    def wants(self, event: Event) -> bool:
        """Whether it concerns them: their own, and the operators' where they may see that."""
        if event.type == "missed":
            return event.data["of"] in self.types and (event.data["of"] != "ingest" or self.operator)
        if event.type not in self.types:
            return False
        if event.type == "ingest":
            return self.operator
        return event.person_id == self.who.person_id or (event.type == "task" and self.all_tasks)

    def give(self, event: Event) -> None:
        if self.queue.qsize() >= WAITING:
            self.end()
        elif not self.ended:
            self.queue.put_nowait(event)

    def end(self) -> None:
        """What waits is still sent."""
        if not self.ended:
            self.ended = True
            self.queue.put_nowait(None)


class Live:
    """The watchers of this process."""

    def __init__(self, database: Database, settings: EventsSettings, stopping: threading.Event) -> None:
        self.settings = settings
        self._database = database
        self._stopping = stopping
        self._watchers: set[Watcher] = set()
        self._loop: asyncio.Task[None] | None = None

    def enter(self, who: Principal, types: frozenset[Type]) -> Watcher:
        """Watch from now on. Raises TooManyRequestsException, ServiceUnavailableException."""
        if self._stopping.is_set() or len(self._watchers) >= self.settings.total:
            raise ServiceUnavailableException("No further stream is taken here: try again.", headers=_later(5))
        if Counter(one.who.person_id for one in self._watchers)[who.person_id] >= self.settings.each:
            raise TooManyRequestsException(
                f"You have {self.settings.each} streams open: close one first.", headers=_later(30)
            )
        watcher = Watcher(who, types)
        self._watchers.add(watcher)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.get_running_loop().create_task(self._run(Feed(clock.now())))
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    async def missed(self, watcher: Watcher, position: Position) -> list[Event]:
        """What a watcher that comes again was not told."""
        feed = Feed(position.at - OVERLAP)
        found = await sync_to_thread(self._read, feed, [watcher])
        marks = position.marks
        return [one for one in found if one.mark not in marks and watcher.wants(one)]

    async def _run(self, feed: Feed) -> None:
        """Until nobody watches any more, or the server stops; then nobody is left waiting, whatever happened."""
        try:
            await self._watch(feed)
        except Exception:  # noqa: BLE001 - a fault of ours: clients come again
            _log.exception("events_broke")
        finally:
            for one in list(self._watchers):
                one.end()

    async def _watch(self, feed: Feed) -> None:
        looked = time.monotonic()
        failed = False
        while self._watchers and not self._stopping.is_set():
            watchers = list(self._watchers)
            try:
                for event in await sync_to_thread(self._read, feed, watchers):
                    for one in watchers:
                        if one.wants(event):
                            one.give(event)
                if time.monotonic() - looked >= STANDING:
                    looked = time.monotonic()
                    await self._check(watchers)
                failed = False
            except JobSwipeError as error:  # a store that is away: what happened meanwhile is told afterwards
                if not failed:
                    _log.warning("events_unread", error=error.message)
                failed = True
            await self._rest()

    async def _rest(self) -> None:
        end = time.monotonic() + self.settings.poll
        while (left := end - time.monotonic()) > 0 and not self._stopping.is_set():
            await asyncio.sleep(min(left, SLICE))

    def _read(self, feed: Feed, watchers: list[Watcher]) -> list[Event]:
        persons = {one.who.person_id for one in watchers if one.types & {"match", "notification"}}
        with self._database.read() as session:
            return feed.read(
                session,
                persons,
                operators=any(one.operator for one in watchers),
                tasks=any("task" in one.types for one in watchers),
            )

    async def _check(self, watchers: list[Watcher]) -> None:
        principals = {one.who for one in watchers}
        good = await sync_to_thread(self._standing, principals)
        for one in watchers:
            if one.who not in good:
                one.end()

    def _standing(self, principals: set[Principal]) -> set[Principal]:
        with self._database.read() as session:
            return standing.holding(session, principals, clock.now())


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
