"""The trace context of what runs now, and the span of a task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


def current_traceparent() -> str | None:
    """The W3C traceparent of the current trace; None without one."""
    return None


@contextmanager
def task_span(kind: str, task_id: int, attempt: int, traceparent: str | None) -> Iterator[None]:  # noqa: ARG001 - what a span has to say
    """What runs inside belongs to the task's span."""
    yield
