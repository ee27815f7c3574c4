"""The packed automaton: as good as one built from the patterns, and built where it does not fit."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from jobswipe.skills import automaton
from jobswipe.skills.canonical import canonical
from jobswipe.skills.matcher import Matcher

TEXT = "Python, k8s and machine learning; a nurse who can drive buses. C++ / .NET, SQL-based data analysis, sciences."


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher()


def test_the_shipped_one_fits_the_shipped_table(matcher: Matcher) -> None:
    """Were it not so, every start would build the automaton: run scripts/build_automaton.py."""
    packed = msgspec.msgpack.decode(zlib.decompress(automaton._shipped()), type=automaton.Packed)
    assert (packed.table, packed.library) == (matcher.version, automaton.library())


def test_it_finds_what_one_that_is_built_finds(matcher: Matcher) -> None:
    hay = b" " + canonical(TEXT) + b" "
    found = automaton.load(matcher.searched, matcher.version).find(hay)
    assert found == automaton.build(matcher.searched).find(hay)
    assert len(found) >= 5


def changed(data: bytes, **fields: object) -> bytes:
    packed = msgspec.msgpack.decode(zlib.decompress(data), type=automaton.Packed)
    return zlib.compress(msgspec.msgpack.encode(msgspec.structs.replace(packed, **fields)), 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        zlib.compress(b"garbage"),
        automaton._shipped()[:-1000],
        changed(automaton._shipped(), table="another"),
        changed(automaton._shipped(), library="0.0.1"),
        changed(automaton._shipped(), states=b"\0" * 100),
    ],
    ids=["empty", "no zlib", "no message", "cut off", "another table", "another library", "no states"],
)
def test_what_does_not_fit_is_built(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "_shipped", lambda: data)
    made = automaton.load([b" python", b" machine learning"], "of a test")
    assert made.find(b" machine learning in python ") == [(0, 17, 1), (20, 27, 0)]
