"""Decks and swipes of the engine alone, 4 to 1, by threads over Postgres; prints one JSON object.

    python tests/bench/load/engine.py [SECONDS] [THREADS]

What a cold person's first deck costs comes first: it is paid once for each person. `cpu` is of this process.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from load.stage import PERSONS, memory, spread, stage  # noqa: E402 - after the path

from jobswipe import clock  # noqa: E402
from jobswipe import settings as settings_module  # noqa: E402
from jobswipe.db.engine import database_of  # noqa: E402
from jobswipe.matching import swipes  # noqa: E402
from jobswipe.matching.deck import deck  # noqa: E402
from jobswipe.matching.engine import Matcher  # noqa: E402

VERDICTS = ("like", "dislike", "dislike", "dislike", "skip", "save")


class Bench:
    def __init__(self) -> None:
        settings = settings_module.load()
        self.database = database_of(settings)
        self.matcher = Matcher(self.database, settings)
        self.matcher.refresh()
        self.dealt: dict[int, list[int]] = {}
        self.took: dict[str, list[float]] = {"deck": [], "swipe": []}
        self.whole = 0
        ranked = self.matcher._all
        self.matcher._all = lambda *given: (self._count(), ranked(*given))[1]

    def _count(self) -> None:
        self.whole += 1

    def deal(self, person_id: int) -> float:
        started = time.perf_counter()
        with self.database.read() as session:
            cards = deck(self.matcher, session, person_id, 10)
        self.dealt[person_id] = [card.match.posting_id for card in cards]
        return time.perf_counter() - started

    def judge(self, person_id: int, posting_id: int, verdict: str) -> float:
        started = time.perf_counter()
        with self.database.write() as session:
            swipes.record(session, self.matcher, person_id, posting_id, verdict, clock.now())
        return time.perf_counter() - started

    def client(self, seed: int, until: float) -> None:
        dice = random.Random(seed)
        while time.perf_counter() < until:
            person_id = dice.randint(1, PERSONS)
            if dice.random() < 0.2 and self.dealt.get(person_id):
                judged = self.judge(person_id, dice.choice(self.dealt[person_id]), dice.choice(VERDICTS))
                self.took["swipe"].append(judged)
            else:
                self.took["deck"].append(self.deal(person_id))


def main(seconds: float, threads: int) -> None:
    with stage():
        bench = Bench()
        bench.deal(1)  # what the process loads at its first
        before, started = time.process_time(), time.perf_counter()
        cold = [bench.deal(person_id) for person_id in range(2, PERSONS + 1)]
        cold_cpu = (time.process_time() - before) / len(cold) * 1000
        cold_wall = time.perf_counter() - started
        bench.whole = 0
        at_start, before, started = memory(os.getpid()), time.process_time(), time.perf_counter()
        clients = [threading.Thread(target=bench.client, args=(number, started + seconds)) for number in range(threads)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()
        wall = time.perf_counter() - started
        done = sum(len(took) for took in bench.took.values())
        figures = {
            "bench": "engine",
            "threads": threads,
            "cold": {**spread(cold), "cpu_ms": round(cold_cpu, 2), "seconds": round(cold_wall, 1)},
            "per_second": round(done / wall, 1),
            "cpu_ms_each": round((time.process_time() - before) / done * 1000, 2),
            **{name: {"count": len(took), **spread(took)} for name, took in bench.took.items()},
            "ranked_anew": bench.whole,
            "records_mb": round(bench.matcher.records.size / 1e6, 1),
            "memory_mb": [round(at_start), round(memory(os.getpid()))],
        }
        sys.stdout.write(json.dumps(figures) + "\n")
        bench.database.dispose()


if __name__ == "__main__":
    main(float((sys.argv[1:] or ["60"])[0]), int((sys.argv[2:] or ["4"])[0]))
