"""A person's own data goes out as one archive and comes in again, here or elsewhere, once; hostile ones are refused."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import small_store
from accounts import people
from sqlalchemy import text
from sqlmodel import select

from jobswipe.accounts import archive, archive_keep, archive_read, archive_write
from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.drafts import service as drafts
from jobswipe.errors import InputError, JobSwipeError, LimitError
from jobswipe.matching import profile, swipes
from jobswipe.matching.engine import Matcher
from jobswipe.matching.learn import Model
from jobswipe.matching.verdicts import standing
from jobswipe.models import Person, PreferenceModel, Swipe
from jobswipe.notifications import channels, preferences, reminders
from jobswipe.resumes import service as resumes
from jobswipe.settings import load

NOW = people.NOW
LATER = NOW + timedelta(days=1)
MARK = people.MARK


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", NOW.isoformat())


class Store:
    """A database with its matcher, and the archive's two ways."""

    def __init__(self, url: str, home: Path) -> None:
        self.database = Database(url)
        self.matcher = Matcher(self.database, load(home))

    def write(self, person_id: int = 1, **wanted: bool) -> bytes:
        with self.database.read() as session:
            return archive_write.write(session, person_id, NOW, **wanted).data

    def keep(self, data: bytes, person_id: int = 1) -> dict[str, archive.Counts]:
        found = archive_read.read(data)
        with self.database.write() as session:
            return archive_keep.keep(session, person_id, found, LATER)

    def gather(self, person_id: int = 1) -> archive.Archive:
        with self.database.read() as session:
            return archive_write.gather(session, person_id, with_secrets=True)

    def model(self, person_id: int = 1) -> Model:
        with self.database.read() as session:
            return Model.decode(session.get_one(PreferenceModel, person_id).state)

    def rows(self) -> list[Any]:
        tables = (
            "resume", "resume_correction", "swipe", "application", "application_event", "application_reminder",
            "application_contact", "application_document", "notification_channel", "notification_profile", "profile",
            "preference_model",
        )  # fmt: skip
        with self.database.read() as session:
            return [[tuple(row) for row in session.execute(text(f"SELECT * FROM {one} ORDER BY 1"))] for one in tables]


def taught(model: Model) -> list[tuple[Any, ...]]:
    """What a model was learned from, whatever the numbers of its verdicts; an example's facets have no order."""
    return [
        (one.posting_id, one.verdict, one.reason, one.base, sorted(one.facets), one.dense, one.vector)
        for one in model.examples
    ]


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path / "home")
    small_store.fill(made.database, None)
    people.fill(made.database, made.matcher)
    yield made
    made.database.dispose()


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Another store, with the same postings and nobody's data; its keys are its own."""
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "jobswipe.db").write_bytes(sqlite_template.read_bytes())
    made = Store(f"sqlite:///{folder / 'jobswipe.db'}", folder)
    small_store.fill(made.database, None)
    yield made
    made.database.dispose()


def test_an_archive_is_files_that_people_can_read(store: Store) -> None:
    with zipfile.ZipFile(io.BytesIO(store.write())) as zipped:
        assert zipped.testzip() is None
        content = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(content.pop("manifest.json"))
    assert (manifest["kind"], manifest["format"], manifest["with_secrets"]) == ("jobswipe-export", 1, False)
    assert set(manifest["files"]) == set(content)
    for name, data in content.items():
        assert manifest["files"][name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert manifest["files"][name]["lines"] == (data.count(b"\n") if name.endswith("l") else 1)
    lines = [json.loads(line) for line in content["resumes.jsonl"].splitlines()]
    assert [one["name"] for one in lines] == [f"{MARK} old.pdf", f"{MARK}.pdf"]
    assert lines[1]["document"]["basics"]["name"] == f"{MARK} O'Brien"
    assert json.loads(content["account.json"])["email"] == f"{MARK}@example.org"
    assert b"s3cret" not in b"".join(content.values())
    assert json.loads(content["notifications.json"])["channels"][0]["url"] is None
    assert sorted(content) == sorted(
        ["account.json", "preferences.json", "notifications.json", *(f"{name}.jsonl" for name in archive.LINES)]
    )


def test_into_the_store_that_it_is_from_changes_nothing(store: Store) -> None:
    before = store.rows()
    counts = store.keep(store.write(with_secrets=True))
    assert {name: (one.new, one.left_out) for name, one in counts.items()} == dict.fromkeys(counts, (0, 0))
    assert counts["swipes"].known == 8
    assert store.rows() == before


def test_into_another_store_all_of_it_arrives_once(store: Store, other: Store) -> None:
    data = store.write(with_secrets=True)
    counts = other.keep(data)
    assert all(one.left_out == 0 and one.known == 0 for one in counts.values()), counts
    there, here = store.gather(), other.gather()
    assert here.account is None
    for part in (
        "preferences", "resumes", "corrections", "swipes", "applications", "events", "reminders", "contacts",
        "documents",
    ):  # fmt: skip
        assert getattr(here, part) == getattr(there, part), part
    assert here.notifications is not None
    assert there.notifications is not None
    assert here.notifications.preferences == there.notifications.preferences
    assert [one.url for one in here.notifications.channels] == [people.URL]
    # What was learned is what was learned there, verdict by verdict.
    assert [one.verdict for one in other.model().examples] == [one.verdict for one in store.model().examples]
    assert taught(other.model()) == taught(store.model())
    assert [one.swipe_id for one in other.model().examples] == [one.swipe_id for one in store.model().examples]
    before = other.rows()
    again = other.keep(data)
    assert all(one.new == 0 and one.left_out == 0 for one in again.values()), again
    assert other.rows() == before
    with other.database.read() as session:
        active = resumes.get(session, 1)
        assert active.name == f"{MARK}.pdf"
        assert resumes.corrected(session, active)["work"][0]["position"] == f"{MARK} Lead"


def test_the_model_is_that_of_the_verdicts_given_one_by_one(store: Store, other: Store, tmp_path: Path) -> None:
    other.keep(store.write())
    with other.database.read() as session:
        stood = [(one.posting_id, one.verdict, one.at) for one in standing(session, 1)]
    with other.database.write() as session:
        session.add(Person(id=9, created_at=NOW))
        session.flush()
        people.resume(session, 9)
        resumes.correct(session, resumes.get(session, 9), "work[0].position", f"{MARK} Lead", NOW)
        profile.put(session, 9, profile.get(session, 1), NOW)
    for posting_id, verdict, at in stood:
        with other.database.write() as session:
            swipes.record(session, other.matcher, 9, posting_id, verdict, at)
    assert taught(other.model(1)) == taught(other.model(9))


def test_what_is_not_there_is_left_out_and_told(store: Store, other: Store) -> None:
    with other.database.write() as session:
        session.execute(text("DELETE FROM posting WHERE id = 5"))
        session.execute(text("UPDATE posting SET url = 'https://jobs.example.com/moved' WHERE id = 2"))
        session.execute(text("UPDATE posting SET external_id = 'x' || external_id WHERE id IN (2, 3)"))
    with store.database.write() as session:
        session.execute(text("UPDATE posting SET url = 'https://jobs.example.com/three' WHERE id = 3"))
    with other.database.write() as session:
        session.execute(text("UPDATE posting SET url = 'https://jobs.example.com/three' WHERE id = 3"))
    data = store.write()
    counts = other.keep(data)
    # 5 (like and its undo) is gone, 2 (dislike, like) has another name and address, 3 is found by its address.
    assert (counts["swipes"].new, counts["swipes"].left_out) == (4, 4)
    assert "4 are of postings that this store does not have" in str(counts["swipes"].why)
    assert counts["channels"].left_out == 1
    assert "--with-secrets" in str(counts["channels"].why)
    with other.database.read() as session:
        kept = {one.title: one.posting_id for one in applications.listing(session, 1)}
        assert kept["Baker"] is None
        assert list(kept.values()).count(None) >= 1
        assert preferences.get(session, 1).kind("digest").channels is None, "the channel is not there"
    before = other.rows()
    assert all(one.new == 0 for one in other.keep(data).values())
    assert other.rows() == before


def test_what_happened_here_later_stays(store: Store, other: Store) -> None:
    data = store.write()
    with other.database.write() as session:
        people.resume(session, 1, f"{MARK}.pdf", LATER)
        swipes.record(session, other.matcher, 1, 1, "dislike", LATER)
        session.execute(text("UPDATE resume SET sha256 = 'cd'"))
    counts = other.keep(data)
    assert "judged later" in str(counts["swipes"].why)
    with other.database.read() as session:
        latest = session.exec(select(Swipe).where(Swipe.posting_id == 1)).all()
        assert [one.verdict for one in latest] == ["dislike"]
        (kept,) = [one for one in resumes.listing(session, 1) if one.name == f"{MARK}.pdf"]
        assert (kept.sha256, kept.active) == ("cd", True)
    assert all(one.new == 0 for one in other.keep(data).values())


def test_two_persons_keep_their_own(store: Store) -> None:
    """Into a second person's account nothing of the first person's is taken away or shared."""
    before = store.gather(1)
    with store.database.write() as session:
        session.add(Person(id=2, created_at=NOW))
    counts = store.keep(store.write(with_secrets=True), 2)
    assert counts["applications"].new == len(before.applications)
    assert store.gather(1) == before
    assert store.gather(2).swipes == before.swipes
    with store.database.read() as session:
        mine = applications.listing(session, 2)
        assert {one.person_id for one in mine} == {2}
        assert [one.text for one in drafts.listing(session, 2, mine[-1].id or 0)] or mine
        assert len(reminders.listing(session, 2)) == 1
        assert channels.get(session, 2, "hook").url == people.URL


def test_nobody_has_an_archive_too(other: Store) -> None:
    counts = other.keep(other.write())
    assert all((one.new, one.known, one.left_out) == (0, 0, 0) for one in counts.values())


# ---- hostile archives


def pack(files: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zipped:
        for name, data in files.items() if isinstance(files, dict) else files:
            zipped.writestr(name, data)
    return out.getvalue()


def made(manifest: dict[str, Any] | None = None, **files: bytes) -> bytes:
    """An archive with these files and the right manifest, but for what is given."""
    named = {name.replace("_", "."): data for name, data in files.items()}
    head = {
        "kind": "jobswipe-export", "format": 1, "version": "1", "exported_at": NOW.isoformat(), "with_secrets": False,
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "lines": 1}
            for name, data in named.items()
        },
        **(manifest or {}),
    }  # fmt: skip
    return pack({"manifest.json": json.dumps(head).encode(), **named})


def line(**values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


REF = {"kind": "ashby", "board": "sample", "external_id": "1"}
APPLICATION = {
    "number": 1, "title": "Cook", "stage": "saved", "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
SWIPE = {"number": 1, "posting": REF, "verdict": "like", "at": "2026-01-01T00:00:00Z"}
RESUME = {
    "number": 1, "name": "r", "sha256": "0", "active": True, "imported_at": "2026-01-01T00:00:00Z", "document": {},
    "text": "",
}  # fmt: skip
EVENT = {"application": 1, "kind": "note", "text": "x", "at": "2026-01-01T00:00:00Z"}


def lying(data: bytes) -> bytes:
    """A zip whose directory says that each file is small."""
    at = 0
    changed = bytearray(data)
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", changed, at + 24, 10)
        at += 4
    return bytes(changed)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "zip is damaged"),
    "text": (lambda: b"hello" * 100, "zip is damaged"),
    "no manifest": (lambda: pack({"swipes.jsonl": b""}), "no manifest"),
    "another zip": (lambda: pack({"word/document.xml": b"x"}), "none of its files"),
    "traversal": (lambda: pack({"manifest.json": b"{}", "../../etc/passwd": b"x"}), "none of its files"),
    "absolute": (lambda: pack({"manifest.json": b"{}", "/swipes.jsonl": b"x"}), "none of its files"),
    "folder": (lambda: pack({"manifest.json": b"{}", "a/swipes.jsonl": b"x"}), "none of its files"),
    "twice": (lambda: pack([("manifest.json", b"{}"), ("swipes.jsonl", b""), ("swipes.jsonl", b"")]), "twice"),
    "manifest twice": (lambda: pack([("manifest.json", b"{}"), ("manifest.json", b"{}")]), "twice"),
    "bzip2": (lambda: pack({"manifest.json": b"{}"}, zipfile.ZIP_BZIP2), "compressed in another way"),
    "manifest no JSON": (lambda: pack({"manifest.json": b"\xff{"}), "says so"),
    "manifest deep": (lambda: pack({"manifest.json": b"[" * 90_000}), "says so"),
    "other kind": (lambda: made({"kind": "other"}), "says so"),
    "newer": (lambda: made({"format": 2, "more": 1}), "newer JobSwipe"),
    "no format": (lambda: made({"format": "1"}), "newer JobSwipe"),
    "more in the manifest": (lambda: made({"more": 1}), "unknown field"),
    "wrong hash": (
        lambda: made({"files": {"swipes.jsonl": {"sha256": "0", "bytes": 0, "lines": 0}}}, swipes_jsonl=b""),
        "not as it was written",
    ),
    "unnamed": (lambda: made({"files": {}}, swipes_jsonl=b""), "not those that"),
    "missing": (
        lambda: made({"files": {"swipes.jsonl": {"sha256": "0", "bytes": 0, "lines": 0}}}), "not those that"
    ),
    "not a line": (lambda: made(swipes_jsonl=b"{\n"), "line 1 of swipes.jsonl is not JSON"),
    "blank line": (lambda: made(swipes_jsonl=b"\n"), "line 1 of swipes.jsonl is not JSON"),
    "deep": (lambda: made(preferences_json=b'{"a":' + b"[" * 200_000), "not JSON"),
    "missing key": (lambda: made(swipes_jsonl=line(number=1)), "line 1 of swipes.jsonl"),
    "another key": (lambda: made(swipes_jsonl=line(**SWIPE, person_id=2)), "unknown field"),
    "no zone": (lambda: made(swipes_jsonl=line(**SWIPE | {"at": "2026-01-01T00:00:00"})), "swipes.jsonl"),
    "score": (lambda: made(swipes_jsonl=line(**SWIPE, score=1.5)), "swipes.jsonl"),
    "parts": (lambda: made(swipes_jsonl=line(**SWIPE, score=0.5, parts={"text": 1e30})), "swipes.jsonl"),
    "evidence": (lambda: made(swipes_jsonl=line(**SWIPE, score=0.5, evidence={"base": -1e9})), "swipes.jsonl"),
    "year": (lambda: made(swipes_jsonl=line(**SWIPE | {"at": "0001-01-01T00:00:00Z"})), "year 1"),
    "number": (lambda: made(swipes_jsonl=line(**SWIPE | {"number": 2**40})), "swipes.jsonl"),
    "NUL": (lambda: made(applications_jsonl=line(**APPLICATION | {"title": "a\0b"})), "NUL"),
    "stage": (lambda: made(applications_jsonl=line(**APPLICATION | {"stage": "hired"})), "applications.jsonl"),
    "big number": (lambda: made(resumes_jsonl=line(**RESUME | {"document": {"a": 2**80}})), "64 bits"),
    "preferences": (lambda: made(preferences_json=b'{"countries": ["XX"]}'), "countr"),
    "preferences list": (lambda: made(preferences_json=b"[]"), "preferences.json"),
    "same number": (lambda: made(applications_jsonl=line(**APPLICATION) * 2), "two applications"),
    "same resume": (lambda: made(resumes_jsonl=line(**RESUME) * 2), "two resumes"),
    "same verdict": (lambda: made(swipes_jsonl=line(**SWIPE) * 2), "verdict 1 makes no sense"),
    "undo of none": (lambda: made(swipes_jsonl=line(**SWIPE | {"verdict": "undo"})), "makes no sense"),
    "undo before": (
        lambda: made(swipes_jsonl=line(**SWIPE | {"verdict": "undo", "undoes": 7})), "not before it"
    ),
    "reason": (lambda: made(swipes_jsonl=line(**SWIPE, reason="because")), "reason"),
    "nobody's event": (lambda: made(events_jsonl=line(**EVENT)), "application 1 that it does not have"),
    "nobody's contact": (
        lambda: made(contacts_jsonl=line(application=1, name="Sample", created_at="2026-01-01T00:00:00Z")),
        "application 1 that it does not have",
    ),
    "contact": (
        lambda: made(
            applications_jsonl=line(**APPLICATION),
            contacts_jsonl=line(application=1, name="Sample", email="nobody", created_at="2026-01-01T00:00:00Z"),
        ),
        "looks like name@example.com",
    ),
    "nobody's correction": (
        lambda: made(corrections_jsonl=line(resume=1, path="basics.name", value="x", at="2026-01-01T00:00:00Z")),
        "resume that it does not have",
    ),
    "bad path": (
        lambda: made(
            resumes_jsonl=line(**RESUME),
            corrections_jsonl=line(resume=1, path="../x", value="x", at="2026-01-01T00:00:00Z"),
        ),
        "no path into a resume",
    ),
    "file channel": (
        lambda: made(
            notifications_json=json.dumps(
                {
                    "preferences": None,
                    "channels": [
                        {"name": "a", "service": "x", "url": "file:///x", "created_at": "2026-01-01T00:00:00Z"}
                    ],
                }
            ).encode()
        ),
        "no service",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_archive_is_refused_and_nothing_is_kept(other: Store, name: str) -> None:
    make, why = HOSTILE[name]
    before = other.rows()
    with pytest.raises(InputError, match=why) as caught:
        other.keep(make())
    assert "\n" not in caught.value.message
    assert other.rows() == before


def test_a_line_that_is_too_long_is_refused(other: Store) -> None:
    long = line(**EVENT | {"text": "a" * 10_000_000})
    with pytest.raises(LimitError, match=r"Line 1 of events\.jsonl is longer than 5 MB"):
        other.keep(made(events_jsonl=long))


@pytest.mark.parametrize("lies", [False, True])
def test_a_bomb_is_cut_off(other: Store, lies: bool) -> None:
    data = made(events_jsonl=b"a" * (archive.MAX_UNPACKED + 1))
    assert len(data) < 1_000_000
    with pytest.raises(JobSwipeError) as caught:
        other.keep(lying(data) if lies else data)
    assert isinstance(caught.value, InputError)


def test_an_archive_that_is_too_large_is_not_looked_into() -> None:
    with pytest.raises(LimitError, match="50 MB"):
        archive_read.read(b"PK" + bytes(archive.MAX_ARCHIVE))


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_LINES", 2)
    with pytest.raises(LimitError, match="more than 2 lines"):
        archive_read.read(made(events_jsonl=line(**EVENT) * 3))


def test_damage_anywhere_is_refused_or_harmless(store: Store) -> None:
    """Cut off or changed somewhere: a sentence, or exactly what was written."""
    data = store.write()
    whole = archive_read.read(data)
    step = max(1, len(data) // 150)
    for at in range(0, len(data), step):
        changed = bytearray(data)
        changed[at] ^= 0xFF
        for one in (bytes(changed), data[:at]):
            try:
                assert archive_read.read(one) == whole
            except InputError:
                continue


def test_moments_of_any_zone_are_the_same_moment(other: Store) -> None:
    at = datetime(2026, 1, 1, 2, tzinfo=UTC)
    for written in ("2026-01-01T02:00:00Z", "2026-01-01T03:00:00+01:00"):
        other.keep(made(applications_jsonl=line(**APPLICATION | {"created_at": written, "updated_at": written})))
    with other.database.read() as session:
        (kept,) = applications.listing(session, 1)
    assert kept.created_at == at
