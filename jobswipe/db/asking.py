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
"""Seconds without another try after one that failed."""
_NAME = b"jobswipe_asked"
_log = logger(__name__)

Rows = list[tuple[Any, ...]]


class Asking:
    """One statement with whole numbers as its values, in the order in which it names them first.

    It opens its connection when it is asked first, beside the pool's: one more for each process that asks.
    All but that happens in the thread of the loop that asks.
    """

    def __init__(self, database: Database, statement: TextClause) -> None:
        self._engine = database.engine
        self._place = engines.Place(self._engine)
        numbered = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        self._text = str(statement.compile(dialect=numbered))
        self._line: _Line | None = None
        self._opening: asyncio.AbstractEventLoop | None = None
        self._not_before = 0.0 if database.dialect == "postgresql" else float("inf")

    async def rows(self, *values: int) -> Rows | None:
        """Its rows as the driver gives them; None where they are to be asked for by a session."""
        line = self._line
        if line is None or not line.serves(asyncio.get_running_loop()):
            self._open_soon()
            return None
        begun = engines.begin()
        found = await line.ask([b"%d" % value for value in values])
        if found is not None:
            engines.end(begun, self._place, self._text)
        return found

    def close(self) -> None:
        """Let go of the connection. Whoever asks again opens another one."""
        self._opening = None
        line, self._line = self._line, None
        if line is not None:
            line.end()

    def _open_soon(self) -> None:
        now = time.monotonic()
        if self._opening is None and now >= self._not_before:
            self._not_before = now + PAUSE
            self._opening = loop = asyncio.get_running_loop()
            threading.Thread(target=self._open, args=(loop,), name="asking", daemon=True).start()

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        line = None
        try:
            line = _Line(self._engine, self._text, loop)
        except Exception as error:  # noqa: BLE001 - whatever it is, a session will find it too, and tell it to its user
            _log.warning("asking_unavailable", error=str(error))
        try:
            loop.call_soon_threadsafe(self._opened, loop, line)
        except RuntimeError:  # the loop has ended
            if line is not None:
                line.close()

    def _opened(self, loop: asyncio.AbstractEventLoop, line: _Line | None) -> None:
        if self._opening is not loop:
            if line is not None:
                line.close()
            return
        self._opening = None
        if line is None:
            return
        self.close()
        line.start()
        self._line = line


class _Line:
    """A connection in pipeline mode, with those who wait for rows in the order in which they come."""

    def __init__(self, engine: Any, text: str, loop: asyncio.AbstractEventLoop) -> None:
        from psycopg import Error
        from psycopg.adapt import Transformer
        from psycopg.pq import ExecStatus

        self._loop = loop
        self._error = Error
        self._has_rows, self._is_end = ExecStatus.TUPLES_OK, ExecStatus.PIPELINE_SYNC
        pooled = engine.raw_connection()
        self._driver: Any = pooled.driver_connection
        pooled.detach()  # else the pool would take it back
        self._noted = pooled.info
        self._server = self._driver.pgconn
        self._loader = Transformer(self._driver)
        prepared = self._server.prepare(_NAME, text.encode())
        if prepared.status != ExecStatus.COMMAND_OK:
            said = prepared.error_message
            self.close()
            raise Error(said.decode(errors="replace"))
        self._server.nonblocking = 1
        self._server.enter_pipeline_mode()
        self._socket: int = self._server.socket
        self._unsent: list[tuple[Sequence[bytes], asyncio.Future[Rows | None]]] = []
        self._sent: deque[tuple[float, asyncio.Future[Rows | None]]] = deque()
        self._rows: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self._nobody = Context()

    def serves(self, loop: asyncio.AbstractEventLoop) -> bool:
        return self._loop is loop and not self._ended

    def start(self) -> None:
        self._nobody.run(self._loop.add_reader, self._socket, self._read)

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
        if not self._loop.is_closed():
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
        self.close()

    def close(self) -> None:
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
        server = self._server
        try:
            server.consume_input()
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
        except self._error as error:
            self._fail(error)

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
        _log.warning("asking_unavailable", error=str(error))
        self.end()
