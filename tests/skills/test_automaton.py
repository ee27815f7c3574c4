"""The packed automaton: as good as one built from the patterns, and built where it does not fit."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from jobswipe.skills import automaton
from jobswipe.skills.canonical import canonical
from jobswipe.skills.matcher import Matcher
from jobswipe.text import search

TEXT = "Python, k8s and machine learning; a nurse who can drive buses. C++ / .NET, SQL-based data analysis, sciences."


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher()


def test_the_shipped_one_fits_the_shipped_table(matcher: Matcher) -> None:
    """Were it not so, every start would build the automaton: run scripts/build_automaton.py."""
    packed = msgspec.msgpack.decode(zlib.decompress(automaton._shipped()), type=automaton.Packed)
    assert (packed.table, packed.release) == (matcher.version, automaton.release())


def test_it_finds_what_one_that_is_built_finds(matcher: Matcher) -> None:
    hay = b" " + canonical(TEXT) + b" "
    found = automaton.load(matcher.searched, matcher.version).find(hay)
    assert found == search.automaton(matcher.searched(), longest=True).find(hay)
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
        changed(automaton._shipped(), release="0.0.1"),
        changed(automaton._shipped(), states=b"\0" * 100),
    ],
    ids=["empty", "no zlib", "no message", "cut off", "another table", "another library", "no states"],
)
def test_what_does_not_fit_is_built(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "_shipped", lambda: data)
    made = automaton.load(lambda: [b" python", b" machine learning"], "of a test")
    assert made.find(b" machine learning in python ") == [(0, 17, 1), (20, 27, 0)]


def test_without_the_library_another_finds_the_same(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Linux on ARM, for which it has no wheel."""
    with_it = matcher.find(TEXT)
    monkeypatch.setattr(search, "daachorse", None)
    assert automaton.release() is None
    assert Matcher().find(TEXT) == with_it
    words = [b"part", b"part time", b"time"]
    assert search.automaton(words).find(b"part time") == [(0, 4, 0), (5, 9, 2)]
    assert search.automaton(words, longest=True).find(b"part time") == [(0, 9, 1)]
