"""A worker process: its threads run tasks, its main loop relays, schedules, beats, keeps leases and watches."""

from __future__ import annotations

import faulthandler
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError, LeaseLostError, QueueError
from jobswipe.models import WorkerBeat
from jobswipe.models.base import table
from jobswipe.observability.logs import logger
from jobswipe.settings import Settings
from jobswipe.tasks import kinds, ledger, schedule
from jobswipe.tasks.queue import Queue, queue_name
from jobswipe.tasks.relay import Relay
from jobswipe.tasks.runner import DOWN, Intake, Runner
from jobswipe.tasks.schedule import Scheduler

STOPPED = 0
STUCK = 70
"""The exit code of a process that ended itself because a task would not end."""
_BEATS = table(WorkerBeat)
_LONGEST_PAUSE = 10.0


class Worker:
    """One process's worker. `run` returns the exit code; `stop` may be called from any thread, more than once.

    `outage` says what is down now: "queue_down", "database_down" or None.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        only: Sequence[str] | None = None,
        scheduling: bool = True,
        watchdog: bool = False,
    ) -> None:
        kinds.load()
        self.database, self.settings, self.only = database, settings, tuple(only) if only else None
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.queue = Queue(settings.queue_url, queue_name(self.only))
        self.relay = Relay(database, self.queue, settings.queue, self.only)
        self.scheduler = Scheduler(database, schedule.entries(settings)) if scheduling else None
        self.stopping = threading.Event()
        self.intake = Intake(self.queue, self.stopping)
        self.runner = Runner(database, settings, self.intake, self.name)
        self._watchdog = watchdog
        self._now = threading.Event()
        self._started = clock.now()
        self._stuck = False
        self._beat_at = -1e9
        self.outage: str | None = None
        self._log = logger("tasks")

    def stop(self, *, at_once: bool = False) -> None:
        """Take no more tasks and end; `at_once`: do not wait for those that run."""
        self.stopping.set()
        self.intake.wake()
        self.runner.freed.set()
        if at_once:
            self._now.set()

    def run(self) -> int:
        """Work until `stop`. 0: stopped gracefully; STUCK: a task would not end, the process must."""
        if self.scheduler is not None:
            self._patiently(self.scheduler.forget)
        self._log.info("worker_started", worker=self.name, kinds=list(self.only or ("all",)), queue=self.queue.shown)
        self.runner.start()
        pause = 0.0
        while not self.stopping.is_set():
            self._guard()
            try:
                handed = self.turn()
                self._recovered()
                pause = 0.0
            except QueueError as error:
                self._warn("queue_down", error.message, "work is kept in the ledger")
                handed, pause = 0, min(1.0, pause * 2 or 0.25)  # leases have to be kept meanwhile
                self._beat_at = -1e9  # the next turn must ask the queue again before it says that all is well
            except DOWN as error:
                said = error.message if isinstance(error, JobSwipeError) else str(error).partition("\n")[0]
                self._warn("database_down", said, "the worker waits")
                handed, pause = 0, min(_LONGEST_PAUSE, pause * 2 or 0.25)
            if handed:
                self.intake.wake()
            self.runner.freed.wait(max(self.settings.queue.poll, pause))
            self.runner.freed.clear()
        return self._end()

    def turn(self) -> int:
        """One turn of the main loop; answers how many ids it put into the queue."""
        now = time.monotonic()
        self._watch(now)
        self._keep_leases(now)
        self._free_held(0.5)
        if self.scheduler is not None:
            for name in self.scheduler.turn():
                self._log.info("schedule_fired", schedule=name)
        if now - self._beat_at >= self.settings.worker.beat:
            self._beat()
            for task_id, state in self.relay.mend():
                self._log.warning("task_returned", task_id=task_id, state=state, reason="its worker vanished")
            self._beat_at = now
        return self.relay.turn()

    def _guard(self) -> None:
        """Arm the interpreter's own watchdog: it needs no lock of ours, and ends the process with code 1."""
        if self._watchdog:
            faulthandler.dump_traceback_later(self.settings.worker.stuck, exit=True)

    def _watch(self, now: float) -> None:
        """A task beyond its limit fails. Its thread cannot be ended: the process ends, when its other tasks have."""
        for one in self.runner.running():
            kind = kinds.get(one.task.kind)
            limit = (kind.limit if kind else None) or self.settings.worker.limit
            if one.given_up or now - one.since <= limit:
                continue
            error = f"It ran longer than its limit of {limit:g} s."
            with self.database.write() as session:
                state = ledger.fail(session, one.task, error, self.settings.queue)
            one.given_up = one.lost = True
            self._log.error("task_stuck", task_id=one.task.id, kind=one.task.kind, state=state, error=error)
            self._stuck = True
            self.stopping.set()

    def _keep_leases(self, now: float) -> None:
        for one in self.runner.running():
            if one.lost or now - one.extended < ledger.lease_of(one.task.kind) / 3:
                continue
            try:
                with self.database.write() as session:
                    ledger.extend(session, one.task)
            except LeaseLostError:
                one.lost = True  # it was cancelled, or it ended in this very moment
            one.extended = now

    def _free_held(self, longer: float) -> None:
        """A task that waits behind a slow one in the same thread goes back to whoever is free."""
        held = self.runner.held(longer)
        if held:
            with self.database.write() as session:
                for task, begun in held:
                    ledger.give_back(session, task, begun=begun)

    def _beat(self) -> None:
        now = clock.now()
        values: dict[str, Any] = {
            "running": len(self.runner.running()),
            "figures": self.runner.figures | {"garbage": self.intake.garbage},
            "beat_at": now,
        }
        fixed = {
            "worker": self.name,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "kinds": list(self.only or ()),
            "threads": self.settings.worker.threads,
            "started_at": self._started,
        }
        dialect = postgresql if self.database.dialect == "postgresql" else sqlite
        statement = dialect.insert(_BEATS).values(fixed | values)
        with self.database.write() as session:
            session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_=values))

    def _end(self) -> int:
        """Finish what can be finished within the grace time, give back the rest."""
        grace = time.monotonic() + self.settings.worker.grace
        while not self.runner.join(0.05):
            alive = [one for one in self.runner.running() if not one.given_up]
            if not alive and self._stuck:
                break
            if time.monotonic() > grace or self._now.is_set():
                break
            self._guard()
            try:
                self._keep_leases(time.monotonic())
            except DOWN:
                self._log.debug("lease_not_kept")
        returned = 0
        try:
            with self.database.write() as session:
                for one in self.runner.running():
                    if not one.lost:
                        returned += ledger.give_back(session, one.task) is not None
                for task, begun in self.runner.held():
                    ledger.give_back(session, task, begun=begun)
                ledger.unqueue(session, self.intake.leftover())
                session.execute(delete(_BEATS).where(_BEATS.c.worker == self.name))
        except DOWN as error:
            self._log.warning("not_given_back", error=str(error)[:300], effect="leases will run out")
        if self._watchdog:
            faulthandler.cancel_dump_traceback_later()
        self._log.info("worker_stopped", worker=self.name, given_back=returned, **self.runner.figures)
        return STUCK if self._stuck else STOPPED

    def _patiently(self, action: Callable[[], None]) -> None:
        pause = 0.25
        while not self.stopping.is_set():
            try:
                action()
                return
            except DOWN as error:
                self._warn("database_down", str(error).partition("\n")[0][:300], "the worker waits")
                self.stopping.wait(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)

    def _warn(self, event: str, error: str, effect: str) -> None:
        if self.outage != event:
            self._log.warning(event, error=error, effect=effect)
        self.outage = event

    def _recovered(self) -> None:
        if self.outage is not None:
            self._log.warning("recovered", after=self.outage)
        self.outage = None
