"""A request's body as it comes in: not larger than its address takes, and not slower than a person's worst line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from litestar.types import Receive
from litestar.types.asgi_types import HTTPReceiveMessage

from jobswipe.settings import LimitsSettings
from server.problems import CODES, MALFORMED, Problem, Refused


def check_length(headers: Iterable[tuple[bytes, bytes]], most: int) -> None:
    """Raises Refused where the body is said to be too large, before any of it is read, or to have two lengths."""
    coded = sized = False
    for name, value in headers:
        coded = coded or name == b"transfer-encoding"
        sized = sized or name == b"content-length"
        if name == b"content-length" and value.isdigit() and int(value[:20]) > most:
            raise _too_large(most)
    if coded and sized:  # two who read it differently could be made to see different requests: no more of them here
        raise Refused(replace(MALFORMED, headers={"connection": "close"}))


def watched(receive: Receive, most: int, limits: LimitsSettings) -> Receive:
    """`receive`, counting what really comes (whatever was said) and how long it is waited for.

    Only the waiting counts: while the server is busy the client is not late. Raises Refused: 413, 408.
    """
    size = 0
    waited = 0.0
    whole = False

    async def receiving() -> HTTPReceiveMessage:
        nonlocal size, waited, whole
        if whole:
            return cast("HTTPReceiveMessage", await receive())
        left = limits.body_timeout + size / limits.body_rate - waited
        began = time.monotonic()
        try:
            async with asyncio.timeout(left):
                message = cast("HTTPReceiveMessage", await receive())
        except TimeoutError:
            raise Refused(_too_slow(limits)) from None
        waited += time.monotonic() - began
        if message["type"] != "http.request":
            whole = True
            return message
        size += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if size > most:
            raise _too_large(most)
        return message

    return receiving


def _too_large(most: int) -> Refused:
    return Refused(
        Problem(
            413,
            CODES[413],
            f"The body is larger than the {most} bytes that this address takes.",
            {"connection": "close"},
        )
    )


def _too_slow(limits: LimitsSettings) -> Problem:
    return Problem(
        408,
        CODES[408],
        f"The body came too slowly: {limits.body_rate} bytes a second are the least after {limits.body_timeout:g} s.",
        {"connection": "close"},
    )
