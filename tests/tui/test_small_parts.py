"""Texts, keys, bars and the guard of the browser's page, each by itself."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from tui_store import NOW

from jobswipe.errors import SettingsError
from jobswipe.pay.salary import Salary
from jobswipe.settings import Settings
from tui import state
from tui.deck import paint, words
from tui.desk.interface import DeskCard, Listing
from tui.keys import ROOMS, keymap
from tui.text import Block, blocks, safe
from tui.web import Guarded


def test_headings_items_and_paragraphs() -> None:
    text = "About us\n\nWe are six people.\n\nYou bring:\n- Python\n• SQL\n\nApply now"
    assert blocks(text) == [
        Block("heading", "About us"),
        Block("paragraph", "We are six people."),
        Block("heading", "You bring"),
        Block("item", "Python"),
        Block("item", "SQL"),
        Block("paragraph", "Apply now"),
    ]


def test_what_steers_a_terminal_is_taken_out() -> None:
    assert safe("a\x1b[31mb\x07\u202ec\ud800\n\td") == "a[31mbc d"
    assert safe("👩\u200d💻 مهندس") == "👩\u200d💻 مهندس"
    assert safe(None) == ""


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (60_000, 75_000, "€60,000 – 75,000 a year"),
        (60_000, 60_000, "€60,000 a year"),
        (None, 75_000, "up to €75,000 a year"),
        (60_000, None, "from €60,000 a year"),
    ],
)
def test_pay(low: int | None, high: int | None, said: str) -> None:
    assert words.pay(Salary(min=low, max=high, currency="EUR", period="year", provenance="text", quote="")) == said
    assert words.pay(None) == ""


def test_age() -> None:
    ages = {0: "today", 1: "1 day ago", 13: "13 days ago", 20: "2 weeks ago", 100: "3 months ago", 800: "2 years ago"}
    assert {days: words.age(NOW - timedelta(days=days), NOW) for days in ages} == ages


def test_bars_are_as_wide_as_they_are_told() -> None:
    assert paint.bar(0.5, 4) == "██  "
    assert paint.bar(2.0, 3) == "███"
    assert all(len(paint.bar(share / 50, 7)) == 7 for share in range(-5, 60))


def test_a_long_text_is_cut_at_a_line() -> None:
    shown = paint.description("word " * 50 + "\n" + "x" * 100_000, most=1_000).plain
    assert len(shown) < 1_200
    assert "more letters: d shows all of it" in shown


def test_names_of_keys_are_one_for_each() -> None:
    names = [key.name for keys in ROOMS.values() for key in keys]
    assert len(names) == len(set(names))


def test_own_keys() -> None:
    assert keymap("like = right,y; undo=ctrl+z;") == {"like": "right,y", "undo": "ctrl+z"}
    assert keymap("help = ?") == {"help": "question_mark"}
    for wrong in ("like", "like =", "liek = x"):
        with pytest.raises(SettingsError, match="tui"):
            keymap(wrong)


def test_what_is_remembered_is_sealed_and_each_owners_own(settings: Settings) -> None:
    card = DeskCard(
        listing=Listing(posting_id=1, title="A title"), score=0.5, parts={}, reasons=("In Berlin, where you live",)
    )
    state.save(settings, state.Remembered(room="market", owner="local", hand=[card]))
    path = state.path(settings, "local")
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Berlin" not in path.read_bytes()
    assert state.load(settings, "local").hand == [card]
    assert state.load(settings, "another") == state.Remembered()
    path.rename(state.path(settings, "another"))
    assert state.load(settings, "another") == state.Remembered()


def test_a_damaged_state_is_a_fresh_start(settings: Settings) -> None:
    state.save(settings, state.Remembered(room="market", owner="local"))
    path = state.path(settings, "local")
    sealed = path.read_bytes()
    for damage in (b"", sealed[:-4], b'{"format": 1, "room": 7', sealed.replace(sealed[20:22], b"xx")):
        path.write_bytes(damage)
        assert state.load(settings, "local") == state.Remembered()
    path.write_bytes(sealed)
    shutil.rmtree(settings.keys_dir)
    assert state.load(settings, "local") == state.Remembered()


def test_the_browsers_page_is_for_whoever_has_the_token() -> None:
    async def ask() -> None:
        guarded = Guarded("true", 8765)
        server = TestServer(await guarded._make_app())
        async with TestClient(server) as client:
            guarded.port = server.port or 0
            token = {"token": guarded.token}
            assert (await client.get("/")).status == 403
            assert (await client.get("/", params={"token": "x"})).status == 403
            assert (await client.get("/", params=token, headers={"Host": "evil.example.com"})).status == 403
            assert (await client.get("/", params=token, headers={"Origin": "https://evil.example.com"})).status == 403
            page = await client.get("/", params=token)
            assert page.status == 200
            assert page.headers["Referrer-Policy"] == "no-referrer"
            cookie = page.cookies[guarded.cookie]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Strict"
            client.session.cookie_jar.clear()
            known = {"Cookie": f"{guarded.cookie}={guarded.token}"}
            assert (await client.get("/static/js/textual.js", headers=known)).status == 200
            assert (await client.get("/static/js/textual.js")).status == 403
            evil = {**known, "Origin": "http://evil.example.com"}
            assert (await client.get("/ws", headers=evil)).status == 403

    asyncio.run(ask())
