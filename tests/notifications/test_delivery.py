"""The outbox is sent once: claims, leases, quiet hours, retries, the end of them, and two deliverers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from notify_support import NOW, sample_posting, set_preferences
from servers.mail import MailServer, SilentServer
from servers.webhook import Webhook
from sqlmodel import select

from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, NotFoundError
from jobswipe.models import Application, Notification, NotificationChannel, Posting
from jobswipe.notifications import channels, outbox
from jobswipe.notifications import preferences as wanted
from jobswipe.notifications.courier import Courier
from jobswipe.notifications.deliver import Counts, deliver_due, pause
from jobswipe.settings import Settings, load

AddChannel = Callable[..., None]
FOLLOW_UP = {"application_id": 1, "title": "Data Engineer", "company": "Example Energy", "stage": "applied"}


def put(database: Database, subject: str = "reminder:1", kind: str = "follow_up", **more: Any) -> bool:
    with database.write() as session:
        return outbox.put(
            session, 1, wanted.get(session, 1), kind, subject, {**FOLLOW_UP, "posting_id": 1, **more}, NOW
        )


def row(database: Database, number: int = 1) -> Notification:
    with database.read() as session:
        return session.get_one(Notification, number)


def deliver(database: Database, settings: Settings, courier: Courier, now: datetime = NOW) -> dict[str, int]:
    counts = deliver_due(database, settings, now, courier=courier, jitter=lambda: 1.0)
    return {name: value for name in Counts.__struct_fields__ if (value := getattr(counts, name))}


def test_one_is_sent_once(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url)
    assert put(database)
    assert not put(database), "the same thing is not told twice"
    assert deliver(database, settings, courier) == {"sent": 1}
    assert deliver(database, settings, courier) == {}
    assert not put(database)
    assert [one["title"] for one in webhook.received] == ["Follow up: Data Engineer at Example Energy"]
    found = row(database)
    assert (found.state, found.attempts, found.last_error, found.lease_token) == ("sent", 1, None, None)


def test_a_rollback_takes_the_row_along(database: Database) -> None:
    class StopError(Exception):
        pass

    with pytest.raises(StopError), database.write() as session:
        outbox.put(session, 1, wanted.get(session, 1), "follow_up", "x", FOLLOW_UP, NOW)
        raise StopError
    with database.read() as session:
        assert session.exec(select(Notification)).all() == []


def test_failures_are_tried_again_later_and_end(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url)
    put(database)
    webhook.status = 503
    now = NOW
    waits = []
    for attempt in range(1, settings.notify.attempts):
        assert deliver(database, settings, courier, now) == {"failed": 1}
        found = row(database)
        assert (found.state, found.attempts) == ("failed", attempt)
        assert found.last_error == "hook: The service failed (status 503)."
        assert deliver(database, settings, courier, found.next_try_at - timedelta(seconds=1)) == {}
        waits.append((found.next_try_at - now).total_seconds())
        now = found.next_try_at
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == settings.notify.longest_pause
    assert deliver(database, settings, courier, now) == {"dead": 1}
    assert len(webhook.received) == settings.notify.attempts
    webhook.status = 200
    with database.write() as session:
        assert outbox.retry(session, 1, [1], now) == 1
    assert deliver(database, settings, courier, now) == {"sent": 1}
    with database.write() as session, pytest.raises(ConflictError):
        outbox.retry(session, 1, [1], now)
    with database.write() as session, pytest.raises(NotFoundError):
        outbox.retry(session, 1, [99], now)


def test_pauses_vary_at_random(settings: Settings) -> None:
    assert pause(3, settings.notify, lambda: 0.0) == timedelta(seconds=180)
    assert pause(3, settings.notify, lambda: 1.0) == timedelta(seconds=240)
    assert pause(10**6, settings.notify, lambda: 1.0).total_seconds() == settings.notify.longest_pause


def test_a_refusal_is_final_at_once(
    database: Database, settings: Settings, courier: Courier, add_channel: AddChannel
) -> None:
    with MailServer("refuse") as server:
        add_channel(server.url(), "mail")
        put(database)
        assert deliver(database, settings, courier) == {"dead": 1}
    assert row(database).last_error == "mail: The mail server refused the message (code 550)."


def test_what_one_channel_took_is_not_sent_there_again(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    with MailServer("defer") as server:
        add_channel(webhook.url)
        add_channel(server.url(), "mail")
        put(database)
        assert deliver(database, settings, courier) == {"failed": 1}
        server.behaviour = "accept"
        assert deliver(database, settings, courier, row(database).next_try_at) == {"sent": 1}
        assert (len(webhook.received), len(server.accepted)) == (1, 1)


def test_a_service_that_hangs_is_asked_once_a_call(
    database: Database, home: object, monkeypatch: pytest.MonkeyPatch, webhook: Webhook, add_channel: AddChannel
) -> None:
    monkeypatch.setenv("JOBSWIPE_NOTIFY_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("JOBSWIPE_NOTIFY_TIMEOUT", "1")
    settings = load()
    with SilentServer() as silent, Courier(settings.notify) as courier:
        add_channel(f"json://127.0.0.1:{silent.port}/", "silent")
        add_channel(webhook.url)
        for number in range(5):
            put(database, f"reminder:{number}")
        started = datetime.now(UTC)
        assert deliver(database, settings, courier) == {"failed": 5}
        assert datetime.now(UTC) - started < timedelta(seconds=60)
        assert len(webhook.received) == 5
    assert row(database, 5).last_error == "silent: The service did not answer in time." or "within" in str(
        row(database, 5).last_error
    )


def test_quiet_hours_hold_it(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url, timezone="Europe/Berlin", quiet={"from": "12:30", "to": "15:00"})
    put(database)
    assert deliver(database, settings, courier) == {"held": 1}
    end = row(database).next_try_at
    assert end == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert deliver(database, settings, courier, end - timedelta(seconds=1)) == {}
    assert deliver(database, settings, courier, end) == {"sent": 1}
    assert row(database).attempts == 1


@pytest.mark.parametrize("kind", ["follow_up", "posting_closed", "strong_match"])
def test_what_is_overtaken_is_not_told(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel, kind: str
) -> None:
    add_channel(webhook.url, kinds={"strong_match": {"mode": "now"}})
    put(database, kind=kind)
    with database.write() as session:
        session.get_one(Application, 1).stage = "withdrawn"
        session.get_one(Posting, 1).state = "closed"
    assert deliver(database, settings, courier) == {"suppressed": 1}
    assert row(database).last_error
    assert webhook.received == []


def test_an_opening_that_is_listed_elsewhere_is_not_told_closed(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    from jobswipe.models import Cluster

    add_channel(webhook.url)
    with database.write() as session:
        session.add(Cluster(id=1, created_at=NOW))
        session.flush()
        session.add(sample_posting(2))
        session.flush()
        for number in (1, 2):
            session.get_one(Posting, number).cluster_id = 1
        session.get_one(Posting, 1).state = "closed"
    put(database, kind="posting_closed")
    assert deliver(database, settings, courier) == {"suppressed": 1}
    assert row(database).last_error == "The opening is still listed elsewhere."


def test_kinds_that_are_off_and_channels_that_are_gone(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url, kinds={"follow_up": {"mode": "off"}})
    assert not put(database)
    with database.write() as session:
        set_preferences(session)
    assert put(database)
    with database.write() as session:
        channels.remove(session, 1, "hook", NOW)
    assert deliver(database, settings, courier) == {"suppressed": 1}


def test_only_the_channels_of_the_kind_are_used(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    with Webhook() as other:
        add_channel(other.url, "other")
        add_channel(webhook.url, kinds={"follow_up": {"mode": "now", "channels": ["hook"]}})
        put(database)
        assert deliver(database, settings, courier) == {"sent": 1}
        assert (len(webhook.received), other.received) == (1, [])


def test_a_lease_keeps_others_away_until_it_ends(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    """A process that died in the midst of it: at least once, after its lease."""
    add_channel(webhook.url)
    put(database)
    with database.write() as session:
        held = session.get_one(Notification, 1)
        held.lease_token, held.lease_until = "other", datetime.now(UTC) + timedelta(hours=1)
    assert deliver(database, settings, courier) == {}
    with database.write() as session:
        session.get_one(Notification, 1).lease_until = datetime.now(UTC) - timedelta(seconds=1)
    assert deliver(database, settings, courier) == {"sent": 1}


def test_who_lost_the_lease_writes_nothing(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url)
    put(database)
    webhook.gate.clear()
    counts: list[dict[str, int]] = []
    slow = threading.Thread(target=lambda: counts.append(deliver(database, settings, courier)))
    slow.start()
    try:
        for _ in range(600):
            if webhook.received:
                break
            threading.Event().wait(0.05)
        with database.write() as session:
            taken = session.get_one(Notification, 1)
            taken.lease_token = "other"
    finally:
        webhook.gate.set()
        slow.join(60)
    assert counts == [{}]
    assert (row(database).state, row(database).lease_token) == ("waiting", "other")


def test_two_deliverers_at_once(
    database: Database, settings: Settings, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url)
    count = 30
    for number in range(count):
        put(database, f"reminder:{number}")
    totals: list[int] = []
    start = threading.Barrier(3)

    def work() -> None:
        with Courier(settings.notify) as courier:
            courier.check(webhook.url)
            start.wait(60)
            totals.append(deliver(database, settings, courier).get("sent", 0))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert sum(totals) == count
    assert len(webhook.keys) == len(set(webhook.keys)) == count


def test_secrets_stay_in_the_store(
    database: Database, settings: Settings, courier: Courier, add_channel: AddChannel, webhook: Webhook
) -> None:
    webhook.status = 500
    add_channel(webhook.url)
    put(database)
    deliver(database, settings, courier)
    with database.read() as session:
        kept = session.exec(select(Notification)).one()
        assert "s3cret" not in repr(kept.model_dump())
        assert b"s3cret" not in session.exec(select(NotificationChannel)).one().sealed
        (channel,) = channels.listing(session, 1)
        assert "s3cret" in channel.url
        assert "s3cret" not in repr(channel)


def test_old_rows_are_forgotten(
    database: Database, settings: Settings, courier: Courier, webhook: Webhook, add_channel: AddChannel
) -> None:
    add_channel(webhook.url)
    put(database, "reminder:1")
    deliver(database, settings, courier)
    put(database, "reminder:2")
    with database.write() as session:
        assert outbox.waiting(session)[0] == 1
        assert outbox.prune(session, NOW) == 0
        assert outbox.prune(session, NOW + timedelta(seconds=1)) == 1
        assert [one.subject for one in outbox.listing(session, 1)] == ["reminder:2"]
