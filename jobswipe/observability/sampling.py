"""Which traces are kept: the decision that came with a trace, else a share by the class of where it entered.

The decision is made before any span is: nine of ten requests are not kept, and cost next to nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from jobswipe.observability.context import RouteClass, parse_traceparent

KEEP = "jobswipe.kept"
"""The attribute of a span that begins what is kept, with why: share, fan-out or error."""


class Shares:
    """The share of traces that is kept for each class of routes, 0 to 1."""

    def __init__(self, ratios: Mapping[RouteClass, float]) -> None:
        self._ratios = ratios

    def unkept(self, route_class: RouteClass, parent: str | None, strange: bool = False) -> str | None:
        """The trace context of a trace that enters here and is not kept; None for one that is.

        A stranger's decision counts for nothing: else whoever asks fills the collector.
        """
        found = parse_traceparent(parent)
        if found[2] if found is not None and not strange else random.random() < self._ratios[route_class]:  # noqa: S311 - a sample
            return None
        trace_id = found[0] if found is not None else f"{random.getrandbits(128) or 1:032x}"
        return f"00-{trace_id}-{random.getrandbits(64) or 1:016x}-00"


class HouseSampler(Sampler):
    """Parent-based; of the roots those alone that `Shares` has chosen. A statement outside any trace makes none."""

    def __init__(self) -> None:
        self._inner = ParentBased(ALWAYS_OFF)

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
        return "ParentBased{root:Shares}"
