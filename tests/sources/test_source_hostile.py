"""Payloads that are broken, too large, of another kind or made to harm: one sentence each, and never a crash."""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe.errors import InputError, LimitError, PayloadError
from jobswipe.sources import payload, registry
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting, Rejection

FIXTURES = Path(__file__).parent / "fixtures"
CONTEXT = ReadContext(fetched_at=datetime(2026, 11, 1, tzinfo=UTC))
BOARDS = {
    "ashby": "ashby.json",
    "greenhouse": "greenhouse.json",
    "lever": "lever.json",
    "workable": "workable.json",
    "smartrecruiters": "smartrecruiters.json",
    "recruitee": "recruitee.json",
    "remotive": "remotive.json",
    "remoteok": "remoteok.json",
    "hackernews": "thread.json",
    "teamtailor": "teamtailor.json",
}
XML_KINDS = ("rss", "teamtailor", "personio")


def read(kind: str, body: bytes) -> list[RawPosting | Rejection]:
    return list(registry.adapter(kind).read(body, CONTEXT))


@pytest.mark.parametrize("kind", registry.kinds())
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n\t",
        b"\xef\xbb\xbf",
        b"\x7fELF\x00\x01\x02\x03",
        b"\x00" * 64,
        b"\xff\xfe\xfa\x00",
        b'{"jobs": [{"id": 1',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"<a>" * 50_000,
        b"null",
        b"{}",
        b"<!doctype html><html><body>Not found</body></html>",
        b"\x1f\x8bnot gzip",
        gzip.compress(b'{"jobs": []}')[:-9],
    ],
    ids=range(15),
)
def test_what_is_no_payload_is_refused_in_one_sentence(kind: str, body: bytes) -> None:
    with pytest.raises(PayloadError) as caught:
        read(kind, body)
    message = caught.value.message
    assert message[0].isupper()
    assert message.endswith((".", "?"))
    assert "\n" not in message
    assert len(message) < 300


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b'{"jobs": [,]}', "not valid JSON at byte 10"),
        (b'{"jobs": [', "ends too early"),
        (b"<!DOCTYPE html><html></html>", "HTML page, expected Ashby JSON: is the board name right?"),
        (b'<?xml version="1.0"?><rss></rss>', "Got XML"),
        (b'{"error": "no such board"}', "no such board"),
        (b"7", "no records"),
    ],
)
def test_the_sentence_says_what_is_wrong(body: bytes, said: str) -> None:
    with pytest.raises(PayloadError, match=said.replace("?", r"\?")):
        read("ashby", body)


@pytest.mark.parametrize("given_kind", sorted(BOARDS))
@pytest.mark.parametrize("kind", sorted({*BOARDS, "personio", "jsonl"}))
def test_a_payload_of_another_kind_is_named(kind: str, given_kind: str) -> None:
    if kind == given_kind:
        return
    with pytest.raises(PayloadError, match=f"--kind {given_kind}"):
        read(kind, (FIXTURES / BOARDS[given_kind]).read_bytes())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ashby", b'{"jobs": []}'),
        ("greenhouse", b'{"jobs": [], "meta": {"total": 0}}'),
        ("lever", b"[]"),
        ("workable", b'{"name": "X", "jobs": []}'),
        ("smartrecruiters", b'{"totalFound": 0, "content": []}'),
        ("recruitee", b'{"offers": []}'),
        ("personio", b"<workzag-jobs></workzag-jobs>"),
        ("rss", b'<rss version="2.0"><channel><title>None</title></channel></rss>'),
        ("teamtailor", b'<rss version="2.0"><channel><title>None</title></channel></rss>'),
    ],
)
def test_an_empty_board_is_no_fault(kind: str, body: bytes) -> None:
    assert read(kind, body) == []


def test_a_bad_record_is_rejected_and_the_others_go_on() -> None:
    body = json.dumps({"jobs": [5, None, {"title": "x"}, {"id": "i"}, {"id": "k", "title": "Fletcher"}]}).encode()
    found = read("ashby", body)
    assert [type(one) for one in found] == [Rejection] * 4 + [RawPosting]
    assert [one.reason for one in found[:4] if isinstance(one, Rejection)] == [
        "it is not an object",
        "it is not an object",
        "it has no id",
        "it has no title",
    ]


def wrapped(kind: str, body: Any) -> list[Any]:
    """The forms in which a board's records come: as they are, a list, lines, and recorded lines."""
    records = body if isinstance(body, list) else next(one for one in body.values() if isinstance(one, list))
    lines = "\n".join(json.dumps(one) for one in records).encode()
    recorded = "\n".join(json.dumps({"ats": kind, "board": "b", "job": one}) for one in records).encode()
    return [
        json.dumps(records).encode(),
        lines + b"\n\n",
        recorded,
        json.dumps({"uri": "https://x.example", "body": body}).encode(),
        b"\xef\xbb\xbf" + json.dumps(body).encode(),
        gzip.compress(json.dumps(body).encode()),
        json.dumps(body).encode("utf-16"),
    ]


@pytest.mark.parametrize("kind", ["ashby", "greenhouse", "lever", "workable", "recruitee", "smartrecruiters"])
def test_a_board_reads_the_same_in_every_wrapping(kind: str) -> None:
    body = json.loads((FIXTURES / BOARDS[kind]).read_bytes())
    expected = [one.external_id for one in read(kind, json.dumps(body).encode()) if isinstance(one, RawPosting)]
    for number, form in enumerate(wrapped(kind, body)):
        assert [one.external_id for one in read(kind, form) if isinstance(one, RawPosting)] == expected, number


def test_a_recorded_line_names_its_board() -> None:
    line = json.dumps({"ats": "ashby", "board": "potterco", "job": {"id": "1", "title": "Potter"}}).encode()
    [raw] = read("ashby", line)
    assert isinstance(raw, RawPosting)
    assert raw.company == "potterco"


def test_invalid_utf8_is_read_with_replacement_characters() -> None:
    [raw] = read("ashby", b'{"jobs": [{"id": "1", "title": "Pot\xe9rie"}]}')
    assert isinstance(raw, RawPosting)
    assert raw.title == "Pot\ufffdrie"


def test_loose_json_is_read() -> None:
    [raw] = read("ashby", b'{"jobs": [{"id": "1", "title": "A\\ud800b", "x": NaN, "descriptionHtml": "line\nbreak"}]}')
    assert isinstance(raw, RawPosting)
    raw.title.encode()  # no lone surrogate is left


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel/>&b;</rss>'
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel/>&x;</rss>'


@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize("body", [ENTITIES, EXTERNAL], ids=["bomb", "external"])
def test_xml_entities_are_refused(kind: str, body: bytes) -> None:
    with pytest.raises(PayloadError, match="entities"):
        read(kind, body)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Caf&eacute;&nbsp;Cook", "Café\xa0Cook"),
        ("Salt & Pepper", "Salt & Pepper"),
        ("A\x0bB", "AB"),
        ("R&amp;D", "R&D"),
        ("&unknown; thing", "&unknown; thing"),
    ],
)
def test_sloppy_xml_is_put_right(title: str, expected: str) -> None:
    [raw] = read("rss", f"<rss><channel><item><guid>1</guid><title>{title}</title></item></channel></rss>".encode())
    assert isinstance(raw, RawPosting)
    assert raw.title == expected


def test_xml_in_another_encoding_is_read() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><rss><item><guid>1</guid><title>Böttcher</title></item></rss>'
    [raw] = read("rss", body.encode("latin-1"))
    assert isinstance(raw, RawPosting)
    assert raw.title == "Böttcher"


def test_deep_markup_in_a_feed_and_a_page_is_survived() -> None:
    deep = "<a>" * 30_000 + "</a>" * 30_000
    feed = f"<rss><item><guid>1</guid><title>T</title><description>{deep}</description></item></rss>".encode()
    assert len(read("rss", feed)) == 1
    page = f'<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">T</h1>{"<div>" * 5_000}</div>'
    assert len(read("jsonld", page.encode())) == 1


def test_a_payload_over_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MAX_BYTES", 1000)
    for kind in registry.kinds():
        with pytest.raises(LimitError, match=r"split it|at most"):
            read(kind, b'{"jobs": [' + b" " * 1000 + b"]}")


def test_a_gzip_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MAX_INFLATED", 5_000_000)
    bomb = gzip.compress(b" " * 50_000_000)
    started = time.process_time()
    with pytest.raises(LimitError):
        payload.plain(bomb)
    assert time.process_time() - started < 2
    assert payload.plain(gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"  # members may follow each other


def test_load_reads_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "board.json.gz"
    path.write_bytes(gzip.compress(b"[]"))
    assert payload.load(path) == b"[]"

    class Stdin:
        buffer = io.BytesIO(b"[1]")

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert payload.load(Path("-")) == b"[1]"
    for missing in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError):
            payload.load(missing)


def test_load_refuses_a_large_file_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(payload.MAX_BYTES + 1)  # sparse: it takes no room
    with pytest.raises(LimitError):
        payload.load(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def steps(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        found += steps(value, (*path, key))
    return found


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


@pytest.mark.parametrize("kind", sorted(BOARDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_in_any_field_gives_records_or_a_sentence(kind: str, data: st.DataObject) -> None:
    document = json.loads((FIXTURES / BOARDS[kind]).read_bytes())
    path = data.draw(st.sampled_from(steps(document)))
    try:
        found = read(kind, json.dumps(replaced(document, path, data.draw(JSON))).encode())
    except InputError:
        return
    for one in found:
        if isinstance(one, RawPosting):
            assert one.external_id
            assert one.title
        else:
            assert one.record
            assert one.reason


@pytest.mark.parametrize("kind", registry.kinds())
@settings(max_examples=25, deadline=None)
@given(document=JSON, noise=st.binary(max_size=60))
def test_random_json_and_bytes_never_crash(kind: str, document: Any, noise: bytes) -> None:
    for body in (json.dumps(document).encode(), json.dumps([document, {"jobs": [document]}]).encode(), noise):
        with contextlib.suppress(InputError):
            read(kind, body)
