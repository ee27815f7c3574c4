"""Two commands at once on one store, on both engines: each ends well or says why, and nothing is lost or doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from jobswipe.db.engine import Database

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
POSTINGS = 30


@pytest.fixture
def environment(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose store is on the engine of this test."""
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", database_url)
    monkeypatch.setenv("JOBSWIPE_INGEST_BATCH", "10")
    return home


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


def at_once(*commands: Sequence[str]) -> list[tuple[int, str, str]]:
    started = [
        subprocess.Popen([JOBSWIPE, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    ended = []
    for process in started:
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in err
        assert "fault in JobSwipe" not in err
        ended.append((process.returncode, out, err))
    return ended


def payload(folder: Path, board: str, company: str) -> Path:
    jobs = [
        {
            "id": f"{board}-{number}",
            "title": f"Pump Engineer {number}",
            "jobUrl": f"https://jobs.ashbyhq.com/{board}/{board}-{number}",
            "location": "Berlin, Germany",
            "descriptionHtml": f"<p>{company}: pumps, Python, SQL and {number} farmers.</p>",
        }
        for number in range(POSTINGS)
    ]
    file = folder / f"{board}.json"
    file.write_text(json.dumps({"jobs": jobs}))
    return file


def check(url: str, boards: int) -> None:
    with opened(url) as database, database.read() as session:
        ids = [row[0] for row in session.execute(text("SELECT external_id FROM posting WHERE state = 'open'"))]
        assert len(ids) == len(set(ids)) == boards * POSTINGS
        running = session.execute(text("SELECT count(*) FROM source_run WHERE status = 'running'")).scalar_one()
        assert running == 0
        sequences = [row[0] for row in session.execute(text("SELECT change_seq FROM posting"))]
        assert len(sequences) == len(set(sequences))
        if database.dialect == "sqlite":
            assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_two_ingests_of_two_boards(environment: Path, database_url: str, tmp_path: Path) -> None:
    files = [payload(tmp_path, board, board.title()) for board in ("acme", "brot")]
    ended = at_once(*(["ingest", "--kind", "ashby", "--file", str(one)] for one in files))
    assert [code for code, _, _ in ended] == [0, 0], ended
    check(database_url, 2)


def test_two_ingests_of_one_board(environment: Path, database_url: str, tmp_path: Path) -> None:
    """Either may be told that the other took over; one of them does the whole work."""
    command = ["ingest", "--kind", "ashby", "--file", str(payload(tmp_path, "acme", "Acme"))]
    ended = at_once(command, command)
    assert 0 in [code for code, _, _ in ended], ended
    assert all(code == 0 or (code == 1 and err.count("\n") == 1) for code, _, err in ended), ended
    check(database_url, 1)


def test_swipes_and_looks_while_a_board_is_read(environment: Path, database_url: str, tmp_path: Path) -> None:
    first, second = (str(payload(tmp_path, board, board.title())) for board in ("acme", "brot"))
    assert [code for code, _, _ in at_once(["ingest", "--kind", "ashby", "--file", first])] == [0]
    verdicts = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for start, file in enumerate(verdicts):
        lines = [{"posting_id": 1 + start + 2 * number, "verdict": "like"} for number in range(4)]
        file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    ended = at_once(
        ["ingest", "--kind", "ashby", "--file", second],
        *(["swipe", "--from", str(file)] for file in verdicts),
        ["report", "market"],
    )
    assert [code for code, _, _ in ended] == [0] * 4, ended
    check(database_url, 2)
    with opened(database_url) as database, database.read() as session:
        assert session.execute(text("SELECT count(*) FROM swipe")).scalar_one() == 8
        assert session.execute(text("SELECT count(*) FROM application")).scalar_one() == 8
    ((_, out, _),) = at_once(["match", "--limit", "1000", "--include-judged", "--format", "jsonl"])
    ids = [json.loads(line)["posting_id"] for line in out.splitlines()]
    assert len(ids) == len(set(ids)) == 2 * POSTINGS


def test_two_resumes(environment: Path, database_url: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(f"# Sample Candidate\n\n## Skills\n\nPython, SQL, {name.upper()}\n")
    commands = [["resume", "import", str(tmp_path / f"{name}.md")] for name in ("a", "b")]
    ended = at_once(*commands)
    assert [code for code, _, _ in ended] == [0] * 2, ended
    with opened(database_url) as database, database.read() as session:
        assert session.execute(text("SELECT count(*) FROM resume WHERE active")).scalar_one() == 1


def test_first_commands_of_an_empty_database(
    home: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", empty_database_url)
    ended = at_once(["init"], ["db", "upgrade"])
    assert [code for code, _, _ in ended] == [0] * 2, ended


def test_texts_that_an_engine_refuses(environment: Path, database_url: str, tmp_path: Path) -> None:
    """NUL is no text on Postgres; half a pair is none anywhere; an id beyond the column's is nobody's."""
    job = {"id": "a\0b", "title": "Cook\0", "jobUrl": "https://jobs.ashbyhq.com/a\0b/1", "location": "Ber\0lin"}
    file = tmp_path / "board.json"
    file.write_text(json.dumps({"jobs": [{**job, "descriptionHtml": "<p>a\0b</p>"}, {**job, "title": None}]}))
    ended = at_once(["ingest", "--kind", "ashby", "--file", str(file), "--format", "jsonl"])
    assert (ended[0][0], json.loads(ended[0][1])["stored"]) == (0, 1), ended
    code, _, err = at_once(["posting", "show", "99999999999"])[0]
    assert (code, err.count("\n")) == (2, 1), err
