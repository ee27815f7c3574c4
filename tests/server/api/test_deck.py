"""GET /deck: cards with their reasons, pages that neither repeat nor lose one, and nobody else's verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from api_store import REFUSED, code, fill, give_resume

from jobswipe.db.engine import Database
from server import lanes
from server.lanes import DECKS, RANKINGS

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

DECK, SWIPES = "/api/v1/deck", "/api/v1/swipes"


def test_a_card_says_what_it_is_and_why(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    give_resume(database, client.person_id)
    answer = client.get(DECK, params={"limit": 5})
    assert answer.status_code == 200
    cards = answer.json()["items"]
    assert [card["position"] for card in cards] == [1, 2, 3, 4, 5]
    first = cards[0]
    assert "Backend Engineer" in first["title"]
    assert first["company"].startswith("Company")
    assert first["url"].startswith("https://jobs.example/")
    assert first["places"][0]["city"] in ("Berlin", "Potsdam", "Austin")
    assert first["employment_type"] == "full_time"
    assert abs(sum(first["parts"].values()) - first["score"]) < 1e-3
    assert first["matched_skills"]
    assert first["reasons"]
    paid = next(card for card in cards if card["salary"])
    assert paid["salary"]["currency"] == "USD"
    assert isinstance(paid["salary"]["min"], int)


def test_pages_hold_every_card_once_while_verdicts_come_in(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    met: list[int] = []
    cursor = None
    while True:
        params = {"limit": 7, **({"cursor": cursor} if cursor else {})}
        page = client.get(DECK, params=params).json()
        met += [card["posting_id"] for card in page["items"]]
        # Each third card is judged: the model learns, and the order of the rest changes.
        for at, card in enumerate(page["items"]):
            if at % 3 == 0:
                verdict = "like" if "Engineer" in card["title"] else "dislike"
                assert client.post(SWIPES, json={"posting_id": card["posting_id"], "verdict": verdict}).is_success
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(met) == sorted(ids)


def test_a_page_never_shows_what_was_judged_since_the_first(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    first = client.get(DECK, params={"limit": 3}).json()
    second = client.get(DECK, params={"limit": 3, "cursor": first["next"]}).json()
    judged = second["items"][1]["posting_id"]
    client.post(SWIPES, json={"posting_id": judged, "verdict": "dislike"})
    again = client.get(DECK, params={"limit": 3, "cursor": first["next"]}).json()
    assert judged not in [card["posting_id"] for card in again["items"]]
    assert {card["posting_id"] for card in again["items"]}.isdisjoint(card["posting_id"] for card in first["items"])


def test_decks_are_each_persons_own(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    first, second = signed_in(), signed_in()
    top = first.get(DECK).json()["items"][0]["posting_id"]
    first.post(SWIPES, json={"posting_id": top, "verdict": "dislike"})
    assert top not in _all(first)
    assert sorted(_all(second)) == sorted(ids)


def test_preferences_rule_cards_out(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    client.put("/api/v1/profile", json={"remote": "only", "countries": ["DE"]})
    cards = client.get(DECK, params={"limit": 100}).json()["items"]
    assert cards
    assert {card["workplace"] for card in cards} == {"remote"}


def test_an_empty_store_deals_nothing(signed_in: SignedIn) -> None:
    assert signed_in().get(DECK).json() == {"items": [], "next": None, "progress": None}


def test_wrong_limits_and_cursors_are_refused(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    for limit in ("0", "101", "x", "", "1.5", str(2**70)):
        assert client.get(DECK, params={"limit": limit}).status_code in REFUSED
    foreign = client.get(SWIPES).json()["next"] or "kqZzd2lwZXMH"
    for cursor in ("x", "é", foreign, "A" * 2_001, "gg"):
        answer = client.get(DECK, params={"cursor": cursor})
        assert answer.status_code in REFUSED, cursor
        assert code(answer)


def test_a_dealt_deck_ends(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client = signed_in()
    page = client.get(DECK, params={"limit": 100}).json()
    assert len(page["items"]) == 60
    assert page["next"] is None


def _all(client: Client) -> list[int]:
    return [card["posting_id"] for card in client.get(DECK, params={"limit": 100}).json()["items"]]


def test_a_full_deck_has_the_texts_and_says_how_far_one_has_come(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    plain = client.get(DECK, params={"limit": 3}).json()
    assert plain["progress"] is None
    assert {card["description_text"] for card in plain["items"]} == {None}
    first = plain["items"][0]["posting_id"]
    client.post(SWIPES, json={"posting_id": first, "verdict": "like"})
    whole = client.get(DECK, params={"limit": 3, "full": "true"}).json()
    assert all(card["description_text"] for card in whole["items"])
    far = whole["progress"]
    assert (far["judged"], far["left"], far["postings"]) == (1, len(ids) - 1, len(ids))
    assert not far["has_resume"]
    assert far["leanings"]
    assert all(one["says"] and one["weight"] for one in far["leanings"])
    give_resume(database, client.person_id)
    assert client.get(DECK, params={"full": "true"}).json()["progress"]["has_resume"]
    other = signed_in().get(DECK, params={"full": "true"}).json()["progress"]
    assert (other["judged"], other["left"], other["leanings"]) == (0, len(ids), [])


def test_any_open_posting_is_a_card(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    give_resume(database, client.person_id)
    card = client.get(DECK, params={"full": "true"}).json()["items"][4]
    alone = client.get(f"{DECK}/{card['posting_id']}").json()
    assert alone.pop("may_judge")
    assert alone == {name: value for name, value in card.items() if name not in ("position", "explored")}
    client.post(SWIPES, json={"posting_id": card["posting_id"], "verdict": "dislike"})
    assert not client.get(f"{DECK}/{card['posting_id']}").json()["may_judge"]
    assert client.get(f"{DECK}/{2**31 - 1}").status_code == 404
    client.put("/api/v1/profile", json={"remote": "only", "countries": ["DE"]})
    told = [client.get(f"{DECK}/{id_}").json()["may_judge"] for id_ in ids]
    assert True in told
    assert False in told


def test_choices_are_counted_without_being_kept(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in(scopes=["deck:read", "profile:read"])
    found = client.post("/api/v1/profile/counts", json={"remote": "only"}).json()
    assert found["total"] == found["remote"]["only"] < found["remote"]["ok"] == len(ids)
    assert client.get("/api/v1/profile").json()["remote"] == "ok"
    assert client.post("/api/v1/profile/counts", json={"remote": "maybe"}).status_code in REFUSED
    assert signed_in(scopes=["profile:read"]).post("/api/v1/profile/counts", json={}).status_code == 403


def test_only_a_deck_that_needs_no_ranking_is_dealt_among_decks(
    database: Database, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    client = signed_in()
    asked: list[tuple[str, bool]] = []

    async def within(lane: str, do: Any, *given: Any, **named: Any) -> Any:
        asked.append((lane, named.get("at_once", False)))
        return await as_it_is(lane, do, *given, **named)

    as_it_is = lanes.within
    monkeypatch.setattr(lanes, "within", within)
    first = client.get(DECK).json()
    assert asked == [(DECKS, True), (RANKINGS, False)]
    # Another size: the same deck again may be answered without a thread (see test_unchanged_deck).
    assert client.get(DECK, params={"limit": 7}).json()["items"] == first["items"][:7]
    assert asked[2:] == [(DECKS, True)]
    full = client.get(DECK, params={"full": True}).json()
    assert [card["posting_id"] for card in full["items"]] == [card["posting_id"] for card in first["items"]]
    assert asked[3:] == [(RANKINGS, False)]
