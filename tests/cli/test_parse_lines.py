"""The line protocols: one JSON line out for each line in, always."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import command
import pytest

LINES = b"Berlin, Germany; 60.000 - 75.000 EUR p.a.; Python and k8s\n\n\xff\xfe\x00\n   \nnothing here\nlast"


def lines(*arguments: str, stdin: bytes) -> list[Any]:
    done = command.run("parse", *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("command", ["salary", "place", "skills"])
def test_a_line_for_a_line(command: str) -> None:
    assert len(lines(command, stdin=LINES)) == 6
    assert lines(command, stdin=b"") == []


def test_salary() -> None:
    first, blank, *_ = lines("salary", stdin=b"80-95k EUR p.a.\n\n$120,000\n")
    assert first == {
        "min": 80000,
        "max": 95000,
        "currency": "EUR",
        "period": "year",
        "provenance": "text",
        "quote": "80-95k EUR p.a.",
    }
    assert blank == dict.fromkeys(first)


def test_place() -> None:
    first, blank = lines("place", stdin=b"Remote - US\n\n")
    typed = command.started("parse", "place", stdin=b"Remote - US\n\n")  # in a process
    assert [json.loads(line) for line in typed.stdout.splitlines()] == [first, blank]
    assert (first["places"][0]["country"], first["workplace"], first["remote_countries"]) == ("US", "remote", ["US"])
    assert blank == {"places": [], "workplace": None, "remote_countries": [], "remote_regions": []}


def test_skills_and_json_strings() -> None:
    (found,) = lines("skills", "--jsonl", stdin=json.dumps("We use\nPostgreSQL and C++.").encode() + b"\n")
    assert {"PostgreSQL", "C++"} <= {skill["quote"] for skill in found}
    assert all(set(skill) == {"id", "name", "quote"} for skill in found)
    assert lines("skills", "--jsonl", stdin=b"not json\n[1]\n\n") == [[], [], []]


def test_duplicates(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "company": "Acme", "title": "Cook", "place": "Berlin"},
        {"id": "b", "company": "ACME GmbH", "title": "Cook (m/w/d)", "place": "Berlin, Germany"},
        {"id": 3, "company": "Acme", "title": "Cook", "place": "Munich"},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\nbroken\n")
    found = lines("duplicates", str(file), stdin=b"")
    assert [one["id"] for one in found] == ["a", "b", 3, None, None]
    clusters = [one["cluster"] for one in found]
    assert clusters[0] == clusters[1]
    assert len(set(clusters)) == 4
