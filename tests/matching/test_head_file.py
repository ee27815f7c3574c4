"""What cards show comes from a file that processes share: as the store has it, whatever happens to either."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_store import NOW, fill, insert, matcher
from sqlmodel import col, select
from statements import statements

from jobswipe import skills
from jobswipe.db.engine import Database
from jobswipe.matching import cachefile, headfile, turns
from jobswipe.matching.dealing import Page, deal
from jobswipe.matching.engine import Matcher
from jobswipe.models import Posting, Source
from jobswipe.settings import Settings
from jobswipe.sources import catalog


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is for large stores: here 60 postings are many, and 5 may have changed."""
    monkeypatch.setattr(headfile, "LACKS", 5)


def _dealt(ranking: Matcher, size: int = 20) -> Page:
    with ranking.database.read() as session:
        return deal(ranking, session, 1, size)


def _titles(page: Page) -> dict[int, str]:
    return {shown.posting_id: shown.title for _, shown in page.cards}


def _reads_of(database: Database, do: Callable[[], Any]) -> int:
    """How many statements read what postings show."""
    with statements(database) as ran:
        do()
    return sum("posting_place" in statement and "company" in statement for statement, _ in ran)


def _change(database: Database, ids: list[int], first_seq: int, **values: Any) -> None:
    with database.write() as session:
        for at, posting in enumerate(session.exec(select(Posting).where(col(Posting.id).in_(ids)))):
            posting.sqlmodel_update({name: f"{value} {at}" for name, value in values.items()})
            posting.change_seq = first_seq + at
            session.add(posting)


def _file(settings: Settings) -> Path:
    return settings.index_dir / "heads"


def test_another_process_deals_from_the_file_what_the_store_would_show(
    both: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(both)
    with monkeypatch.context() as usual:
        usual.setattr(headfile, "LACKS", 60)
        plain = _dealt(matcher(both, settings), 60)
    assert not _file(settings).exists()  # a small store needs none
    _dealt(matcher(both, settings))
    other = matcher(both, settings)
    found: list[Page] = []
    assert _reads_of(both, lambda: found.append(_dealt(other, 60))) == 0
    assert len(found[0].cards) == 60
    assert found[0].cards == plain.cards


def test_few_changes_are_read_from_the_store_and_many_write_the_file_anew(both: Database, settings: Settings) -> None:
    ids = fill(both)
    ranking = matcher(both, settings)
    before = headfile.load(_file(settings))
    _change(both, ids[:2], 500, title="Chief Potter")
    assert {_titles(_dealt(ranking, 60))[one] for one in ids[:2]} == {"Chief Potter 0", "Chief Potter 1"}
    other = matcher(both, settings)  # it has not seen the change happen
    assert {_titles(_dealt(other, 60))[one] for one in ids[:2]} == {"Chief Potter 0", "Chief Potter 1"}
    assert headfile.load(_file(settings)).mark == before.mark

    _change(both, ids[2:8], 600, title="Potter")
    shown = _titles(_dealt(ranking, 60))
    assert {shown[one] for one in ids[2:8]} == {f"Potter {at}" for at in range(6)}
    now = headfile.load(_file(settings))
    assert (now.mark.seq, len(now)) == (605, 60)
    assert _reads_of(both, lambda: _dealt(matcher(both, settings), 60)) == 0


def test_a_process_takes_what_another_has_written(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    one, other = matcher(sqlite, settings), matcher(sqlite, settings)
    _change(sqlite, ids[:6], 500, title="Potter")
    _dealt(one)
    written = _file(settings).stat().st_ino
    _dealt(other, 60)
    assert _file(settings).stat().st_ino == written


def test_closed_and_new_postings(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    ranking = matcher(sqlite, settings)
    with sqlite.write() as session:
        posting = session.get(Posting, ids[0])
        assert posting is not None
        posting.state, posting.change_seq = "closed", 500
        session.add(posting)
        (new,) = insert(session, [{"title": "Potter", "company": "Kiln", "city": "Austin"}], first_seq=600)
    shown = _titles(_dealt(ranking, 60))
    assert ids[0] not in shown
    assert shown[new] == "Potter"


def test_a_source_that_went_takes_its_cards_with_it(both: Database, settings: Settings) -> None:
    fill(both)
    ranking = matcher(both, settings)
    assert _dealt(ranking).cards
    with both.write() as session:
        source = session.get(Source, 1)
        assert source is not None
        catalog.remove(session, source)
    assert _dealt(ranking).cards == []


@pytest.mark.parametrize("harm", ["record", "all records", "head", "cut", "empty", "other skills", "other store"])
def test_a_file_that_does_not_fit_shows_nothing_wrong(
    both: Database, settings: Settings, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(both)
    right = _dealt(matcher(both, settings), 60).cards
    path = _file(settings)
    data = bytearray(path.read_bytes())
    if harm == "record":
        data[-10] ^= 0xFF
    elif harm == "all records":
        tail = len(headfile.load(path).data)
        data[-tail:] = bytes(tail)
    elif harm == "head":
        data[40] ^= 0xFF
    elif harm == "cut":
        data = data[:-500]
    elif harm == "empty":
        data.clear()
    path.unlink()  # who has mapped the old one keeps it
    path.write_bytes(data)
    if harm == "other skills":
        monkeypatch.setattr(skills, "EDITION", skills.EDITION + 1)
    if harm == "other store":
        with both.write() as session:
            for posting in session.exec(select(Posting)):
                posting.first_seen_at = NOW.replace(year=2020)
                posting.title = f"Other {posting.title}"
                session.add(posting)
        assert all(title.startswith("Other ") for title in _titles(_dealt(matcher(both, settings), 60)).values())
        return
    assert _dealt(matcher(both, settings), 60).cards == right
    assert len(right) == len(ids)


def test_damage_is_not_written_anew(sqlite: Database, settings: Settings) -> None:
    ids = fill(sqlite)
    right = _titles(_dealt(matcher(sqlite, settings), 60))
    path = _file(settings)
    data = bytearray(path.read_bytes())
    tail = len(headfile.load(path).data)
    data[-tail:] = bytes(tail)
    path.unlink()
    path.write_bytes(data)
    _change(sqlite, ids[:6], 500, title="Potter")
    shown = _titles(_dealt(matcher(sqlite, settings), 60))
    assert shown == right | {one: f"Potter {at}" for at, one in enumerate(ids[:6])}
    assert all(headfile.load(path).get(one) is not None for one in ids)


@pytest.mark.parametrize("name", ["heads", "heads.lock"])
def test_a_directory_in_its_place(sqlite: Database, settings: Settings, name: str) -> None:
    fill(sqlite)
    (settings.index_dir / name).mkdir(parents=True)
    assert len(_dealt(matcher(sqlite, settings), 60).cards) == 60


def test_a_full_disk_costs_the_file_and_nothing_else(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite)
    written = cachefile.write

    def full(path: Path, *rest: Any, **more: Any) -> None:
        if path.name == "heads":
            raise OSError(28, "No space left on device")
        written(path, *rest, **more)

    monkeypatch.setattr(cachefile, "write", full)
    ranking = matcher(sqlite, settings)
    assert len(_dealt(ranking, 60).cards) == 60
    assert not _file(settings).exists()


def test_a_directory_that_may_not_be_written_costs_the_file_and_nothing_else(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite)
    alone = turns.alone

    def refused(path: Path, wait: float) -> Any:
        if path.name == "heads.lock":
            raise PermissionError(13, "Permission denied")
        return alone(path, wait)

    monkeypatch.setattr(turns, "alone", refused)
    assert len(_dealt(matcher(sqlite, settings), 60).cards) == 60
    assert not _file(settings).exists()


def test_two_that_start_at_once_write_it_once(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite)
    matcher(sqlite, settings)
    _file(settings).unlink()
    saved, started = [], threading.Barrier(2)
    write = cachefile.write

    def slowly(path: Path, *rest: Any, **more: Any) -> None:
        saved.append(path.name)
        time.sleep(0.2)
        write(path, *rest, **more)

    def start() -> None:
        other = Matcher(sqlite, settings)
        started.wait()
        other.refresh()

    monkeypatch.setattr(cachefile, "write", slowly)
    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert saved == ["heads"]
