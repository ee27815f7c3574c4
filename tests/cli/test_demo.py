"""The demo runs the whole journey through the commands, offline, on invented data, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from cli.commands.demo import NOW, SAMPLES
from jobswipe.sources import registry
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting

# A connection to anything ends the run.
OFFLINE = """
import socket, sys
def refuse(*_):
    raise SystemExit("the demo asked the network")
socket.socket.connect = socket.socket.connect_ex = refuse
from cli.main import _run
raise SystemExit(_run(sys.argv[1:]))
"""
KINDS = {
    "fennbrook.ashby.json": "ashby",
    "fennbrook-later.ashby.json": "ashby",
    "thornmere.lever.json": "lever",
    "northwind.personio.xml": "personio",
    "openings.rss": "rss",
}


def demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", OFFLINE, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The demo's output, and what it kept. Its user has settings of their own, which it must not meet."""
    directory = tmp_path_factory.mktemp("demo") / "kept"
    done = demo("demo", "--keep", str(directory), JOBSWIPE_DATABASE_URL="postgresql://nobody@localhost:1/none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout, directory


def test_it_shows_every_step_with_its_output(kept: tuple[str, Path]) -> None:
    out, _ = kept
    for typed in ("init", "ingest --kind ashby", "ingest --kind lever", "ingest --kind personio", "ingest --kind rss",
                  "resume import", "profile set", "match --limit 5 --explain", "swipe --from", "application list",
                  "application move 1 applied", "report funnel", "report market"):  # fmt: skip
        assert re.search(rf"^\$ jobswipe {typed}.*\n\s*\S", out, re.MULTILINE), typed
    assert "8 verdicts: 8 new" in out
    assert re.search(r"\brose from place \d+ to \d+, learned [+-]", out)
    assert "Next, with your own data:" in out


def test_the_counts_add_up_and_one_duplicate_is_merged(kept: tuple[str, Path]) -> None:
    rows = re.findall(r"^ (\w+:\S+) +complete((?: +\d+){8})", kept[0], re.MULTILINE)
    assert len(rows) == 5
    merged = 0
    for _, numbers in rows:
        read, stored, unchanged, same, rejected, *_ = map(int, numbers.split())
        assert read == stored + unchanged + same + rejected
        assert rejected == 0
        merged += same
    assert merged == 1
    *_, changed, reopened, closed = map(int, rows[-1][1].split())
    assert (changed, reopened, closed) == (1, 0, 1)


def test_learning_follows_the_rule(kept: tuple[str, Path]) -> None:
    """Remote was liked: of the cards that were not judged, remote ones gain on the others."""
    _, directory = kept
    before, after = (
        {card["posting_id"]: card for card in map(json.loads, (directory / name).read_text().splitlines())}
        for name in ("before.jsonl", "after.jsonl")
    )
    judged = {json.loads(line)["posting_id"] for line in (directory / "verdicts.jsonl").read_text().splitlines()}
    assert judged.isdisjoint(after)
    assert judged <= set(before)
    learned: dict[bool, list[float]] = {True: [], False: []}
    for card in after.values():
        assert sum(card["parts"].values()) == pytest.approx(card["score"], abs=1e-6)
        learned[any(reason.startswith("Remote") for reason in card["reasons"])].append(card["parts"]["learned"])
    mean = {remote: sum(values) / len(values) for remote, values in learned.items()}
    assert mean[True] > mean[False]


def test_what_is_kept_works_elsewhere(kept: tuple[str, Path], tmp_path: Path) -> None:
    _, directory = kept
    shutil.copytree(directory / "home", tmp_path / "elsewhere")
    again = demo(
        "match", "--limit", "100", "--format", "jsonl", JOBSWIPE_HOME=str(tmp_path / "elsewhere"), JOBSWIPE_NOW=NOW
    )
    assert again.stdout == (directory / "after.jsonl").read_text()


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = demo("demo", "--keep", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    done = demo("demo", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_samples_are_whole_and_invented() -> None:
    context = ReadContext(fetched_at=datetime(2026, 11, 20, tzinfo=UTC), company="Sample", board="sample")
    count = 0
    for name in SAMPLES:
        content = (files("cli.samples") / name).read_bytes()
        if name not in KINDS:
            continue
        for one in registry.adapter(KINDS[name]).read(content, context):
            assert isinstance(one, RawPosting), one
            address = one.url or ""
            assert "-sample" in address or "//jobs.example.com/" in address or "//sample." in address
            count += 1
    assert count >= 60
    assert b"sample.candidate@example.com" in (files("cli.samples") / "resume.md").read_bytes()
