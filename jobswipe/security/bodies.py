"""Reads a response body under a cap that counts bytes on the wire and unpacked bytes, so that a bomb is cut off."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable

_STEP = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB_METHOD = 8
ENCODINGS = ("identity", "gzip", "x-gzip", "deflate")


class TooLargeError(Exception):
    """The body is larger than the cap, packed or unpacked."""


class CorruptBodyError(Exception):
    """The compressed body is damaged or ends early."""


def read_body(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The unpacked body. `encoding` is one of ENCODINGS, `limit` in bytes. Raises TooLargeError, CorruptBodyError."""
    body = io.BytesIO()
    unpacker = None if encoding == "identity" else _Unpacker(encoding)
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > limit:
            raise TooLargeError
        for part in (chunk,) if unpacker is None else unpacker.feed(chunk):
            if body.tell() + len(part) > limit:
                raise TooLargeError
            body.write(part)
    if unpacker is not None and received and not unpacker.complete:
        raise CorruptBodyError("it ends in the middle of the compressed data")
    return body.getvalue()


class _Unpacker:
    """gzip (several members too) or deflate (with the standard's zlib header, or without, as some servers send)."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding != "deflate"
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16) if self._gzip else None
        self._head = b""

    @property
    def complete(self) -> bool:
        return self._stream is not None and self._stream.eof

    def feed(self, data: bytes) -> Iterable[bytes]:
        if self._stream is None:
            self._head += data
            if len(self._head) < 2:
                return
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(self._head) else -zlib.MAX_WBITS)
            data = self._head
        elif self._stream.eof:
            # What follows a finished stream is padding, unless it is another gzip member. The magic may be split.
            data = self._head + data
            if not self._next_member(data):
                return
        while True:
            try:
                part = self._stream.decompress(data, _STEP)
            except zlib.error as error:
                raise CorruptBodyError(str(error)) from None
            if part:
                yield part
            if self._stream.eof:
                data = self._stream.unused_data
                if not self._next_member(data):
                    return
            else:
                data = self._stream.unconsumed_tail
                if not data and len(part) < _STEP:
                    return

    def _next_member(self, data: bytes) -> bool:
        """Start on the next gzip member where `data` begins with one; else remember a possible half of its magic."""
        if self._gzip and data.startswith(_GZIP_MAGIC):
            self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._head = b""
            return True
        self._head = data if data in (b"", _GZIP_MAGIC[:1]) else b"\0"
        return False


def _has_zlib_header(head: bytes) -> bool:
    """RFC 1950 §2.2: method 8 and a header that is a multiple of 31."""
    return head[0] & 0x0F == _ZLIB_METHOD and (head[0] << 8 | head[1]) % 31 == 0
