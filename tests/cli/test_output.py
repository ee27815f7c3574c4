"""Listings: whole in a pipe, fitted on a terminal, exact as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from rich.cells import cell_len

from cli.output import Format, clean, emit
from cli.table import lines

WORDS = "Eight words that say why this one is first"
ROWS: list[dict[str, Any]] = [
    {
        "rank": 1,
        "title": "Köchin 料理人",
        "url": "https://jobs.example/" + "x" * 90,
        "why": WORDS,
        "closed": 0,
        "note": None,
    },
    {"rank": 12, "title": "Cook", "url": None, "why": "", "closed": 0, "note": None},
]


def test_a_pipe_gets_every_cell_whole() -> None:
    found = list(lines(ROWS, None))
    assert len(found) == 2 + len(ROWS)
    assert WORDS in found[2]
    assert "x" * 90 in found[2]
    assert all(line == line.rstrip() and line for line in found)
    assert found[2].startswith("    1 ")
    assert found[3].startswith("   12 ")


@pytest.mark.parametrize("width", [40, 60, 80, 120, 300])
def test_a_terminal_gets_what_fits(width: int) -> None:
    found = list(lines(ROWS, width))
    assert all(cell_len(line) <= width for line in found)
    shown = "".join("".join(found).split())
    assert "12" in shown
    assert all(word in " ".join(found) for word in WORDS.split())


def test_columns_of_nothing_give_way_before_the_table_does() -> None:
    counts = ("read", "stored", "unchanged", "merged", "rejected", "changed", "reopened", "closed")
    row = {"source": "ashby:a-board-of-some-length", "status": "complete", **dict.fromkeys(counts, 0), "read": 7}
    assert "reopened" in next(lines([row], 140))
    narrow = list(lines([row], 80))
    assert len(narrow) == 3
    assert "reopened" not in narrow[0]


def test_csv_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"a": 0.123456789, "b": [1, "x"], "c": None, "d": True, "e": 'say "hi",\nthen', "f": {"k": 1.5}}
    emit([row], Format.csv, list(row))
    (found,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert found == {"a": "0.123456789", "b": '[1,"x"]', "c": "", "d": "true", "e": row["e"], "f": '{"k":1.5}'}


def test_json_of_a_name_that_is_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    for form in (Format.json, Format.jsonl, Format.csv):
        emit([{"source": "a\udcff"}], form, ["source"])
    first, second, *rest = capsys.readouterr().out.replace("\n  ", "").replace("\n]", "]").splitlines()
    assert (json.loads(first), json.loads(second), rest) == ([{"source": "a�"}], {"source": "a�"}, ["source", "a�"])


def test_an_empty_listing_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    emit([], Format.table, ["a"], empty="None yet.")
    assert capsys.readouterr() == ("", "None yet.\n")
    emit([], Format.json, ["a"])
    emit([], Format.csv, ["a"])
    assert capsys.readouterr().out == "[]\na\n"


def test_clean() -> None:
    assert clean("a\x1b[31mb\x9b\u202ec\nd\te\ud800") == "a[31mbc d e�"
