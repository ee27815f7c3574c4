"""Bad input: each whole-payload failure is one PayloadError or LimitError, whatever the kind; nothing else escapes."""

from __future__ import annotations

import copy
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payloads import ASHBY, LD, SAMPLES, dump, read

from jobswipe.errors import InputError, LimitError, PayloadError
from jobswipe.sources import payload as reading
from jobswipe.sources import registry
from jobswipe.sources.raw import RawPosting, Rejection

JSON_KINDS = sorted(set(SAMPLES) - {"personio", "rss", "jsonld", "teamtailor"})


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_every_kind_reads_its_sample_plain_and_packed(kind: str) -> None:
    plain = read(kind, SAMPLES[kind])
    assert any(isinstance(one, RawPosting) for one in plain)
    assert read(kind, gzip.compress(SAMPLES[kind])) == plain
    assert read(kind, b"\xef\xbb\xbf" + SAMPLES[kind]) == plain


@pytest.mark.parametrize("kind", sorted(SAMPLES))
@pytest.mark.parametrize("body", [b"", b"  \n", b"\x7fELF\x02\x01\x01", b"plain words", b"{", b'"text"', b"42"])
def test_what_is_no_payload(kind: str, body: bytes) -> None:
    with pytest.raises(PayloadError) as caught:
        read(kind, body)
    assert caught.value.message.endswith((".", "?"))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("kind", JSON_KINDS)
def test_html_in_place_of_json(kind: str) -> None:
    for html in (b"<!DOCTYPE html><html><body>404</body></html>", b"<html lang=en>", b"\n <!-- x --><HTML>"):
        with pytest.raises(PayloadError, match=r"Got an HTML page, expected .* JSON"):
            read(kind, html)


@pytest.mark.parametrize("kind", sorted(set(SAMPLES) - {"jsonld"}))
@pytest.mark.parametrize("given", sorted(SAMPLES))
def test_another_kinds_payload_is_refused(kind: str, given: str) -> None:
    if kind == given or {kind, given} == {"rss", "teamtailor"} or (kind, given) == ("rss", "jsonld"):
        return
    with pytest.raises(PayloadError):
        read(kind, SAMPLES[given])


def test_the_kind_it_looks_like_is_named() -> None:
    with pytest.raises(PayloadError, match="looks like Greenhouse, use --kind greenhouse"):
        read("ashby", SAMPLES["greenhouse"])
    with pytest.raises(PayloadError, match="--kind lever"):
        read("remotive", SAMPLES["lever"])
    with pytest.raises(PayloadError, match="--kind personio"):
        read("rss", SAMPLES["personio"])


def test_malformed_json_names_the_byte() -> None:
    with pytest.raises(PayloadError, match="not valid JSON at byte 10"):
        read("ashby", b'{"jobs": [}')
    with pytest.raises(PayloadError, match="not valid JSON: it ends too early"):
        read("ashby", dump({"jobs": [ASHBY]})[:-5])


@pytest.mark.parametrize(
    ("kind", "empty"),
    [
        ("ashby", {"jobs": []}),
        ("greenhouse", {"jobs": [], "meta": {"total": 0}}),
        ("lever", []),
        ("workable", {"name": "X", "jobs": []}),
        ("smartrecruiters", {"totalFound": 0, "content": []}),
        ("recruitee", {"offers": []}),
        ("remotive", {"jobs": []}),
        ("remoteok", [{"legal": "Link back."}]),
        ("hackernews", {"type": "story", "title": "Who is hiring?", "children": []}),
        ("personio", "<workzag-jobs/>"),
        ("teamtailor", "<rss><channel><title>X</title></channel></rss>"),
        ("rss", "<rss><channel><title>X</title></channel></rss>"),
    ],
)
def test_an_empty_board_is_no_error(kind: str, empty: object) -> None:
    assert read(kind, empty) == []


def test_invalid_utf8_becomes_the_replacement_character() -> None:
    body = dump({"jobs": [ASHBY]}).replace(b"Harbour", b"H\xffrbour")
    found = read("ashby", body)[0]
    assert isinstance(found, RawPosting)
    assert found.title == "H\ufffdrbour Pilot"


@pytest.mark.parametrize("kind", JSON_KINDS)
def test_deep_nesting_is_refused(kind: str) -> None:
    for deep in (b"[" * 200_000 + b"]" * 200_000, b'{"jobs":' * 100_000 + b"1" + b"}" * 100_000):
        with pytest.raises(PayloadError):
            read(kind, deep)


BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>'
XXE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel>&x;</channel></rss>'


@pytest.mark.parametrize("kind", ["rss", "personio", "teamtailor"])
@pytest.mark.parametrize("xml", [BOMB, XXE])
def test_entities_are_refused(kind: str, xml: str) -> None:
    with pytest.raises(PayloadError, match="entities"):
        read(kind, xml)


@pytest.mark.parametrize("kind", ["rss", "personio", "teamtailor"])
def test_deep_xml_is_read_or_refused(kind: str) -> None:
    with pytest.raises(PayloadError):
        read(kind, "<a>" * 50_000 + "</a>" * 50_000)


def test_a_feed_with_html_names_and_bare_ampersands_is_read() -> None:
    xml = "<rss><channel><item><title>R&D caf&eacute; \x0b& more</title><guid>1</guid></item></channel></rss>"
    found = read("rss", xml)[0]
    assert isinstance(found, RawPosting)
    assert found.title == "R&D café & more"


def test_one_bad_line_does_not_hide_the_others() -> None:
    lines = dump(ASHBY) + b"\n{broken\n\n" + dump({**ASHBY, "id": "a-2"}) + b"\n"
    first, bad, second = read("ashby", lines)
    assert isinstance(first, RawPosting)
    assert isinstance(second, RawPosting)
    assert bad == Rejection(record="line 2", reason="it is not valid JSON")


def test_load_reads_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "board.json.gz"
    file.write_bytes(gzip.compress(b"[]") + gzip.compress(b" "))
    assert reading.load(file) == b"[] "
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"[1]"))))
    assert reading.load(Path("-")) == b"[1]"
    with pytest.raises(InputError, match="Cannot read"):
        reading.load(tmp_path / "nowhere.json")
    with pytest.raises(InputError, match="Cannot read"):
        reading.load(tmp_path)


def test_sizes_are_capped_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(reading.MAX_BYTES + 1)  # sparse: takes no disk
    with pytest.raises(LimitError, match="split it"):
        reading.load(large)
    monkeypatch.setattr(reading, "MAX_INFLATED", 1_000_000)
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(20_000_000)))
    with pytest.raises(LimitError, match="split it"):
        reading.load(bomb)


@pytest.mark.parametrize(
    "damage", [b"\x1f\x8b", gzip.compress(b"x" * 999, mtime=0)[:-9], b"\x1f\x8b\x08\x00garbage" * 4]
)
def test_damaged_gzip(damage: bytes) -> None:
    with pytest.raises(PayloadError, match="gzip"):
        reading.plain(damage)


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _only_known_failures(kind: str, body: bytes) -> None:
    try:
        found = read(kind, body)
    except PayloadError:
        return
    for one in found:
        assert isinstance(one, RawPosting | Rejection)
        if isinstance(one, RawPosting):
            assert one.external_id
            assert one.title


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=60))
def test_random_bytes(kind: str, body: bytes) -> None:
    _only_known_failures(kind, body)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(JSON_KINDS), _json)
def test_random_json(kind: str, document: object) -> None:
    _only_known_failures(kind, dump(document))


@st.composite
def _damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with one of its values, at any depth, replaced by another type."""
    kind = draw(st.sampled_from([*JSON_KINDS, "jsonld"]))
    document = copy.deepcopy(LD) if kind == "jsonld" else json.loads(SAMPLES[kind])
    places = list(_paths(document))
    holder, key = draw(st.sampled_from(places))
    holder[key] = draw(_json)
    return kind, dump(document)


def _paths(node: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, value in list(
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    ):
        found.append((node, key))
        found += _paths(value)
    return found


@settings(max_examples=300, deadline=None)
@given(_damaged())
def test_samples_with_a_value_of_another_type(case: tuple[str, bytes]) -> None:
    _only_known_failures(*case)


def test_kinds_of_the_samples_are_all_kinds() -> None:
    assert set(SAMPLES) <= set(registry.kinds())
