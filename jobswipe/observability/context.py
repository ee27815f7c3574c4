"""What the work at hand belongs to: its ids for the log, its span, and the W3C trace context that travels with it.

The rooms call this module alone. It imports no tracing library: until `jobswipe.observability.tracing` puts a tracer
in, spans cost nothing and a trace context that came in is carried on as it is.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol
from urllib.parse import urlsplit

from jobswipe.observability import measure

Kind = Literal["internal", "server", "client", "consumer"]
RouteClass = Literal["api", "page", "task", "command", "health"]
Attribute = str | int | float | bool

# https://www.w3.org/TR/trace-context/ : version, trace id, parent id, flags; a later version may append fields.
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_LONGEST = 512


class Span(Protocol):
    """A span that is open. Attributes never hold personal data."""

    def set(self, **attributes: Attribute) -> None: ...


class Tracer(Protocol):
    """What `jobswipe.observability.tracing` puts in."""

    def unkept(self, route_class: RouteClass, parent: str | None, strange: bool) -> str | None: ...

    def enter(
        self,
        name: str,
        kind: Kind,
        parent: str | None,
        linked: bool,
        attributes: Mapping[str, Attribute],
        strange: bool,
    ) -> AbstractContextManager[Span]: ...

    def step(self, name: str, kind: Kind, attributes: Mapping[str, Attribute]) -> AbstractContextManager[Span]: ...

    def failed(
        self, name: str, kind: Kind, unkept: str, attributes: Mapping[str, Attribute], started: int, error: Exception
    ) -> None: ...

    def current(self) -> str | None: ...

    def produce(self) -> str | None: ...


class _NoSpan:
    def set(self, **attributes: Attribute) -> None:
        pass


class _Entry:
    """An entry into the program (request, command, task): how many messages it has sent."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = 0


_NONE: Mapping[str, Attribute] = {}
_NO_SPAN = _NoSpan()
_tracer: Tracer | None = None
_told: frozenset[str] = frozenset()
_trusting = False
_ids: ContextVar[dict[str, Attribute]] = ContextVar("jobswipe_ids")
# Of a trace that is not kept, or where there is no tracer: then nothing else knows it.
_carried: ContextVar[str | None] = ContextVar("jobswipe_carried", default=None)
_entry: ContextVar[_Entry | None] = ContextVar("jobswipe_entry", default=None)


def install(tracer: Tracer | None, told: frozenset[str] = frozenset(), *, trusting: bool = False) -> None:
    """Put a tracer in, or take it out with None. `told` are the hosts that get our trace context.

    `trusting`: whoever sends a request decides whether its trace is kept.
    """
    global _tracer, _told, _trusting
    _tracer, _told, _trusting = tracer, told, trusting


def parse_traceparent(text: str | None) -> tuple[str, str, bool] | None:
    """(trace id, span id, sampled) of a traceparent; None where it is none, as the standard asks."""
    if not text or len(text) > _LONGEST:
        return None
    found = _TRACEPARENT.fullmatch(text)
    if found is None or (found[1] == "00" and found[5] is not None):
        return None
    return found[2], found[3], bool(int(found[4], 16) & 1)


def current_traceparent() -> str | None:
    """The trace context for one message (a task row) that is about to be written; None outside a trace.

    The first message of a request, command or task belongs to its trace. Each further one begins a trace of its own
    that is linked back: a poll of a thousand boards does not become one trace that nobody can read.
    """
    carried = _carried.get()
    if _tracer is None or carried is not None:
        return carried
    entry = _entry.get()
    if entry is None:
        return _tracer.current()
    entry.sent += 1
    return _tracer.current() if entry.sent == 1 else _tracer.produce()


def outgoing_headers(url: str) -> dict[str, str]:
    """Headers that carry the trace to our own services: `traceparent` for the hosts of [tracing] propagate_to."""
    if not _told or (urlsplit(url).hostname or "") not in _told:
        return {}
    known = _here()
    return {"traceparent": known} if known else {}


def _here() -> str | None:
    """The trace context of the work at hand."""
    return _carried.get() or (_tracer.current() if _tracer is not None else None)


def kept() -> bool:
    """Whether there may be a span: quick, for what is asked with every statement."""
    return _tracer is not None and _carried.get() is None


def fields() -> dict[str, Attribute]:
    """What a log line says about the work at hand: the bound ids, and `trace_id` and `span_id` inside a trace."""
    out = dict(_ids.get({}))
    found = parse_traceparent(_here())
    if found is not None:
        out["trace_id"], out["span_id"] = found[0], found[1]
    return out


@contextmanager
def bind(**ids: Attribute) -> Iterator[None]:
    """Have every log line of the block say these ids (`request_id`, `user_id`, ...): never a name or an address."""
    token = _ids.set({**_ids.get({}), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


@contextmanager
def span(
    name: str,
    kind: Kind = "internal",
    *,
    measured: measure.Operation | None = None,
    attributes: Mapping[str, Attribute] = _NONE,
) -> Iterator[Span]:
    """A step of the work at hand, named "{operation} {destination}". `measured` also records its duration."""
    started = time.perf_counter()
    try:
        if _tracer is None or _carried.get() is not None:
            yield _NO_SPAN
        else:
            with _tracer.step(name, kind, attributes) as opened:
                yield opened
    finally:
        if measured is not None:
            measure.operation(measured, time.perf_counter() - started)


@contextmanager
def entry_span(
    name: str,
    kind: Kind,
    route_class: RouteClass,
    *,
    traceparent: str | None = None,
    linked: bool = False,
    attributes: Mapping[str, Attribute] = _NONE,
) -> Iterator[Span]:
    """The span of a request, command or task: where a trace enters the program, or begins.

    A `traceparent` that is none is ignored. `linked` makes a link to it beside the parenthood. One that a request
    brings is continued; whether it is kept is decided here, unless whoever sends requests is trusted.
    """
    tracer = _tracer
    found = parse_traceparent(traceparent)
    parent = traceparent if found else _here()
    strange = found is not None and kind == "server" and not _trusting
    if tracer is not None:
        unkept = tracer.unkept(route_class, parent, strange)
    else:  # nobody decides here: a stranger must not decide for the worker either
        unkept = f"00-{found[0]}-{found[1]}-00" if found and strange else parent
    tokens = _entry.set(_Entry()), _carried.set(unkept)
    try:
        if tracer is None:
            yield _NO_SPAN
        elif unkept is None:
            with tracer.enter(name, kind, parent, linked, attributes, strange) as opened:
                yield opened
        else:
            started = time.time_ns()
            try:
                yield _NO_SPAN
            except Exception as error:
                if route_class != "health":
                    tracer.failed(name, kind, unkept, attributes, started, error)
                raise
    finally:
        _entry.reset(tokens[0])
        _carried.reset(tokens[1])


@contextmanager
def task_span(kind: str, task_id: int, attempt: int, traceparent: str | None) -> Iterator[Span]:
    """One attempt at a task: a CONSUMER span under its producer and linked to it, and its ids in the log.

    Measures the attempt: duration by kind, done or failed, and how many run at this moment.
    """
    started = time.perf_counter()
    outcome = "failed"
    measure.task_running(kind, 1)
    try:
        with (
            bind(task_id=task_id, task_kind=kind, attempt=attempt),
            entry_span(
                f"process {kind}",
                "consumer",
                "task",
                traceparent=traceparent,
                linked=True,
                attributes={
                    "messaging.operation.type": "process",
                    "messaging.destination.name": kind,
                    "messaging.message.id": str(task_id),
                    "jobswipe.attempt": attempt,
                },
            ) as opened,
        ):
            yield opened
        outcome = "done"
    finally:
        measure.task_running(kind, -1)
        measure.task_attempt(kind, outcome, time.perf_counter() - started)
