"""OpenTelemetry behind `jobswipe.observability.context`: loaded and started only where [tracing] enabled is set."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from jobswipe import __version__
from jobswipe.errors import JobSwipeError
from jobswipe.observability import context, engines, otlp, redact
from jobswipe.observability.context import Attribute, Kind, RouteClass
from jobswipe.observability.sampling import KEEP, HouseSampler, Shares
from jobswipe.observability.statements import LONGEST_ATTRIBUTE, Statements

if TYPE_CHECKING:
    from jobswipe.settings import Settings

_KINDS = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}


class Tracing:
    """The tracer of a process, until `stop`."""

    def __init__(self, settings: Settings, role: str, exporter: SpanExporter | None = None) -> None:
        chosen = settings.tracing
        ratios: dict[RouteClass, float] = {
            "api": chosen.ratio_api,
            "page": chosen.ratio_page,
            "task": chosen.ratio_task,
            "command": chosen.ratio_command,
            "health": 0.0,
        }
        self.provider = TracerProvider(
            sampler=HouseSampler(),
            resource=otlp.resource(role),
            shutdown_on_exit=False,
            span_limits=SpanLimits(max_attribute_length=LONGEST_ATTRIBUTE),
        )
        processor = BatchSpanProcessor(_Clean(exporter or _exporter(settings)), schedule_delay_millis=2_000)
        self.provider.add_span_processor(processor)
        # Until somebody listens: the tracer's own troubles are no lines for people.
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        hosts = frozenset(host.strip().lower() for host in chosen.propagate_to.split(",") if host.strip())
        house = _House(self.provider.get_tracer("jobswipe", __version__), Shares(ratios))
        context.install(house, hosts, trusting=chosen.trust_incoming)
        self._statements = Statements(processor, self.provider.resource)
        engines.tell(self._statements)

    def flush(self, seconds: float = otlp.EXPORT_SECONDS) -> bool:
        """Deliver what has ended so far; whether that was possible in time."""
        return self.provider.force_flush(int(seconds * 1000))

    def stop(self) -> None:
        """Deliver what there is, within `otlp.LAST_SECONDS`, and trace no longer."""
        import threading

        context.install(None)
        engines.untell(self._statements)
        # A collector that does not answer must not keep a command from ending.
        last = threading.Thread(target=self.provider.shutdown, name="last-spans", daemon=True)
        last.start()
        last.join(otlp.LAST_SECONDS)


def start(settings: Settings, role: str, exporter: SpanExporter | None = None) -> Tracing | None:
    """Begin to trace as `role` (server, worker, command) where that is enabled. Raises SettingsError."""
    return Tracing(settings, role, exporter) if settings.tracing.enabled else None


def _exporter(settings: Settings) -> SpanExporter:
    chosen = settings.tracing
    return OTLPSpanExporter(
        endpoint=otlp.address(chosen.endpoint, "/v1/traces", "[tracing] endpoint"),
        headers=otlp.headers(chosen.headers, "[tracing] headers"),
        timeout=otlp.EXPORT_SECONDS,
        compression=Compression.Gzip,
    )


class _OpenSpan:
    """`context.Span` over OpenTelemetry's."""

    __slots__ = ("span",)

    def __init__(self, span: trace.Span) -> None:
        self.span = span

    def set(self, **attributes: Attribute) -> None:
        if self.span.is_recording():
            for name, value in attributes.items():
                self.span.set_attribute(name, redact.clean(value) if isinstance(value, str) else value)


class _House:
    """`context.Tracer` over OpenTelemetry's."""

    def __init__(self, tracer: trace.Tracer, shares: Shares) -> None:
        self._tracer = tracer
        self.unkept = shares.unkept

    @contextmanager
    def enter(
        self,
        name: str,
        kind: Kind,
        parent: str | None,
        linked: bool,
        attributes: Mapping[str, Attribute],
        strange: bool,
    ) -> Iterator[_OpenSpan]:
        found = _remote(parent)
        above: Context | None = None
        links: list[Link] = []
        given = dict(attributes)
        if found is None or strange:
            given[KEEP] = "share"
        if found is not None and found.span_id != trace.get_current_span().get_span_context().span_id:
            above = trace.set_span_in_context(NonRecordingSpan(found))
            links = [Link(found)] if linked else []
        with _ended(self._tracer.start_span(name, above, _KINDS[kind], given, links), kind) as opened:
            yield opened

    @contextmanager
    def step(self, name: str, kind: Kind, attributes: Mapping[str, Attribute]) -> Iterator[_OpenSpan]:
        with _ended(self._tracer.start_span(name, None, _KINDS[kind], attributes), kind) as opened:
            yield opened

    def failed(
        self, name: str, kind: Kind, unkept: str, attributes: Mapping[str, Attribute], started: int, error: Exception
    ) -> None:
        """A failed entry whose trace is not kept is kept itself, in its trace: the log's trace id leads to it."""
        found = _remote(unkept)
        if found is None or not _is_failure(error, kind):
            return
        above = trace.set_span_in_context(NonRecordingSpan(found))
        span = self._tracer.start_span(name, above, _KINDS[kind], {**attributes, KEEP: "error"}, None, started)
        _fail(span, error)
        span.end()

    def current(self) -> str | None:
        return _written(trace.get_current_span().get_span_context())

    def produce(self) -> str | None:
        """A producer in a trace of its own, linked to the work at hand; within a trace that is not kept, that one."""
        here = trace.get_current_span().get_span_context()
        if not here.trace_flags.sampled:
            return _written(here)
        span = self._tracer.start_span("send task", Context(), SpanKind.PRODUCER, {KEEP: "fan-out"}, [Link(here)])
        span.end()
        return _written(span.get_span_context())


@contextmanager
def _ended(span: trace.Span, kind: Kind) -> Iterator[_OpenSpan]:
    """Have the span as the current one, ended with the block."""
    token = attach(trace.set_span_in_context(span))
    try:
        yield _OpenSpan(span)
    except Exception as error:
        if _is_failure(error, kind):
            _fail(span, error)
        raise
    finally:
        detach(token)
        span.end()


def _remote(parent: str | None) -> SpanContext | None:
    found = context.parse_traceparent(parent)
    if found is None:
        return None
    flags = TraceFlags(TraceFlags.SAMPLED if found[2] else TraceFlags.DEFAULT)
    return SpanContext(int(found[0], 16), int(found[1], 16), is_remote=True, trace_flags=flags)


def _written(span: SpanContext) -> str | None:
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}" if span.is_valid else None


def _is_failure(error: Exception, kind: Kind) -> bool:
    """A request that asks for what cannot be had is answered, not failed."""
    return not (kind == "server" and isinstance(error, JobSwipeError) and error.status < 500)


def _fail(span: trace.Span, error: Exception) -> None:
    if span.is_recording():
        said = redact.clean(str(error))
        span.set_status(Status(StatusCode.ERROR, said))
        span.set_attribute("error.type", type(error).__name__)
        span.add_event("exception", {"exception.type": type(error).__name__, "exception.message": said})


class _Clean(SpanExporter):
    """What failed says so in words of libraries and databases, which may repeat what they were given."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export(
            [_cleaned(one) if one.status.status_code is StatusCode.ERROR else one for one in spans]
        )

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _cleaned(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=[Event(one.name, _texts(one.attributes), one.timestamp) for one in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(StatusCode.ERROR, redact.clean(span.status.description or "")),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _texts(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: redact.clean(value) if isinstance(value, str) else value for name, value in (attributes or {}).items()
    }
