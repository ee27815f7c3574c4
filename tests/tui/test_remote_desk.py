"""A desk over a real server beside the desk of this process over the same store, on both engines: they say the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from driving import running
from driving import text as words
from driving import until as until_async
from served_desk import desk, make_key
from servers.served import Served, until
from sqlalchemy import text
from sqlmodel import select
from tui_store import fill

from jobswipe.db.engine import Database, database_of
from jobswipe.errors import ForbiddenError, InputError, NotFoundError, UsageError
from jobswipe.models import Swipe, TaskRun
from jobswipe.settings import load
from tui.app import SwipeApp
from tui.desk.interface import Deal, Verdict
from tui.desk.local import LocalDesk
from tui.desk.remote import rooms
from tui.desk.remote.desk import RemoteDesk


@pytest.fixture
def database(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", database_url)
    found = database_of(load(home))
    fill(found, postings=40, hard=True)
    if found.dialect != "sqlite":  # the sample's sources bring their numbers
        with found.write() as session:
            session.connection().execute(text("SELECT setval(pg_get_serial_sequence('source', 'id'), 10)"))
    yield found
    found.dispose()


@pytest.fixture
def local(home: Path, database: Database) -> Iterator[LocalDesk]:
    found = LocalDesk(load(home))
    yield found
    found.close()


@pytest.fixture
def server(database: Database) -> Iterator[Served]:
    with Served("serve") as found:
        yield found


@pytest.fixture
def remote(server: Served, database: Database) -> Iterator[RemoteDesk]:
    found = desk(server.url, make_key(database))
    yield found
    found.close()


def test_both_desks_say_the_same(
    local: LocalDesk, remote: RemoteDesk, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = ("like", "dislike", "save", "skip", "like", "dislike", "dislike", "like", "like", "dislike", "like")
    judged: list[int] = []
    for number, verdict in enumerate(verdicts):
        card = same(local.deal(9, ()), remote.deal(9, ())).cards[0]
        judged.append(card.posting_id)
        sent = Verdict(
            key=f"the-key-of-{number}", posting_id=card.posting_id, verdict=verdict, title="", position=number + 1,
            explored=card.explored, reason="pay" if verdict == "dislike" else None,
        )  # fmt: skip
        opened = remote.record(sent)
        assert (opened is not None) == (verdict in ("like", "save"))
        assert remote.record(sent) == opened  # the answer was lost, and it is sent again
    same(local.deal(30, ()), remote.deal(30, ()))
    without = {one.posting_id for one in remote.deal(5, ()).cards}
    left = remote.deal(5, without)
    assert not without & {one.posting_id for one in left.cards}
    assert left.left == local.deal(5, without).left
    undo = Verdict(key="the-key-of-undo", posting_id=card.posting_id, verdict="undo", title="")
    remote.record(undo)
    remote.record(undo)
    same(local.deal(9, ()), remote.deal(9, ()))
    with database.read() as session:
        rows = session.exec(select(Swipe.verdict).order_by(Swipe.id)).all()
    assert list(rows) == [*verdicts, "undo"]

    other = remote.deal(9, ()).cards[3]
    assert plain(remote.card(other.posting_id)) == plain(local.card(other.posting_id))
    assert remote.may_judge(other.posting_id)
    assert remote.may_judge(card.posting_id)
    assert not remote.may_judge(judged[0])
    with pytest.raises(NotFoundError):
        remote.card(999_999)
    assert remote.search("nurse", 10) == local.search("nurse", 10)
    assert remote.search("\x00 zzz", 10) == []
    assert seen(remote.detail(other.posting_id)) == seen(local.detail(other.posting_id))
    _rooms(local, remote, database, tmp_path, monkeypatch)


def _rooms(
    local: LocalDesk, remote: RemoteDesk, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {**remote.preferences(), "remote": "only"}
    assert remote.preferences() == local.preferences()
    assert remote.counts(wanted) == msgspec.to_builtins(local.counts(wanted))
    remote.prefer(wanted)
    same(local.deal(9, ()), remote.deal(9, ()))
    remote.prefer({**wanted, "remote": "ok"})

    first = remote.applications()[0]
    remote.move(first.id, "applied")
    remote.note(first.id, "They call on Tuesday.")
    due = remote.remind(first.id, "2w", "Ask how it stands")
    assert remote.applications() == local.applications()
    assert remote.history(first.id) == local.history(first.id)
    moved = next(one for one in remote.applications() if one.id == first.id)
    assert (moved.stage, moved.notes, moved.reminder_at) == ("applied", 1, due)

    monkeypatch.setattr(rooms, "DRAFT_PAUSE", 0.1)
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(remote.draft, first.id, told.append)
        until(lambda: _asked(database))
        made = local.draft(first.id, lambda _: None)  # as the worker would
        assert asked.result(60).text == made.text
    assert told
    assert remote.documents(first.id) == local.documents(first.id)

    for name in ("market", "funnel"):
        for here, there in zip(local.report(name), remote.report(name), strict=True):
            assert (here.name, here.title) == (there.name, there.title)
            assert shaped(here) == shaped(there), here.name

    assert remote.resume() == local.resume()
    remote.correct("work[0].name", "Example & Sons")
    remote.correct("basics.email", "")
    mine = remote.resume()
    assert mine == local.resume()
    assert mine
    assert {one.path: one.own for one in mine.fields}["work[0].name"]
    file = tmp_path / "another.md"
    file.write_text("# Sample Candidate\n\nData Engineer\n\n## Skills\n\nPython, SQL\n")
    assert remote.import_resume(file) == "another.md"
    assert remote.resume() == local.resume()
    with pytest.raises(InputError, match="cannot be read"):
        remote.import_resume(tmp_path / "none.pdf")

    here, there = local.operations(), remote.operations()
    assert rounded(there.sources) == rounded(here.sources)
    assert {one.name for one in there.checks} == {one.name for one in here.checks}
    assert there.tasks
    assert there.log == ()
    assert "on its machine" in there.refused["log"]
    assert "task" in remote.run_now(1)
    assert remote.add_source("https://jobs.lever.co/acme") == "lever:acme"
    assert remote.no_simulator
    for ask in (remote.personas, lambda: remote.simulate("anyone", 1, 0.1)):
        with pytest.raises(UsageError, match="this computer"):
            ask()


def test_a_key_of_few_scopes_shows_what_it_may(server: Served, database: Database, home: Path) -> None:
    found = desk(server.url, make_key(database, "deck:read", "applications:read"))
    assert found.deal(3, ()).cards
    assert found.report("funnel")
    with pytest.raises(ForbiddenError, match="reports:read"):
        found.report("market")
    operations = found.operations()
    assert operations.checks
    assert "sources:read" in operations.refused["sources"]
    assert "tasks:read" in operations.refused["tasks"]
    asyncio.run(_screens(SwipeApp(load(home), lambda: found, "few", far=found.name)))


async def _screens(app: SwipeApp) -> None:
    """Each says what is not to be had, and shows the rest."""
    async with running(app, (120, 40)) as pilot:
        assert "127.0.0.1" in words(app)
        for key, expected in (
            ("3", ("reports:read", "open positions")),
            ("5", ("The simulator works on this computer's own data alone",)),
            ("6", ("sources:read", "tasks:read", "The log of a server is on its machine", "database")),
            ("4", ("resumes:read",)),
        ):
            await pilot.press(key)
            await until_async(lambda expected=expected: all(one in words(app) for one in expected), pilot)


def plain(value: Any) -> Any:
    """Without what the API's lists do not say of pay."""
    if isinstance(value, Deal):
        return msgspec.structs.replace(value, cards=tuple(map(plain, value.cards)))
    pay = value.listing.salary
    pay = pay and msgspec.structs.replace(pay, provenance="structured", quote="")
    return msgspec.structs.replace(value, listing=msgspec.structs.replace(value.listing, salary=pay))


def same(here: Deal, there: Deal) -> Deal:
    assert plain(here).cards == plain(there).cards
    assert plain(here) == plain(there)
    return there


def seen(detail: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(detail))
    salary = found.get("salary")
    return {
        **{name: found[name] for name in ("title", "company", "description_text", "seniority", "attribution", "url")},
        "places": [place["text"] for place in found["places"]],
        "skills": [skill["name"] for skill in found["skills"]],
        "salary": salary and salary["quote"],
        "source": found["life"]["source"],
        "first_seen": found["life"]["first_seen_at"][:19],
        "versions": len(found["versions"]),
        "merged": len(found["merged"]),
    }


def shaped(section: Any) -> list[dict[str, Any]]:
    rows = [dict(zip(section.columns, row, strict=True)) for row in section.rows]
    found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(rows))
    return found


def rounded(rows: Any) -> list[dict[str, Any]]:
    return [
        {**msgspec.to_builtins(one), "fill": {name: round(share, 4) for name, share in one.fill.items()}}
        for one in rows
    ]


def _asked(database: Database) -> bool:
    with database.read() as session:
        return session.exec(select(TaskRun.id).where(TaskRun.kind.like("draft%"))).first() is not None
