"""Ids in statements: lists of few lengths, so that there are few statements and the database plans each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Id = TypeVar("Id", int, bytes)
LENGTHS = (10, 40, 500)


def parts(ids: Sequence[Id]) -> Iterator[list[Id]]:
    """The ids in parts of up to 500, each filled up to one of LENGTHS with its last id."""
    for start in range(0, len(ids), LENGTHS[-1]):
        part = list(ids[start : start + LENGTHS[-1]])
        length = next(most for most in LENGTHS if len(part) <= most)
        yield part + [part[-1]] * (length - len(part))
