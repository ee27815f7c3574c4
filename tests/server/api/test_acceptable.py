"""A client that takes none of the forms in which an address answers is told so, before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import SignedIn


@pytest.mark.parametrize("accepted", ["text/html", "application/json;q=0, text/html", "application/problem+json"])
def test_what_cannot_be_served_is_406(signed_in: SignedIn, accepted: str) -> None:
    client = signed_in()
    answer = client.get("/api/v1/profile", headers={"accept": accepted})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "This address answers in application/json: see Accept."
    assert client.head("/api/v1/profile", headers={"accept": accepted}).status_code == 406


@pytest.mark.parametrize("accepted", ["*/*", "application/*;q=0.1", "text/html, */*;q=0.8", "application/json", None])
def test_what_can_be_served_is(signed_in: SignedIn, accepted: str | None) -> None:
    client = signed_in()
    client.headers.pop("accept")
    answer = client.get("/api/v1/profile", headers={} if accepted is None else {"accept": accepted})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_nothing_is_done_for_who_does_not_take_the_answer(signed_in: SignedIn) -> None:
    client = signed_in()
    body = {"title": "Data Engineer", "company": "Example Ltd"}
    assert client.post("/api/v1/applications", json=body, headers={"accept": "text/csv"}).status_code == 406
    assert client.get("/api/v1/applications").json()["items"] == []
    # An answer without a body is of no form.
    made = client.post("/api/v1/applications", json=body).json()
    gone = client.delete(f"/api/v1/applications/{made['id']}", headers={"accept": "text/csv"})
    assert gone.status_code == 204


def test_other_forms_are_taken_for_what_they_are(signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.get("/api/v1/events", headers={"accept": "application/json"}).status_code == 406
    assert client.head("/api/v1/events", headers={"accept": "text/event-stream"}).status_code == 200
    report = client.get("/api/v1/reports/funnel", headers={"accept": "text/csv;q=0.9, application/json;q=0.1"})
    assert report.headers["content-type"].startswith("text/csv")
    assert client.get("/api/v1/reports/funnel", headers={"accept": "text/html"}).status_code == 406
    # Who is not let in is told that first.
    del client.headers["authorization"]
    assert client.get("/api/v1/profile", headers={"accept": "text/html"}).status_code == 401


def test_what_is_no_part_of_the_api_takes_any(signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.get("/health", headers={"accept": "text/plain"}).status_code == 200
    assert client.get("/api", headers={"accept": "image/png"}).status_code == 200
