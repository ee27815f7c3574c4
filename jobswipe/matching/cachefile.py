"""Arrays and a header in one file, written whole or not at all and checked when read.

A tail of bytes may follow: it is mapped, not read, and is whoever's business to check who takes a part of it.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

_MAGIC = b"JSWF0001"
_ALIGN = 64
_HEAD = len(_MAGIC) + 12
"""Bytes before the header: its length and its CRC-32."""


def write(path: Path, header: dict[str, Any], arrays: dict[str, np.ndarray], tail: bytes | memoryview = b"") -> None:
    """Write atomically: a reader sees the old file or the new one."""
    layout: dict[str, tuple[str, list[int], int]] = {}
    chunks: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array).tobytes()
        layout[name] = (array.dtype.str, list(array.shape), at)
        chunks.append(data)
        padding = -len(data) % _ALIGN
        chunks.append(b"\0" * padding)
        at += len(data) + padding
    body = b"".join(chunks)
    head = msgspec.json.encode({"header": header, "layout": layout, "crc": zlib.crc32(body), "size": len(body)})
    # So that the arrays are aligned: of one that is not, NumPy makes a copy, whole, before it looks anything up.
    head += b" " * (-(_HEAD + len(head)) % _ALIGN)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + len(head).to_bytes(8, "little") + zlib.crc32(head).to_bytes(4, "little") + head)
            file.write(body)
            file.write(tail)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """The header and the arrays (read-only), or None where the file is absent, damaged or of another format."""
    try:
        found = _parsed(memoryview(path.read_bytes()))
    except OSError:
        return None
    return found[:2] if found is not None else None


def mapped(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray], memoryview] | None:
    """The same with the tail, all of it mapped: processes share what they look at."""
    try:
        with path.open("rb") as file:
            return _parsed(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None


def _parsed(data: memoryview) -> tuple[dict[str, Any], dict[str, np.ndarray], memoryview] | None:
    start = _HEAD
    if len(data) < start or data[: len(_MAGIC)] != _MAGIC:
        return None
    size = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8], "little")
    head = data[start : start + size]
    if zlib.crc32(head) != int.from_bytes(data[start - 4 : start], "little"):
        return None
    described = msgspec.json.decode(head)
    end = start + size + described["size"]
    body = data[start + size : end]
    if len(body) != described["size"] or zlib.crc32(body) != described["crc"]:
        return None
    arrays = {
        name: np.frombuffer(body, dtype=np.dtype(kind), count=int(np.prod(shape)), offset=at).reshape(shape)
        for name, (kind, shape, at) in described["layout"].items()
    }
    return described["header"], arrays, data[end:]
