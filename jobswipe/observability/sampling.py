"""Which traces are kept: the decision that came with a trace, else a share by the class of where it entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

CLASS = "jobswipe.class"
"""The attribute of an entry that names its class of routes."""
KEEP = "jobswipe.kept"
"""The attribute of a span that is kept whatever its trace's decision, with why."""


class ClassSampler(Sampler):
    """A share of the roots for each class. A root without a class (a statement outside any trace) is not kept."""

    def __init__(self, ratios: Mapping[str, float]) -> None:
        self._by_class = {name: TraceIdRatioBased(ratio) for name, ratio in ratios.items()}

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        sampler = self._by_class.get(str((attributes or {}).get(CLASS)), ALWAYS_OFF)
        return sampler.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"ByClass({', '.join(f'{name}={one.rate:g}' for name, one in self._by_class.items())})"


class HouseSampler(Sampler):
    """Parent-based over `ClassSampler`; what is marked to be kept is."""

    def __init__(self, ratios: Mapping[str, float]) -> None:
        self._inner = ParentBased(ClassSampler(ratios))

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if attributes and KEEP in attributes:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, trace_state)
        return self._inner.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"House({self._inner.get_description()})"
