"""Strong matches among what is new, once an opening; the digest at the person's time of day; reminders when due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import small_store
from servers.webhook import Webhook

from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import Application, Cluster, Posting
from jobswipe.notifications import channels, digest, matches, outbox, preferences, reminders
from jobswipe.notifications.courier import Courier
from jobswipe.notifications.deliver import deliver_due
from jobswipe.settings import Settings, load

NOW = small_store.NOW
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    """The sample store of matching: 60 postings and a resume; the person has a channel since `NOW`."""
    made = Database(database_url)
    small_store.fill(made)
    yield made
    made.dispose()


def channel(store: Database, url: str = "json://example.com/", **wanted: Any) -> None:
    with store.write() as session:
        channels.add(session, 1, "hook", url, "JSON", NOW)
        preferences.put(session, 1, preferences.decode(wanted), NOW)


def bring(store: Database, count: int, first: int = 1001, title: str = "Backend Engineer") -> list[int]:
    """New postings that fit the person."""
    with store.write() as session:
        rows = [{"title": title, "company": f"New Company {at}", "city": "Berlin"} for at in range(count)]
        return small_store.insert(session, rows, first_seq=first)


def told(store: Database, kind: str = "strong_match") -> list[outbox.Told]:
    with store.read() as session:
        return outbox.listing(session, 1, kind=kind, limit=1000)[::-1]


def test_only_what_is_new_and_strong_is_told_once(store: Database, settings: Settings) -> None:
    channel(store, kinds={"strong_match": {"mode": "now"}})
    assert matches.find(store, settings, LATER) == 0, "what was there before is no news"
    new = bring(store, 2)
    bring(store, 1, first=2001, title="Registered Nurse")
    assert matches.find(store, settings, LATER) == 2
    assert matches.find(store, settings, LATER) == 0
    rows = told(store)
    assert sorted(one.payload["posting_id"] for one in rows) == new
    assert all(one.payload["score"] >= 0.6 and one.payload["reasons"] for one in rows)
    with store.write() as session:  # a change makes it no news again
        session.get_one(Posting, new[0]).change_seq = 3001
    assert matches.find(store, settings, LATER) == 0


def test_a_duplicate_of_what_was_told_is_not_told(store: Database, settings: Settings) -> None:
    channel(store)
    (first,) = bring(store, 1)
    assert matches.find(store, settings, LATER) == 1
    (second,) = bring(store, 1, first=2001)
    with store.write() as session:
        session.add(Cluster(id=77, created_at=NOW))
        session.flush()
        for number in (first, second):
            session.get_one(Posting, number).cluster_id = 77
    assert matches.find(store, settings, LATER) == 0


def test_too_many_at_once_wait_for_the_digest(store: Database, settings: Settings) -> None:
    channel(store, kinds={"strong_match": {"mode": "now"}})
    bring(store, 12)
    assert matches.find(store, settings, LATER) == 12
    assert sum(not one.gathered for one in told(store)) == settings.notify.at_once


def test_too_many_without_a_digest_are_kept_unsent(store: Database, settings: Settings) -> None:
    channel(store, kinds={"strong_match": {"mode": "now"}, "digest": {"mode": "off"}})
    bring(store, 8)
    matches.find(store, settings, LATER)
    assert [one.state for one in told(store)].count("suppressed") == 3


def test_nobody_is_looked_for_who_does_not_want_it(store: Database, settings: Settings) -> None:
    bring(store, 1)
    assert matches.find(store, settings, LATER) == 0
    channel(store, kinds={"strong_match": {"mode": "off"}})
    bring(store, 1, first=2001)
    assert matches.find(store, settings, LATER) == 0


def test_the_digest_goes_out_once_a_day_at_the_persons_time(
    store: Database, settings: Settings, courier: Courier, webhook: Webhook
) -> None:
    channel(store, webhook.url, timezone="Asia/Tokyo", digest_at="18:00")
    bring(store, 3)
    matches.find(store, settings, LATER)
    early = datetime(2026, 3, 2, 8, 59, tzinfo=UTC)
    assert digest.gather(store, settings, early) == 0
    due = early + timedelta(minutes=1)
    assert digest.gather(store, settings, due) == 1
    assert digest.gather(store, settings, due) == 0
    counts = deliver_due(store, settings, due, courier=courier)
    assert (counts.sent, len(webhook.received)) == (1, 1)
    assert webhook.received[0]["title"] == "JobSwipe: 3 news"
    assert {one.state for one in told(store)} == {"sent"}
    bring(store, 1, first=2001)
    matches.find(store, settings, due)
    assert digest.gather(store, settings, due + timedelta(hours=3)) == 0, "one a day"
    assert digest.gather(store, settings, due + timedelta(days=1)) == 1


def test_an_empty_digest_is_not_sent(store: Database, settings: Settings) -> None:
    channel(store)
    assert digest.gather(store, settings, NOW) == 0
    assert told(store, "digest") == []


def test_what_a_digest_took_along_ends_with_it(
    store: Database, settings: Settings, courier: Courier, webhook: Webhook
) -> None:
    channel(store, webhook.url)
    bring(store, 2)
    matches.find(store, settings, LATER)
    digest.gather(store, settings, LATER)
    webhook.status = 404
    assert deliver_due(store, settings, LATER, courier=courier).dead == 1
    assert {one.state for one in told(store)} == {"dead"}


def test_a_digest_tells_only_what_still_holds(
    store: Database, settings: Settings, courier: Courier, webhook: Webhook
) -> None:
    channel(store, webhook.url)
    gone, *_ = bring(store, 3)
    matches.find(store, settings, LATER)
    digest.gather(store, settings, LATER)
    with store.write() as session:
        session.get_one(Posting, gone).state = "closed"
    assert deliver_due(store, settings, LATER, courier=courier).sent == 1
    assert webhook.received[0]["title"] == "JobSwipe: 2 news"
    states = {one.payload["posting_id"]: one.state for one in told(store)}
    assert states.pop(gone) == "suppressed"
    assert set(states.values()) == {"sent"}


def test_a_digest_of_nothing_that_holds_is_not_sent(
    store: Database, settings: Settings, courier: Courier, webhook: Webhook
) -> None:
    channel(store, webhook.url)
    (gone,) = bring(store, 1)
    matches.find(store, settings, LATER)
    digest.gather(store, settings, LATER)
    with store.write() as session:
        session.get_one(Posting, gone).state = "closed"
    assert deliver_due(store, settings, LATER, courier=courier).suppressed == 1
    assert {one.state for one in told(store)} == {"suppressed"}


def test_what_waits_for_a_digest_that_is_turned_off_ends(store: Database, settings: Settings) -> None:
    channel(store)
    bring(store, 2)
    matches.find(store, settings, LATER)
    with store.write() as session:
        preferences.put(session, 1, preferences.decode({"kinds": {"digest": {"mode": "off"}}}), LATER)
    assert digest.gather(store, settings, LATER) == 0
    assert {one.state for one in told(store)} == {"suppressed"}


# Reminders


@pytest.fixture
def application(store: Database) -> int:
    with store.write() as session:
        made = Application(person_id=1, title="Cook", stage="applied", created_at=NOW, updated_at=NOW)
        session.add(made)
        session.flush()
        return made.id or 0


def test_a_reminder_is_told_when_it_is_due(
    store: Database, settings: Settings, courier: Courier, webhook: Webhook, application: int
) -> None:
    with store.write() as session:
        reminders.add(session, 1, application, NOW + timedelta(days=1), "Ask how it stands", NOW)
    with store.write() as session:
        assert reminders.tell_due(session, NOW + timedelta(days=2)) == 0, "there is no channel"
        assert len(reminders.listing(session, 1)) == 1
    channel(store, webhook.url)
    with store.write() as session:
        assert reminders.tell_due(session, NOW) == 0
    for expected in (1, 0):
        with store.write() as session:
            assert reminders.tell_due(session, NOW + timedelta(days=1)) == expected
    assert deliver_due(store, settings, NOW + timedelta(days=1), courier=courier).sent == 1
    assert "Ask how it stands" in webhook.received[0]["message"]


def test_reminders_of_ended_applications_are_done_without_a_word(store: Database, application: int) -> None:
    channel(store)
    with store.write() as session:
        reminders.add(session, 1, application, NOW + timedelta(days=1), None, NOW)
        session.get_one(Application, application).stage = "rejected"
    with store.write() as session:
        assert reminders.tell_due(session, NOW + timedelta(days=1)) == 0
        assert reminders.listing(session, 1) == []


def test_a_reminder_is_taken_back_once(store: Database, application: int) -> None:
    with store.write() as session:
        made = reminders.add(session, 1, application, NOW + timedelta(days=1), None, NOW)
        reminders.cancel(session, 1, made.id or 0, NOW)
        assert reminders.listing(session, 1) == []
        with pytest.raises(ConflictError):
            reminders.cancel(session, 1, made.id or 0, NOW)
        with pytest.raises(NotFoundError):
            reminders.cancel(session, 1, 99, NOW)
        with pytest.raises(NotFoundError):
            reminders.add(session, 1, 99, NOW, None, NOW)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3d", "2026-03-04T09:00+01:00"),
        ("2w", "2026-03-15T09:00+01:00"),
        ("4w", "2026-03-29T09:00+02:00"),
        ("12h", "2026-03-02T01:00+01:00"),
        ("2026-12-01", "2026-12-01T09:00+01:00"),
        ("2026-12-01 14:30", "2026-12-01T14:30+01:00"),
        ("2026-12-01T14:30Z", "2026-12-01T14:30+00:00"),
        ("2026-03-29 02:30", "2026-03-29T03:30+02:00"),
    ],
)
def test_moments_as_people_write_them(text: str, found: str) -> None:
    at = reminders.moment(text, ZoneInfo("Europe/Berlin"), NOW)
    assert at == datetime.fromisoformat(found)


@pytest.mark.parametrize("text", ["", "soon", "0d", "2020-01-01", "9999d", "2026-02-30", "2026-13-01 10:00", "-3d"])
def test_moments_that_make_no_sense(text: str) -> None:
    with pytest.raises(UsageError):
        reminders.moment(text, ZoneInfo("Europe/Berlin"), NOW)


def test_settings_with_a_wrong_zone_say_so(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobswipe.errors import SettingsError

    monkeypatch.setenv("JOBSWIPE_NOTIFY_TIMEZONE", "Europe/Berlni")
    with pytest.raises(SettingsError, match="Europe/Berlin"):
        preferences.zone(preferences.decode({}), load().notify)
