"""Bytes to documents: files and standard input, gzip, limits, JSON, JSON lines and XML, each failure one sentence."""

from __future__ import annotations

import json
import math
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from html.entities import html5
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError

import msgspec

from jobswipe.errors import InputError, LimitError, PayloadError
from jobswipe.sources.lookalike import display, guess
from jobswipe.sources.raw import Rejection

MAX_BYTES = 200_000_000
"""Bytes of a payload, from here on refused. The largest real board (thousands of postings) has about 60 MB."""
MAX_INFLATED = 200_000_000
"""Bytes at which unpacking a gzip payload stops, whatever is left in it."""


STDIN = Path("-")


class Line(NamedTuple):
    """One of JSON lines; `number` counts from 1."""

    number: int
    value: Any


_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_POSITION = re.compile(r"byte (\d+)")
_HTML = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body|script|div)\b", re.IGNORECASE | re.DOTALL
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9._-]{2,40})[\"'][^>]{0,200}\?>")
_ENTITY = re.compile(r"&(?:#\d{1,8};|#x[0-9a-fA-F]{1,7};|([A-Za-z][A-Za-z0-9]{1,31});)?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files as they are, directories as the files in them, in order. Raises InputError for what is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and not _hidden(one.relative_to(path)))
            if not inside:
                raise InputError(f"The directory {path} holds no files.")
            found.extend(inside)
        elif path == STDIN or path.exists():
            found.append(path)
        else:
            raise InputError(f"No file {path}.")
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def load(path: Path) -> bytes:
    """The payload of a file, or of standard input for "-", unpacked when it is gzip.

    Raises InputError when it cannot be read and LimitError from `MAX_BYTES` on.
    """
    if path == STDIN:
        return plain(sys.stdin.buffer.read(MAX_BYTES))
    try:
        if path.is_file() and path.stat().st_size >= MAX_BYTES:
            raise _too_large(f"{path} has {path.stat().st_size:,} bytes")
        with path.open("rb") as file:  # a device or a pipe has no size, and may have no end
            return plain(file.read(MAX_BYTES))
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from None


def plain(payload: bytes) -> bytes:
    """The payload, unpacked when it is gzip. Raises LimitError when it is too large, PayloadError when damaged."""
    if payload[:2] == _GZIP:
        payload = _inflate(payload)
    if len(payload) >= MAX_BYTES:
        raise _too_large("the payload is larger")
    return payload


def _too_large(what: str) -> LimitError:
    return LimitError(
        f"{what[0].upper()}{what[1:]}, at most {MAX_BYTES // 1_000_000} MB are read: split it into parts."
    )


def _inflate(packed: bytes) -> bytes:
    chunks: list[bytes] = []
    size = 0
    rest = packed
    try:
        while rest[:2] == _GZIP:  # several members may follow each other
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                chunk = unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail
                if not chunk and not rest and not unpacker.eof:
                    raise PayloadError("The gzip payload ends too early: fetch it again.")
                chunks.append(chunk)
                size += len(chunk)
                if size >= MAX_INFLATED:
                    raise _too_large("the gzip payload unpacks to more")
            rest = unpacker.unused_data
    except zlib.error:
        raise PayloadError("The gzip payload is damaged: fetch it again.") from None
    return b"".join(chunks)


def to_text(payload: bytes, encoding: str = "utf-8") -> str:
    """Decode by the byte order mark, else by `encoding`; what is invalid becomes the replacement character."""
    for mark, named in _BOMS:
        if payload.startswith(mark):
            return payload[len(mark) :].decode(named, "replace")
    try:
        return payload.decode(encoding, "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def documents(payload: bytes, kind: str) -> Iterator[Any]:
    """The JSON document of a payload, or a Line for each of JSON lines; an unreadable line is a Rejection.

    Raises PayloadError when it is no JSON, LimitError when it is too large.
    """
    payload = plain(payload)
    if payload.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        payload = to_text(payload).encode()
    start = payload[:2048].lstrip()
    if not start and not payload.strip():
        raise PayloadError(f"The payload is empty: expected {display(kind)} JSON.")
    if _HTML.match(start):
        raise PayloadError(f"Got an HTML page, expected {display(kind)} JSON: is the board name right?")
    if start.startswith(b"<"):
        raise PayloadError(f"Got XML, expected {display(kind)} JSON{_hint(_kind_of_xml(payload))}.")
    try:
        yield msgspec.json.decode(payload)
        return
    except RecursionError:
        raise PayloadError("The JSON is nested too deeply to be read.") from None
    except ValueError as error:  # malformed, or not UTF-8
        failure = error
    lines = payload.splitlines()
    # One bad line does not make JSON lines something else; a broken document has no whole objects at its lines' starts.
    if len(lines) > 1 and any(_is_record(line) for line in islice((one for one in lines if one.strip()), 5)):
        yield from _lines(lines)
        return
    try:
        document = lenient(to_text(payload))
    except (ValueError, RecursionError):
        raise PayloadError(_malformed(payload, failure)) from None
    yield document


def _lines(lines: list[bytes]) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Line(number, msgspec.json.decode(line))
        except (ValueError, RecursionError):
            try:
                yield Line(number, lenient(to_text(line)))
            except (ValueError, RecursionError):
                yield Rejection(record=f"line {number}", reason="it is not valid JSON")


def _is_record(line: bytes) -> bool:
    try:
        return line.startswith(b"{") and len(msgspec.json.decode(line)) > 0
    except (ValueError, RecursionError):
        return False


def lenient(source: str) -> Any:
    """JSON with raw control characters in strings, NaN, endless numbers or lone surrogates, as some servers write it.

    Raises ValueError or RecursionError.
    """
    loose = json.loads(source, strict=False, parse_constant=lambda _: None, parse_float=_finite)
    return msgspec.json.decode(json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace"))


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _malformed(payload: bytes, failure: ValueError) -> str:
    if isinstance(failure, UnicodeDecodeError):
        return "The payload is not UTF-8 text and not valid JSON: is it a JSON file?"
    at = _POSITION.search(str(failure))
    if at is None:
        return f"The payload is not valid JSON: it ends too early, after byte {len(payload)}; fetch it again."
    return f"The payload is not valid JSON at byte {at[1]}: fetch it again, or check its kind."


def decoded(payload: bytes) -> Any:
    """A response that `fetch` has to look into; None when it is no JSON, which `read` then says."""
    try:
        return msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        return None


def count(payload: bytes) -> int:
    """The records of a response that is a list; 0 for any other."""
    found = decoded(payload)
    return len(found) if isinstance(found, list) else 0


def _hint(kind: str | None) -> str:
    return f": it looks like {display(kind)}, use --kind {kind}" if kind else ""


def _kind_of_xml(payload: bytes) -> str | None:
    head = payload[:4096]
    if b"<workzag-jobs" in head:
        return "personio"
    if b"teamtailor.com" in head:
        return "teamtailor"
    return "rss" if b"<rss" in head or b"<feed" in head or b"<rdf:RDF" in head else None


def is_json(payload: bytes) -> bool:
    """Whether it begins as an object or a list does."""
    return _start(payload)[:1] in (b"{", b"[")


def _start(payload: bytes) -> bytes:
    return payload[:2048].lstrip().removeprefix(b"\xef\xbb\xbf").lstrip()


def xml(payload: bytes, kind: str) -> Element:
    """The root element. Raises PayloadError when it is no XML or holds a document type with entities."""
    payload = plain(payload)
    start = _start(payload)
    if not start and not payload.strip():
        raise PayloadError(f"The payload is empty: expected {display(kind)} XML.")
    if is_json(payload):
        raise PayloadError(f"Got JSON, expected {display(kind)} XML{_hint(_kind_of_json(payload))}.")
    if _HTML.match(start):
        raise PayloadError(f"Got an HTML page, expected {display(kind)} XML: is the board name right?")
    try:
        return _parse(payload.lstrip())
    except ParseError as error:
        failure = error
    except (ValueError, LookupError):  # an encoding that expat does not know
        failure = ParseError("its encoding is unknown")
    try:
        return _parse(_repaired(payload))
    except (ParseError, ValueError, LookupError):
        where = f" at line {failure.position[0]}" if hasattr(failure, "position") else ""
        raise PayloadError(f"The payload is not well-formed XML{where}: fetch it again, or check its kind.") from None


def _parse(payload: bytes) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(payload)
    except DefusedXmlException:
        raise PayloadError("The XML declares entities, which a job feed has no need of: it is refused.") from None
    except RecursionError:
        raise PayloadError("The XML is nested too deeply to be read.") from None
    return root


def _kind_of_json(payload: bytes) -> str | None:
    try:
        return guess(msgspec.json.decode(payload))
    except (ValueError, RecursionError):
        return None


def _repaired(payload: bytes) -> bytes:
    """The feed with HTML's named characters, bare ampersands and control characters put right, as UTF-8."""
    declared = _DECLARED.match(payload.lstrip())
    source = to_text(payload.lstrip(), declared[1].decode() if declared else "utf-8")
    if source.startswith("<?xml"):
        source = source[source.find("?>") + 2 :]
    return _ENTITY.sub(_entity, _NOT_XML.sub("", source)).encode("utf-8", "replace")


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    if match[0] == "&":
        return "&amp;"
    if name is None or name in _XML_OWN:
        return match[0]
    return html5.get(f"{name};", f"&amp;{name};")
