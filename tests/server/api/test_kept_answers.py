"""A deck is written out once: until something that it depends on is another, the same bytes are sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api_store import fill

from jobswipe.db.engine import Database
from server import encoding
from server.api.answers import LARGEST, MOST, Answers

if TYPE_CHECKING:
    from .conftest import SignedIn

DECK = "/api/v1/deck"


def test_an_answer_is_of_its_key() -> None:
    answers = Answers()
    answers.put(1, ("a", 1), b"one")
    assert answers.get(1, ("a", 1)) == b"one"
    assert answers.get(1, ("a", 2)) is None
    assert answers.get(2, ("a", 1)) is None
    answers.put(1, ("a", 2), b"two")
    assert answers.get(1, ("a", 1)) is None
    assert answers.get(1, ("a", 2)) == b"two"


def test_without_a_key_nothing_is_kept_and_nothing_large_is() -> None:
    answers = Answers()
    answers.put(1, None, b"one")
    assert answers.get(1, None) is None
    answers.put(1, ("a",), bytes(LARGEST + 1))
    assert answers.get(1, ("a",)) is None
    answers.put(1, ("a",), bytes(LARGEST))
    assert answers.get(1, ("a",)) == bytes(LARGEST)


def test_a_digest_is_of_the_very_answer_that_is_kept() -> None:
    answers = Answers()
    body, other = (bytes([number]) * 5_000 for number in range(2))
    answers.put(1, ("a", 1), body)
    assert answers.digest(1, body) == encoding.digest(body)
    assert answers.digest(1, other) is None
    assert answers.digest(2, body) is None
    answers.put(1, ("a", 2), other)
    assert answers.digest(1, body) is None
    assert answers.digest(1, other) == encoding.digest(other)


def test_who_asked_least_recently_goes_first() -> None:
    answers = Answers()
    for person_id in range(MOST):
        answers.put(person_id, ("a",), b"deck")
    assert answers.get(0, ("a",)) is not None
    answers.put(MOST, ("a",), b"deck")
    assert answers.get(0, ("a",)) is not None
    assert answers.get(1, ("a",)) is None


def test_a_deck_is_the_same_until_a_verdict_or_another_person(database: Database, signed_in: SignedIn) -> None:
    fill(database)
    client, other = signed_in(), signed_in()
    first = client.get(DECK, params={"limit": 3})
    again = client.get(DECK, params={"limit": 3})
    assert again.content == first.content
    tag = again.headers["etag"]
    assert tag == first.headers["etag"]
    assert tag.startswith(f'"{encoding.digest(again.content)}')
    assert len(client.get(DECK, params={"limit": 2}).json()["items"]) == 2
    assert other.get(DECK, params={"limit": 3}).status_code == 200
    page = client.get(DECK, params={"limit": 3, "cursor": first.json()["next"]})
    judged = first.json()["items"][0]["posting_id"]
    assert judged not in [card["posting_id"] for card in page.json()["items"]]
    client.post("/api/v1/swipes", json={"posting_id": judged, "verdict": "dislike"})
    again = client.get(DECK, params={"limit": 3})
    assert judged not in [card["posting_id"] for card in again.json()["items"]]
    assert again.json()["items"][0]["position"] == 2
