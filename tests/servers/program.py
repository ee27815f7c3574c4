"""A server with routes that behave as a test asks, served as `jobswipe serve` serves: python program.py [WORKERS]."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from litestar import Litestar, Request, Response, asgi, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from litestar.response import Stream
from litestar.types import Receive, Scope, Send

from jobswipe import errors, settings
from jobswipe.db.engine import Database
from jobswipe.tasks import ledger
from server import options


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


class Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    count: Annotated[int, msgspec.Meta(ge=1, le=9)]
    mood: Literal["good", "bad"] = "good"


class Whole(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    parts: list[Part] = []
    at: datetime | None = None


@post("/echo", status_code=200)
async def echo(data: JSONBody[Whole]) -> Whole:
    return data


@post("/swallow", status_code=200)
async def swallow() -> dict[str, str]:
    """Never looks at the body."""
    return {"heard": "nothing"}


@post("/upload", status_code=200, opt={options.MAX_BODY: 5_000})
async def upload(request: Request[Any, Any, Any]) -> dict[str, int]:
    return {"size": len(await request.body())}


@post("/full", sync_to_thread=True)
def full() -> None:
    """Stores where there is no room."""
    with Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"a resume")


@get("/page", opt={options.PAGE: True})
async def page(fault: int = 0) -> Response[str]:
    if fault:
        raise errors.NotFoundError("There is no such page.")
    return Response("<!doctype html><title>A page</title>", media_type="text/html")


@get("/file")
async def file() -> Response[bytes]:
    return Response(b"\x00\x01", media_type="application/zip", headers={"content-disposition": "attachment"})


@get("/inject")
async def inject(value: str) -> Response[bytes]:
    return Response(b"", headers={"x-echo": value})


@get("/big")
async def big(letter: str = "a") -> dict[str, list[str]]:
    return {"words": [letter * 8] * 1_000}


@get("/secret", opt={options.NO_COMPRESSION: True})
async def secret() -> dict[str, list[str]]:
    return {"words": ["swordfish"] * 1_000}


@get("/cookie")
async def cookie() -> Response[dict[str, list[str]]]:
    return Response({"words": ["a"] * 1_000}, headers={"set-cookie": "a=b"})


@get("/flood")
async def flood() -> Stream:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(20_000):
            yield b"x" * 10_000

    return Stream(parts(), media_type="application/octet-stream")


@get("/parts")
async def parts() -> Stream:
    """Nobody says how long it is."""

    async def each() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    return Stream(each(), media_type="text/plain")


@asgi("/said", copy_scope=True)
async def said(scope: Scope, receive: Receive, send: Send) -> None:
    """Three bytes, and as many as the query says are said."""
    length = scope["query_string"].partition(b"=")[2]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": b"abc", "more_body": False})


@post("/names", status_code=200)
async def names(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    await request.body()
    return {"names": [name.decode() for name, _ in request.scope["headers"]]}


@get("/who")
async def who(request: Request[Any, Any, Any]) -> dict[str, Any]:
    client = request.scope["client"]
    return {"client": client[0] if client else None, "scheme": request.scope["scheme"]}


@post("/login", status_code=200, opt={options.LIMIT_CLASS: "auth"})
async def login() -> dict[str, list[str]]:
    return {"token": ["swordfish"] * 1_000}


ROUTES = (
    thing, sleep, wait, fault, error, retry, tasks,
    echo, swallow, upload, full, page, file, inject, big, secret, cookie, flood, parts, said, names, who, login,
)  # fmt: skip


def prepare(app: Litestar) -> None:
    for handler in ROUTES:
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
