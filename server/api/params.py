"""Parameters as all resources take them: ids, limits, cursors."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.params import PathParameter, QueryParameter

from jobswipe.errors import UsageError

MAX_ID = 2**53 - 1
"""The largest id: beyond it numbers in JSON are not exact."""
MAX_CURSOR = 2_000

PathId = Annotated[int, PathParameter(ge=1, le=MAX_ID, description="The number of it.")]
Id = Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
CursorText = Annotated[
    str | None,
    QueryParameter(
        name="cursor", max_length=MAX_CURSOR, description="`next` of the page before; leave it out for the first."
    ),
]

T = TypeVar("T")
_WRONG = "This cursor is of no page of this list: leave it out to start from the beginning."


def cursor(kind: str, value: Any) -> str:
    """A cursor of a list of that kind that goes on after `value`."""
    return urlsafe_b64encode(msgspec.msgpack.encode((kind, value))).rstrip(b"=").decode()


def after(kind: str, text: str | None, type_: type[T]) -> T | None:
    """What a cursor goes on after; None for the first page. Raises UsageError for a cursor of something else."""
    if text is None:
        return None
    try:
        found, value = msgspec.msgpack.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=tuple[str, type_])  # type: ignore[valid-type]  # a type as a value
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise UsageError(_WRONG) from None
    if found != kind:
        raise UsageError(_WRONG)
    return value
