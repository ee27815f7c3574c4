"""Plain mode: one question a line, for screen readers and for terminals that cannot place text. Nothing is redrawn."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from jobswipe import clock
from jobswipe.errors import JobSwipeError, StorageError
from tui.deck import words
from tui.desk.interface import Deal, Desk, DeskCard, Verdict
from tui.desk.outbox import Outbox
from tui.text import blocks, safe

VERDICTS = {"l": "like", "d": "dislike", "h": "dislike", "s": "save", "k": "skip"}
REASONS = ("company", "place", "pay", "level", "field", "other")
PROMPT = "[l]ike  [d]islike  [s]ave  s[k]ip  [u]ndo  [o]pen text  [?] more  [q]uit"
HELP = (
    "l like, d dislike, s save, k skip: then Enter.",
    f"r REASON dislikes for a reason: {', '.join(REASONS)}.",
    "u takes the last verdict back, as far as this session goes.",
    "o reads the text, p the parts of the score, b opens the address in a browser.",
    "/ WORDS searches all postings; a number chooses of what was found.",
    "a lists your applications, n says what was learned, q ends.",
)


class Plain:
    """`ask` and `say` are the terminal's; `owner` and `far` are those of the app."""

    def __init__(
        self,
        desk: Desk,
        directory: Path,
        ask: Callable[[str], str] = input,
        say: Callable[[str], None] | None = None,
        *,
        owner: str = "local",
        far: bool = False,
    ) -> None:
        self.desk = desk
        self.far = far
        self.outbox = Outbox(directory, owner)
        self.waiting: list[Verdict] = []
        self.ask = ask
        self.say = say or _print
        self.judged: list[DeskCard] = []
        self.found: list[int] = []
        self.top: DeskCard | None = None
        self.deal: Deal | None = None

    def run(self) -> None:
        """Ask until q or the end of the input."""
        try:
            self._take_over()
            while True:
                card = self.top or self._next()
                self.top = None
                if card is None:
                    return
                self.say("")
                for line in lines(card):
                    self.say(line)
                if not self._judge(card):
                    return
        finally:
            self.outbox.close()

    def _next(self) -> DeskCard | None:
        self.deal = self.desk.deal(1, ())
        if self.deal.cards:
            return self.deal.cards[0]
        if not self.deal.postings:
            self.say("There are no postings yet: 'jobswipe source add URL', then 'jobswipe ingest', bring some.")
        else:
            self.say("The deck is empty: 'jobswipe ingest' may bring new postings.")
        if not self.deal.has_resume:
            self.say("There is no resume yet: 'jobswipe resume import FILE' brings one to rank by.")
        return None

    def _judge(self, card: DeskCard) -> bool:
        """Ask about a card until it is judged or another one is wanted; false at the end."""
        while True:
            try:
                typed = self.ask(f"{PROMPT} > ").strip()
            except EOFError:
                return False
            word, _, rest = typed.partition(" ")
            word = word.lower()
            try:
                if word in ("q", "quit"):
                    return False
                if word[:1] in VERDICTS and word in (word[:1], VERDICTS[word[:1]]):
                    return self._store(card, VERDICTS[word[:1]], None)
                if word in ("r", "reason"):
                    if rest.strip() in REASONS:
                        return self._store(card, "dislike", rest.strip())
                    self.say(f"Say which: {', '.join(REASONS)}. For example: r pay")
                elif word in ("u", "undo"):
                    if self._undo():
                        return True
                elif typed.startswith("/"):
                    self._search(typed[1:].strip())
                elif typed.isdigit() and 0 < int(typed) <= len(self.found):
                    self.top = self.desk.card(self.found[int(typed) - 1])
                    return True
                else:
                    self._tell(card, word)
            except JobSwipeError as error:
                self.say(error.message)

    def _store(self, card: DeskCard, verdict: str, reason: str | None) -> bool:
        sent = Verdict.on(card, verdict, reason)
        try:
            opened = self._send(sent)
        except StorageError as error:
            self.say(f"Not stored yet, kept for the next try: {error.message}")
            return False
        self.judged.append(card)
        self.say(f"{verdict}: {card.listing.title}. Stored." + (f" Application {opened}." if opened else ""))
        return True

    def _undo(self) -> bool:
        if not self.judged:
            self.say("Nothing is left to take back in this session.")
            return False
        card = self.judged.pop()
        try:
            self._send(Verdict(key=uuid4().hex, posting_id=card.posting_id, verdict="undo", title=card.listing.title))
        except StorageError as error:
            self.say(f"Not taken back yet, kept for the next try: {error.message}")
        else:
            self.say(f"Took back: {card.listing.title}.")
        self.top = card
        return True

    def _send(self, sent: Verdict) -> int | None:
        """Store a verdict behind what waits. A server's answer may be lost: then it is kept before it is sent."""
        self.waiting.append(sent)
        if self.far or len(self.waiting) > 1:
            self.outbox.save(self.waiting)
        return self._deliver()

    def _deliver(self) -> int | None:
        """Store what waits, in its order; the application that the last one opened.

        Raises StorageError where it waits on, and what keeps the last one from ever being stored.
        """
        opened = None
        while self.waiting:
            try:
                opened = self.desk.record(self.waiting[0])
            except StorageError:
                self.outbox.save(self.waiting)
                raise
            except JobSwipeError as error:
                self._done()
                if not self.waiting:
                    raise
                self.say(error.message)
            else:
                self._done()
        return opened

    def _done(self) -> None:
        self.waiting.pop(0)
        if self.far or self.outbox.path.exists():
            self.outbox.save(self.waiting)

    def _take_over(self) -> None:
        """Store what waits from another time."""
        try:
            self.waiting = self.outbox.load()
            self._deliver()
        except OSError as error:
            self.say(f"What waits from another time cannot be read: {error.strerror}.")
        except StorageError as error:
            self.say(f"{len(self.waiting)} of your verdicts still wait: {error.message}")
        except JobSwipeError as error:
            self.say(error.message)

    def _search(self, query: str) -> None:
        hits = self.desk.search(query, 10) if query else []
        self.found = [hit.posting_id for hit in hits]
        for number, hit in enumerate(hits, 1):
            self.say(f"{number}. {', '.join(filter(None, (hit.title, hit.company, hit.place)))}")
        self.say("Type a number to see one." if hits else "Nothing found.")

    def _tell(self, card: DeskCard, word: str) -> None:
        if word in ("o", "t"):
            for line in text(card):
                self.say(line)
        elif word == "p":
            for name, value in card.parts.items():
                self.say(f"{name} {value:+.2f}")
        elif word == "b":
            url = card.listing.url or ""
            if url.startswith(("https://", "http://")):
                webbrowser.open(url)
                self.say(f"Opened {safe(url)}")
            else:
                self.say("The posting has no web address.")
        elif word == "a":
            listed = self.desk.applications()
            for one in listed:
                self.say(f"{one.stage}: {one.title}{f', {one.company}' if one.company else ''} (application {one.id})")
            if not listed:
                self.say("No applications yet: a like or a save opens one.")
        elif word == "n":
            leanings = self.deal.leanings if self.deal else ()
            for leaning in leanings:
                self.say(f"{'towards' if leaning.weight > 0 else 'away from'} {leaning.says}")
            if not leanings:
                self.say("Nothing yet: every verdict teaches.")
        else:
            for line in HELP:
                self.say(line)


def lines(card: DeskCard) -> list[str]:
    """A card as sentences, the most telling first."""
    listing = card.listing
    out = [f"{listing.title}{f' · {listing.company}' if listing.company else ''}   {card.score:.2f}"]
    facts = (
        words.where(listing),
        words.pay(listing.salary) or "pay is not said",
        words.terms(listing, clock.now()),
    )
    out.append(f"   {', '.join(filter(None, facts))}")
    out += [f"   - {reason}" for reason in card.reasons]
    if card.explored:
        out.append("   - Shown to learn what you think of its like")
    if card.matched:
        out.append(f"   - In your resume: {', '.join(card.matched)}")
    if card.missing:
        out.append(f"   - Not in your resume: {', '.join(card.missing)}")
    if listing.url:
        out.append(f"   {safe(listing.url)}")
    return out


def text(card: DeskCard) -> list[str]:
    found = blocks(card.listing.text)
    if not found:
        return ["The posting has no text."]
    return [f"- {said}" if kind == "item" else said.upper() if kind == "heading" else said for kind, said in found]


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
