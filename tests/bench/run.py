"""`make bench`: how fast, how large, how flat; whole processes on one core, peers in the same run, medians as ratios.

Needs the recorded boards (JOBSWIPE_CORPUS). Prints one JSON object a line.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jobswipe.evaluation.report import corpus_dir

HERE = Path(__file__).parent
RUNS = 3
JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="jobswipe-bench-") as directory:
        work = Path(directory)
        boards, everything, count = write_boards(work)
        parse(everything, count)
        store_whole(work, boards, count)
        match(work)
        growth(work, boards)
        start()


def say(name: str, **figures: Any) -> None:
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    sys.stdout.write(json.dumps({"bench": name, **rounded}) + "\n")
    sys.stdout.flush()


def write_boards(work: Path) -> tuple[Path, Path, int]:
    """The Ashby corpus as the API serves it: a payload file for each board, and one with all of them."""
    by_board: defaultdict[str, list[Any]] = defaultdict(list)
    with gzip.open(corpus_dir() / "corpus" / "ashby_postings.jsonl.gz") as lines:
        for line in lines:
            record = json.loads(line)
            by_board[record["board"]].append(record["job"])
    boards = work / "boards"
    boards.mkdir()
    for board, jobs in by_board.items():
        (boards / f"{board}.json").write_text(json.dumps({"jobs": jobs, "apiVersion": "1"}))
    everything = work / "everything.json"
    jobs = [job for jobs in by_board.values() for job in jobs]
    everything.write_text(json.dumps({"jobs": jobs, "apiVersion": "1"}))
    return boards, everything, len(jobs)


def run(command: Sequence[str], home: Path | None = None) -> tuple[float, float]:
    """CPU seconds (user and system, children too) and peak memory in MB of one command on one core."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JOBSWIPE_")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
    if home is not None:
        environment["JOBSWIPE_HOME"] = str(home)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as problems:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=problems,
            env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            problems.seek(0)
            raise SystemExit(f"{' '.join(command[:4])} … failed: {problems.read().decode(errors='replace')[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def paired(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float, float]:
    """Medians of both, run in turn, and the median of the pairwise ratios theirs / ours."""
    pairs = [(ours(), theirs()) for _ in range(RUNS)]
    return (
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
        statistics.median(other / one for one, other in pairs),
    )


def parse(payload: Path, count: int) -> None:
    mine, peer, ratio = paired(
        lambda: run([JOBSWIPE, "parse", "posting", "--kind", "ashby", str(payload)])[0],
        lambda: run([sys.executable, str(HERE / "peer_ashby.py"), str(payload)])[0],
    )
    say("parse", postings=count, per_second=count / mine, peer="ats-scrapers 0.3.0", peer_per_second=count / peer,
        times_the_peer=ratio, bar=1500)  # fmt: skip


def store_whole(work: Path, boards: Path, count: int) -> None:
    home = work / "home"
    first, memory = run([JOBSWIPE, "ingest", "--kind", "ashby", "--file", str(boards), "--format", "jsonl"], home)
    again, _ = run([JOBSWIPE, "ingest", "--kind", "ashby", "--file", str(boards), "--format", "jsonl"], home)
    changed = touch(work, boards)
    touched, _ = run([JOBSWIPE, "ingest", "--kind", "ashby", "--file", str(changed), "--format", "jsonl"], home)
    peer = run([sys.executable, str(HERE / "peer_ashby.py"), str(work / "everything.json")])[0]
    say("ingest", postings=count, per_second=count / first, bar=500, peak_mb=memory, memory_bar=600,
        again_share=again / first, again_bar=0.2, again_with_a_change_in_each_board_share=touched / first,
        peer="ats-scrapers 0.3.0 (parses only)", peer_per_second=count / peer, times_the_peer=peer / first)  # fmt: skip


def touch(work: Path, boards: Path) -> Path:
    """The same boards with one posting of each changed: every record is read, and nearly all are as they were."""
    touched = work / "touched"
    touched.mkdir()
    for path in boards.iterdir():
        payload = json.loads(path.read_text())
        payload["jobs"][0]["title"] += " (f/m/x)"
        (touched / path.name).write_text(json.dumps(payload))
    return touched


def growth(work: Path, boards: Path) -> None:
    """Cost of a posting as the store grows: the corpus under new ids and employers, 1k to 50k."""
    home = work / "growth"
    costs: dict[int, float] = {}
    total = 0
    payloads = [json.loads(path.read_text())["jobs"] for path in sorted(boards.iterdir())]
    part = work / "part"
    part.mkdir()
    for goal in (1_000, 5_000, 10_000, 25_000, 50_000):
        for path in part.iterdir():
            path.unlink()
        fresh = 0
        copy = 0
        while total + fresh < goal:
            for number, jobs in enumerate(payloads):
                if total + fresh >= goal:
                    break
                taken = jobs[: goal - total - fresh]
                board = f"board{goal}x{copy}x{number}"
                renamed = [
                    {**job, "id": f"{board}-{at}", "jobUrl": f"https://jobs.ashbyhq.com/{board}/{at}"}
                    for at, job in enumerate(taken)
                ]
                (part / f"{board}.json").write_text(json.dumps({"jobs": renamed}))
                fresh += len(taken)
            copy += 1
        seconds, _ = run([JOBSWIPE, "ingest", "--kind", "ashby", "--file", str(part), "--format", "jsonl"], home)
        costs[goal] = seconds / fresh * 1000
        total += fresh
    say("growth", milliseconds_a_posting={str(goal): round(cost, 3) for goal, cost in costs.items()},
        last_to_first=costs[50_000] / costs[5_000])  # fmt: skip


def match(work: Path) -> None:
    """`match` and `swipe` in one warm process over the whole corpus."""
    usage = subprocess.run(
        [sys.executable, str(HERE / "warm_match.py")],
        env={**os.environ, "JOBSWIPE_HOME": str(work / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    say("match", **json.loads(usage.stdout))


def start() -> None:
    mine, bare, _ = paired(lambda: run([JOBSWIPE, "--help"])[0], lambda: run([sys.executable, "-c", "import typer"])[0])
    say("start", help_seconds=mine, import_typer_seconds=bare, times_typer=mine / bare, bar=2.5)


if __name__ == "__main__":
    main()
