"""What makes the next card quick (shortlists, cards painted ahead, less to load) shows the same as before."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import running, settled
from tui_store import NOW

from jobswipe.db.engine import Database
from jobswipe.matching import profile, swipes
from jobswipe.matching.deck import deck
from jobswipe.matching.engine import Matcher
from jobswipe.matching.preferences import decode
from jobswipe.matching.verdicts import judged
from jobswipe.settings import Settings
from tui.app import SwipeApp
from tui.desk.local import LocalDesk
from tui.frame.page import Page


@pytest.mark.parametrize("remote", ["ok", "only"])
def test_a_hand_is_the_deck_of_ranking_all(settings: Settings, filled: Database, remote: str) -> None:
    desk, other = LocalDesk(settings), Matcher(filled, settings)
    with filled.write() as session:
        profile.put(session, 1, decode({"remote": remote}), NOW)
    for number in range(6):
        hand = desk.deal(8, ())
        with filled.read() as session:
            other.refresh(session)
            expected = deck(other, session, 1, 8)
            view = other.view(session, 1)
            open_ = view.allowed & ~np.isin(view.space.features.ids, judged(session, 1))
        assert [(card.posting_id, card.score, card.explored) for card in hand.cards] == [
            (card.match.posting_id, card.match.score, card.explored) for card in expected
        ]
        assert (hand.dealt, hand.left, hand.postings) == (number, int(open_.sum()), 30)
        first, second = hand.cards[0].posting_id, hand.cards[1].posting_id
        without = desk.deal(8, [first])
        assert without.cards[0].posting_id == second
        assert without.left == hand.left - 1
        assert desk.may_judge(first)
        assert desk.card(first).listing == hand.cards[0].listing
        with filled.write() as session:
            swipes.record(session, desk.matcher, 1, first, ("like", "dislike")[number % 2], NOW)
        assert not desk.may_judge(first)
    desk.close()


def test_a_listing_that_changes_is_read_anew(settings: Settings, filled: Database) -> None:
    desk = LocalDesk(settings)
    before = desk.deal(3, ()).cards[0]
    with filled.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE posting SET url = 'https://jobs.example.com/other', change_seq = 31 WHERE id = {before.posting_id}"
        )
        session.connection().exec_driver_sql("UPDATE change_counter SET value = 31 WHERE name = 'posting'")
    after = {card.posting_id: card for card in desk.deal(3, ()).cards}[before.posting_id]
    assert after.listing.url == "https://jobs.example.com/other"
    desk.close()


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_a_card_that_was_painted_ahead_looks_as_one_that_was_not(
    app: Callable[[], SwipeApp], filled: Database, size: tuple[int, int]
) -> None:
    async def run() -> None:
        one = app()
        async with running(one, size) as pilot:
            for key in ("right", "f2", "left", "s"):  # f2 takes another theme: what was painted in the old one goes
                await pilot.press(key)
                await settled(one, pilot)
                pages = list(one.screen.query(Page))
                assert key == "f2" or (pages[0]._laid is not None and pages[0]._laid.painted is not None)
                ahead = one.export_screenshot()
                for page in pages:
                    page._forget()
                    page.refresh()
                await pilot.pause()
                assert one.export_screenshot() == ahead
                one.dealer._changed()  # what comes next is painted again
                await pilot.pause()

    asyncio.run(run())


def test_what_is_not_loaded_is_there_when_it_is_named() -> None:
    says = (
        "import sys; from tui import lean; lean.load(); import numpy; "
        "assert 'scipy.sparse' in sys.modules, 'scipy needs more of numpy than before'; "
        "assert 'numpy.f2py' not in sys.modules; assert numpy.ma.array([1]).sum() == 1; assert numpy.testing.assert_"
    )
    subprocess.run([sys.executable, "-c", says], check=True)


def test_linear_algebra_is_loaded_once_whoever_asks_first() -> None:
    says = (
        "import sys; from tui import lean; lean.load(); from jobswipe.matching import learn; "
        "assert not hasattr(sys.modules['scipy.linalg'], '__file__'); "
        "from concurrent.futures import ThreadPoolExecutor as Pool; "
        "found = set(Pool(8).map(lambda _: learn.scipy.linalg.lapack.dpotrf, range(64))); assert len(found) == 1; "
        "import scipy.linalg; assert found == {scipy.linalg.lapack.dpotrf}; assert scipy.linalg.__file__; lean.finish()"
    )
    subprocess.run([sys.executable, "-c", says], check=True)


def test_what_the_first_card_waits_for(home: Path, filled: Database) -> None:
    """Each of these took 20 to 100 ms of every first start, and is loaded behind the card or never."""
    late = (
        "alembic", "snowballstemmer", "pydantic_settings", "httpx", "opentelemetry", "duckdb", "jobswipe.pay.text",
        "jobswipe.titles.employment", "jobswipe.models.accounts", "jobswipe.models.tasks", "tui.deck.filters",
    )  # fmt: skip
    says = (
        "import sys; from cli.context import load_settings, open_store; settings = load_settings(); import tui.app; "
        "from tui import lean; lean.load(); open_store(settings, create=True).dispose(); "
        "from tui.desk.local import LocalDesk; assert LocalDesk(settings).deal(12, ()).cards; "
        f"found = [name for name in {late} if name in sys.modules]; assert not found, found"
    )
    subprocess.run([sys.executable, "-c", says], check=True)
