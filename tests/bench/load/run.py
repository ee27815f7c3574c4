"""`make load`: the server under load over HTTP, and beside it in the same run a peer that does the same queries.

    python tests/bench/load/run.py [--soak SECONDS] [--processes N]

100,000 postings and 1,000 persons with resumes in Postgres; server, Postgres and the load generator share two cores.
Ours and the peer have a process for each core. First each person's deck is asked for once (cold), then come the goal's
rate, half of it for the soak (memory before and after), and the most that the server gives; the peer's most is measured
in turns with ours. Prints one JSON object a line; exit 1 where the goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

import httpx  # noqa: E402 - after the path
import psutil  # noqa: E402
from load.stage import stage  # noqa: E402
from servers.run import free_port  # noqa: E402
from servers.served import Served, until  # noqa: E402

GOAL = {"per_second": 300, "p99_ms": 100, "errors": 0}
CORES = 2
CONNECTIONS = 64
ROUNDS = 3
GROWTH = 1.1
"""How much larger the memory may be at the end of the soak than at its start."""


def main(soak: float, processes: int) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended, too
    psutil.Process().cpu_affinity(sorted(os.sched_getaffinity(0))[:CORES])  # what starts from here is there, too
    with stage() as keys:
        shown = Path(os.environ["JOBSWIPE_HOME"]) / "load.keys"
        shown.write_text("\n".join(keys))
        with Served("serve", "--processes", str(processes)) as ours, peer(CORES) as theirs:
            pid = ours.process.pid
            say("cold", processes=processes, memory_mb=round(memory(pid)), **drive(ours.url, shown, 0, 4, -1))
            drive(theirs, shown, 0, 4, -1)
            drive(ours.url, shown, 30, CONNECTIONS, GOAL["per_second"] / 2)
            at_goal = drive(ours.url, shown, 60, CONNECTIONS, GOAL["per_second"])
            say("goal", rate=GOAL["per_second"], memory_mb=round(memory(pid)), **at_goal)
            pairs = [
                (drive(ours.url, shown, 15, CONNECTIONS, 0), drive(theirs, shown, 15, CONNECTIONS, 0))
                for _ in range(ROUNDS)
            ]
            mine, other = (statistics.median(one[side]["per_second"] for one in pairs) for side in (0, 1))
            say("most", per_second=mine, peer="FastAPI, SQLAlchemy asyncio", peer_per_second=other,
                times_the_peer=round(statistics.median(a["per_second"] / b["per_second"] for a, b in pairs), 2),
                ours=pairs[-1][0], theirs=pairs[-1][1])  # fmt: skip
            before = memory(pid)
            steady = drive(ours.url, shown, soak, CONNECTIONS, GOAL["per_second"] / 2)
            after = memory(pid)
            say("soak", seconds=soak, rate=GOAL["per_second"] / 2, memory_mb=[round(before), round(after)], **steady)
    fast = at_goal["per_second"] > 0.98 * GOAL["per_second"] and at_goal["p99_ms"] < GOAL["p99_ms"]
    good = fast and not at_goal["errors"] and not steady["errors"] and after < GROWTH * before and mine > other
    return 0 if good else 1


def say(name: str, **figures: Any) -> None:
    sys.stdout.write(json.dumps({"load": name, **figures}) + "\n")
    sys.stdout.flush()


def drive(url: str, keys: Path, seconds: float, connections: int, rate: float) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HERE / "driver.py"), url, str(keys), str(seconds), str(connections), str(rate)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def memory(pid: int) -> float:
    """Megabytes of a process and all below it that are their own, and their shares of what they share."""
    above = psutil.Process(pid)
    return sum(one.memory_full_info().pss for one in [above, *above.children(recursive=True)]) / 1e6


@contextmanager
def peer(processes: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen([sys.executable, str(HERE / "peer.py"), str(port), str(processes)])
    try:
        until(lambda: process.poll() is not None or _answers(url))
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/deck").status_code == 422
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--soak", type=float, default=600)
    parser.add_argument("--processes", type=int, default=CORES)
    given = parser.parse_args()
    sys.exit(main(given.soak, given.processes))
