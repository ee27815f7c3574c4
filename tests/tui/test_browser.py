"""`jobswipe swipe --web`: the page, its app over the websocket as the page's script speaks, and every end of both."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from browser import Window, browser, free_port, serving, until

from jobswipe.db.engine import Database
from jobswipe.settings import Settings
from tui.desk.local import LocalDesk


def standing(home: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(home / "jobswipe.db") as connection:
        return connection.execute("SELECT posting_id, verdict FROM swipe ORDER BY id").fetchall()


def dealt(settings: Settings) -> list[tuple[int, str]]:
    """The first two cards that the app will show."""
    desk = LocalDesk(settings)
    try:
        return [(card.posting_id, card.listing.title) for card in desk.deal(2, ()).cards]
    finally:
        desk.close()


def test_the_page_asks_nobody_but_its_server(home: Path, filled: Database) -> None:
    async def look() -> None:
        with serving() as served:
            async with browser() as one:
                answer, page = await one.open(served.address)
                assert len(page.names) >= 4
                for name in page.names:
                    if name.startswith("data:"):
                        continue
                    assert "//" not in name, name
                    async with one.session.get(urljoin(served.address, name)) as part:
                        assert part.status == 200, name
                        text = await part.text("utf-8", "replace")
                    if name.endswith(".css"):
                        assert not re.search(r"@import|url\(", text), name
                rules = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in rules
                assert "http" not in rules
                assert page.websocket == f"ws://127.0.0.1:{answer.url.port}/ws"
            async with aiohttp.ClientSession() as stranger, stranger.get(page.websocket.replace("ws:", "http:")) as no:
                assert no.status == 403

    asyncio.run(look())


def test_a_verdict_from_a_browser(home: Path, settings: Settings, filled: Database) -> None:
    (first, title), (second, next_title) = dealt(settings)

    async def swipe() -> None:
        with serving() as served:
            async with browser() as one, one.window(served.address) as window:
                await window.wait(title)
                await window.wait("like")  # the line of keys
                await window.press("l", "✓ stored")
                assert next_title in window.seen
                assert standing(home) == [(first, "like")]
                await window.press("h", "2 judged")
                assert standing(home) == [(first, "like"), (second, "dislike")]
                await window.send("ping", "7")
                await until_told(window, ["pong", "7"])
            await until(lambda: not served.apps(), "the app outlives its page")
            assert served.end() == 0
            assert "Traceback" not in served.said

    asyncio.run(swipe())


async def until_told(window: Window, words: list[object]) -> None:
    while words not in window.told:
        assert await window.read()


def test_by_the_machines_other_name(home: Path, settings: Settings, filled: Database) -> None:
    """A cookie of localhost is not sent to 127.0.0.1: the page has to stay with the name that it was asked by."""
    (_, title), _ = dealt(settings)

    async def look() -> None:
        with serving() as served:
            async with browser() as one, one.window(served.address.replace("127.0.0.1", "localhost")) as window:
                await window.wait(title)

    asyncio.run(look())


def test_two_browsers_at_once(home: Path, settings: Settings, filled: Database) -> None:
    (first, title), (_, next_title) = dealt(settings)

    async def swipe() -> None:
        with serving() as served:
            async with browser() as one, browser() as two:
                async with one.window(served.address) as left, two.window(served.address) as right:
                    await left.wait(title)
                    await right.wait(title)
                    assert len(served.apps()) == 2
                    await left.press("l", "✓ stored")
                    # Both judge the same card: the second verdict is the later one, and no card is lost to either.
                    await right.press("s", "✓ stored")
                    assert next_title in right.seen
                await until(lambda: not served.apps(), "an app outlives its page")
            assert {posting_id for posting_id, _ in standing(home)} == {first}

    asyncio.run(swipe())


def test_a_browsers_window_is_resized(home: Path, settings: Settings, filled: Database) -> None:
    (_, title), _ = dealt(settings)

    async def resize() -> None:
        with serving() as served:
            async with browser() as one, one.window(served.address) as window:
                await window.wait(title)
                window.raw = b""
                await window.send("resize", {"width": 40, "height": 10})
                await window.wait("This terminal has 40 × 10")
                window.raw = b""
                await window.send("resize", {"width": 140, "height": 45})
                await window.wait(title)
                assert re.search(rb"\x1b\[4[0-5];", window.raw), "nothing was painted in the new lines"

    asyncio.run(resize())


def test_a_verdict_is_stored_although_the_page_is_closed_at_once(
    home: Path, settings: Settings, filled: Database
) -> None:
    (first, title), _ = dealt(settings)

    async def leave() -> None:
        with serving() as served:
            async with browser() as one:
                async with one.window(served.address) as window:
                    await window.wait(title)
                    await window.wait(" left · ")
                    await window.send("stdin", "l")
                await until(lambda: not served.apps(), "the app outlives its page")
            assert standing(home) == [(first, "like")]

    asyncio.run(leave())


def test_the_app_ends_its_page_and_the_server_its_apps(home: Path, settings: Settings, filled: Database) -> None:
    (_, title), _ = dealt(settings)

    async def end() -> None:
        with serving() as served:
            async with browser() as one:
                async with one.window(served.address) as window:
                    await window.wait(title)
                    await window.send("stdin", "q")
                    await window.closed()
                async with one.window(served.address) as window:
                    await window.wait(title)
                    (app,) = served.apps()
                    code = await asyncio.to_thread(served.end)
                    await window.closed()
            assert code == 0
            await until(lambda: not Path(f"/proc/{app}").exists(), "an app outlives its server")
            assert "Traceback" not in served.said

    asyncio.run(end())


def test_a_port_that_is_taken(home: Path, filled: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, serving(taken.getsockname()[1]) as served:
        assert served.gone() == 2
    assert served.said.count("\n") == 1
    assert "is taken: give another with --port." in served.said
    assert served.address == ""


def test_two_runs_side_by_side(home: Path, settings: Settings, filled: Database) -> None:
    """A browser sends cookies to all ports of a host: the second run does not lock out the first one's page."""
    (_, title), _ = dealt(settings)

    async def look() -> None:
        with serving(free_port()) as first, serving(free_port()) as second:
            async with browser() as one:
                await one.open(first.address)
                await one.open(second.address)
                for served in (first, second):
                    address, _, _ = served.address.partition("/?")
                    async with one.window(address + "/") as window:
                        await window.wait(title)

    asyncio.run(look())
