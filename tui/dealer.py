"""Dealer: the hand of cards and the verdicts on their way to the store. It knows no widget and runs on the app's loop.

A verdict moves to the next card at once and is stored in the order of the keys; what the store does not take now waits,
is tried again, and lies in the outbox meanwhile. Taking back works on the same line: a verdict that still waits is
crossed out, one that is stored gets an undo behind it. Over a far store an answer may be lost: each verdict lies in the
outbox before it is sent, and one that was sent gets an undo even where no answer came.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import uuid4

from jobswipe.errors import JobSwipeError, StorageError
from tui.clerk import Clerk
from tui.desk.interface import AwayError, Deal, Desk, DeskCard, Verdict
from tui.desk.outbox import Outbox

T = TypeVar("T")

LOW = 3
"""Cards in the hand below which new ones are dealt although verdicts still wait."""
PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds between two tries of a verdict that the store did not take; the last one again and again."""
QUIET = 0.3
"""Seconds without a verdict after which a hand is dealt anew, unless it is low: dealing takes from the keys."""
FAR_QUIET = 2.0
"""The same over a far store, which counts how often it is asked."""

SWEEP = 30
"""Calls of the desk between two searches of all objects for garbage; the young ones are searched after each."""


class Dealer:
    """`changed` is called after all that a screen may want to show; `said` with what a person should read. `far`: the
    store is a server's.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        clerk: Clerk,
        outbox: Outbox,
        ahead: int,
        changed: Callable[[], None],
        said: Callable[[str, bool], None],
        after_painting: Callable[[Callable[[], None]], object] = lambda work: work(),
        *,
        far: bool = False,
    ) -> None:
        self._desk = desk
        self._clerk = clerk
        self._outbox = outbox
        self._ahead = ahead
        self._changed = changed
        self._said = said
        self._after_painting = after_painting
        self.far = far
        self._keeper = Clerk("outbox")  # a request that hangs must not keep what waits from the disk
        self._safe: frozenset[str] = frozenset()
        self._sent: set[str] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._flying: Verdict | None = None
        self._stale = True
        self.current: DeskCard | None = None
        self.hand: deque[DeskCard] = deque()
        self.history: list[tuple[DeskCard, Verdict]] = []
        self.waiting: deque[Verdict] = deque()
        self.deal: Deal | None = None
        self.trouble: str | None = None
        self.stored: Verdict | None = None
        self.stored_count = 0
        self._dealt = self._asked = 0
        self._since = 0  # verdicts that were stored after the deal
        self._refused = 0
        self._keeping: set[asyncio.Future[None]] = set()
        self._judged_at = 0.0
        self._restored: frozenset[int] = frozenset()

    @property
    def position(self) -> int:
        """Which card of the person's the current one is, from 1."""
        pending = sum(-1 if one.verdict == "undo" else 1 for one in self.waiting)
        return (self.deal.dealt if self.deal else self._dealt) + self._since + pending + 1

    @property
    def kept(self) -> int | None:
        """How many of what waits for a far store would outlive the app; None over a near one."""
        return sum(one.key in self._safe for one in self.waiting) if self.far else None

    def restore(self, cards: Sequence[DeskCard], dealt: int) -> None:
        """Show the hand of the last session until the store has been asked: it was looked at before."""
        if cards and self.current is None:
            self.current, *rest = cards
            self._dealt = dealt
            self.hand.extend(rest)
            self._restored = frozenset(card.posting_id for card in cards)

    def judge(self, verdict: str, reason: str | None = None) -> Verdict | None:
        """Send the current card's verdict on its way and take the next card. None where there is no card."""
        card = self.current
        if card is None:
            return None
        sent = Verdict.on(card, verdict, reason, self.position if self.deal else None)
        self.history.append((card, sent))
        self._judged_at = time.monotonic()
        self._send(sent)
        self.current = self.hand.popleft() if self.hand else None
        self._changed()
        return sent

    def undo(self) -> DeskCard | None:
        """Lay the card that was judged last before the person again, as far back as the session goes."""
        if not self.history:
            return None
        card, sent = self.history.pop()
        if sent in self.waiting and sent is not self._flying and sent.key not in self._sent:
            self.waiting.remove(sent)
            self._stale = True
            self._wake.set()
        else:
            self._send(Verdict(key=uuid4().hex, posting_id=card.posting_id, verdict="undo", title=card.listing.title))
        self.put(card)
        return card

    def put(self, card: DeskCard) -> None:
        """Lay a card on top of the deck: what lay there is the next one."""
        if self.current is not None and self.current.posting_id != card.posting_id:
            self.hand.appendleft(self.current)
        self.hand = deque(one for one in self.hand if one.posting_id != card.posting_id)
        self.current = card
        self._changed()

    def deal_anew(self) -> None:
        """Deal another hand as soon as nothing waits: what rules the deck has changed."""
        self._stale = True
        self.hand.clear()
        self._restored = frozenset([self.current.posting_id]) if self.current else frozenset()
        self._wake.set()

    async def run(self) -> None:
        """Store and deal until cancelled."""
        await self._take_over()
        while True:
            self._idle.clear()
            while self.waiting:
                await self._store_next()
                if len(self.hand) < LOW:
                    await self._deal()
            if self._safe:
                await self._keep()
            if self._stale:
                quiet = FAR_QUIET if self.far else QUIET
                if len(self.hand) >= LOW and (left := self._judged_at + quiet - time.monotonic()) > 0:
                    await self._rest(left)
                    continue
                await self._deal()
            if self.waiting or self._stale:
                continue
            self._idle.set()
            self._wake.clear()
            await self._wake.wait()

    async def settle(self, seconds: float) -> bool:
        """Wait until everything is stored; what is not by then lies in the outbox. Whether all is stored.

        A far store that does not answer is not waited for.
        """
        self._wake.set()  # not after a painting that may not come any more
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.waiting and not (self.far and self.trouble):
                    await asyncio.sleep(0.01)
        if self.waiting or self._safe:
            await self._keep()
        return not self.waiting

    def leave(self) -> None:
        """Begin nothing more; what waits is the next window's."""
        self._keeper.leave()
        self._outbox.close()

    async def idle(self) -> None:
        """Wait until all is stored and dealt."""
        while self.waiting or self._stale or not self._idle.is_set():
            await asyncio.sleep(0.005)

    async def _rest(self, seconds: float) -> None:
        """Wait for a verdict, so long at most."""
        self._wake.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _take_over(self) -> None:
        """Go on with what other windows have left."""
        try:
            left = await self._keeper.ask(self._outbox.load)
        except OSError as error:
            self._said(f"What waits from another time cannot be read: {error.strerror}.", True)
            return
        self._safe = frozenset(one.key for one in left)
        self._sent |= self._safe
        self.waiting.extendleft(reversed(left))  # before what was judged meanwhile
        if len(self.waiting) > len(left):
            await self._keep()

    def _send(self, verdict: Verdict) -> None:
        self.waiting.append(verdict)
        # The next card is painted first: the store's thread would take half of the processor from it.
        self._after_painting(self._set_off)

    def _set_off(self) -> None:
        self._wake.set()
        if self.far:
            keeping = asyncio.ensure_future(self._keep())
            self._keeping.add(keeping)
            keeping.add_done_callback(self._keeping.discard)

    async def _store_next(self) -> None:
        pause = 0
        while self.waiting:
            self._flying = one = self.waiting[0]
            if self.far:
                if one.key not in self._safe:
                    await self._keep()
                self._sent.add(one.key)
            try:
                await self._ask(lambda desk, one=one: desk.record(one))  # type: ignore[misc]  # mypy infers no lambda that has a default
            except StorageError as error:
                self._flying = None
                self.trouble = error.message
                await self._keep()
                self._changed()
                if len(self.hand) < LOW and not self.far:
                    await self._deal()
                await asyncio.sleep(_pause(error, pause))
                pause += 1
                continue
            except JobSwipeError as error:
                self._drop(one, error.message)
            except Exception as error:  # noqa: BLE001 - one verdict that nothing can store must not hold up the others
                self._drop(one, f"a fault in JobSwipe ({type(error).__name__}: {error})")
            else:
                self.stored = one
                self.stored_count += 1
                self._since += -1 if one.verdict == "undo" else 1
            self._flying = None
            self.waiting.remove(one)
            self.trouble = None
            self._stale = True
            if self._safe:
                await self._keep()
            self._changed()
            return

    def _drop(self, one: Verdict, why: str) -> None:
        self.history = [(card, sent) for card, sent in self.history if sent is not one]
        self._said(f"“{one.title}”: the {one.verdict} was not stored. {why}", True)

    async def _keep(self) -> None:
        waiting = list(self.waiting)
        try:
            await self._keeper.ask(lambda: self._outbox.save(waiting))
            self._safe = frozenset(one.key for one in waiting)
            if self.far:
                self._changed()
        except OSError as error:
            self._said(f"What waits cannot be kept in a file: {error.strerror}.", True)

    async def _deal(self) -> None:
        # What is judged while the cards are dealt is left out afterwards: it is not in `skip`.
        skip = {one.posting_id for one in self.waiting if one.verdict != "undo"}
        size = self._ahead + 2
        self._stale = False
        sweep = 2 if self._asked > SWEEP else 0
        self._asked = 0 if sweep else self._asked
        try:
            deal = await self._ask(lambda desk: desk.deal(size, skip), sweep)
        except JobSwipeError as error:
            self.trouble = error.message
            self._stale = True
            self._changed()
            pause = _pause(error, self._refused)
            # A key ends a rest; what a server has asked for, it does not.
            await (asyncio.sleep(pause) if isinstance(error, AwayError) and error.retry_after else self._rest(pause))
            self._refused += 1
            return
        self._refused = 0
        self.deal = deal
        self._since = 0
        if not self.waiting:
            self.trouble = None
        judged = skip | {one.posting_id for one in self.waiting if one.verdict != "undo"}
        fresh = [card for card in deal.cards if card.posting_id not in judged]
        current = self.current
        if (
            current is not None
            and current.posting_id in self._restored
            and all(card.posting_id != current.posting_id for card in fresh)
            and not await self._open(current)
            and self.current is current
        ):  # it has closed meanwhile, or another window has judged it
            self.current = None
        self._restored = frozenset()
        current = self.current
        if current is None:
            self.current = fresh.pop(0) if fresh else None
        at = self.current.posting_id if self.current else None
        self.hand = deque(card for card in fresh if card.posting_id != at)
        self._changed()

    async def _ask(self, work: Callable[[Desk], T], sweep: int = 0) -> T:
        """What the desk answers. Garbage goes a little before each call, after a card was painted: all that comes
        together in a minute of keys would take 50 ms from one of them. `sweep` is the generation that is searched.
        """
        self._asked += 1

        def call() -> T:
            gc.collect(sweep)
            return work(self._desk())

        return await self._clerk.ask(call)

    async def _open(self, card: DeskCard) -> bool:
        """Whether a card that the deal lacks may still be judged."""
        try:
            return await self._clerk.ask(lambda: self._desk().may_judge(card.posting_id))
        except JobSwipeError:
            return False


def _pause(error: JobSwipeError, tried: int) -> float:
    """Seconds until the next try: longer with each, and as long as a server asks for."""
    asked = error.retry_after if isinstance(error, AwayError) else None
    return max(asked or 0.0, PAUSES[min(tried, len(PAUSES) - 1)])
