"""kill -9 in mid-ingest, again and again: the next run completes, nothing is lost, doubled or forgotten."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
KILLS = int(os.environ.get("KILLS", "3"))
BOARDS, POSTINGS = 4, 150


def boards(directory: Path, edition: int) -> None:
    directory.mkdir(exist_ok=True)
    for board in range(BOARDS):
        jobs = [
            {
                "id": f"{board}-{number}",
                "title": f"Pump Engineer {number}" + (" (new)" if (number + edition) % 7 == 0 else ""),
                "jobUrl": f"https://jobs.ashbyhq.com/board{board}/{board}-{number}",
                "location": "Berlin, Germany",
                "descriptionHtml": f"<p>Edition {edition % 3}: pumps, Python, SQL and {number} farmers.</p>" * 20,
                "publishedAt": "2026-10-01T00:00:00Z",
            }
            for number in range(POSTINGS)
        ]
        (directory / f"board{board}.json").write_text(json.dumps({"jobs": jobs}))


def ingest(home: Path, payloads: Path) -> list[str]:
    return [JOBSWIPE, "ingest", "--kind", "ashby", "--file", str(payloads), "--format", "jsonl"]


def test_killed_at_random_moments(home: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    payloads = tmp_path / "boards"
    boards(payloads, 0)
    environment = {**os.environ, "JOBSWIPE_INGEST_BATCH": "50"}
    started = time.perf_counter()
    subprocess.run(ingest(home, payloads), env=environment, check=True, capture_output=True)
    whole = time.perf_counter() - started
    for edition in range(1, KILLS + 1):
        boards(payloads, edition)
        process = subprocess.Popen(
            ingest(home, payloads), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.1, 1) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        subprocess.run(ingest(home, payloads), env=environment, check=True, capture_output=True)
        with sqlite3.connect(home / "jobswipe.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = connection.execute("SELECT external_id, state, title FROM posting").fetchall()
            assert len(rows) == len({row[0] for row in rows}) == BOARDS * POSTINGS
            assert {row[1] for row in rows} == {"open"}
            fresh = sum("(new)" in row[2] for row in rows)
            assert fresh == BOARDS * sum((number + edition) % 7 == 0 for number in range(POSTINGS))
            assert connection.execute("SELECT count(*) FROM source_run WHERE status = 'running'").fetchone() == (0,)
        again = subprocess.run(ingest(home, payloads), env=environment, check=True, capture_output=True, text=True)
        assert all(json.loads(line)["unchanged"] == POSTINGS for line in again.stdout.splitlines())
    resume = tmp_path / "resume.md"
    resume.write_text(
        "# Sample Candidate\n\n## Experience\n\n**Pump Engineer**, Acme, Berlin, 2020 - present\n\n"
        "## Skills\n\nPython, SQL\n"
    )
    subprocess.run([JOBSWIPE, "resume", "import", str(resume)], check=True, capture_output=True)
    # The index knows every posting, and none twice.
    found = subprocess.run(
        [JOBSWIPE, "match", "--limit", "1000", "--format", "jsonl"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    ids = [json.loads(line)["posting_id"] for line in found.stdout.splitlines()]
    assert len(ids) == len(set(ids)) == BOARDS * POSTINGS
