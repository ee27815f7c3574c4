"""Reports over HTTP: who may read which, both forms, no formulas, and an end in time."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobswipe.analytics import cells
from jobswipe.analytics.lake import Lake
from jobswipe.analytics.report import NAMES, Report, Section, build
from jobswipe.db.engine import Database
from jobswipe.errors import LimitError
from server.api import reports

sys.path.insert(0, str(Path(__file__).parents[2] / "postings"))
from support import ingest, raw

if TYPE_CHECKING:
    from .conftest import SignedIn


@pytest.fixture
def filled(database: Database) -> Database:
    ingest(database, [raw("1", salary_text="€60.000 - €75.000 p.a."), raw("2", title="=Cook", company="=1+1")])
    return database


def test_every_report_has_a_route() -> None:
    assert sorted(reports.names()) == sorted(NAMES)


def test_who_may_read_what(signed_in: SignedIn, filled: Database) -> None:
    user, analyst = signed_in(), signed_in("analyst")
    assert {one["name"]: one["may"] for one in user.get("/api/v1/reports").json()["items"]} == {
        name: name in reports.PERSONAL for name in NAMES
    }
    assert all(one["may"] for one in analyst.get("/api/v1/reports").json()["items"])
    for name in NAMES:
        assert user.get(f"/api/v1/reports/{name}").status_code == (200 if name in reports.PERSONAL else 403)
        assert analyst.get(f"/api/v1/reports/{name}").status_code == 200
    key = signed_in("analyst", ["applications:read"])
    assert key.get("/api/v1/reports/market").status_code == 403
    assert analyst.get("/api/v1/reports/nothing").status_code == 404


def test_json_is_what_the_command_prints(signed_in: SignedIn, filled: Database) -> None:
    found = signed_in("analyst").get("/api/v1/reports/market").json()
    assert found["report"] == "market"
    assert next(iter(found["sections"])) == "summary"
    assert found["sections"]["summary"]["rows"][0]["openings"] == 2


def test_csv_by_parameter_and_by_accept(signed_in: SignedIn, filled: Database) -> None:
    client = signed_in("analyst")
    answer = client.get("/api/v1/reports/market?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="market.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {"section": "summary", "row": "1", "column": "openings", "value": "2"} in rows
    for accept, form in (
        ("text/csv", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/*, */*;q=0.1", "text/csv"),
        ("*/*", "application/json"),
        ("text/csv;q=x", "application/json"),
    ):
        found = client.get("/api/v1/reports/market", headers={"accept": accept})
        assert found.headers["content-type"].startswith(form), accept
        assert "accept" in found.headers["vary"].split(", ")
    assert client.get("/api/v1/reports/market?format=json", headers={"accept": "text/csv"}).json()
    assert client.get("/api/v1/reports/market?format=xml").status_code in (400, 422)


def test_no_cell_is_a_formula(signed_in: SignedIn, filled: Database) -> None:
    rows = list(csv.DictReader(io.StringIO(signed_in("analyst").get("/api/v1/reports/market?format=csv").text)))
    companies = [one["value"] for one in rows if one["section"] == "companies" and one["column"] == "company"]
    assert "'=1+1" in companies
    assert not [one for one in rows if one["value"].startswith(("=", "+", "@"))]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_what_a_spreadsheet_would_compute(text: str) -> None:
    section = Section(name="one", title="One", columns=("a", "b"), rows=((text, -1.5),))
    lines = list(cells.lines(Report(name="x", title="X", sections=(section,))))
    rows = list(csv.reader(io.StringIO("".join(lines), newline="")))
    assert rows == [list(cells.HEAD), ["one", "1", "a", f"'{text}"], ["one", "1", "b", "-1.5"]]


def test_a_report_is_broken_off_in_time(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    endless = "range(1000000) a, range(1000000) b"
    slow = f"CREATE VIEW openings AS SELECT 'open' AS state, true AS shown, a.range AS seq FROM {endless}"
    monkeypatch.setattr("jobswipe.analytics.report._LATEST", slow)
    with pytest.raises(LimitError, match="longer than"):
        build("skills", lake, {"person_id": 1, "resume_skills": ["SQL"]}, seconds=0.2)


def test_one_that_takes_too_long_is_told_to_come_again(
    signed_in: SignedIn, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> None:
        raise LimitError("late")

    monkeypatch.setattr("jobswipe.analytics.report.build", late)
    answer = signed_in().get("/api/v1/reports/funnel")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "60"
