"""What serving processes of one machine say to each other: a request, its answer, each in one frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

LARGEST = 16_000_000
"""Bytes of a frame: what says that it is larger is none."""
ANYBODY = bytes(4)
"""The empty frame, by which the one that asks learns that the other one still hears."""

Pairs = list[tuple[bytes, bytes]]

# What became of a request, where a status of HTTP would be.
HEARS = 0
"""No answer, but a sign of life: the first thing that is said, and what ANYBODY is answered."""
LEAVES = 1
"""No more requests are taken; `id` is that of the last one that was."""
UNANSWERED = 2
"""It may have been carried out, and there is no answer that could be passed on."""
NOT_TAKEN = 3
"""It was not carried out, and will not be."""
LATE = 4
"""There was no answer in time."""


class Asked(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A request as it came, whole."""

    id: int
    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Pairs
    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    scheme: str
    http_version: str
    body: bytes


class Answered(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An answer as it is sent, whole; or, with a status below 100, what became of the request."""

    id: int
    status: int
    headers: Pairs = []
    body: bytes = b""


class UnreadableError(Exception):
    """What came is no frame."""


_encoder = msgspec.msgpack.Encoder()
_asked = msgspec.msgpack.Decoder(Asked)
_answered = msgspec.msgpack.Decoder(Answered)


def encode(message: Asked | Answered) -> bytes:
    """A frame: four bytes of length, then MessagePack. Raises UnreadableError where it is too large for one."""
    body = _encoder.encode(message)
    if len(body) > LARGEST:
        raise UnreadableError
    return len(body).to_bytes(4, "big") + body


def asked(frame: bytes) -> Asked:
    """Raises UnreadableError."""
    found: Asked = _decode(_asked, frame)
    return found


def answered(frame: bytes) -> Answered:
    """Raises UnreadableError."""
    found: Answered = _decode(_answered, frame)
    return found


def _decode(decoder: msgspec.msgpack.Decoder[Any], frame: bytes) -> Any:
    try:
        return decoder.decode(frame)
    except msgspec.DecodeError as error:  # the error of wrong types is one, too
        raise UnreadableError from error


class Frames:
    """Puts together what a stream has cut."""

    def __init__(self) -> None:
        self._held = b""

    def split(self, data: bytes) -> Iterable[bytes]:
        """The frames that are whole now, without their lengths. Raises UnreadableError."""
        held = self._held + data if self._held else data
        found, at = [], 0
        while len(held) - at >= 4:
            size = int.from_bytes(held[at : at + 4], "big")
            if size > LARGEST:
                raise UnreadableError
            if len(held) - at - 4 < size:
                break
            found.append(held[at + 4 : at + 4 + size])
            at += 4 + size
        self._held = held[at:]
        return found
