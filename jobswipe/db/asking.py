"""A statement that an event loop asks of Postgres itself, over a connection of its own: no thread waits for the rows.

What is asked in one turn of the loop goes there together, in one pipeline of libpq's. Where there is no connection,
or the answer is late, whoever asks is told so at once and asks by a session: this is a shorter way, not another one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause
from sqlalchemy.dialects import postgresql

from jobswipe.observability import engines
from jobswipe.observability.logs import logger

if TYPE_CHECKING:
    from jobswipe.db.engine import Database

LATE = 2.0
"""Seconds after which an answer comes no more: the connection is given up, and all who wait are told."""
PAUSE = 5.0
"""Seconds from one try to open a connection to the next, at least."""
_NAME = b"jobswipe_asked"
_log = logger(__name__)

Rows = list[tuple[Any, ...]]


class Asking:
    """One statement with whole numbers as its values, in the order in which it names them first.

    It opens its connection when it is asked first, beside the pool's: one more for each process that asks. It serves
    the loop that asks it first from then on, in that loop's thread; another loop has it once that one runs no more.
    """

    def __init__(self, database: Database, statement: TextClause) -> None:
        self._engine = database.engine
        self._place = engines.Place(self._engine)
        numbered = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # untyped there
        self._text = str(statement.compile(dialect=numbered))
        self._lock = threading.Lock()
        self._line: _Line | None = None
        self._opening: object | None = None
        """What the thread that opens is known by; another one, or none: nobody waits for that thread any more."""
        self._not_before = 0.0 if database.dialect == "postgresql" else float("inf")

    async def rows(self, *values: int) -> Rows | None:
        """Its rows as the driver gives them; None where they are to be asked for by a session."""
        line = self._ready(asyncio.get_running_loop())
        if line is None:
            return None
        begun = engines.begin()
        found = await line.ask([b"%d" % value for value in values])
        if found is not None:
            engines.end(begun, self._place, self._text)
        return found

    def close(self) -> None:
        """Let go of the connection. Whoever asks again opens another one."""
        with self._lock:
            self._opening = None
            line, self._line = self._line, None
        if line is not None:
            line.end()

    def _ready(self, loop: asyncio.AbstractEventLoop) -> _Line | None:
        """The connection, if this loop may ask it now; where there is none, one is opened for who asks later."""
        with self._lock:
            line = self._line
            if line is not None:
                if line.serves(loop):
                    return line
                if not line.is_over():
                    return None
                self._line = None
                line.end()
            now = time.monotonic()
            if self._opening is None and now >= self._not_before:
                self._not_before = now + PAUSE
                self._opening = turn = object()
                threading.Thread(target=self._open, args=(turn,), name="asking", daemon=True).start()
        return None

    def _open(self, turn: object) -> None:
        line = None
        try:
            line = _Line(self._engine, self._text)
        except Exception as error:  # noqa: BLE001 - whatever it is, a session will find it too, and tell it to its user
            _log.warning("asking_unavailable", error=str(error))
        with self._lock:
            awaited = self._opening is turn
            if awaited:
                self._opening, self._line = None, line
        if line is not None and not awaited:
            line.end()


class _Line:
    """A connection in pipeline mode, with those who wait for rows in the order in which they come."""

    def __init__(self, engine: Any, text: str) -> None:
        from psycopg import Error
        from psycopg.adapt import Transformer
        from psycopg.pq import ExecStatus

        self._loop: Any = None  # nobody has asked it yet
        self._error = Error
        self._has_rows, self._is_end = ExecStatus.TUPLES_OK, ExecStatus.PIPELINE_SYNC
        self._unsent: list[tuple[Sequence[bytes], asyncio.Future[Rows | None]]] = []
        self._sent: deque[tuple[float, asyncio.Future[Rows | None]]] = deque()
        self._rows: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self._nobody = Context()
        pooled = engine.raw_connection()
        self._driver: Any = pooled.driver_connection
        self._noted = dict(pooled.info)  # before somebody else writes there
        pooled.detach()  # else the pool would take it back
        try:
            self._server = self._driver.pgconn
            self._loader = Transformer(self._driver)
            prepared = self._server.prepare(_NAME, text.encode())
            if prepared.status != ExecStatus.COMMAND_OK:
                raise Error(prepared.error_message.decode(errors="replace"))
            self._server.nonblocking = 1
            self._server.enter_pipeline_mode()
            self._socket: int = self._server.socket
        except BaseException:
            self.end()
            raise

    def serves(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether this running loop may ask it: the first one that wants to, until it has ended."""
        if self._loop is None and not self._ended:
            self._loop = loop
            self._nobody.run(loop.add_reader, self._socket, self._read)
        return self._loop is loop and not self._ended

    def is_over(self) -> bool:
        """Whether nobody can ask it any more, for it or its loop has ended."""
        return self._ended or (self._loop is not None and not self._loop.is_running())

    def ask(self, values: Sequence[bytes]) -> asyncio.Future[Rows | None]:
        if not self._unsent:
            self._loop.call_soon(self._send, context=self._nobody)
        found: asyncio.Future[Rows | None] = self._loop.create_future()
        self._unsent.append((values, found))
        return found

    def end(self) -> None:
        """Give it up: who waits is told to ask otherwise."""
        if self._ended:
            return
        self._ended = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            if self._timer is not None:
                self._timer.cancel()
            waiting = [found for _, found in self._sent] + [found for _, found in self._unsent]
            for found in waiting:
                if not found.done():
                    found.set_result(None)
        self._sent.clear()
        self._unsent.clear()
        engines.gone(self._noted)
        self._driver.close()

    def _send(self) -> None:
        if self._ended:
            return
        now = self._loop.time()
        try:
            for values, found in self._unsent:
                self._server.send_query_prepared(_NAME, values)
                self._sent.append((now, found))
            self._unsent.clear()
            self._server.pipeline_sync()
            self._flush()
        except self._error as error:
            self._fail(error)
        if self._timer is None and not self._ended:
            self._timer = self._loop.call_later(LATE, self._look_late, context=self._nobody)

    def _flush(self) -> None:
        if self._server.flush():  # the socket takes no more for now
            self._loop.add_writer(self._socket, self._go_on)

    def _go_on(self) -> None:
        try:
            if not self._server.flush():
                self._loop.remove_writer(self._socket)
        except self._error as error:
            self._fail(error)

    def _read(self) -> None:
        try:
            while True:
                waited = len(self._sent)
                self._server.consume_input()
                self._take()
                # What is encrypted comes in pieces, of which the socket says nothing once it has given them out.
                if not 0 < len(self._sent) < waited:
                    break
        except self._error as error:
            self._fail(error)

    def _take(self) -> None:
        """Give out the rows that are there."""
        server = self._server
        while not server.is_busy():
            result = server.get_result()
            if result is None:
                if self._rows is None:
                    break
                rows, self._rows = self._rows, None
                _, found = self._sent.popleft()
                if not found.done():  # nobody waits any more
                    found.set_result(rows)
            elif result.status == self._has_rows:
                self._loader.set_pgresult(result)
                self._rows = self._loader.load_rows(0, result.ntuples, tuple)
            elif result.status != self._is_end:
                raise self._error(result.error_message.decode(errors="replace"))

    def _look_late(self) -> None:
        self._timer = None
        if not self._sent:
            return
        late = self._loop.time() - self._sent[0][0]
        if late >= LATE:
            self._fail(f"no answer within {LATE:g} s")
        else:
            self._timer = self._loop.call_later(LATE - late, self._look_late, context=self._nobody)

    def _fail(self, error: object) -> None:
        if not self._ended:
            _log.warning("asking_unavailable", error=str(error))
            self.end()
