"""Parameters and bodies as all resources take them: ids, limits, cursors, texts, and requests that may be repeated."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from sqlmodel import Session

from jobswipe import clock
from jobswipe.accounts.idempotency import Once
from jobswipe.errors import UsageError
from server.api.access import ApiRequest

MAX_ID = 2**31 - 1
"""The largest number that a row can have."""
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
KeyText = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$(?!\n)",
        description="The same key with the same body is answered the same for 24 hours, and done once.",
    ),
]
# Patterns mean the same here and to who reads the description by ECMAScript's rules: there a final `$` passes over no
# line end, and what is white space differs.
WEB = r"^https?://[^\s\x00-\x1f\x7f-\x9f\ufeff]+$(?!\n)"
# No database holds NUL in a text.
NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=NO_NUL)]
LongText = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]

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


def seen(found: Any, type_: type[T]) -> T:
    """What is shown of a row: the fields of the answer's type."""
    return msgspec.convert(found, type_, from_attributes=True)


def claimed(request: ApiRequest, session: Session, key: str | None, data: Any) -> Once | None:
    """The claim of a request's key, within the session's transaction; None where it has none."""
    if key is None:
        return None
    same = f"{request.method} {request.scope['path']}\n".encode() + msgspec.json.encode(data)
    return Once(session, request.user.person_id, key, same, clock.now())


def once(claim: Once | None, type_: type[T], do: Callable[[], T]) -> T:
    """Do it within the claim's transaction, or answer what the same request was answered before."""
    if claim is None:
        return do()
    if claim.reply is not None:
        return msgspec.json.decode(claim.reply, type=type_)
    answer = do()
    claim.keep(msgspec.json.encode(answer))
    return answer
