"""The deck's screen: keys to verdicts, and what the dealer tells onto the screen."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from jobswipe.errors import JobSwipeError
from tui.deck.card import CardView
from tui.deck.ribbon import Learned, Ribbon
from tui.desk.interface import DeskCard, Verdict
from tui.frame.bar import Bar
from tui.frame.room import Room
from tui.keys import DECK, bindings

REASONS = (
    ("company", "c", "the company"),
    ("place", "p", "the place"),
    ("pay", "m", "the money"),
    ("level", "l", "the level"),
    ("field", "f", "the field of work"),
    ("other", "o", "something else"),
)


class DeckScreen(Room):
    """Nothing on it takes the focus, so that every key is the deck's. The first card does not wait for the dialogs."""

    NAME = "deck"
    AUTO_FOCUS = ""
    CSS_PATH = "deck.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DECK)]

    def __init__(self) -> None:
        super().__init__()
        self._shown: DeskCard | None = None
        self._said: str | None = None
        self._last: Verdict | None = None

    def body(self) -> ComposeResult:
        yield CardView()
        yield Ribbon()
        yield Learned()

    def on_mount(self) -> None:
        self.tell()

    def on_screen_resume(self) -> None:
        self.tell()

    def tell(self) -> None:
        """Show what the dealer has; cheap where nothing of it has changed."""
        if not self.is_mounted:
            return
        dealer = self.swipe_app.dealer
        view = self.query_one(CardView)
        card = dealer.current
        if card is not None:
            if card is not self._shown:
                self._shown, self._said = card, None
                view.show(card, f" {dealer.position} ")
        else:
            said = self._nothing()
            if self._shown is not None or said != self._said:
                self._shown, self._said = None, said
                view.say(Content.from_markup(said))
        waiting = len(dealer.waiting)
        last = self._last
        stored = last is not None and not any(one.key == last.key for one in dealer.waiting)
        self.query_one(Ribbon).show(last, stored, waiting, dealer.trouble, dealer.kept)
        deal = dealer.deal
        if deal is not None:
            self.query_one(Learned).tell(deal.leanings, deal.dealt, deal.has_resume)
            self.query_one(Bar).tell(f"{deal.left:,} left · {deal.dealt:,} judged", f"{deal.left:,} left")
        if dealer.hand and not view.ready(dealer.hand[0]):
            self.call_after_refresh(self._prepare)

    def _prepare(self) -> None:
        """Have the next card ready before its key comes."""
        hand = self.swipe_app.dealer.hand
        if hand:
            self.query_one(CardView).prepare(hand[0])

    def _nothing(self) -> str:
        """What to do where there is no card."""
        dealer = self.swipe_app.dealer
        deal = dealer.deal
        if deal is None:
            why = f"\n\n[$warning]{dealer.trouble.replace('[', '(')}[/]" if dealer.trouble else ""
            return f"[bold $primary]Shuffling the deck …[/]{why}"
        if not deal.postings and dealer.far:
            return (
                "[bold $primary]The server has no postings yet.[/]\n\n"
                "Its operator follows boards; [bold $accent]6[/] shows them where your key may see them.\n"
                + ("" if deal.has_resume else "[bold $accent]4[/] imports your resume: the ranking is made for it.\n")
            )
        if not deal.postings:
            return (
                "[bold $primary]There are no postings yet.[/]\n\n"
                "Follow a board:            [bold]jobswipe source add https://jobs.lever.co/COMPANY[/]\n"
                "and bring in its openings: [bold]jobswipe ingest[/]\n\n"
                "[bold $accent]6[/] shows the sources; there [bold $accent]a[/] adds one and "
                "[bold $accent]r[/] polls it now.\n"
                + ("" if deal.has_resume else "[bold $accent]4[/] imports your resume: the ranking is made for it.\n")
            )
        if deal.left:
            return "[bold $primary]Dealing …[/]"
        return (
            "[bold $success]You have seen every card.[/]\n\n"
            "[bold $accent]f[/] loosens the filters, [bold $accent]/[/] searches all postings, "
            "[bold $accent]u[/] takes the last verdict back,\n"
            f"and {'the next poll' if dealer.far else '[bold]jobswipe ingest[/]'} may bring new ones. "
            "[bold $accent]2[/] shows your applications."
        )

    def action_judge(self, verdict: str, reason: str | None = None) -> None:
        sent = self.swipe_app.dealer.judge(verdict, reason)
        if sent is not None:
            self._after(sent)

    def _after(self, sent: Verdict) -> None:
        self._last = sent
        self.tell()
        self.query_one(Ribbon).flash()

    def action_undo(self) -> None:
        dealer = self.swipe_app.dealer
        card = dealer.undo()
        if card is None:
            self.swipe_app.say("Nothing is left to take back in this session.")
            return
        key = dealer.waiting[-1].key if dealer.waiting and dealer.waiting[-1].verdict == "undo" else "crossed out"
        self._after(Verdict(key=key, posting_id=card.posting_id, verdict="undo", title=card.listing.title))

    @work
    async def action_reason(self) -> None:
        card = self.swipe_app.dealer.current
        if card is None:
            return
        from tui.frame.dialog import Choose

        chosen = await self.app.push_screen_wait(Choose("Not for me, because of", REASONS))
        if chosen and self.swipe_app.dealer.current is card:
            self.action_judge("dislike", chosen)

    @work
    async def action_details(self) -> None:
        card = self.swipe_app.dealer.current
        if card is not None:
            from tui.deck.detail import Detail

            found = await self.ask(lambda desk: desk.detail(card.posting_id))
            if found is not None:
                await self.app.push_screen(Detail(found))

    def action_open(self) -> None:
        card = self.swipe_app.dealer.current
        if card is not None:
            self.swipe_app.browse(card.listing.url)

    @work
    async def action_search(self) -> None:
        from tui.deck.search import HITS, Search

        chosen = await self.app.push_screen_wait(Search(lambda query: self.ask(lambda desk: desk.search(query, HITS))))
        if chosen is not None:
            card = await self.ask(lambda desk: desk.card(int(chosen)))
            if card is not None:
                self.swipe_app.dealer.put(card)

    @work
    async def action_filters(self) -> None:
        from tui.deck.filters import Filters

        wanted = await self.ask(lambda desk: desk.preferences())
        if wanted is None:
            return
        changed = await self.app.push_screen_wait(
            Filters(wanted, lambda tried: self.ask(lambda desk: desk.counts(tried)))
        )
        if changed is None or changed == wanted:
            return
        try:
            await self.swipe_app.first.ask(lambda: self.swipe_app.desk().prefer(changed))
        except JobSwipeError as error:
            self.swipe_app.say(error.message, True)
            return
        self.swipe_app.dealer.deal_anew()

    def action_scroll(self, way: int) -> None:
        self.query_one(CardView).read_on(way)
