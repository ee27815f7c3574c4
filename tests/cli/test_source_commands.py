"""`source` and `ingest` as a person types them, against boards on this machine."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from servers.boards import Boards, feed

from cli.main import _run

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))


@pytest.fixture
def boards(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Boards]:
    monkeypatch.setenv("JOBSWIPE_OUTBOUND_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("JOBSWIPE_NOW", "2026-11-01T12:00:00Z")
    with Boards() as server:
        yield server


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in this process, as the console script runs it: starting a new one for each would take the time."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = _run(list(arguments))
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def rows(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    done = run(*arguments, "--format", "jsonl")
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def add(url: str) -> str:
    done = run("source", "add", url)
    assert done.returncode == 0, done.stderr
    return done.stderr.split("Following ")[1].split(". Next")[0]


def test_a_sources_life(boards: Boards, monkeypatch: pytest.MonkeyPatch) -> None:
    good = add(boards.put("/good.rss", feed("a Cook", "b Baker")))
    bad = add(boards.put("/bad.rss", behaviour="html"))
    torn = add(boards.put("/torn.rss", feed("c Welder", "d Turner").replace(b"title>", b"label>")))
    assert [good, bad, torn] == [f"rss:{boards.url(path)}" for path in ("/good.rss", "/bad.rss", "/torn.rss")]
    assert add("https://jobs.lever.co/acme") == "lever:acme"
    assert run("source", "pause", "lever:acme").returncode == 0

    polled = {row["source"]: row for row in rows("ingest", code=1)}
    assert {name: row["status"] for name, row in polled.items()} == {good: "complete", bad: "failed", torn: "partial"}
    assert polled[good]["stored"] == 2
    listed = {row["source"]: row for row in rows("source", "list")}
    assert (listed[good]["open"], listed[good]["error"]) == (2, None)
    assert listed[good]["next_due"] == "2026-11-01T13:00:00+00:00"
    assert "HTML" in listed[bad]["error"]
    assert listed[bad]["next_due"] == "2026-11-01T14:00:00+00:00"
    assert listed["lever:acme"]["state"] == "paused"
    assert [row["reason"] for row in rows("source", "check", torn)] == ["it has no title"] * 2
    checked = run("source", "check", bad)
    assert "failed, read 0" in checked.stderr
    assert "HTML" in checked.stderr

    idle = run("ingest")
    assert (idle.returncode, idle.stderr.strip(), idle.stdout) == (0, "No source is due.", "")
    monkeypatch.setenv("JOBSWIPE_NOW", "2026-11-01T13:00:00Z")
    assert [(row["source"], row["status"]) for row in rows("ingest")] == [(good, "not_modified")]
    assert boards.spared["/good.rss"] == 1

    boards.put("/good.rss", feed("a Cook"))
    assert [row["closed"] for row in rows("ingest", good, good)] == [1]
    again = run("source", "add", boards.url("/good.rss") + "#jobs")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "followed already" in again.stderr
    assert run("source", "remove", good).returncode == 2
    assert "and its 2 postings" in run("source", "remove", good, "--yes").stderr
    assert len(rows("source", "list")) == 3
    assert [row["stored"] for row in rows("ingest", add(boards.url("/good.rss")))] == [1]


def test_pausing_and_resuming(boards: Boards) -> None:
    name = add(boards.put("/jobs.rss", feed("a Cook")))
    run("source", "pause", name)
    assert "paused: resume it ('jobswipe source resume" in run("source", "add", boards.url("/jobs.rss")).stderr
    assert rows("ingest") == []
    assert [row["status"] for row in rows("ingest", name)] == ["complete"]
    run("source", "resume", name)
    assert [row["state"] for row in rows("source", "list")] == ["active"]


def test_each_failure_is_one_line(boards: Boards) -> None:
    add(boards.put("/a.rss", behaviour="html"))
    add(boards.put("/b.rss", behaviour="absent"))
    add(boards.put("/c.rss", feed("a Cook")))
    done = run("ingest")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("jobswipe: rss:http://127.0.0.1") and line.endswith((".", "?")) for line in lines)
    assert "complete" in done.stdout


@pytest.mark.parametrize("redirected", [False, True])
def test_a_private_address_is_refused_when_it_is_polled(
    boards: Boards, monkeypatch: pytest.MonkeyPatch, redirected: bool
) -> None:
    if redirected:
        url = boards.put("/jobs.rss", behaviour="redirect?to=http://169.254.169.254/latest")
    else:
        monkeypatch.setenv("JOBSWIPE_OUTBOUND_ALLOW_PRIVATE", "false")
        url = boards.put("/jobs.rss", feed("a Cook"))
    name = add(url)
    done = run("ingest", name)
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert done.stderr.count("\n") == 1
    assert ("redirects elsewhere" in done.stderr) is redirected
    assert ("JOBSWIPE_OUTBOUND_ALLOW_PRIVATE=true" in done.stderr) is not redirected


def test_an_empty_board_says_so(boards: Boards) -> None:
    name = add(boards.put("/jobs.rss", feed()))
    done = run("ingest")
    assert (done.returncode, done.stderr.strip()) == (
        0,
        f"{name} lists no postings: check the board's name if it should.",
    )
    boards.put("/jobs.rss", feed("a Cook"))
    run("ingest", name)
    boards.put("/jobs.rss", feed())
    done = run("ingest", name)
    assert (done.returncode, "though 1 were open: nothing was closed" in done.stderr) == (1, True)


def test_sources_that_are_not_there(boards: Boards, tmp_path: Path) -> None:
    add(boards.put("/jobs.rss", feed("a Cook")))
    for arguments in (["ingest", "lever:nobody"], ["source", "check", "nobody"], ["source", "remove", "x", "--yes"]):
        done = run(*arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "source add URL" in done.stderr
    (tmp_path / "acme.rss").write_bytes(feed("b Baker"))
    assert run("ingest", "--kind", "rss", "--file", str(tmp_path / "acme.rss")).returncode == 0
    done = run("ingest", "rss:acme")
    assert (done.returncode, "came from files" in done.stderr) == (2, True)


def test_killed_between_fetch_and_store(boards: Boards) -> None:
    name = add(boards.put("/jobs.rss", feed("a Cook", "b Baker")))
    code = (
        "import os, signal\n"
        "from jobswipe.postings import ingest\n"
        "ingest.Run.feed = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from cli.main import _run\n"
        "_run(['ingest'])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert "running" in run("source", "check", name).stderr
    assert [(row["status"], row["stored"]) for row in rows("ingest")] == [("complete", 2)]
    assert boards.spared["/jobs.rss"] == 0


def test_ctrl_c_ends_a_poll_soon(boards: Boards) -> None:
    add(boards.put("/silent.rss", behaviour="silent"))
    process = subprocess.Popen([JOBSWIPE, "ingest"], stderr=subprocess.PIPE, text=True, env=os.environ)
    deadline = time.monotonic() + 30
    while not boards.asked["/silent.rss"] and time.monotonic() < deadline:
        time.sleep(0.05)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - started < 4
    assert (process.returncode, "Traceback" in said) == (130, False)


def test_how_often_a_source_is_polled(boards: Boards) -> None:
    name = add(boards.put("/jobs.rss", feed("a Cook")))
    done = run("source", "every", name, "360")
    assert done.stderr == f"{name} is polled every 360 minutes.\n"
    assert run("ingest", name).returncode == 0
    (shown,) = rows("source", "list")
    assert shown["next_due"] == "2026-11-01T18:00:00+00:00"
    assert run("source", "every", name, "720").returncode == 0
    assert rows("source", "list")[0]["next_due"] == "2026-11-02T00:00:00+00:00"
    assert "can be polled every" in run("source", "every", name, "1").stderr
    assert "is polled every 60 minutes" in run("source", "every", name, "0").stderr
