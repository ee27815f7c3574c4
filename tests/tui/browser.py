"""`jobswipe swipe --web` as a process, and a browser that does what its page's script does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from html.parser import HTMLParser

import aiohttp
import psutil
from terminal import ESCAPES, JOBSWIPE, PATIENCE


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Served:
    """The command; `address` is what it printed."""

    def __init__(self, port: int, **environment: str) -> None:
        self.process = subprocess.Popen(
            [JOBSWIPE, "swipe", "--web", "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment},
        )  # fmt: skip
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline().decode()
        found = re.search(r"http://\S+", self.said)
        self.address = found[0] if found else ""

    def apps(self) -> list[int]:
        """The processes of its pages' apps."""
        found = []
        for one in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # one that has ended, and is not waited for yet
                if "-P" in one.cmdline():
                    found.append(one.pid)
        return found

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.gone()

    def gone(self) -> int:
        try:
            _, left = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
        self.said += left.decode()
        return self.process.returncode


@contextmanager
def serving(port: int | None = None, **environment: str) -> Iterator[Served]:
    served = Served(port or free_port(), **environment)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.end(signal.SIGTERM)


class Page(HTMLParser):
    """What a page refers to, and where its script finds the app."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = re.findall(r"url\(\"?([^\")]+)", text)
        self.websocket = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.names += [value for name in ("src", "href") if tag != "a" and (value := found.get(name))]
        self.websocket = found.get("data-session-websocket-url") or self.websocket


class Window:
    """One page's connection to its app."""

    def __init__(self, socket_: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket_
        self.raw = b""
        self.told: list[list[object]] = []

    @property
    def seen(self) -> str:
        return ESCAPES.sub(b"", self.raw).decode("utf-8", "replace")

    async def wait(self, words: str) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < end, f"{words!r} was not painted: {self.seen[-2000:]}"
            assert await self.read(), f"it was closed: {self.seen[-2000:]}"

    async def read(self) -> bool:
        """Whether the connection still holds."""
        try:
            message = await self._socket.receive(timeout=1)
        except TimeoutError:
            return True
        if message.type is aiohttp.WSMsgType.BINARY:
            self.raw += message.data
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.told.append(json.loads(message.data))
        return message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)

    async def send(self, *envelope: object) -> None:
        await self._socket.send_json(list(envelope))

    async def press(self, keys: str, then: str) -> None:
        self.raw = b""
        await self.send("stdin", keys)
        await self.wait(then)

    async def closed(self) -> None:
        """Wait for the server to close it."""
        end = time.monotonic() + PATIENCE
        while await self.read():
            assert time.monotonic() < end, "it was not closed"


class Browser:
    """It keeps cookies, as one that opened the printed address."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def open(self, address: str) -> tuple[aiohttp.ClientResponse, Page]:
        async with self.session.get(address) as answer:
            assert answer.status == 200, await answer.text()
            return answer, Page(await answer.text())

    @asynccontextmanager
    async def window(self, address: str, columns: int = 100, lines: int = 30) -> AsyncIterator[Window]:
        """Load the page and connect to its app, as its script does."""
        _, page = await self.open(address)
        where = f"{page.websocket}?width={columns}&height={lines}"
        origin = "/".join(address.split("/")[:3])
        async with self.session.ws_connect(where, origin=origin) as connected:
            window = Window(connected)
            await window.send("resize", {"width": columns, "height": lines})
            await window.send("focus")
            yield window


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(session)


async def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.05)
