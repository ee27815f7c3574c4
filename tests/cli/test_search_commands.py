"""`jobswipe posting search` and `similar`, and `jobswipe application contact`, as a person types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import command
import pytest
from small_store import fill

from jobswipe.db.engine import Database


def run(*arguments: str) -> tuple[int, str, str]:
    return command.text(command.run(*arguments))


@pytest.fixture
def ids(home: Path, sqlite_template: Path) -> list[int]:
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    database = Database(f"sqlite:///{home / 'jobswipe.db'}")
    found = fill(database, resume=None)
    database.dispose()
    return found


def test_search_counts_and_similar(ids: list[int]) -> None:
    typed = "posting search engineer --country DE --workplace remote --limit 3 --format json"
    code, out, said = run(*typed.split())
    assert command.text(command.started(*typed.split())) == (code, out, said)  # as typed, in a process
    rows = json.loads(out)
    assert (code, len(rows), said) == (0, 3, "3 of 4 are shown: --limit shows more.\n")
    assert {row["workplace"] for row in rows} == {"remote"}
    code, out, _ = run("posting", "search", "--skill", "SQL", "--counts", "--format", "json")
    assert code == 0
    assert {"kind": "seniority", "value": "senior", "label": "Senior", "count": 12} in json.loads(out)
    code, out, _ = run("posting", "similar", str(ids[0]), "--limit", "2", "--format", "json")
    assert [("Backend" in row["title"], row["score"] > 0.5) for row in json.loads(out)] == [(True, True)] * 2
    assert run("posting", "search", "--workplace", "moon")[0] == 2
    assert run("posting", "search", "--posted-since", "soon")[0] == 2
    assert run("posting", "similar", "999") == (2, "", "jobswipe: No posting 999: 'jobswipe match' shows the ids.\n")


def test_contacts_of_an_application(ids: list[int]) -> None:
    assert ids
    assert run("application", "add", "Chef")[0] == 0
    code, out, _ = run(
        "application", "contact", "add", "1", "Sample O'Recruiter", "--email", "a@example.com", "--format", "json"
    )
    assert code == 0
    assert json.loads(out)[0]["name"] == "Sample O'Recruiter"
    assert "a@example.com" in run("application", "contact", "list", "1")[1]
    assert run("application", "contact", "remove", "1") == (0, "", "Sample O'Recruiter is no longer kept.\n")
    assert run("application", "contact", "remove", "1")[0] == 2
    assert run("application", "contact", "add", "1", " ")[0] == 2
