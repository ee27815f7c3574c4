"""Read an archive that may come from anybody: every limit is held while reading, and nothing is unpacked to a disk."""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from jobswipe.accounts import archive
from jobswipe.errors import InputError, LimitError

_STEP = 1 << 16
_NAMES = {archive.file_name(part): part for part in (*archive.WHOLE, *archive.LINES)}
_MAX_MANIFEST = 100_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What is stored encrypted may be any text; in a column no database holds NUL.
_SEALED = frozenset({"document", "text", "value", "anchor", "question", "flags", "facts"})
_YEARS = range(1990, 2200)
_NOT_ONE = "This is no archive that 'jobswipe export' has written: "


def read(data: bytes) -> archive.Archive:
    """The archive's content, checked by itself. Raises InputError, and LimitError for one that is too large."""
    if len(data) > archive.MAX_ARCHIVE:
        raise LimitError(f"The archive is too large: at most {archive.MAX_ARCHIVE // 1_000_000} MB are read.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            return _read(zipped)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise InputError(f"{_NOT_ONE}the zip is damaged.") from None


def _read(zipped: zipfile.ZipFile) -> archive.Archive:
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in zipped.infolist():
        if entry.filename in entries:
            raise InputError(f"{_NOT_ONE}it has {_shown(entry.filename)} twice.")
        if entry.filename != archive.MANIFEST and entry.filename not in _NAMES:
            raise InputError(f"{_NOT_ONE}it has a file {_shown(entry.filename)}, which is none of its files.")
        if entry.compress_type not in _METHODS or entry.flag_bits & 1:
            raise InputError(f"{_NOT_ONE}{entry.filename} is encrypted, or compressed in another way.")
        entries[entry.filename] = entry
    if archive.MANIFEST not in entries:
        raise InputError(f"{_NOT_ONE}it has no {archive.MANIFEST}.")
    manifest = _manifest(_unpack(zipped, entries[archive.MANIFEST], _MAX_MANIFEST))
    if set(manifest.files) != set(entries) - {archive.MANIFEST}:
        raise InputError(f"{_NOT_ONE}its files are not those that {archive.MANIFEST} names.")
    left = archive.MAX_UNPACKED
    parts: dict[str, Any] = {}
    for name, known in manifest.files.items():
        content = _unpack(zipped, entries[name], left)
        left -= len(content)
        if hashlib.sha256(content).hexdigest() != known.sha256:
            raise InputError(f"The archive is damaged: {name} is not as it was written.")
        part = _NAMES[name]
        if part in archive.WHOLE:
            parts[part] = _decoded(content, archive.WHOLE[part], name)
        else:
            parts[part] = list(_lines(content, archive.LINES[part], name))
    return archive.Archive(**parts)


def _manifest(content: bytes) -> archive.Manifest:
    try:
        head = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("kind") != archive.KIND:
        raise InputError(f"{_NOT_ONE}its {archive.MANIFEST} says so.")
    if not isinstance(head.get("format"), int) or head["format"] > archive.FORMAT:
        raise InputError("The archive was written by a newer JobSwipe: install that version to import it.")
    found: archive.Manifest = _decoded(content, archive.Manifest, archive.MANIFEST)
    return found


def _unpack(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """What an entry holds, counted while it is unpacked: the size that the zip states may be a lie."""
    out = io.BytesIO()
    with zipped.open(entry) as opened:
        while part := opened.read(_STEP):
            if out.tell() + len(part) > limit:
                raise LimitError(
                    f"The archive unpacks to too much: at most {archive.MAX_UNPACKED // 1_000_000} MB are read."
                )
            out.write(part)
    return out.getvalue()


def _lines(content: bytes, type_: Any, name: str) -> Iterator[Any]:
    start = number = 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        number += 1
        if end - start > archive.MAX_LINE:
            raise LimitError(f"Line {number} of {name} is longer than {archive.MAX_LINE // 1_000_000} MB.")
        if number > archive.MAX_LINES:
            raise LimitError(f"{name} has more than {archive.MAX_LINES} lines.")
        yield _decoded(content[start:end], type_, f"line {number} of {name}")
        start = end + 1


def _decoded(content: bytes, type_: Any, where: str) -> Any:
    try:
        found = msgspec.json.decode(content, type=type_)
    except msgspec.ValidationError as error:
        raise InputError(f"The archive cannot be imported: {where}: {error}.") from None
    except (msgspec.DecodeError, RecursionError):
        raise InputError(f"The archive cannot be imported: {where} is not JSON.") from None
    if isinstance(found, msgspec.Struct):
        _check(found, where)
    return found


def _check(value: Any, where: str, *, sealed: bool = False) -> None:
    """What types do not say: moments that both databases hold, numbers that are some, texts without NUL."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _check(getattr(value, name), where, sealed=name in _SEALED)
    elif isinstance(value, dict):
        for key, one in value.items():
            _check(key, where, sealed=sealed)
            _check(one, where, sealed=sealed)
    elif isinstance(value, list):
        for one in value:
            _check(one, where, sealed=sealed)
    elif isinstance(value, datetime):
        if value.year not in _YEARS:
            raise InputError(f"The archive cannot be imported: {where} has a moment of the year {value.year}.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"The archive cannot be imported: {where} has a number that is none.")
    elif isinstance(value, int):
        if abs(value) >= 1 << 63:
            raise InputError(f"The archive cannot be imported: {where} has a number beyond 64 bits.")
    elif isinstance(value, str) and "\0" in value and not sealed:
        raise InputError(f"The archive cannot be imported: {where} has a text with NUL in it.")


def _shown(name: str) -> str:
    return repr(name[:80])
