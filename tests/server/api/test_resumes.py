"""Resumes over HTTP: sent as a form or as they are, told by their content, corrected, and nobody else's."""

from __future__ import annotations

import json
import typing
from typing import TYPE_CHECKING, Any

import pytest
from api_store import REFUSED, code

from jobswipe.resumes import limits
from jobswipe.resumes.jsonresume import SHAPE
from server.api.resume_document import ResumeDocument
from server.readers import WAITING

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

RESUMES = "/api/v1/resumes"
DOCUMENT = {
    "basics": {"name": "Sample O'Candidate 🙂", "email": "candidate@example.com", "location": {"city": "Berlin"}},
    "work": [{"name": "Example Ltd", "position": "Backend Engineer", "startDate": "2021-01", "highlights": ["Python"]}],
    "skills": [{"name": "Programming", "keywords": ["Python", "SQL"]}],
    "references": [{"name": "מועמד לדוגמה", "reference": "Good."}],
    "custom": {"anything": 1},
}
TEXT = b"Sample Candidate\ncandidate@example.com\n\nEXPERIENCE\nBackend Engineer, Example Ltd, 2019-2021\n"


def _send(client: Client, document: Any = DOCUMENT, name: str = "resume.json") -> dict[str, Any]:
    answer = client.post(RESUMES, files={"file": (name, json.dumps(document).encode())})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_resume_is_read_and_shown_as_it_was_given(signed_in: SignedIn) -> None:
    client = signed_in()
    sent = _send(client)
    assert (sent["name"], sent["active"], sent["replaced"]) == ("resume.json", True, False)
    seen = client.get(f"{RESUMES}/{sent['id']}").json()
    assert seen["document"]["basics"] == DOCUMENT["basics"]
    assert seen["document"]["work"] == DOCUMENT["work"]
    assert seen["document"]["references"] == DOCUMENT["references"]
    assert "education" not in seen["document"]
    assert seen["fields"]["work[0].position"] == {
        "confidence": 1.0, "page": None, "quote": "Backend Engineer", "corrected": False,
    }  # fmt: skip
    assert "Example Ltd" in client.get(f"{RESUMES}/{sent['id']}/text").json()["text"]
    assert [one["id"] for one in client.get(RESUMES).json()["items"]] == [sent["id"]]


def test_the_body_itself_may_be_the_file(signed_in: SignedIn) -> None:
    client = signed_in()
    for sent_as in ("text/plain", "application/octet-stream", "application/x-www-form-urlencoded", "application/json"):
        answer = client.post(
            RESUMES, params={"name": "../../etc/cv.txt"}, content=TEXT, headers={"content-type": sent_as}
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["name"] == "cv.txt"
    # The name decides what it replaces, not what it is.
    assert answer.json()["replaced"]
    assert answer.json()["document"]["work"][0]["position"] == "Backend Engineer"
    assert len(client.get(RESUMES).json()["items"]) == 1


def test_corrections_stay_over_a_new_version_of_the_file(signed_in: SignedIn) -> None:
    client = signed_in()
    sent = _send(client)
    fields = f"{RESUMES}/{sent['id']}/fields"
    answer = client.patch(
        fields,
        json={
            "fields": [
                {"path": "work[0].position", "value": "Lead O'Engineer 🙂"},
                {"path": "skills[0].keywords", "value": ["Rust"]},
                {"path": "basics.email", "value": None},
            ]
        },
    )
    assert answer.status_code == 200
    assert answer.json()["document"]["work"][0]["position"] == "Lead O'Engineer 🙂"
    assert answer.json()["fields"]["work[0].position"]["corrected"]
    again = _send(client, {**DOCUMENT, "interests": [{"name": "Chess"}]})
    assert again["replaced"]
    assert again["document"]["work"][0]["position"] == "Lead O'Engineer 🙂"
    assert again["document"]["skills"][0]["keywords"] == ["Rust"]
    assert "email" not in again["document"]["basics"]


def test_wrong_corrections_change_nothing(signed_in: SignedIn) -> None:
    client = signed_in()
    sent = _send(client)
    fields = f"{RESUMES}/{sent['id']}/fields"
    good = {"path": "basics.label", "value": "Engineer"}
    for wrong in (
        {"path": "basics.wings", "value": "2"}, {"path": "work[99].name", "value": "x"}, {"path": "", "value": "x"},
        {"path": "work[0].startDate", "value": "yesterday"}, {"path": "basics", "value": []},
        {"path": "basics.label", "value": "a\0b"}, {"path": "basics.la\0bel", "value": "a"},
        {"path": "meta.jobswipe", "value": {}}, {"path": "basics.label"}, {"value": "x"},
        {"path": "basics.label", "value": "x", "confidence": 1},
    ):  # fmt: skip
        answer = client.patch(fields, json={"fields": [good, wrong]})
        assert answer.status_code in REFUSED, wrong
        assert code(answer)
    assert client.patch(fields, json={"fields": []}).status_code in REFUSED
    assert client.patch(fields, json={"fields": [good] * 201}).status_code in REFUSED
    assert "label" not in client.get(f"{RESUMES}/{sent['id']}").json()["document"]["basics"]


def test_the_active_one_is_chosen_and_deleted(signed_in: SignedIn) -> None:
    client = signed_in()
    first, second = _send(client, name="one.json"), _send(client, name="two.json")
    assert client.post(f"{RESUMES}/{first['id']}/use").json()["active"]
    assert {one["id"]: one["active"] for one in client.get(RESUMES).json()["items"]} == {
        first["id"]: True,
        second["id"]: False,
    }
    assert client.delete(f"{RESUMES}/{first['id']}").status_code == 204
    assert client.get(RESUMES).json()["items"][0]["active"]
    assert client.delete(f"{RESUMES}/{first['id']}").status_code == 404


def test_another_persons_resume_is_not_there(signed_in: SignedIn) -> None:
    owner, other = signed_in(), signed_in()
    theirs = f"{RESUMES}/{_send(owner)['id']}"
    assert other.get(theirs).status_code == 404
    assert other.get(f"{theirs}/text").status_code == 404
    assert other.patch(f"{theirs}/fields", json={"fields": [{"path": "basics.name", "value": "x"}]}).status_code == 404
    assert other.post(f"{theirs}/use").status_code == 404
    assert other.delete(theirs).status_code == 404
    assert other.get(RESUMES).json()["items"] == []
    assert owner.get(theirs).status_code == 200
    # One of the same name replaces one's own only.
    assert not _send(other)["replaced"]
    answer = other.get(theirs)
    assert "jobswipe" not in answer.json()["detail"]


@pytest.mark.parametrize("id_", ["0", "-1", "x", "2147483648", str(2**70), "1.5", "%00"])
def test_ids_that_are_none(signed_in: SignedIn, id_: str) -> None:
    assert signed_in().get(f"{RESUMES}/{id_}").status_code in REFUSED | {404}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "cv.pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "cv.pdf"),
        (b"MZ" + bytes(500), "cv.docx"),
        (b"%PDF-1.7\nnothing", "cv.pdf"),
        (b"PK\x03\x04broken", "cv.docx"),
        (b'{"no": "resume"}', "cv.json"),
        (b"   \n \n", "cv.txt"),
    ],
)
def test_what_is_no_resume_is_refused_by_its_content(signed_in: SignedIn, data: bytes, name: str) -> None:
    client = signed_in()
    answer = client.post(RESUMES, files={"file": (name, data)})
    assert answer.status_code == 422, answer.text
    assert code(answer) == "bad_resume"
    assert client.post(RESUMES, content=data, headers={"content-type": "application/pdf"}).status_code == 422
    assert client.get(RESUMES).json()["items"] == []


def test_a_form_without_a_file_is_refused(signed_in: SignedIn) -> None:
    client = signed_in()
    for files in ({"other": ("cv.txt", TEXT)}, {"file": (None, TEXT)}):
        assert client.post(RESUMES, files=files).status_code in REFUSED
    bad = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post(RESUMES, content=b"--y\r\nnothing", headers=bad).status_code in REFUSED
    none = {"content-type": "multipart/form-data"}
    assert client.post(RESUMES, content=b"--y\r\nnothing", headers=none).status_code in REFUSED


def test_too_large_a_file_is_refused(signed_in: SignedIn) -> None:
    client = signed_in()
    for size in (limits.FILE_BYTES + 1, limits.FILE_BYTES + 200_000):
        assert client.post(RESUMES, files={"file": ("cv.txt", b"a " * (size // 2 + 1))}).status_code == 413
        assert client.post(RESUMES, content=b"a " * (size // 2 + 1)).status_code == 413


def test_many_at_once_wait_for_one_another_or_are_told(nobody: Client, signed_in: SignedIn) -> None:
    client = signed_in()
    places = nobody.app.state.readers._places
    for _ in range(WAITING):
        assert places.acquire(blocking=False)
    answer = client.post(RESUMES, content=TEXT)
    assert (answer.status_code, code(answer)) == (503, "busy")
    assert answer.headers["retry-after"]
    for _ in range(WAITING):
        places.release()
    assert client.post(RESUMES, content=TEXT).status_code == 201


def test_the_public_shape_is_that_of_the_resume() -> None:
    def same(shape: Any, struct: Any) -> None:
        if isinstance(shape, dict):
            hints = typing.get_type_hints(struct)
            names = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
            hints = {names[field]: hint for field, hint in hints.items()}
            assert set(hints) == set(shape), struct
            for key, inner in shape.items():
                held = [one for one in typing.get_args(hints[key]) if one not in (type(None), ...)]
                same(inner, held[0])
        elif isinstance(shape, list):
            same(shape[0], struct)
        else:
            assert struct is str

    same(SHAPE, ResumeDocument)
