"""What of a task may be shown to whoever runs the machine: what it is about, but nothing that a person wrote."""

from __future__ import annotations

from typing import Any

from jobswipe.observability import redact

Shown = str | int | float | bool | None
HIDDEN = "[hidden]"
"""Stands for a text or a structure of a payload: it may be a person's own words."""
_PLAIN = frozenset({"slot", "kind", "language"})
"""Keys whose texts the code writes."""
_LONGEST = 100
MAX_KEYS = 50


def payload(given: dict[str, Any]) -> dict[str, Shown]:
    """The payload with its numbers and flags; texts only where the code writes them."""
    return {key[:_LONGEST]: _value(key, one) for key, one in list(given.items())[:MAX_KEYS]}


def _value(key: str, given: Any) -> Shown:
    if given is None or isinstance(given, bool | int | float):
        return given
    if isinstance(given, str) and key in _PLAIN and len(given) <= _LONGEST:
        return given
    return HIDDEN


def error(given: str | None) -> str | None:
    """The error without what looks personal or secret, as it would be logged."""
    return None if given is None else redact.clean(given)
