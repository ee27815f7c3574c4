"""Bodies are unpacked under a cap, however they are cut into chunks."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.security.bodies import CorruptBodyError, TooLargeError, read_body

TEXT = b'{"jobs": [' + b'{"title": "Baker"},' * 50 + b"{}]}"


def pack(data: bytes, encoding: str) -> bytes:
    if encoding == "raw-deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return packer.compress(data) + packer.flush()
    return {"identity": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[encoding](data)


@given(
    data=st.binary(max_size=3000),
    encoding=st.sampled_from(["identity", "gzip", "deflate", "raw-deflate"]),
    size=st.integers(1, 50),
)
def test_every_encoding_in_chunks_of_any_size(data: bytes, encoding: str, size: int) -> None:
    packed = pack(data, encoding)
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert read_body(chunks, encoding.removeprefix("raw-"), 10_000) == data


@given(size=st.integers(1, 40), padding=st.sampled_from([b"", b"\0" * 20, b"\x1f", b"\x1fgarbage"]))
def test_gzip_members_are_joined_and_padding_is_not(size: int, padding: bytes) -> None:
    packed = gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]) + padding
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert read_body(chunks, "gzip", 10_000) == TEXT


def test_large_bodies_that_pack_well_arrive_whole() -> None:
    data = b"\0" * (5 << 20)
    assert read_body([gzip.compress(data)], "gzip", len(data)) == data
    with pytest.raises(TooLargeError):
        read_body([gzip.compress(data)], "gzip", len(data) - 1)


def test_the_packed_size_counts_too() -> None:
    with pytest.raises(TooLargeError):
        read_body(itertools.repeat(b"x" * 1000), "identity", 100_000)
    members = itertools.repeat(gzip.compress(b""))
    with pytest.raises(TooLargeError):
        read_body(members, "gzip", 100_000)


def test_a_bomb_is_cut_off_after_the_cap() -> None:
    taken = 0

    def bomb() -> Iterator[bytes]:
        nonlocal taken
        packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
        while True:
            data = packer.compress(b"\0" * (1 << 20))
            taken += 1
            yield data

    with pytest.raises(TooLargeError):
        read_body(bomb(), "gzip", 8 << 20)
    assert taken < 60


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "nonsense"])
def test_damage_is_told(encoding: str, damage: str) -> None:
    packed = bytearray(pack(TEXT, encoding))
    if damage == "cut":
        del packed[-5:]
    elif damage == "flipped":
        packed[len(packed) // 2] ^= 0xFF
    else:
        packed[:] = b"\xff" * 50
    with pytest.raises(CorruptBodyError):
        read_body([bytes(packed)], encoding, 10_000)


def test_an_empty_body_needs_no_packing() -> None:
    assert read_body([], "gzip", 10) == b""
