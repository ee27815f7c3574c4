"""Load on a JobSwipe server as people make it: four looks at the deck for each verdict.

    pip install locust
    JOBSWIPE_LOAD_KEYS=keys.txt locust -f deploy/load/locustfile.py --host https://jobs.example.org

keys.txt has one API key a line, of the scopes deck:read and swipes:write, one for each simulated person: their verdicts
are kept, so use a store made for this.
"""

from __future__ import annotations

import itertools
import os
import random
import uuid
from pathlib import Path

from locust import FastHttpUser, between, task

KEYS = itertools.cycle(Path(os.environ["JOBSWIPE_LOAD_KEYS"]).read_text(encoding="utf-8").split())
VERDICTS = ("like", "dislike", "dislike", "dislike", "skip", "save")


class Swiper(FastHttpUser):
    """A person with a key of their own, who judges the cards that they were dealt."""

    wait_time = between(0.5, 2)

    def on_start(self) -> None:
        self.key = {"Authorization": f"Bearer {next(KEYS)}"}
        self.cards: list[int] = []

    @task(4)
    def deck(self) -> None:
        with self.rest("GET", "/api/v1/deck?limit=10", headers=self.key) as response:
            if response.js is not None:
                self.cards = [card["posting_id"] for card in response.js["items"]]

    @task(1)
    def swipe(self) -> None:
        if self.cards:
            card = self.cards.pop(random.randrange(len(self.cards)))
            verdict = {"posting_id": card, "verdict": random.choice(VERDICTS)}
            once = {"Idempotency-Key": str(uuid.uuid4())}  # a request that is sent again is judged once
            with self.rest("POST", "/api/v1/swipes", json=verdict, headers=self.key | once):
                pass
