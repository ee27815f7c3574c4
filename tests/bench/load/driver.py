"""Drives a server over HTTP from a process of its own: GET /api/v1/deck and POST /api/v1/swipes, 4 to 1.

    python driver.py URL KEYS_FILE SECONDS CONNECTIONS RATE

RATE 0 is a closed loop: each connection asks again when it has its answer, and what comes out is the most that the
server gives. With a rate the requests have their times before they are made, and a latency counts from there: a server
that stalls is not spared the requests that it kept from being made (no coordinated omission). RATE -1 asks once for
each person's deck: the warm-up. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uvloop

VERDICTS = ("like", "dislike", "dislike", "dislike", "skip", "save")
SWIPES = 0.2
"""The share of requests that are swipes."""
WAIT = 30.0
"""Seconds after which a request has failed."""


class _Card(msgspec.Struct):
    posting_id: int


class _Deck(msgspec.Struct):
    items: list[_Card] = []
    cards: list[_Card] = []


class Driver:
    def __init__(self, url: str, keys: list[str], seed: int = 1) -> None:
        self.host, self.port = urlsplit(url).hostname or "", urlsplit(url).port or 80
        self.keys = keys
        self.dice = random.Random(seed)
        self.dealt: dict[int, list[int]] = {}
        self.took: dict[str, list[float]] = {"deck": [], "swipe": []}
        self.errors: Counter[str] = Counter()
        self.sent = 0
        self.run_key = secrets.token_hex(8)

    def request(self, person: int | None = None) -> tuple[int, str, bytes]:
        """(person, kind, bytes of the request)."""
        who = self.dice.randrange(len(self.keys)) if person is None else person
        head = f"Host: {self.host}\r\nAuthorization: Bearer {self.keys[who]}\r\n"
        if person is None and self.dealt.get(who) and self.dice.random() < SWIPES:
            posting_id = self.dice.choice(self.dealt[who])
            body = json.dumps({"posting_id": posting_id, "verdict": self.dice.choice(VERDICTS)})
            self.sent += 1
            head += f"Idempotency-Key: {self.run_key}-{self.sent:08}\r\nContent-Type: application/json\r\n"
            return (
                who,
                "swipe",
                f"POST /api/v1/swipes HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode(),
            )
        return who, "deck", f"GET /api/v1/deck?limit=10 HTTP/1.1\r\n{head}\r\n".encode()

    def answered(self, who: int, kind: str, status: int, body: bytes, seconds: float) -> None:
        self.took[kind].append(seconds)
        if status not in (200, 201):
            self.errors[f"{kind} {status}"] += 1
        elif kind == "deck":
            found = msgspec.json.decode(body, type=_Deck)
            self.dealt[who] = [card.posting_id for card in found.items or found.cards]

    async def connection(self, times: asyncio.Queue[tuple[float, int | None]] | None, until: float) -> None:
        """One connection: of requests at their times, or of one after the other."""
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while True:
            if times is not None:
                due, person = await times.get()
                if due == float("inf"):
                    break
                if person is not None:
                    due = time.perf_counter()
            else:
                due, person = time.perf_counter(), None
                if due >= until:
                    break
            who, kind, request = self.request(person)
            try:
                if streams is None:
                    streams = await asyncio.open_connection(self.host, self.port)
                status, body, kept = await asyncio.wait_for(_ask(*streams, request), WAIT)
            except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
                self.errors[f"{kind} {type(error).__name__}"] += 1
                kept = False
            else:
                self.answered(who, kind, status, body, time.perf_counter() - due)
            if not kept and streams is not None:
                streams[1].close()
                streams = None
        if streams is not None:
            streams[1].close()

    async def run(self, seconds: float, connections: int, rate: float) -> dict[str, Any]:
        started = time.perf_counter()
        times: asyncio.Queue[tuple[float, int | None]] | None = asyncio.Queue() if rate else None
        clients = [asyncio.create_task(self.connection(times, started + seconds)) for _ in range(connections)]
        if times is not None:
            if rate < 0:
                for person in range(len(self.keys)):
                    times.put_nowait((time.perf_counter(), person))
            else:
                for number in range(int(seconds * rate)):
                    due = started + number / rate
                    if (early := due - time.perf_counter()) > 0:
                        await asyncio.sleep(early)
                    times.put_nowait((due, None))
            for _ in clients:
                times.put_nowait((float("inf"), None))
        await asyncio.gather(*clients)
        return self.figures(time.perf_counter() - started)

    def figures(self, wall: float) -> dict[str, Any]:
        from load.stage import spread

        done = sum(len(took) for took in self.took.values())
        return {
            "per_second": round(done / wall, 1),
            "requests": done,
            **spread([one for took in self.took.values() for one in took]),
            **{kind: spread(took) for kind, took in self.took.items() if took},
            "errors": dict(self.errors),
        }


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection stays open."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length, kept = 0, True
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            length = int(line[15:])
        elif line.startswith(b"connection:"):
            kept = line[11:].strip() != b"close"
    return status, await reader.readexactly(length) if length else b"", kept


def main(url: str, keys: str, seconds: str, connections: str, rate: str) -> None:
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
    driver = Driver(url, Path(keys).read_text().split(), seed=int(float(rate)) + 7)
    # The generator has no core of its own: what it takes, both servers lack.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(driver.run(float(seconds), int(connections), float(rate)))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
