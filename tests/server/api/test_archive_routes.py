"""Export and import over HTTP: each person their own, with limits, and by the scopes that they need."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from jobswipe.accounts import archive
from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.resumes import service as resumes
from jobswipe.resumes.parse import ParsedResume

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

EXPORT, IMPORT = "/api/v1/account/export", "/api/v1/account/import"


def fill(database: Database, client: Client) -> None:
    from jobswipe import clock

    with database.write() as session:
        person_id: int = client.person_id
        read = resumes.ReadResume("cv.pdf", "0", ParsedResume({"basics": {"name": "Sample Candidate"}}, "text"))
        resumes.store(session, person_id, read, clock.now())
        one = applications.add(session, person_id, clock.now(), "Cook", None, None)
        applications.note(session, person_id, one.id or 0, "They called", clock.now())


def test_there_and_back(signed_in: SignedIn, database: Database) -> None:
    first, second = signed_in(), signed_in()
    fill(database, first)
    answer = first.get(EXPORT)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="jobswipe-export-')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert json.loads(zipped.read("account.json"))["email"] == f"person{first.person_id}@example.com"
        assert b"They called" in zipped.read("events.jsonl")
    kept = second.post(IMPORT, content=answer.content, headers={"content-type": "application/zip"})
    assert kept.status_code == 200, kept.text
    assert kept.json()["counts"]["applications"] == {"new": 1, "known": 0, "left_out": 0, "why": None}
    again = second.post(IMPORT, files={"file": ("mine.zip", answer.content, "application/zip")})
    assert again.status_code == 200, again.text
    assert again.json()["counts"]["applications"]["known"] == 1
    with database.read() as session:
        assert [one.title for one in applications.listing(session, second.person_id)] == ["Cook"]
        assert resumes.get(session, second.person_id).name == "cv.pdf"
        assert len(applications.listing(session, first.person_id)) == 1


def test_who_may(nobody: Client, signed_in: SignedIn) -> None:
    assert nobody.get(EXPORT).status_code == 401
    assert nobody.post(IMPORT, content=b"x").status_code == 401
    client = signed_in(scopes=["account:read"])
    assert client.get(EXPORT).status_code == 200
    assert client.post(IMPORT, content=b"x", headers={"content-type": "application/zip"}).status_code == 403


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"hello", "application/zip", 422),
        (b"", "application/zip", 422),
        (b"{}", "application/json", 415),
        (b"x", "text/plain", 415),
        (b"--a\r\n\r\n", "multipart/form-data; boundary=a", 400),
        (b"nothing", "multipart/form-data; boundary=a", 400),
    ],
)
def test_what_is_no_archive_is_refused(signed_in: SignedIn, content: bytes, kind: str, status: int) -> None:
    answer = signed_in().post(IMPORT, content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = signed_in().post(
        IMPORT, content=bytes(archive.MAX_ARCHIVE + 200_000), headers={"content-type": "application/zip"}
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
