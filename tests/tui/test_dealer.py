"""The dealer against a desk that fails: verdicts wait, keep their order, and are never lost or doubled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from jobswipe.errors import NotFoundError, StorageError
from tui import dealer as dealers
from tui.clerk import Clerk
from tui.dealer import Dealer
from tui.desk.interface import AwayError, Deal, DeskCard, Listing, Verdict
from tui.desk.outbox import Outbox, read


class FakeDesk:
    """Deals cards 1, 2, 3 …; refuses to store while `fault` is set."""

    def __init__(self) -> None:
        self.stored: list[tuple[int, str]] = []
        self.standing: list[int] = []
        self.fault: Exception | None = None
        self.asked = 0

    def deal(self, size: int, skip: Collection[int]) -> Deal:
        gone = set(skip) | set(self.standing)
        ids = [number for number in range(1, 200) if number not in gone][:size]
        return Deal(
            cards=tuple(map(card, ids)), dealt=len(self.standing), left=199 - len(gone), postings=199, has_resume=True
        )

    def record(self, verdict: Verdict) -> int | None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        if verdict.verdict == "undo":
            assert self.standing.pop() == verdict.posting_id
        else:
            self.standing.append(verdict.posting_id)
        self.stored.append((verdict.posting_id, verdict.verdict))
        return None

    def may_judge(self, posting_id: int) -> bool:
        return posting_id not in self.standing


def kept(directory: Path) -> list[Verdict]:
    """What lies in the files of all windows."""
    return [one for path in sorted(directory.glob("outbox/*/*.jsonl")) for one in read(path)]


def card(number: int) -> DeskCard:
    return DeskCard(listing=Listing(posting_id=number, title=f"Card {number}"), score=0.5, parts={})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dealers, "PAUSES", (0.01,))
    monkeypatch.setattr(dealers, "FAR_QUIET", 0.05)


def play(
    tmp_path: Path,
    work: Callable[[Dealer, FakeDesk, list[str]], Awaitable[None]],
    desk: FakeDesk | None = None,
    *,
    far: bool = False,
) -> FakeDesk:
    desk = desk or FakeDesk()
    said: list[str] = []

    async def run() -> None:
        clerk = Clerk("test")
        dealer = Dealer(
            lambda: desk, clerk, Outbox(tmp_path), 8, lambda: None, lambda text, _: said.append(text), far=far
        )
        task = asyncio.create_task(dealer.run())
        await asyncio.wait_for(dealer.idle(), 30)
        try:
            await work(dealer, desk, said)
        finally:
            task.cancel()
            clerk.leave()
            dealer.leave()

    asyncio.run(run())
    return desk


def test_verdicts_wait_for_a_locked_store_and_come_in_their_order(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = StorageError("Another process keeps the store locked: try again.")
        for verdict in ("like", "dislike", "save"):
            assert dealer.judge(verdict)
        while not dealer.trouble or desk.asked < 5:
            await asyncio.sleep(0.005)
        assert dealer.current
        assert dealer.current.posting_id == 4
        assert [one.verdict for one in kept(tmp_path)] == ["like", "dislike", "save"]
        desk.fault = None
        await asyncio.wait_for(dealer.idle(), 30)
        assert dealer.trouble is None
        assert kept(tmp_path) == []

    assert play(tmp_path, work).stored == [(1, "like"), (2, "dislike"), (3, "save")]


def test_what_waits_outlives_the_app(tmp_path: Path) -> None:
    async def locked(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = StorageError("Locked.")
        dealer.judge("like")
        dealer.judge("save")
        assert not await dealer.settle(0.1)

    async def again(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        assert dealer.current
        assert dealer.current.posting_id == 3

    assert play(tmp_path, locked).stored == []
    assert play(tmp_path, again).stored == [(1, "like"), (2, "save")]
    assert kept(tmp_path) == []


def test_undo_of_what_waits_crosses_it_out(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = StorageError("Locked.")
        dealer.judge("like")
        dealer.judge("dislike")
        while desk.asked < 2:
            await asyncio.sleep(0.005)
        undone = dealer.undo()
        assert undone
        assert undone.posting_id == 2
        desk.fault = None
        await asyncio.wait_for(dealer.idle(), 30)

    assert play(tmp_path, work).stored == [(1, "like")]


def test_undo_of_what_is_stored_follows_it(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        dealer.judge("like")
        await asyncio.wait_for(dealer.idle(), 30)
        dealer.undo()
        dealer.judge("dislike")
        await asyncio.wait_for(dealer.idle(), 30)
        assert dealer.undo()
        assert dealer.undo() is None

    assert play(tmp_path, work).stored[:3] == [(1, "like"), (1, "undo"), (1, "dislike")]


def test_a_posting_that_is_gone_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = NotFoundError("No posting 1.")
        dealer.judge("like")
        while not said:
            await asyncio.sleep(0.005)
        desk.fault = None
        dealer.judge("like")
        await asyncio.wait_for(dealer.idle(), 30)
        assert "was not stored" in said[0]
        assert [one.posting_id for one, _ in dealer.history] == [2]

    assert play(tmp_path, work).stored == [(2, "like")]


def test_no_card_comes_twice_however_fast_the_keys(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        chance: Any = iter([0, 0, 1, 0, 3, 0, 0, 0, 2] * 30)
        seen: list[int] = []
        while len(seen) < 150:
            if dealer.current is not None:
                seen.append(dealer.current.posting_id)
                dealer.judge("like")
            await asyncio.sleep(next(chance) / 1000)
        await asyncio.wait_for(dealer.idle(), 30)
        assert len(set(seen)) == len(seen) == len(desk.stored)
        assert [posting_id for posting_id, _ in desk.stored] == seen

    play(tmp_path, work)


def test_each_card_has_a_number_of_its_own_between_two_deals(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        numbers = [dealer.position]
        for stored in range(1, 5):
            dealer.judge("like")
            numbers.append(dealer.position)
            while len(desk.stored) < stored or dealer.waiting:
                await asyncio.sleep(0.002)
        assert numbers == [1, 2, 3, 4, 5]
        dealer.undo()
        assert dealer.position == 4
        await asyncio.wait_for(dealer.idle(), 30)
        assert dealer.position == 4

    play(tmp_path, work)


def test_over_a_server_a_verdict_is_kept_before_it_is_sent(tmp_path: Path) -> None:
    class Looking(FakeDesk):
        def record(self, verdict: Verdict) -> int | None:
            assert verdict.key in {one.key for one in kept(tmp_path)}
            return super().record(verdict)

    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        for verdict in ("like", "dislike", "save"):
            dealer.judge(verdict)
        await asyncio.wait_for(dealer.idle(), 30)
        assert said == []

    assert len(play(tmp_path, work, Looking(), far=True).stored) == 3
    assert kept(tmp_path) == []


def test_a_request_that_hangs_keeps_no_verdict_from_the_disk(tmp_path: Path) -> None:
    class Hanging(FakeDesk):
        def record(self, verdict: Verdict) -> int | None:
            assert go_on.wait(60)
            return super().record(verdict)

    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        for verdict in ("like", "dislike", "save"):
            dealer.judge(verdict)
        while len(kept(tmp_path)) < 3:
            await asyncio.sleep(0.005)
        assert desk.stored == []
        go_on.set()
        await asyncio.wait_for(dealer.idle(), 30)

    go_on = threading.Event()
    assert len(play(tmp_path, work, Hanging(), far=True).stored) == 3


def test_what_a_server_may_have_is_taken_back_behind_it(tmp_path: Path) -> None:
    """Its answer was lost: crossing the verdict out here would leave it there."""

    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = AwayError("The answer was lost.")
        dealer.judge("like")
        while desk.asked < 1 or not dealer.trouble:
            await asyncio.sleep(0.005)
        assert dealer.undo()
        assert [one.verdict for one in dealer.waiting] == ["like", "undo"]
        desk.fault = None
        await asyncio.wait_for(dealer.idle(), 30)

    assert play(tmp_path, work, far=True).stored == [(1, "like"), (1, "undo")]


def test_the_end_does_not_wait_for_a_server_that_is_away(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = AwayError("Away.")
        dealer.judge("like")
        while not dealer.trouble:
            await asyncio.sleep(0.005)
        assert not await asyncio.wait_for(dealer.settle(3600), 30)

    play(tmp_path, work, far=True)
    assert [one.verdict for one in kept(tmp_path)] == ["like"]


def test_what_a_server_asks_to_wait_is_waited() -> None:
    assert dealers._pause(AwayError("Too many.", retry_after=17), 0) == 17
    assert dealers._pause(AwayError("Away."), 9) == dealers._pause(StorageError("Locked."), 9) == dealers.PAUSES[-1]


def test_a_crossed_out_verdict_does_not_come_back(tmp_path: Path) -> None:
    async def work(dealer: Dealer, desk: FakeDesk, said: list[str]) -> None:
        desk.fault = StorageError("Locked.")
        dealer.judge("like")
        while not kept(tmp_path):
            await asyncio.sleep(0.005)
        dealer.undo()
        await asyncio.wait_for(dealer.idle(), 30)

    play(tmp_path, work)
    assert kept(tmp_path) == []
