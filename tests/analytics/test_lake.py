"""The lake grows with the store and survives kills and corruption; reports read it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from jobswipe.analytics import lake as lake_module
from jobswipe.analytics.lake import Lake
from jobswipe.analytics.page import render
from jobswipe.analytics.report import Report, Section, build
from jobswipe.applications import service as applications
from jobswipe.applications.funnel import funnel as counted
from jobswipe.db.engine import Database
from jobswipe.errors import UsageError
from jobswipe.models import Swipe

sys.path.insert(0, str(Path(__file__).parents[1] / "postings"))
from support import NOW, ingest, raw

PARAMETERS = {"person_id": 1, "resume_skills": ["SQL"]}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    ingest(
        found,
        [
            raw("1", salary_text="€60.000 - €75.000 p.a."),
            raw("2", title="Cook", place="Lyon, France", salary_text="€40.000 - €40.000 p.a."),
            raw("3", title="Baker", place=None),
        ],
    )
    yield found
    found.dispose()


def rows(report: Report, section: str) -> list[dict[str, object]]:
    return next(one for one in report.sections if one.name == section).dicts()


def test_it_appends_only_what_is_new(database: Database, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    assert lake.append(database)["postings"] == 3
    assert lake.append(database) == {"postings": 0, "skills": 0, "swipes": 0, "events": 0, "snapshots": 0}
    ingest(database, [raw("1"), raw("2", title="Head Cook", place="Lyon, France"), raw("3", title="Baker", place=None)])
    assert lake.append(database)["postings"] == 2
    assert len(list((tmp_path / "lake" / "postings").iterdir())) == 2


def test_the_market(database: Database, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    ingest(database, [raw("1", salary_text="€60.000 - €75.000 p.a."), raw("3", title="Baker", place=None)])
    lake.append(database)
    market = build("market", lake, PARAMETERS)
    assert rows(market, "summary")[0]["openings"] == 2
    assert {row["country"]: row["openings"] for row in rows(market, "countries")} == {"DE": 1, "not said": 1}
    assert rows(market, "salaries") == [
        {"currency": "EUR", "openings": 1, "p10": 67500, "p25": 67500, "median": 67500, "p75": 67500, "p90": 67500}
    ]
    skills = {row["skill"]: row["in_resume"] for row in rows(market, "skills")}
    assert skills["SQL"] is True
    assert skills["Python (computer programming)"] is False


def test_the_funnel(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        for number, verdict in enumerate(("like", "dislike", "skip"), 1):
            session.add(Swipe(person_id=1, posting_id=number, verdict=verdict, at=NOW))
        session.flush()
        application, _ = applications.open_for(session, 1, 1, NOW)
        applications.move(session, 1, application.id or 0, "applied", NOW + timedelta(days=2))
        applications.move(session, 1, application.id or 0, "interview", NOW + timedelta(days=9))
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    funnel = build("funnel", lake, PARAMETERS)
    assert {str(row["step"]): row["count"] for row in rows(funnel, "stages")} == {
        "open positions": 3, "judged": 2, "liked or saved": 1, "applications": 1, "applied": 1, "screened": 1,
        "interviewed": 1, "offers": 0,
    }  # fmt: skip
    assert rows(funnel, "now") == [{"stage": "interview", "applications": 1}]
    assert {str(row["step"]): row["median_days"] for row in rows(funnel, "days")} == {
        "saved → applied": 2.0,
        "applied → interview": 7.0,
    }
    # The API's funnel is counted from the store: the numbers are the same.
    with database.read() as session:
        told = counted(session, 1)
    assert [{"step": one.step, "count": one.count, "percent_of_previous": one.percent_of_previous}
            for one in told.steps] == rows(funnel, "stages")  # fmt: skip
    assert [{"stage": one.stage, "applications": one.applications} for one in told.now] == rows(funnel, "now")
    assert {f"{one.from_stage} → {one.to_stage}": one.median_days for one in told.days} == {
        str(row["step"]): row["median_days"] for row in rows(funnel, "days")
    }


def test_an_empty_store_reports_nothing_yet(database_url: str, tmp_path: Path) -> None:
    empty = Database(database_url)
    lake = Lake(tmp_path / "lake")
    lake.append(empty)
    for name in ("market", "funnel"):
        assert "Nothing yet" in render(build(name, lake, PARAMETERS), "now") or name == "market"
    empty.dispose()


def test_a_torn_or_foreign_file_is_written_again(database: Database, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    (torn,) = (tmp_path / "lake" / "postings").iterdir()
    torn.write_bytes(torn.read_bytes()[:40])
    (tmp_path / "lake" / "swipes" / "x.partial").write_bytes(b"torn")
    assert lake.append(database)["postings"] == 3
    assert pq.read_table(torn).num_rows == 3
    assert list((tmp_path / "lake" / "swipes").glob("*.partial")) == []


def test_another_store_starts_the_lake_anew(database: Database, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    ahead = next((tmp_path / "lake" / "postings").iterdir())
    ahead.rename(ahead.with_name("000000000000-000000000099.parquet"))
    for path in (tmp_path / "lake" / "skills").iterdir():
        path.rename(path.with_name("000000000000-000000000099.parquet"))
    assert lake.append(database)["postings"] == 3


def test_many_files_become_one(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake_module, "MAX_FILES", 3)
    lake = Lake(tmp_path / "lake")
    lake.append(database)
    for number in range(3):
        ingest(database, [raw("1", title=f"Pump Engineer {number}"), raw("2", title="Cook"), raw("3", title="Baker")])
        lake.append(database)
    assert len(list((tmp_path / "lake" / "postings").iterdir())) < 3
    assert rows(build("market", lake, PARAMETERS), "summary")[0]["openings"] == 3


def test_a_page_escapes_what_it_shows() -> None:
    section = Section(
        name="x",
        title="<b>",
        columns=("label", "n"),
        rows=(("<script>alert(1)</script>", 2),),
        label="label",
        value="n",
    )
    page = render(Report(name="x", title="<i>", sections=(section,)), "<now>")
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<svg" in page


def test_an_unknown_report_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="funnel, market"):
        build("nonsense", Lake(tmp_path), {})
