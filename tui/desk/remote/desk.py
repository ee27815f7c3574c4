"""RemoteDesk: the data of a server, by its API."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn

import msgspec

from jobswipe.errors import JobSwipeError, UsageError
from jobswipe.matching.preferences import ChoiceCounts
from jobswipe.pay.salary import Salary
from tui.desk.interface import Deal, DeskCard, Hit, Leaning, Listing, Verdict
from tui.desk.remote import shapes
from tui.desk.remote.line import Line, waits
from tui.desk.remote.rooms import RemoteRooms
from tui.desk.telling import place
from tui.text import safe

MOST = 100
"""Cards of one page, as the API limits it."""
LONGEST_QUERY = 500
_NO_SIMULATOR = (
    "The simulator works on this computer's own data alone, not on a server's: start 'jobswipe swipe' without --server."
)


class RemoteDesk(RemoteRooms):
    """Threads may share one."""

    no_simulator: str | None = _NO_SIMULATOR

    def __init__(self, line: Line) -> None:
        self.line = line
        self.name = line.where.host

    def deal(self, size: int, skip: Collection[int]) -> Deal:
        limit = min(MOST, size + len(skip))
        cards: list[shapes.Card] = []
        cursor: dict[str, Any] = {}
        while True:
            page = self.line.get("/deck", shapes.Deck, limit=limit, full="true", **cursor)
            cards += [one for one in page.items if one.posting_id not in skip]
            if len(cards) >= size or page.next is None:
                break
            cursor = {"cursor": page.next}
        far = page.progress
        return Deal(
            cards=tuple(map(_card, cards[:size])),
            dealt=far.judged,
            left=max(len(cards), far.left - len(skip)),
            postings=far.postings,
            has_resume=far.has_resume,
            leanings=tuple(Leaning(safe(one.says), one.weight) for one in far.leanings),
        )

    def record(self, verdict: Verdict) -> int | None:
        """As the interface says; what may pass when it is sent again is a StorageError, a refused key too."""
        head = {"Idempotency-Key": verdict.key}
        try:
            if verdict.verdict == "undo":
                given = {"posting_id": verdict.posting_id}
                self.line.ask("POST", "/swipes/undo", shapes.Taken, params=given, headers=head)
                return None
            body = {
                "posting_id": verdict.posting_id,
                "verdict": verdict.verdict,
                "reason": verdict.reason,
                "deck_position": verdict.position,
                "explored": verdict.explored,
            }
            return self.line.ask("POST", "/swipes", shapes.Judged, json=body, headers=head).application_id
        except JobSwipeError as error:
            raise waits(error) or error from None

    def card(self, posting_id: int) -> DeskCard:
        return _card(self.line.get(f"/deck/{posting_id}", shapes.Card))

    def may_judge(self, posting_id: int) -> bool:
        return self.line.get(f"/deck/{posting_id}", shapes.Card).may_judge

    def search(self, query: str, limit: int) -> list[Hit]:
        words = "".join(letter for letter in query if letter.isprintable())[:LONGEST_QUERY]
        found = self.line.get("/postings", shapes.Page[shapes.Posting], q=words, limit=min(limit, MOST))
        return [
            Hit(
                posting_id=one.posting_id,
                title=safe(one.title),
                company=safe(one.company) or None,
                place=place(one.places),
            )
            for one in found.items
        ]

    def detail(self, posting_id: int) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.to_builtins(self.line.get(f"/postings/{posting_id}", shapes.Detail))
        return found

    def preferences(self) -> dict[str, Any]:
        return self.line.get("/profile", dict[str, Any])

    def counts(self, preferences: dict[str, Any]) -> dict[str, Any]:
        return msgspec.structs.asdict(self.line.ask("POST", "/profile/counts", ChoiceCounts, json=preferences))

    def prefer(self, preferences: dict[str, Any]) -> None:
        self.line.ask("PUT", "/profile", dict[str, Any], json=preferences)

    def personas(self) -> list[str]:
        raise UsageError(_NO_SIMULATOR)

    def simulate(self, persona: str, seed: int, noise: float) -> NoReturn:  # noqa: ARG002 - as the interface names them
        raise UsageError(_NO_SIMULATOR)

    def close(self) -> None:
        self.line.close()


def _card(one: shapes.Card) -> DeskCard:
    pay = one.salary
    return DeskCard(
        listing=Listing(
            posting_id=one.posting_id,
            title=safe(one.title) or "(no title)",
            company=safe(one.company) or None,
            url=safe(one.apply_url or one.url) or None,
            place=place(one.places),
            workplace=safe(one.workplace) or None,
            employment_type=safe(one.employment_type) or None,
            seniority=safe(one.seniority) or None,
            # The API's lists do not say what the pay was read from, and a card does not show it.
            salary=Salary(**msgspec.structs.asdict(pay), provenance="structured", quote="") if pay else None,
            posted_at=one.posted_at,
            text=one.description_text or "",
        ),
        score=one.score,
        parts=one.parts,
        matched=tuple(map(safe, one.matched_skills)),
        missing=tuple(map(safe, one.missing_skills)),
        reasons=tuple(map(safe, one.reasons)),
        explored=one.explored,
    )
