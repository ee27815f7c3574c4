"""A server with routes that behave as a test asks, served as `jobswipe serve` serves: python program.py [WORKERS]."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from litestar import Litestar, get, post
from litestar.datastructures import State

from jobswipe import errors, settings
from jobswipe.db.engine import Database
from jobswipe.tasks import ledger


@get("/things/{thing:int}")
async def thing(thing: int) -> dict[str, int]:
    return {"thing": thing}


@get("/sleep", sync_to_thread=True)
def sleep(seconds: float) -> dict[str, float]:
    """In a thread, as handlers that ask the store."""
    time.sleep(seconds)
    return {"slept": seconds}


@get("/wait")
async def wait(seconds: float) -> dict[str, float]:
    await asyncio.sleep(seconds)
    return {"waited": seconds}


@get("/fault", sync_to_thread=True)
def fault() -> None:
    raise RuntimeError("an inner secret of hunter2")


@get("/error/{name:str}", sync_to_thread=True)
def error(name: str) -> None:
    raise getattr(errors, name)("A sentence with /an/inner/path in it.")


@get("/retry", sync_to_thread=True)
def retry() -> None:
    raise errors.UpstreamError("The board asks for patience.", retry_after=17.4)


@post("/tasks/{count:int}", sync_to_thread=True)
def tasks(count: int, state: State) -> dict[str, Any]:
    with state.database.write() as session:
        return {"ids": [ledger.enqueue(session, "postings.expire", {"n": number}) for number in range(count)]}


def prepare(app: Litestar) -> None:
    for handler in (thing, sleep, wait, fault, error, retry, tasks):
        app.register(handler)


if __name__ == "__main__":
    from server.serve import run

    found = settings.load()
    raise SystemExit(
        run(
            found,
            Database(found.database_url, found.database),
            port=0,
            workers=int(sys.argv[1]) if sys.argv[1:] else 0,
            note=lambda said: print(said, file=sys.stderr, flush=True),
            prepare=prepare,
        )
    )
