"""Polling over HTTP: what is stored, closed and backed off when boards behave and when they do not; on both engines."""

from __future__ import annotations

import itertools
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.boards import Boards, ashby, feed
from sqlmodel import select
from support import postings

from jobswipe import settings as settings_module
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, StorageError, UpstreamError
from jobswipe.models import HttpValidator, Source, SourceRun
from jobswipe.postings import ingest, store, validators
from jobswipe.postings.ingest import Run, Summary
from jobswipe.postings.poll import poll
from jobswipe.security.outbound import Outbound
from jobswipe.security.polite import HostLimiter
from jobswipe.settings import Settings
from jobswipe.sources import ashby as ashby_adapter
from jobswipe.sources import catalog, registry
from jobswipe.sources import feed as feed_adapter
from jobswipe.sources.base import Policy, ReadContext

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Poll = Callable[..., list[Summary]]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def boards() -> Iterator[Boards]:
    with Boards() as server:
        yield server


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JOBSWIPE_OUTBOUND_ALLOW_PRIVATE", "true")
    return settings_module.load(home)


def quick(**options: Any) -> Outbound:
    """An outbound client that waits for nobody: its seconds pass when it sleeps."""
    lock, ticks = threading.Lock(), [0.0]

    def sleep(seconds: float) -> None:
        with lock:
            ticks[0] += seconds

    limiter = HostLimiter(clock=lambda: ticks[0], sleep=sleep)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody: reading the real roots takes time
    known = {"contact": "x", "allow_private": True, "timeout": 5, "limiter": limiter, "ssl_context": trust}
    return Outbound(**(known | options))


@pytest.fixture
def polled(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Poll:
    """Polls named sources, or all that are due, at a moment; keywords are the client's."""

    def run(*names: str, at: datetime = NOW, **options: Any) -> list[Summary]:
        monkeypatch.setenv("JOBSWIPE_NOW", at.isoformat())
        with database.read() as session:
            found = [catalog.named(session, name) for name in names] if names else catalog.due(session, at)
        return list(poll(database, settings, found, outbound=quick(**options)))

    return run


def follow(database: Database, url: str, kind: str = "rss") -> str:
    with database.write() as session:
        return catalog.name(catalog.add(session, kind, url, NOW))


def source_of(database: Database, name: str) -> Source:
    with database.read() as session:
        return catalog.named(session, name)


def states(database: Database) -> dict[str, str]:
    return {row.external_id: row.state for row in postings(database)}


def held(database: Database) -> list[HttpValidator]:
    with database.read() as session:
        return list(session.exec(select(HttpValidator)))


# A board's life


def test_stored_then_not_modified_then_changed_closed_and_reopened(
    database: Database, boards: Boards, polled: Poll
) -> None:
    url = boards.put("/jobs.rss", feed("a Pump Fitter", "b Cook"))
    name = follow(database, url)
    (first,) = polled(name)
    assert (first.status, first.counts.read, first.counts.stored, first.error) == ("complete", 2, 2, None)
    (second,) = polled(name, at=NOW + HOUR)
    assert (second.status, second.counts.read, second.closed) == ("not_modified", 0, 0)
    assert boards.spared["/jobs.rss"] == 1
    assert states(database) == {"a": "open", "b": "open"}
    assert source_of(database, name).last_success_at == NOW + HOUR

    boards.put("/jobs.rss", feed("a Pump Fitter with Python", "c Baker"))
    (third,) = polled(name, at=NOW + 2 * HOUR)
    assert (third.counts.stored, third.counts.changed, third.closed) == (2, 1, 1)
    assert states(database) == {"a": "open", "b": "closed", "c": "open"}
    boards.put("/jobs.rss", feed("a Pump Fitter", "b Cook"))
    (fourth,) = polled(name, at=NOW + 3 * HOUR)
    assert (fourth.counts.changed, fourth.counts.reopened, fourth.closed) == (1, 1, 1)
    assert states(database) == {"a": "open", "b": "open", "c": "closed"}


def test_an_adapter_with_an_address_of_its_own(
    database: Database, boards: Boards, polled: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ashby_adapter, "BASE", boards.url("").rstrip("/"))
    boards.put("/posting-api/job-board/acme", ashby("a Pump Fitter"))
    follow(database, "acme", "ashby")
    assert [one.counts.stored for one in polled("ashby:acme")] == [1]
    assert [one.status for one in polled("ashby:acme")] == ["not_modified"]


def test_a_board_without_validators_is_read_again(database: Database, boards: Boards, polled: Poll) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook"), tagged=False))
    polled(name)
    (again,) = polled(name)
    assert (again.status, again.counts.unchanged, held(database)) == ("complete", 1, [])


# Misbehaviour

FAULTS = {
    "500": ({"behaviour": "500"}, "has a fault of its own (status 500)"),
    "429": ({"behaviour": "429"}, "asks for fewer requests (status 429)"),
    "429 for long": ({"behaviour": "429?after=90000"}, "asks to wait 90000 s"),
    "404": ({"behaviour": "absent"}, "check the board's name"),
    "403": ({"behaviour": "403"}, "check that the board is public"),
    "slow": ({"behaviour": "drip"}, "took longer than 0.5 s"),
    "truncated": ({"behaviour": "truncated"}, "broke off or garbled its answer"),
    "truncated gzip": ({"behaviour": "truncated-gzip"}, "damaged compressed body"),
    "gzip bomb": ({"behaviour": "bomb?bytes=8388608"}, "sent more than 1 MB (unpacked)"),
    "reset": ({"behaviour": "reset"}, "127.0.0.1"),
    "redirect to metadata": ({"behaviour": "redirect?to=http://169.254.169.254/x"}, "127.0.0.1 redirects elsewhere"),
    "redirects for ever": ({"behaviour": "loop"}, "redirects more than 3 times"),
    "304 unasked": ({"behaviour": "304", "unasked": True}, "unexpected status 304"),
    "wrong type": ({"body": b"\x89PNG\r\n\x1a\n\0\0", "content_type": "image/png"}, ""),
    "a page": ({"behaviour": "html"}, "Got an HTML page"),
    "json": ({"behaviour": "changed-shape"}, ""),
    "torn": ({"body": feed("a Cook", "b Baker")[:-60]}, ""),
    "nothing": ({"body": b""}, "empty"),
    "all rejected": ({"body": feed("a Cook", "b Baker").replace(b"title>", b"label>")}, "2 of the 2 records"),
    "no items": ({"body": feed()}, "lists no postings, though 2 were open"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_answer_closes_nothing_and_stops_nobody(
    database: Database, boards: Boards, polled: Poll, fault: str
) -> None:
    answer, said = FAULTS[fault]
    answer = dict(answer)
    name = follow(database, boards.put("/bad.rss", feed("a Cook", "b Baker"), tagged=not answer.pop("unasked", False)))
    other = follow(database, boards.put("/good.rss", feed("c Welder", company="Other Works")))
    polled(name)
    before = held(database)
    boards.put("/bad.rss", **answer)
    options = {"timeout": 0.5} if fault == "slow" else {"max_bytes": 1 << 20}
    summaries = {one.source: one for one in polled(at=NOW + HOUR, **options)}
    bad, good = summaries[name], summaries[other]
    assert (good.status, good.counts.stored) == ("complete", 1)
    assert bad.status == ("partial" if fault == "all rejected" else "failed")
    assert said in (bad.error or "")
    assert "\n" not in (bad.error or "")
    assert (bad.error or "")[-1] in ".?"
    assert bad.closed == 0
    assert states(database) == {"a": "open", "b": "open", "c": "open"}
    source = source_of(database, name)
    assert (source.failures, source.last_error, source.last_success_at) == (1, bad.error, NOW)
    with database.read() as session:
        run = catalog.last_run(session, source.id or 0)
        assert run is not None
        assert (run.status, run.error) == (bad.status, bad.error)
        reasons = [one.reason for one in catalog.rejections(session, run.id or 0)]
    assert reasons == (["it has no title"] * 2 if fault == "all rejected" else [])
    # What was there before is still asked for, unless a body was read that was not believed.
    boards.put("/bad.rss", feed("a Cook", "b Baker"))
    (mended,) = polled(name, at=NOW + 2 * HOUR)
    assert mended.status == ("not_modified" if before and bad.counts.read == 0 and _unread(fault) else "complete")
    assert source_of(database, name).failures == 0
    assert states(database)["a"] == "open"


def _unread(fault: str) -> bool:
    return fault not in {"wrong type", "a page", "json", "torn", "nothing", "no items"}


def test_a_private_address_is_refused(database: Database, boards: Boards, polled: Poll) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook")))
    (summary,) = polled(name, allow_private=False)
    assert (summary.status, boards.asked["/jobs.rss"]) == ("failed", 0)
    assert "private or loopback address: set JOBSWIPE_OUTBOUND_ALLOW_PRIVATE=true" in (summary.error or "")


def test_an_adapters_fault_is_its_own_sources_failure(
    database: Database, boards: Boards, polled: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook")))
    other = follow(database, boards.put("/page", b"<html></html>"), "jsonld")

    def torn(*_: object) -> Iterator[Any]:
        raise KeyError("id\n" * 500)
        yield

    monkeypatch.setattr(feed_adapter, "read", torn)
    monkeypatch.setattr(registry.adapter("jsonld"), "fetch", torn)
    summaries = polled(name, other)
    assert [one.status for one in summaries] == ["failed", "failed"]
    for one in summaries:
        assert "please report it" in (one.error or "")
        assert "\n" not in (one.error or "")
        assert len(one.error or "") < 300


def test_some_unreadable_records_do_not_spoil_a_run(database: Database, boards: Boards, polled: Poll) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook", "b Baker", "c Welder")))
    polled(name)
    boards.put("/jobs.rss", feed("a Cook", "b Baker").replace(b"<title>b Baker</title>", b""))
    (summary,) = polled(name)
    assert (summary.status, summary.counts.rejected, summary.closed) == ("complete", 1, 1)
    assert states(database) == {"a": "open", "b": "open", "c": "closed"}


def test_a_board_that_lists_most_of_its_postings_to_nobody(database: Database, settings: Settings) -> None:
    """Unlisted records are gone, not unreadable: they do not make a run doubtful."""
    name = follow(database, "acme", "ashby")

    def run(body: bytes) -> Summary:
        one = Run(database, source_of(database, name), batch=500, fetched_at=NOW)
        context = ReadContext(fetched_at=NOW, board="acme")
        one.feed(ashby_adapter.read(body, context), context)
        return one.finish()

    run(ashby("a Cook", "b Baker", "c Welder"))
    hidden = json.loads(ashby("a Cook", "b Baker", "c Welder"))
    for job in hidden["jobs"][1:]:
        job["isListed"] = False
    summary = run(json.dumps(hidden).encode())
    assert (summary.status, summary.closed, summary.counts.rejected) == ("complete", 2, 2)


# When it is due


def test_failures_back_off_up_to_a_day_and_a_success_resets(database: Database, boards: Boards, polled: Poll) -> None:
    name = follow(database, boards.put("/jobs.rss", behaviour="500"))
    waits = []
    for _ in range(8):
        polled(name, attempts=1)
        waits.append((source_of(database, name).next_due_at or NOW) - NOW)
    assert waits == [2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR]
    assert source_of(database, name).failures == 8
    boards.put("/jobs.rss", feed("a Cook"))
    polled(name)
    source = source_of(database, name)
    assert (source.failures, source.last_error, source.next_due_at) == (0, None, NOW + HOUR)


def test_a_rest_that_the_host_asks_for_is_kept(database: Database, boards: Boards, polled: Poll) -> None:
    name = follow(database, boards.put("/jobs.rss", behaviour="429?after=90000"))
    polled(name)
    assert source_of(database, name).next_due_at == NOW + timedelta(seconds=90000)
    assert boards.asked["/jobs.rss"] == 1
    boards.put("/jobs.rss", behaviour="429?after=3")
    polled(name)
    assert boards.asked["/jobs.rss"] == 5
    assert source_of(database, name).next_due_at == NOW + 4 * HOUR


@pytest.mark.parametrize(("kind", "floor"), [("rss", HOUR), ("remotive", 6 * HOUR)])
def test_the_poll_floor(database: Database, kind: str, floor: timedelta) -> None:
    policy = registry.adapter(kind).POLICY
    assert timedelta(seconds=policy.poll_floor) == floor
    name = follow(database, "https://jobs.example.com/x.rss" if kind == "rss" else kind, kind)
    ingest.not_modified(database, source_of(database, name))
    with database.read() as session:
        due = catalog.named(session, name).next_due_at
        assert due is not None
        assert catalog.due(session, due - timedelta(seconds=1)) == []
        assert [catalog.name(one) for one in catalog.due(session, due)] == [name]


def test_a_paused_source_is_polled_only_by_name(database: Database, boards: Boards, polled: Poll) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook")))
    with database.write() as session:
        catalog.named(session, name).state = "paused"
    assert polled() == []
    assert [one.status for one in polled(name)] == ["complete"]


# Validators


def test_no_validators_are_kept_of_a_run_whose_storing_failed(
    database: Database, boards: Boards, polled: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook")))

    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "apply", full)
        (summary,) = polled(name)
    assert (summary.status, summary.error) == ("failed", "The disk is full.")
    assert held(database) == []
    assert [one.counts.stored for one in polled(name)] == [1]
    assert len(held(database)) == 1


def test_a_run_that_cannot_end_is_a_failure_of_its_own(
    database: Database, boards: Boards, polled: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [follow(database, boards.put(f"/{number}.rss", feed(f"{number} Cook"))) for number in range(2)]
    real, calls = ingest._finish, itertools.count()

    def once(*args: Any, **more: Any) -> None:
        if next(calls) == 0:
            raise StorageError("Another process kept the store locked.")
        real(*args, **more)

    monkeypatch.setattr(ingest, "_finish", once)
    summaries = polled(*names)
    assert sorted(one.status for one in summaries) == ["complete", "partial"]
    assert len(held(database)) == 1
    assert sorted(states(database)) == ["0", "1"]


def test_a_source_that_was_removed_and_added_again_starts_anew(
    database: Database, boards: Boards, polled: Poll
) -> None:
    url = boards.put("/jobs.rss", feed("a Cook"))
    name = follow(database, url)
    polled(name)
    with database.write() as session:
        assert catalog.remove(session, catalog.named(session, name)) == 1
    assert held(database) == []
    follow(database, url)
    assert [(one.status, one.counts.stored) for one in polled(name)] == [("complete", 1)]


def test_two_kinds_of_one_address_do_not_vouch_for_each_other(database: Database, boards: Boards, polled: Poll) -> None:
    body = json.dumps({"external_id": "a", "title": "Cook", "company": "Acme"}).encode()
    url = boards.put("/jobs.json", body)
    one, other = follow(database, url, "jsonl"), follow(database, url, "rss")
    assert polled(one)[0].status == "complete"
    assert polled(other)[0].status != "not_modified"


def test_a_newer_reader_asks_for_the_whole_answer(
    database: Database, boards: Boards, polled: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook")))
    polled(name)
    monkeypatch.setattr(validators, "READER", "9.9/9")
    assert [one.status for one in polled(name)] == ["complete"]
    assert [one.status for one in polled(name)] == ["not_modified"]


def test_files_of_a_polled_board_make_the_next_poll_whole(database: Database, boards: Boards, polled: Poll) -> None:
    url = boards.put("/jobs.rss", feed("a Cook", "b Baker"))
    name = follow(database, url)
    polled(name)
    run = Run(database, source_of(database, name), batch=500, fetched_at=NOW)
    context = ReadContext(fetched_at=NOW, board=url)
    run.feed(feed_adapter.read(feed("a Cook"), context), context)
    assert run.finish().closed == 1
    assert [one.counts.reopened for one in polled(name)] == [1]


def test_a_list_whose_postings_have_pages_of_their_own_is_read_whole(
    database: Database, boards: Boards, polled: Poll
) -> None:
    def page(title: str) -> bytes:
        posting = {"@type": "JobPosting", "title": title, "identifier": "a", "hiringOrganization": "Acme"}
        return f'<script type="application/ld+json">{json.dumps(posting)}</script>'.encode()

    url = boards.put("/careers", b'<a href="/jobs/a">Cook</a>', content_type="text/html")
    boards.put("/jobs/a", page("Cook"), content_type="text/html")
    name = follow(database, url, "jsonld")
    assert polled(name)[0].counts.stored == 1
    boards.put("/jobs/a", page("Head Cook"), content_type="text/html")
    assert polled(name)[0].counts.changed == 1
    whole = follow(database, boards.put("/one", page("Baker"), content_type="text/html"), "jsonld")
    assert [one.status for one in polled(whole) + polled(whole)] == ["complete", "not_modified"]


# Side by side


def test_one_host_gets_two_requests_at_a_time(
    database: Database, boards: Boards, polled: Poll, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(feed_adapter, "POLICY", Policy(spacing=0, first_party=False))
    monkeypatch.setattr(settings.ingest, "threads", 8)
    for number in range(10):
        body = feed(f"{number} Cook", company=f"Works {number}")
        follow(database, boards.put(f"/{number}.rss", body, takes=0.05))
    assert len(polled()) == 10
    assert boards.peak == 2
    assert len(states(database)) == 10


def test_the_spacing_is_kept_between_boards_of_a_host(database: Database, boards: Boards, settings: Settings) -> None:
    for number in range(3):
        follow(database, boards.put(f"/{number}.rss", feed(f"{number} Cook")))
    with database.read() as session:
        due = catalog.due(session, NOW)
    slept: list[float] = []
    ticks = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        ticks[0] += seconds

    settings.ingest.threads = 1
    limiter = HostLimiter(clock=lambda: ticks[0], sleep=sleep)
    summaries = list(poll(database, settings, due, outbound=quick(limiter=limiter)))
    assert [one.status for one in summaries] == ["complete"] * 3
    assert slept == [1.0, 1.0]


@pytest.mark.parametrize("moment", ["before", "between batches"])
def test_a_source_that_is_removed_while_it_is_polled(
    database: Database, boards: Boards, polled: Poll, settings: Settings, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    name = follow(database, boards.put("/jobs.rss", feed("a Cook", "b Baker")))
    other = follow(database, boards.put("/other.rss", feed("c Welder", company="Other Works")))
    settings.ingest.batch, settings.ingest.threads = 1, 1

    def remove(*_: object) -> None:
        with database.write() as session, suppress(Exception):
            catalog.remove(session, catalog.named(session, name))

    if moment == "before":
        real_fetch = feed_adapter.fetch

        def fetch(board: str, fetcher: Any) -> Iterator[bytes]:
            yield from real_fetch(board, fetcher)
            if board in name:
                remove()

        monkeypatch.setattr(feed_adapter, "fetch", fetch)
    else:
        real = store.plan
        calls = itertools.count()

        def plan(*args: Any) -> Any:
            if next(calls) == 1:
                threading.Thread(target=remove).run()
            return real(*args)

        monkeypatch.setattr(store, "plan", plan)
    summaries = {one.source: one for one in polled(name, other)}
    assert summaries[name].error == f"{name} was removed while it was being read."
    assert summaries[other].status == "complete"
    assert states(database) == {"c": "open"}
    with database.read() as session:
        assert len(session.exec(select(SourceRun)).all()) == 1


def test_the_latest_of_two_runs_of_a_source_has_it(database: Database) -> None:
    name = follow(database, "https://jobs.example.com/x.rss")
    context = ReadContext(fetched_at=NOW)
    first = Run(database, source_of(database, name), batch=1, fetched_at=NOW)
    first.feed(feed_adapter.read(feed("a Cook"), context), context)
    second = Run(database, source_of(database, name), batch=1, fetched_at=NOW)
    second.feed(feed_adapter.read(feed("a Cook", "b Baker"), context), context)
    first.feed(feed_adapter.read(feed("c Welder"), context), context)
    lost = first.finish()
    assert (lost.status, lost.closed) == ("partial", 0)
    assert "meanwhile" in (lost.error or "")
    assert second.finish().status == "complete"
    assert states(database) == {"a": "open", "b": "open"}


def test_two_processes_that_poll_one_source_close_nothing_of_each_other(
    database: Database, boards: Boards, settings: Settings
) -> None:
    name = follow(database, boards.put("/jobs.rss", feed(*(f"{number} Cook" for number in range(30)))))
    source = source_of(database, name)
    settings.ingest.batch = 3

    def once(_: int) -> str:
        return next(iter(poll(database, settings, [source], outbound=quick()))).status

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(once, range(8)))
    assert "complete" in outcomes or "not_modified" in outcomes
    assert set(states(database).values()) == {"open"}
    assert len(states(database)) == 30


def test_a_poll_that_is_broken_off_ends_soon(database: Database, boards: Boards, settings: Settings) -> None:
    follow(database, boards.put("/good.rss", feed("a Cook")))
    follow(database, boards.put("/silent.rss", behaviour="silent"))
    follow(database, boards.put("/busy.rss", behaviour="429?after=50"))
    with database.read() as session:
        due = catalog.due(session, NOW)
    summaries = poll(database, settings, due, outbound=Outbound(contact="x", allow_private=True))
    assert next(summaries).status == "complete"
    time.sleep(1.5)
    started = time.monotonic()
    summaries.close()
    assert time.monotonic() - started < 2


def test_a_closed_client_is_not_used_again() -> None:
    client = quick()
    client.close()
    with pytest.raises(UpstreamError, match="stopped"):
        client.fetcher().get("http://127.0.0.1:9999/")


# The catalogue


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("lever", "acme", "Acme"),
        ("lever", "acme", " acme"),
        ("rss", "https://jobs.example.com/a.rss", "HTTPS://Jobs.Example.com:443/a.rss#top"),
        ("rss", "https://jobs.example.com/a.rss", "http://jobs.example.com/a.rss"),
        ("jsonld", "https://jobs.example.com", "https://jobs.example.com/"),
        ("jsonld", "https://jobs.example.com/careers", "https://jobs.example.com/careers/"),
    ],
)
def test_spellings_of_one_board_are_one_source(database: Database, kind: str, first: str, second: str) -> None:
    name = follow(database, first, kind)
    with pytest.raises(ConflictError, match="followed already"):
        follow(database, second, kind)
    with database.read() as session:
        assert [catalog.name(one) for one in catalog.everything(session)] == [name]


def test_other_boards_are_other_sources(database: Database) -> None:
    for url in ("https://x.example/a.rss", "https://x.example/A.rss", "https://x.example/a.rss?tag=it"):
        follow(database, url)
    with database.read() as session:
        assert len(catalog.everything(session)) == 3


def test_a_source_of_files_can_be_followed(database: Database) -> None:
    with database.write() as session:
        catalog.for_files(session, "lever", "acme", NOW)
    follow(database, "ACME", "lever")
    source = source_of(database, "lever:acme")
    assert (source.polled, source.url, source.next_due_at) == (True, "https://jobs.lever.co/acme", NOW)


def test_removing_a_source_shows_the_duplicates_behind_its_postings(
    database: Database, boards: Boards, polled: Poll
) -> None:
    one = follow(database, boards.put("/one.rss", feed("a Pump Fitter")))
    other = follow(database, boards.put("/other.rss", feed("a Pump Fitter")))
    polled(one)
    polled(other)
    assert [row.shown for row in postings(database)] == [True, False]
    with database.write() as session:
        catalog.remove(session, catalog.named(session, one))
    assert [row.shown for row in postings(database)] == [True]
