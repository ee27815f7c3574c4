"""Verdicts over HTTP: once however often they are sent, each person's own, and taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from api_store import REFUSED, code, fill
from sqlmodel import Session, col, func, select

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.matching.learn import REASONS
from jobswipe.matching.swipes import SWIPE_REASONS
from jobswipe.models import Application, IdempotentReply, PreferenceModel, Swipe
from jobswipe.settings import WorkerSettings
from jobswipe.tasks import retention

if TYPE_CHECKING:
    from .conftest import SignedIn

SWIPES, UNDO, BATCH, SAVED = "/api/v1/swipes", "/api/v1/swipes/undo", "/api/v1/swipes/batch", "/api/v1/saved"


def test_a_like_is_kept_and_opens_an_application(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    sent = {"posting_id": ids[0], "verdict": "like", "deck_position": 3, "explored": True}
    answer = client.post(SWIPES, json=sent)
    assert answer.status_code == 200
    done = answer.json()
    assert done["new"]
    assert done["application_id"]
    assert done["swipe"]["deck_position"] == 3
    assert done["swipe"]["explored"]
    assert 0 <= done["swipe"]["score"] <= 1
    again = client.post(SWIPES, json=sent).json()
    assert not again["new"]
    assert again["swipe"] == done["swipe"]


def test_the_same_key_is_answered_the_same_and_done_once(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    key = {"idempotency-key": "a-key-of-mine"}
    sent = {"posting_id": ids[0], "verdict": "save"}
    first = client.post(SWIPES, json=sent, headers=key)
    # Meanwhile it was taken back: the same request again must not give the verdict anew.
    client.post(UNDO)
    again = client.post(SWIPES, json=sent, headers=key)
    assert again.status_code == first.status_code
    assert again.json() == first.json()
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Swipe).where(Swipe.verdict == "save")).one() == 1
    other = client.post(SWIPES, json=sent | {"verdict": "like"}, headers=key)
    assert other.status_code == 409
    assert code(other) == "idempotency_conflict"
    assert client.post(UNDO, headers=key).status_code == 409
    # Another person's key of the same name is another key.
    assert signed_in().post(SWIPES, json=sent, headers=key).json()["new"]


def test_a_failed_request_leaves_its_key_free(database: Database, signed_in: SignedIn) -> None:
    client = signed_in()
    key = {"idempotency-key": "another-key"}
    assert client.post(SWIPES, json={"posting_id": 1, "verdict": "like"}, headers=key).status_code == 404
    ids = fill(database)
    assert client.post(SWIPES, json={"posting_id": ids[1], "verdict": "like"}, headers=key).status_code == 200


def test_keys_are_forgotten_after_a_day(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    for at, key in enumerate(("key-number-one", "key-number-two")):
        client.post(SWIPES, json={"posting_id": ids[at], "verdict": "skip"}, headers={"idempotency-key": key})
    with database.write() as session:
        for row in session.exec(select(IdempotentReply)):
            row.at = clock.now() - timedelta(hours=25)
            session.add(row)
    # Before the clean-up an old key is as good as new.
    again = {"posting_id": ids[3], "verdict": "skip"}
    assert client.post(SWIPES, json=again, headers={"idempotency-key": "key-number-one"}).json()["new"]
    assert retention.clean(database, WorkerSettings()) == 1
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(IdempotentReply)).one() == 1


def test_keys_have_bounds(signed_in: SignedIn) -> None:
    client = signed_in()
    for key in ("short", "x" * 129, "with space in it", "caf\u00e9-caf\u00e9-caf\u00e9"):
        headers = {"idempotency-key": key.encode()}
        assert client.post(SWIPES, json={"posting_id": 1, "verdict": "like"}, headers=headers).status_code in REFUSED


def test_undo_takes_back_one_at_a_time(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    for id_ in ids[:2]:
        client.post(SWIPES, json={"posting_id": id_, "verdict": "like"})
    key = {"idempotency-key": "undo-it-once"}
    assert client.post(UNDO, headers=key).json()["posting_id"] == ids[1]
    assert client.post(UNDO, headers=key).json()["posting_id"] == ids[1]
    assert client.post(UNDO).json()["posting_id"] == ids[0]
    answer = client.post(UNDO)
    assert answer.status_code == 409
    assert code(answer) == "conflict"
    with database.read() as session:
        assert session.exec(select(Application)).all() == []
    log = client.get(SWIPES).json()["items"]
    assert [(one["posting_id"], one["undone"]) for one in log] == [(ids[1], True), (ids[0], True)]


def test_a_batch_is_kept_whole_or_not_at_all(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    good = [{"posting_id": id_, "verdict": "dislike", "reason": "pay"} for id_ in ids[:3]]
    answer = client.post(BATCH, json=[*good, {"posting_id": 10**9, "verdict": "like"}])
    assert answer.status_code == 404
    assert "Verdict 4" in answer.json()["detail"]
    assert client.get(SWIPES).json()["items"] == []
    assert [one["new"] for one in client.post(BATCH, json=good).json()["items"]] == [True] * 3
    assert [one["new"] for one in client.post(BATCH, json=good).json()["items"]] == [False] * 3
    assert client.post(BATCH, json=[]).status_code in REFUSED
    assert client.post(BATCH, json=[good[0]] * 501).status_code in REFUSED


def test_the_log_and_the_saved_list_have_pages(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client, other = signed_in(), signed_in()
    for at, id_ in enumerate(ids[:8]):
        client.post(SWIPES, json={"posting_id": id_, "verdict": "save" if at % 2 else "skip"})
    client.post(SWIPES, json={"posting_id": ids[1], "verdict": "dislike"})
    log = _pages(client, SWIPES)
    assert [one["posting_id"] for one in log] == [ids[1], *reversed(ids[:8])]
    assert log[0]["posting"]["title"]
    assert {one["verdict"] for one in _pages(client, SWIPES, verdict="save")} == {"save"}
    # What was saved and then judged otherwise is no longer on the list.
    assert [one["posting"]["posting_id"] for one in _pages(client, SAVED)] == [ids[7], ids[5], ids[3]]
    client.post(UNDO)
    assert len(_pages(client, SAVED)) == 4
    assert _pages(other, SWIPES) == []
    assert _pages(other, SAVED) == []


def test_wrong_verdicts_are_refused(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    good = {"posting_id": ids[0], "verdict": "like"}
    for wrong in (
        {"verdict": "love"}, {"verdict": None}, {"verdict": "undo"}, {"posting_id": "x"}, {"posting_id": 0},
        {"posting_id": 2**63}, {"posting_id": -1}, {"posting_id": 1.5}, {"reason": "weather"}, {"deck_position": 0},
        {"explored": "yes"}, {"person_id": 2}, {"score": 1.0}, {"at": "2020-01-01T00:00:00Z"},
    ):  # fmt: skip
        assert client.post(SWIPES, json=good | wrong).status_code in REFUSED, wrong
    for body in (b"", b"[]", b"null", b"{", b'{"posting_id":1}', b"\xff"):
        headers = {"content-type": "application/json"}
        assert client.post(SWIPES, content=body, headers=headers).status_code in REFUSED, body
    answer = client.post(SWIPES, json=good | {"posting_id": 2**31 - 1})
    assert answer.status_code == 404
    assert "jobswipe" not in answer.json()["detail"]
    assert client.get(SWIPES).json()["items"] == []


def test_many_clients_at_once_give_every_verdict_once(database: Database, signed_in: SignedIn) -> None:
    """Retries and duplicates of 8 clients of two persons, all at the same cards."""
    ids = fill(database)[:6]
    persons = [signed_in(), signed_in()]
    persons[0].get("/api/v1/deck")  # the index is made once

    def client_of(number: int) -> list[int]:
        client, out = persons[number % 2], []
        for round_ in range(2):
            for id_ in ids if number % 4 < 2 else reversed(ids):
                # Half of the clients name their attempts; a retry has the name of the first.
                headers = {"idempotency-key": f"client-{number}-{id_}"} if number % 3 else {}
                answer = client.post(SWIPES, json={"posting_id": id_, "verdict": "like"}, headers=headers)
                assert answer.status_code == 200, (round_, answer.text)
                out.append(answer.json()["swipe"]["id"])
        return out

    with ThreadPoolExecutor(8) as pool:
        answered = list(pool.map(client_of, range(8)))
    with database.read() as session:
        rows = session.exec(select(Swipe.person_id, Swipe.posting_id).order_by(col(Swipe.id))).all()
        assert len(rows) == len(set(rows)) == 2 * len(ids)
        assert _count(session, Application) == 2 * len(ids)
        assert {model.version for model in session.exec(select(PreferenceModel))} == {len(ids)}
    for person in (0, 1):
        assert len({id_ for number in range(person, 8, 2) for id_ in answered[number]}) == len(ids)


def test_only_the_verdict_that_is_meant_is_taken_back(database: Database, signed_in: SignedIn) -> None:
    first, second, *_ = fill(database)
    client = signed_in()
    for posting_id in (first, second):
        client.post(SWIPES, json={"posting_id": posting_id, "verdict": "like"})
    stale = client.post(UNDO, params={"posting_id": first})
    assert (stale.status_code, code(stale)) == (409, "conflict")
    key = {"idempotency-key": "take-it-back-once"}
    taken = client.post(UNDO, params={"posting_id": second}, headers=key)
    assert taken.json()["posting_id"] == second
    # The answer was lost, and it is asked again: the verdict before it stays.
    assert client.post(UNDO, params={"posting_id": second}, headers=key).json() == taken.json()
    assert client.post(UNDO, params={"posting_id": first}, headers=key).status_code == 409
    assert client.post(UNDO, params={"posting_id": 0}).status_code in REFUSED
    standing = [one["posting_id"] for one in client.get(SWIPES).json()["items"] if not one["undone"]]
    assert first in standing


def test_the_reasons_are_those_that_the_learner_knows() -> None:
    assert set(SWIPE_REASONS) == {*REASONS, "other"}


def _pages(client: object, path: str, **params: str) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(path, params={"limit": "3", **params, **cursor}).json()
        out += page["items"]
        if page["next"] is None:
            return out
        cursor = {"cursor": page["next"]}


def _count(session: Session, model: type) -> int:
    return int(session.exec(select(func.count()).select_from(model)).one())
