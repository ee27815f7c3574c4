"""Health: each check on both engines, time limits, the report's shape, and the command's exit codes."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import command
import pytest
from servers.ollama import Ollama
from sqlalchemy import text
from watching import Configure, ingest, opening

from jobswipe.db.engine import Database
from jobswipe.errors import StorageError, UsageError
from jobswipe.matching.index import TextIndex
from jobswipe.observability import health
from jobswipe.observability.health import Finding, Subject


@pytest.fixture(autouse=True)
def _own_checks() -> Iterator[None]:
    """Checks that a test registers are gone after it."""
    health.names()
    before = dict(health._checks)
    yield
    health._checks.clear()
    health._checks.update(before)


def found(report: health.Report, name: str) -> Finding:
    (one,) = [one.finding for one in report.results if one.name == name]
    return one


def test_a_sound_store_is_well(configure: Configure, database: Database) -> None:
    report = health.run(configure(), database)
    assert report.status == "pass", report
    assert (found(report, "database").version or "").startswith(database.dialect)
    assert found(report, "migrations").version
    assert (found(report, "disk").unit, found(report, "index").value) == ("bytes", 0)


def test_the_document_has_the_shape_of_the_draft(configure: Configure, database: Database) -> None:
    document = health.run(configure(), database, ["database", "disk"]).document()
    assert set(document) == {"status", "version", "releaseId", "serviceId", "checks"}
    (row,) = document["checks"]["database:responseTime"]
    assert (row["componentType"], row["observedUnit"], row["status"]) == ("datastore", "ms", "pass")
    assert row["observedValue"] >= 0
    assert row["time"].endswith("+00:00")
    json.dumps(document)


def test_a_schema_that_is_behind_or_newer_fails(configure: Configure, database: Database) -> None:
    for version, said in (("0001", "db upgrade"), ("9999", "newer")):
        with database.write() as session:
            session.connection().execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        report = health.run(configure(), database, ["migrations"])
        assert report.status == "fail"
        assert said in (found(report, "migrations").output or "")


def test_an_index_that_lags_degrades(configure: Configure, database: Database) -> None:
    settings = configure(health_index_lag=5)
    ingest(database, [opening(str(number), f"Post {number}") for number in range(9)])
    report = health.run(settings, database, ["index"])
    assert (report.status, found(report, "index").value) == ("warn", 9)
    with database.read() as session:
        TextIndex(settings.index_dir).refresh(session)
    assert found(health.run(settings, database, ["index"]), "index").value == 0


def test_a_database_that_is_down_fails_with_a_sentence_and_no_password(configure: Configure) -> None:
    database = Database("postgresql://app:hunter2@127.0.0.1:9/jobs")
    report = health.run(configure(health_timeout=20), database, ["database", "migrations", "index"])
    assert report.status == "fail"
    assert found(report, "index").status == "warn"
    for one in report.results:
        assert "127.0.0.1:9" in (one.finding.output or "")
        assert "hunter2" not in (one.finding.output or "")


def test_no_store_is_made_by_looking(configure: Configure, tmp_path: Path) -> None:
    file = tmp_path / "absent" / "store.db"
    file.parent.mkdir()
    report = health.run(configure(), Database(f"sqlite:///{file}"))
    assert report.status == "fail"
    assert "jobswipe init" in (found(report, "database").output or "")
    assert not file.exists()


def test_ollama_is_wished_for_and_not_needed(configure: Configure, sqlite_store: Database) -> None:
    (one,) = health.run(configure(), sqlite_store, ["ollama"]).results
    assert one.finding.status == "pass"
    assert "from a template" in (one.finding.output or "")
    (one,) = health.run(configure(ollama_url="http://127.0.0.1:9"), sqlite_store, ["ollama"]).results
    assert (one.required, one.finding.status) == (False, "warn")
    assert "ollama serve" in (one.finding.output or "")
    with Ollama() as server:
        settings = configure(ollama_url=server.url)
        (one,) = health.run(settings, sqlite_store, ["ollama"]).results
        assert one.finding.version
        assert one.finding.status == "pass", one.finding


def test_a_full_disk_and_a_home_that_cannot_be_written(configure: Configure, sqlite_store: Database) -> None:
    free = os.statvfs(configure().home)
    megabytes = free.f_bavail * free.f_frsize >> 20
    report = health.run(configure(health_disk_free_mb=megabytes * 2), sqlite_store, ["disk"])
    assert (report.status, "free some space" in (found(report, "disk").output or "")) == ("warn", True)
    report = health.run(configure(health_disk_free_mb=megabytes * 20), sqlite_store, ["disk"])
    assert report.status == "fail"
    settings = configure(health_disk_free_mb=0)
    settings.home = settings.home / "file"
    settings.home.write_text("")
    report = health.run(settings, sqlite_store, ["storage"])
    assert (report.status, "JOBSWIPE_HOME" in (found(report, "storage").output or "")) == ("fail", True)


def test_checks_run_side_by_side_and_one_that_hangs_hangs_alone(configure: Configure, sqlite_store: Database) -> None:
    release, together = threading.Event(), threading.Barrier(3)

    def hangs(_: Subject) -> Finding:
        release.wait(60)
        return Finding()

    def meets(_: Subject) -> Finding:
        together.wait(30)
        return Finding()

    health.register("hangs", hangs, timeout=0.2)
    for number in range(3):  # these pass only when they run at the same time
        health.register(f"meets{number}", meets)
    started = time.monotonic()
    report = health.run(configure(health_timeout=40), sqlite_store)
    assert time.monotonic() - started < 30
    release.set()
    assert found(report, "hangs") == Finding(status="fail", output="No answer within 0.2 s.")
    assert [found(report, f"meets{number}").status for number in range(3)] == ["pass"] * 3
    assert report.status == "fail"


def test_what_breaks_in_a_check_is_a_finding(configure: Configure, sqlite_store: Database) -> None:
    def breaks(_: Subject) -> Finding:
        raise ZeroDivisionError("by design")

    def refuses(_: Subject) -> Finding:
        raise StorageError("The tape is away.")

    health.register("breaks", breaks, required=False)
    health.register("refuses", refuses, required=False)
    report = health.run(configure(), sqlite_store)
    assert report.status == "warn"
    assert found(report, "breaks").output == "The check met a fault (ZeroDivisionError: by design)."
    assert found(report, "refuses").output == "The tape is away."
    with pytest.raises(UsageError, match="database, migrations"):
        health.run(configure(), sqlite_store, ["nonsense"])


def test_the_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        return command.text(command.run("health", *arguments))

    code, out, err = command.text(command.started("health"))  # as typed, in a process
    assert (code, err) == (3, "Health: fail.\n")
    assert "run 'jobswipe init'" in out
    assert not (home / "jobswipe.db").exists()
    assert command.run("init").returncode == 0
    code, out, err = run("--json", "database", "storage")
    assert (code, err) == (0, "")
    assert set(json.loads(out)["checks"]) == {"database:responseTime", "storage:responseTime"}
    monkeypatch.setenv("JOBSWIPE_HEALTH_DISK_FREE_MB", str(10**9))
    code, out, _ = run("disk", "--format", "jsonl")
    row = json.loads(out)
    assert (code, row["check"], row["status"]) == (3, "disk", "fail")
    code, _, err = run("nonsense")
    assert (code, err.count("\n")) == (2, 1)
