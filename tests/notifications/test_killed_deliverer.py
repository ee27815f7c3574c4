"""Deliverers that are killed with SIGKILL in their work: nothing is lost; what is sent twice carries the same key."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from notify_support import NOW
from servers.webhook import Webhook
from sqlalchemy import update
from sqlmodel import select

from jobswipe.db.engine import Database
from jobswipe.models import Notification
from jobswipe.notifications import outbox
from jobswipe.notifications import preferences as wanted
from jobswipe.settings import Settings

COUNT = 40
KILLS = 4
SEND = """
from datetime import UTC, datetime
from jobswipe.db.engine import Database
from jobswipe.notifications.deliver import deliver_due
from jobswipe.settings import load
settings = load()
deliver_due(Database(settings.database_url), settings, datetime(2026, 3, 3, tzinfo=UTC))
"""


def test_nothing_is_lost_when_deliverers_are_killed(
    database: Database,
    settings: Settings,
    webhook: Webhook,
    add_channel: Callable[..., None],
) -> None:
    add_channel(webhook.url)
    with database.write() as session:
        for number in range(COUNT):
            payload = {"application_id": 1, "title": "Cook", "stage": "applied"}
            outbox.put(session, 1, wanted.get(session, 1), "follow_up", f"reminder:{number}", payload, NOW)
    environment = os.environ | {"JOBSWIPE_DATABASE_URL": database.url}
    killed = 0
    for _ in range(30):
        process = subprocess.Popen([sys.executable, "-c", SEND], env=environment)
        if killed < KILLS:
            before = len(webhook.received)
            deadline = time.monotonic() + 60
            while len(webhook.received) < before + 3 and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait(120)
        with database.write() as session:  # what a dead process holds comes back when its lease ends
            session.execute(update(Notification).values(lease_until=None))
        with database.read() as session:
            states = list(session.exec(select(Notification.state)))
        if set(states) == {"sent"}:
            break
    assert states == ["sent"] * COUNT
    assert len(set(webhook.keys)) == COUNT
    assert COUNT <= len(webhook.keys) <= COUNT + killed
