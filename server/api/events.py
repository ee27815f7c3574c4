"""Live updates: what happens, sent as it happens, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.params import HeaderParameter, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from jobswipe import clock
from jobswipe.live.event import Event, Position
from server import options
from server.api.access import ALSO, ApiRequest, needs, shows
from server.live import Live, Watcher

MEDIA_TYPE = "text/event-stream"
RETRY = 3_000
"""Milliseconds after which a client that lost the stream comes again."""
Wanted = Literal["ingest", "match", "notification", "task"]
ALL: tuple[Wanted, ...] = ("ingest", "match", "notification", "task")
_HEADERS = {"X-Accel-Buffering": "no"}  # a proxy that collects an answer would tell nothing for long

_SHOWN = (
    "retry: 3000\n\n"
    "id: 1772438405000.9a0c2f1e\nevent: task\n"
    'data: {"key":"task:512:done:1772438405000","at":"2026-03-02T08:00:05Z","task_id":512,"kind":"draft.write",'
    '"state":"done","attempts":1}\n\n'
    ": alive\n\n"
)


@get(
    "/events",
    opt=needs("notifications:read") | shows() | {ALSO: {MEDIA_TYPE: _SHOWN}, options.NO_COMPRESSION: True},
)
async def events(
    request: ApiRequest,
    types: Annotated[
        list[Wanted] | None, QueryParameter(name="type", max_items=4, description="Only these types; repeatable.")
    ] = None,
    last: Annotated[
        str | None,
        HeaderParameter(name="Last-Event-ID", max_length=400, description="The `id` of the last event that you got."),
    ] = None,
) -> ASGIResponse:
    """What happens, as server-sent events, until you hang up, your credential ends or the server stops.

    `match` and `notification` are your own; `task` your own, for operators all; `ingest` tells operators how polls
    advance. `missed` says that there was more of a type than is told: look at its list. An event's data has a `key`,
    and its `id` as `Last-Event-ID` goes on from there, up to an hour later and through any server; what happened within
    the last seconds may then come twice, with the same `key`.
    """
    if options.only_head(request.scope):  # nobody would read the stream, or end it
        return ASGIResponse(headers=_HEADERS | {"content-type": f"{MEDIA_TYPE}; charset=utf-8"}, is_head_response=True)
    live: Live = request.app.state.live
    position = Position.parse(last, clock.now()) if last else None
    watcher = live.enter(request.user, frozenset(types or ALL))
    try:
        before = await live.missed(watcher, position) if position is not None else []
    except BaseException:
        live.leave(watcher)
        raise
    told = _told(watcher, before, position or Position(clock.now()), live.settings.heartbeat)
    return _Streamed(live, watcher, told)


class _Streamed(ASGIStreamingResponse):
    """A stream that leaves the watchers however it ends."""

    def __init__(self, live: Live, watcher: Watcher, told: AsyncIterator[bytes]) -> None:
        super().__init__(iterator=told, media_type=MEDIA_TYPE, headers=_HEADERS, status_code=200)
        self._live, self._watcher = live, watcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.leave(self._watcher)


async def _told(watcher: Watcher, before: list[Event], position: Position, heartbeat: float) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY}\n\n".encode()
    known = {one.key for one in before}
    for one in before:
        yield _line(one, position)
    while True:
        try:
            event = await asyncio.wait_for(watcher.queue.get(), heartbeat)
        except TimeoutError:
            yield b": alive\n\n"
            continue
        if event is None:
            return
        if event.key not in known:
            yield _line(event, position)


def _line(event: Event, position: Position) -> bytes:
    body: dict[str, Any] = {"key": event.key, "at": event.at, **event.data}
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        position.told(event).encode(),
        event.type.encode(),
        msgspec.json.encode(body),
    )


ROUTES = (events,)
