"""The threads of a worker: each takes an id, claims the task, runs its handler and settles how it ended."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import HopelessError, JobSwipeError, LeaseLostError, QueueError, StorageError
from jobswipe.observability import measure
from jobswipe.observability.context import task_span
from jobswipe.observability.logs import logger
from jobswipe.settings import Settings
from jobswipe.tasks import kinds, ledger
from jobswipe.tasks.context import TaskContext
from jobswipe.tasks.ledger import Claimed, Claims
from jobswipe.tasks.queue import Queue

DOWN = (StorageError, SQLAlchemyError)
"""What a database that is down raises."""
_LOOK = 0.1
_WAIT = 0.5
_LONGEST_PAUSE = 10.0


AHEAD = 8
"""Tasks that a thread holds at most while the last ones were quick: to claim one costs as much as a small task."""
_QUICK = 0.01


@dataclass
class Running:
    """A task that a thread is at, since a moment of the monotonic clock (seconds).

    `lost`: the lease is not this worker's any more; `given_up`: the thread will not come back.
    """

    task: Claimed
    since: float
    extended: float
    lost: bool = False
    given_up: bool = False


class Slot:
    """What one thread has: the task that it is at, and those that it holds and has not begun."""

    def __init__(self) -> None:
        self.running: Running | None = None
        self.ahead: deque[Claimed] = deque()
        self.begun: Claimed | None = None
        self.usual = 1.0

    def restore(self) -> None:
        """What was begun in a transaction that failed is held again."""
        begun, self.begun = self.begun, None
        if begun is not None:
            self.ahead.appendleft(begun._replace(attempts=begun.attempts - 1))

    def took(self, seconds: float) -> None:
        self.usual += (seconds - self.usual) / 8 if seconds < self.usual else (seconds - self.usual) / 2

    @property
    def appetite(self) -> int:
        return AHEAD if self.usual < _QUICK else 1


class Intake:
    """Ids for the threads of one process. One thread asks the queue at a time; the others wait for what it gets."""

    def __init__(self, queue: Queue, stop: threading.Event) -> None:
        self.queue, self.stop = queue, stop
        self.garbage = 0
        self._ready: deque[int] = deque()
        self._turn = threading.Lock()
        self._wake = threading.Event()
        self._waiting = 0
        self._log = logger("tasks")

    def wake(self) -> None:
        """Something was put into the queue."""
        self._wake.set()

    def next(self, count: int = 1) -> list[int]:
        """The next ids, up to `count`; none when there was none for a moment, or when the worker stops."""
        self._waiting += 1
        try:
            with self._turn:
                if not self._ready and not self.stop.is_set():
                    self._fill(count)
                if self.stop.is_set():
                    return []
                return [self._ready.popleft() for _ in range(min(count, len(self._ready)))]
        finally:
            self._waiting -= 1

    def leftover(self) -> list[int]:
        """The ids that no thread took; nobody has them after this."""
        with self._turn:
            left = list(self._ready)
            self._ready.clear()
            return left

    def _fill(self, count: int) -> None:
        self._wake.clear()
        try:
            # No more than the idle threads want: an id that waits here waits for a busy one.
            taken = self.queue.take(max(count, self._waiting), _WAIT)
        except QueueError as error:
            self._log.debug("queue_down", error=error.message)  # the main loop says so, once
            self.stop.wait(1.0)
            return
        if taken.garbage:
            self.garbage += taken.garbage
            self._log.warning("poison_message", count=taken.garbage, effect="thrown away: it named no task")
        self._ready.extend(taken.ids)
        if not taken.ids and not self.queue.blocks:
            self._wake.wait(_LOOK)


class Runner:
    """A process's threads, a slot each; the main loop extends the leases and ends what takes too long."""

    def __init__(self, database: Database, settings: Settings, intake: Intake, worker: str) -> None:
        self.database, self.settings, self.intake = database, settings, intake
        self.stop = intake.stop
        self.slots = [Slot() for _ in range(settings.worker.threads)]
        self.figures = {"done": 0, "failed": 0, "dead": 0, "lost": 0}
        self.freed = threading.Event()
        self._claims = Claims(worker)
        self._log = logger("tasks")
        self._threads = [
            threading.Thread(target=self._loop, args=(slot,), name=f"task-{number}", daemon=True)
            for number, slot in enumerate(self.slots)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def join(self, seconds: float) -> bool:
        """Wait for the threads; whether all have ended."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not self.alive()

    def running(self) -> list[Running]:
        """What the threads are at."""
        return [found for slot in self.slots if (found := slot.running) is not None]

    def held(self, longer: float = 0.0) -> list[tuple[Claimed, bool]]:
        """Take what waits behind their task from threads that have been at it for `longer` seconds.

        Each with whether it was begun: then its thread committed the one before, and has not returned from it. Should
        the thread take it at the same moment, the token sees to it that one of the two has it.
        """
        taken: list[tuple[Claimed, bool]] = []
        now = time.monotonic()
        for slot in self.slots:
            running = slot.running
            if longer and (running is None or now - running.since < longer):
                continue
            while slot.ahead:
                try:
                    taken.append((slot.ahead.pop(), False))
                except IndexError:  # the thread was faster
                    break
            begun, slot.begun = slot.begun, None
            if begun is not None:
                taken.append((begun, True))
        return taken

    def _loop(self, slot: Slot) -> None:
        pause = 0.5
        while not self.stop.is_set():
            try:
                task = self._next(slot)
                if task is not None:
                    self._work(slot, task)
                pause = 0.5
            except DOWN as error:
                # The main loop says so; the id stays queued and is handed over again.
                self._log.debug("claim_failed", error=str(error)[:300])
                self.stop.wait(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
            except Exception:  # noqa: BLE001 - a fault in here must not cost a thread
                self._log.error("worker_fault", trace=traceback.format_exc(limit=-5))
                self.stop.wait(1.0)

    def _next(self, slot: Slot) -> Claimed | None:
        """The next task, begun. None: there was none, or it was cancelled, taken by another, or handed over twice."""
        found, slot.begun = slot.begun, None
        if found is not None:
            return found
        try:
            held = slot.ahead.popleft()
        except IndexError:
            ids = self.intake.next(slot.appetite)
            if not ids:
                return None
            with self.database.write() as session:
                claimed = self._claims.claim(session, ids)
            slot.ahead.extend(claimed[1:])
            return claimed[0] if claimed else None
        with self.database.write() as session:
            return ledger.begin(session, held)

    def _work(self, slot: Slot, task: Claimed) -> None:
        since = time.monotonic()
        slot.running = Running(task, since, since)
        try:
            self._run(slot, task)
        finally:
            slot.running = None
            slot.took(time.monotonic() - since)
            if task.lane is not None or self._limited(task.kind):
                self.freed.set()

    def _end(self, slot: Slot, session: Session, write: Callable[[Session, Claimed | None], Claimed | None]) -> None:
        """Write how an attempt ended and, in the same transaction, begin the next task that the thread holds.

        `write` is given that task, or None, and answers it begun.
        """
        slot.restore()
        held: Claimed | None = None
        if not self.stop.is_set():
            with suppress(IndexError):
                held = slot.ahead.popleft()
        try:
            slot.begun = write(session, held)
        except BaseException:
            if held is not None:
                slot.ahead.appendleft(held)
            raise

    def _limited(self, kind: str) -> bool:
        known = kinds.get(kind)
        return known is not None and known.concurrency is not None

    def _run(self, slot: Slot, task: Claimed) -> None:
        kind = kinds.get(task.kind)
        if kind is None:
            self._fail(slot, task, f"No task kind {task.kind!r} in this version of JobSwipe: install what declares it.")
            return
        if task.version > kind.version:
            self._fail(
                slot,
                task,
                f"The payload has version {task.version} of {task.kind!r}, this worker reads {kind.version} at most: "
                "update JobSwipe.",
            )
            return

        def finish(session: Session, following: Claimed | None) -> Claimed | None:
            return ledger.finish(session, task, following)

        context = TaskContext(
            task,
            self.database,
            self.settings,
            stopping=self.stop.is_set,
            finish=lambda session: self._end(slot, session, finish),
        )
        measure.task_started(task.kind, (clock.now() - task.run_at).total_seconds())
        try:
            with task_span(task.kind, task.id, task.attempts, task.traceparent):
                kind.handler(context, task.payload)
            if not context.committed:
                self._settle(slot, finish)
        except LeaseLostError as error:
            self._lost(task, error)
        except BaseException as error:  # noqa: BLE001 - whatever a handler raises, sys.exit too, ends its attempt only
            if context.committed:
                self._log.warning("task_failed_after_commit", task_id=task.id, kind=task.kind, error=describe(error))
                self._done(task)
            else:
                self._fail(slot, task, describe(error), hopeless=isinstance(error, HopelessError))
        else:
            self._done(task)

    def _done(self, task: Claimed) -> None:
        self.figures["done"] += 1
        measure.task_state(task.kind, "done")

    def _fail(self, slot: Slot, task: Claimed, error: str, *, hopeless: bool = False) -> None:
        state: list[str | None] = []

        def write(session: Session, following: Claimed | None) -> Claimed | None:
            state.append(ledger.fail(session, task, error, self.settings.queue, hopeless=hopeless))
            return ledger.begin(session, following) if following is not None else None

        if not self._settle(slot, write):
            return
        if state[-1] is None:
            self.figures["lost"] += 1
            measure.task_state(task.kind, "lease_lost")
            return
        self.figures["dead" if state[-1] == "dead" else "failed"] += 1
        measure.task_state(task.kind, "retry" if state[-1] == "pending" else state[-1])
        say = self._log.error if state[-1] == "dead" else self._log.warning
        say("task_failed", task_id=task.id, kind=task.kind, attempt=task.attempts, state=state[-1], error=error)

    def _lost(self, task: Claimed, error: LeaseLostError) -> None:
        self.figures["lost"] += 1
        measure.task_state(task.kind, "lease_lost")
        self._log.warning("task_lost", task_id=task.id, kind=task.kind, attempt=task.attempts, error=error.message)

    def _settle(self, slot: Slot, write: Callable[[Session, Claimed | None], Claimed | None]) -> bool:
        """Write how an attempt ended, patiently while the database is down. False: the lease will run out instead."""
        pause = 0.1
        deadline = time.monotonic() + 60
        while True:
            try:
                with self.database.write() as session:
                    self._end(slot, session, write)
                return True
            except DOWN as error:
                if time.monotonic() > deadline or self.stop.wait(pause):
                    self._log.warning("task_not_settled", error=str(error)[:300], effect="its lease will run out")
                    slot.restore()
                    return False
                pause = min(_LONGEST_PAUSE, pause * 2)


def describe(error: BaseException) -> str:
    """A sentence for an error raised on purpose; class, text and place for any other."""
    if isinstance(error, JobSwipeError):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}".rstrip(": ")[:1500] + place
