"""A migrated database with a person, a posting and an application; a courier that may reach this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from notify_support import NOW, sample_posting, set_preferences
from servers.webhook import Webhook

from jobswipe.db.engine import Database
from jobswipe.models import LOCAL_PERSON_ID, Application, Person, Source
from jobswipe.notifications import channels
from jobswipe.notifications.courier import Courier
from jobswipe.settings import Settings, load


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    with made.write() as session:
        if session.get(Person, LOCAL_PERSON_ID) is None:
            session.add(Person(id=LOCAL_PERSON_ID, created_at=NOW))
            session.flush()
        session.add(Source(kind="ashby", board="sample", created_at=NOW))
        session.flush()
        session.add(sample_posting())
        session.flush()
        session.add(
            Application(
                person_id=1, posting_id=1, title="Data Engineer", company="Example Energy", stage="applied",
                url="https://jobs.example.com/1", created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
    yield made
    made.dispose()


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JOBSWIPE_NOTIFY_ALLOW_PRIVATE", "true")
    return load()


@pytest.fixture
def courier(settings: Settings) -> Iterator[Courier]:
    with Courier(settings.notify) as made:
        yield made


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as server:
        yield server


@pytest.fixture
def add_channel(database: Database) -> Callable[..., None]:
    """Add a channel without asking whether its address can be read."""

    def add(url: str, name: str = "hook", **wanted: object) -> None:
        with database.write() as session:
            channels.add(session, 1, name, url, "JSON", NOW)
            if wanted:
                set_preferences(session, **wanted)

    return add
