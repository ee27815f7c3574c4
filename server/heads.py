"""What a request's head says, by the names of its headers: looked through once for all the layers that ask."""

from __future__ import annotations

from litestar.types import Scope

_FIRST = "jobswipe_first_headers"


def first(scope: Scope, name: bytes) -> str | None:
    """The value of a header, of several the first; `name` in lower case."""
    found = by_name(scope).get(name)
    return None if found is None else found.decode("latin-1")


def joined(scope: Scope, name: bytes) -> str:
    """All values of a header that is a list (RFC 9110, 5.3); "" where there is none."""
    if name not in by_name(scope):
        return ""
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def by_name(scope: Scope) -> dict[bytes, bytes]:
    """Each header that there is, with its first value."""
    state = scope.setdefault("state", {})
    found: dict[bytes, bytes] | None = state.get(_FIRST)
    if found is None:
        found = state[_FIRST] = dict([*scope["headers"]][::-1])
    return found
