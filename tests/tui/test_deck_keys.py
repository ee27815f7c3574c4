"""The deck by its keys and by the mouse: what is on the screen, and what is in the store afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from driving import running, settled, text, until
from sqlmodel import select
from tui_store import fill

from jobswipe.db.engine import Database
from jobswipe.models import Application, Swipe
from jobswipe.settings import load
from tui.app import SwipeApp
from tui.deck.card import CardView
from tui.frame.room import TooSmall

Make = Callable[[], SwipeApp]


def swipes(database: Database) -> list[tuple[int, str, str | None]]:
    with database.read() as session:
        return [(one.posting_id, one.verdict, one.reason) for one in session.exec(select(Swipe).order_by(Swipe.id))]


def drive(app: SwipeApp, work: Callable[[SwipeApp, Any], Any], size: tuple[int, int] = (100, 30)) -> None:
    async def run() -> None:
        async with running(app, size) as pilot:
            await work(app, pilot)

    asyncio.run(run())


def test_each_verdict(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        judged = []
        for key, verdict in (("right", "like"), ("h", "dislike"), ("s", "save"), ("space", "skip"), ("l", "like")):
            judged.append((one.dealer.current.posting_id, verdict, None))
            await pilot.press(key)
        await settled(one, pilot)
        assert swipes(filled) == judged
        assert "✓ stored" in text(one)
        assert "Learned from 5" in text(one)

    drive(app(), work)
    with filled.read() as session:
        assert len(session.exec(select(Application)).all()) == 3


def test_undo_goes_back_through_the_session_and_no_further(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        order = []
        for _ in range(4):
            order.append(one.dealer.current.posting_id)
            await pilot.press("right")
        await settled(one, pilot)
        for expected in reversed(order):
            await pilot.press("u")
            assert one.dealer.current.posting_id == expected
        await pilot.press("u")
        await settled(one, pilot)
        assert [verdict for _, verdict, _ in swipes(filled)] == ["like"] * 4 + ["undo"] * 4
        with filled.read() as session:
            assert session.exec(select(Application)).all() == []
        assert one.dealer.deal.dealt == 0

    drive(app(), work)


def test_reason_teaches(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        await pilot.press("r")
        await until(lambda: len(one.screen_stack) == 2, pilot)
        await pilot.press("m")
        await until(lambda: len(one.screen_stack) == 1, pilot)
        await settled(one, pilot)
        assert [(verdict, reason) for _, verdict, reason in swipes(filled)] == [("dislike", "pay")]

    drive(app(), work)


def test_search_lays_a_card_on_top(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        before = one.dealer.current
        await pilot.press("slash", *"nurse")
        await until(lambda: one.screen.query_one("#hits").option_count > 0, pilot)
        await pilot.press("enter")
        await until(lambda: one.dealer.current is not before, pilot)
        assert "Nurse" in one.dealer.current.listing.title
        assert one.dealer.hand[0] is before
        await pilot.press("left")
        await settled(one, pilot)
        assert one.dealer.current.posting_id == before.posting_id

    drive(app(), work)


def test_filters_count_and_rule_out(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        await pilot.press("f")
        await until(lambda: len(one.screen_stack) == 2 and bool(one.screen.counts), pilot)
        counts = one.screen.counts
        assert counts["total"] == 30
        assert counts["remote"] == {"ok": 30, "only": 10, "no": 20}
        assert counts["countries"] == {"AT": 10, "DE": 10, "US": 10}
        await pilot.press("down", "enter")
        await until(lambda: one.screen.counts["total"] == 10, pilot)
        await pilot.press("f")
        await until(lambda: len(one.screen_stack) == 1, pilot)
        await until(lambda: one.dealer.deal.left == 10, pilot)

    drive(app(), work)


def test_mouse(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        await pilot.click("#bar", offset=(30, 0))
        await until(lambda: one.current_mode != "deck", pilot)
        await settled(one, pilot)
        await pilot.click("#bar", offset=(14, 0))
        await until(lambda: one.current_mode == "deck", pilot)
        await pilot.click("Footer", offset=(3, 0))  # the first key: dislike
        await settled(one, pilot)
        assert [verdict for _, verdict, _ in swipes(filled)] == ["dislike"]

    drive(app(), work)


def test_own_keys(app: Make, filled: Database, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv("JOBSWIPE_TUI_KEYS", "like = y; undo = ctrl+z")
    settings.tui = load(settings.home).tui

    async def work(one: SwipeApp, pilot: Any) -> None:
        await pilot.press("right", "y")
        await settled(one, pilot)
        assert [verdict for _, verdict, _ in swipes(filled)] == ["like"]
        await pilot.press("u", "ctrl+z")
        await settled(one, pilot)
        assert [verdict for _, verdict, _ in swipes(filled)] == ["like", "undo"]

    drive(app(), work)


def test_too_small_says_so_and_recovers(app: Make, filled: Database) -> None:
    async def work(one: SwipeApp, pilot: Any) -> None:
        await pilot.resize_terminal(50, 12)
        await until(lambda: one.screen.query_one(TooSmall).display, pilot)
        assert "50 × 12" in text(one)
        await pilot.resize_terminal(200, 60)
        await until(lambda: not one.screen.query_one(TooSmall).display, pilot)
        await pilot.pause()
        assert one.screen.query_one(CardView).wide
        assert one.dealer.current.listing.title in text(one)

    drive(app(), work)


def test_colours_may_be_forbidden(app: Make, filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def work(one: SwipeApp, pilot: Any) -> None:
        assert one.no_color
        assert "Backend Engineer" in text(one)

    drive(app(), work)


def test_starts_where_it_was_left(app: Make, filled: Database) -> None:
    async def first(one: SwipeApp, pilot: Any) -> None:
        await pilot.press("right", "right", "f2", "2")
        await settled(one, pilot)
        shown.append(one.dealer.current.posting_id)
        await pilot.press("q")

    async def second(one: SwipeApp, pilot: Any) -> None:
        assert one.current_mode == "pipeline"
        assert one.theme == "light"
        await pilot.press("1")
        await settled(one, pilot)
        assert one.dealer.current.posting_id == shown[0]

    shown: list[int] = []
    drive(app(), first)
    drive(app(), second)


def test_what_closed_meanwhile_is_not_shown_again(app: Make, filled: Database) -> None:
    shown: list[int] = []

    async def first(one: SwipeApp, pilot: Any) -> None:
        shown.append(one.dealer.current.posting_id)
        await pilot.press("q")

    drive(app(), first)
    with filled.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("UPDATE change_counter SET value = value + 1")
        connection.exec_driver_sql(
            "UPDATE posting SET state = 'closed', change_seq = (SELECT value FROM change_counter) WHERE id = ?",
            (shown[0],),
        )

    async def second(one: SwipeApp, pilot: Any) -> None:
        assert one.dealer.current.posting_id != shown[0]

    drive(app(), second)


def test_no_resume_is_said(app: Make, store: Database) -> None:
    fill(store, postings=3, resume=False)

    async def work(one: SwipeApp, pilot: Any) -> None:
        assert "No resume yet" in text(one)

    drive(app(), work)


def test_the_end_of_the_deck(app: Make, store: Database) -> None:
    fill(store, postings=2)

    async def work(one: SwipeApp, pilot: Any) -> None:
        await pilot.press("right", "right")
        await settled(one, pilot)
        assert "You have seen every card" in text(one)
        await pilot.press("right", "o", "d", "r")
        await pilot.press("u")
        await settled(one, pilot)
        assert one.dealer.current is not None

    drive(app(), work)
