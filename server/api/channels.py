"""Where a person is told: the channels of notifications. Their addresses are secrets and are never shown again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.notifications import channels
from jobswipe.notifications.courier import Courier
from jobswipe.notifications.services import MAX_URL, shown
from jobswipe.settings import Settings
from server.api.access import ApiRequest, needs, shows
from server.api.params import NO_NUL, PathId

AT_ONCE = 2
"""Addresses that one process reads or tries at a time, each in a subprocess; more are told to try again."""
_turns = threading.BoundedSemaphore(AT_ONCE)

# Which letters there are, the service says: no pattern does that tells the same to everybody.
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=NO_NUL)]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_URL)]


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel. `address` names its service alone: all that follows may be secret."""

    id: int
    name: str
    service: str
    address: str
    created_at: datetime


class Channels(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ChannelView]


class NewChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name of your choice, and an address in Apprise's form, as ntfys://ntfy.example.com/topic."""

    name: Name
    url: Address


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the service took the message; `error` says why not."""

    ok: bool
    error: str | None


_CHANNEL = {
    "id": 5, "name": "phone", "service": "ntfy", "address": "ntfys://…", "created_at": "2026-03-01T12:00:00Z"
}  # fmt: skip
_READ, _WRITE = needs("notifications:read"), needs("notifications:write")


@get("/notifications/channels", opt=_READ | shows(response={"items": [_CHANNEL]}), sync_to_thread=True)
def listing(request: ApiRequest) -> Channels:
    """Your channels, in the order in which they were added: at most 20."""
    with request.app.state.database.read() as session:
        return Channels(items=[_view(one) for one in channels.listing(session, request.user.person_id)])


@post(
    "/notifications/channels",
    opt=_WRITE | shows(request={"name": "phone", "url": "ntfys://ntfy.example.com/topic"}, response=_CHANNEL),
    sync_to_thread=True,
)
def add(request: ApiRequest, data: JSONBody[NewChannel]) -> ChannelView:
    """Add a channel: e-mail, ntfy, Slack, Telegram, a webhook and others. Its address is not shown again."""
    channels.check_name(data.name)
    address = data.url.strip()
    with _courier(request.app.state.settings) as courier:
        service = channels.read(courier, address)
    with request.app.state.database.write() as session:
        return _view(channels.add(session, request.user.person_id, data.name, address, service, clock.now()))


@delete("/notifications/channels/{channel_id:int}", opt=_WRITE | shows(), sync_to_thread=True)
def remove(request: ApiRequest, channel_id: PathId) -> None:
    """Forget a channel and its address, also where the preferences name it."""
    person_id = request.user.person_id
    with request.app.state.database.write() as session:
        name = channels.numbered(session, person_id, channel_id).name
        channels.remove(session, person_id, name, clock.now())


@post(
    "/notifications/channels/{channel_id:int}/test",
    opt=_WRITE | shows(response={"ok": True, "error": None}),
    status_code=200,
    sync_to_thread=True,
)
def try_(request: ApiRequest, channel_id: PathId) -> Tried:
    """Send a test message through a channel, and say whether its service took it."""
    state = request.app.state
    with state.database.read() as session:
        channel = channels.numbered(session, request.user.person_id, channel_id)
    with _courier(state.settings) as courier:
        outcome = courier.send(channel.url, "JobSwipe: test", f"Your channel {channel.name} works.", "test")
    return Tried(ok=outcome.ok, error=None if outcome.ok else outcome.reason or "It failed.")


@contextmanager
def _courier(settings: Settings) -> Iterator[Courier]:
    if not _turns.acquire(timeout=5):
        raise TooManyRequestsException(
            f"{AT_ONCE} channels are being tried already: try again in a moment.", headers={"Retry-After": "10"}
        )
    try:
        with Courier(settings.notify) as courier:
            yield courier
    finally:
        _turns.release()


def _view(channel: channels.Channel) -> ChannelView:
    return ChannelView(
        id=channel.id,
        name=channel.name,
        service=channel.service,
        address=shown(channel.url),
        created_at=channel.created_at,
    )


ROUTES = (listing, add, remove, try_)
