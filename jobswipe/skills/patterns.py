"""The shipped table of names: which comparable text stands for which concept, and how strictly its letters count."""

from __future__ import annotations

import enum
import gzip
import hashlib
from pathlib import Path

import msgspec


class Case(enum.IntEnum):
    """How a pattern has to be written in a text."""

    ANY = 0
    CONTEXT = 1  # a common word too: capitalised, and the words around it speak of a tool
    CAPITALS = 2  # an acronym
    EXACT = 3  # exactly the letters of one of `Table.written`
    LETTER = 4  # the languages C and R


class Kind(enum.IntEnum):
    """What a concept is, as far as its rank among a posting's skills goes."""

    FIELD = 0  # a field or method of work
    TOOL = 1  # a language, product or framework
    GENERAL = 2  # asked for in every trade


class Table(msgspec.Struct):
    """`patterns`: sorted comparable names, a line each, with a case (a byte) and a concept (little-endian uint16).

    A concept is a position in `ids`, `names` and `kinds` (a byte each). `written` gives the spellings of the patterns
    of case EXACT.
    """

    version: str
    ids: list[str]
    names: list[str]
    kinds: bytes
    patterns: str
    concepts: bytes
    cases: bytes
    written: dict[str, list[str]]

    def write(self, path: Path) -> int:
        """Write the table; its version is the digest of its content. Returns the file's size in bytes."""
        self.version = ""
        self.version = hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()[:12]
        path.write_bytes(gzip.compress(msgspec.msgpack.encode(self), mtime=0))
        return path.stat().st_size


def read(data: bytes) -> Table:
    """The table of a file's bytes."""
    return msgspec.msgpack.decode(gzip.decompress(data), type=Table)
