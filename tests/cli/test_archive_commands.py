"""export and import on the command line: a file of its owner's, whole or not at all, and what became of it."""

from __future__ import annotations

import stat
import subprocess
import zipfile
from pathlib import Path

import command
import pytest


def run(*arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return command.run(*arguments, stdin=given or b"")


def test_there_and_back(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("export", str(tmp_path / "x.zip")).returncode == 3, "there is no store yet"
    (tmp_path / "cv.md").write_text("# Sample Candidate\n\n## Skills\n\nPython, SQL\n")
    assert run("resume", "import", str(tmp_path / "cv.md")).returncode == 0
    assert run("application", "add", "Cook", "--company", "O'Brien & Sons").returncode == 0
    assert run("application", "note", "1", "They called").returncode == 0
    file = tmp_path / "mine.zip"
    ended = run("export", str(file), "--format", "csv")
    assert ended.returncode == 0, ended.stderr
    assert b"resumes.jsonl,1" in ended.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert zipfile.is_zipfile(file)
    again = run("export", str(file))
    assert (again.returncode, again.stderr.count(b"\n")) == (2, 1)
    assert run("export", str(file), "--force").returncode == 0
    assert [one.name for one in tmp_path.glob(".mine*")] == []
    piped = command.started("export", "-")  # as typed, in a process
    assert piped.stdout[:2] == b"PK"

    monkeypatch.setenv("JOBSWIPE_HOME", str(tmp_path / "second"))
    ended = run("import", str(file), "--format", "csv")
    assert ended.returncode == 0, ended.stderr
    assert b"applications,1,0,0" in ended.stdout
    assert b"They called" in run("application", "show", "1").stdout
    assert b"O'Brien & Sons" in run("application", "list").stdout
    ended = run("import", "-", "--format", "csv", given=piped.stdout)
    assert b"applications,0,1,0" in ended.stdout


def test_what_is_no_archive_is_said(home: Path, tmp_path: Path) -> None:
    (tmp_path / "cv.zip").write_bytes(b"PK\3\4 not really")
    ended = run("import", str(tmp_path / "cv.zip"))
    assert (ended.returncode, ended.stderr.count(b"\n")) == (1, 1)
    assert b"no archive" in ended.stderr
    assert not (home / "jobswipe.db").exists(), "no store is made for it"
    assert run("import", str(tmp_path / "nothing.zip")).returncode == 1
    assert run("export", str(tmp_path / "no" / "where.zip")).returncode == 3
