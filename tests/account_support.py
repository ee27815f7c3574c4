"""Short ways to make accounts, to take what mails would hold, and to run what waits in the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyotp
from sqlmodel import col, select

from jobswipe import clock
from jobswipe.accounts import onetime, passwords, service, totp
from jobswipe.accounts.principal import Role
from jobswipe.db.engine import Database
from jobswipe.models import AccountToken, AuditEvent, TaskRun
from jobswipe.settings import Settings
from jobswipe.tasks import kinds
from jobswipe.tasks.context import TaskContext
from jobswipe.tasks.ledger import Claims

PASSWORD = "four words do very well"
EMAIL = "candidate@example.com"


def account(
    database: Database, settings: Settings, email: str = EMAIL, *, role: Role = "user", password: str | None = PASSWORD
) -> int:
    """A confirmed account; the person's id."""
    now = clock.now()
    known = passwords.hashed(password, settings.accounts) if password is not None else None
    with database.write() as session:
        made = service.create(
            session, service.new_person(session, now), email, now,
            name="Sample Candidate", password_hash=known, role=role, verified=True,
        )  # fmt: skip
        return made.person_id


def otp(generator: pyotp.TOTP, moment: datetime, offset: int = 0) -> str:
    """What an authenticator shows, `offset` steps away."""
    return generator.generate_otp(int(moment.timestamp()) // totp.STEP + offset)


def code(database: Database, purpose: str) -> str:
    """The newest code of a purpose, as its mail holds it."""
    with database.read() as session:
        statement = select(AccountToken).where(AccountToken.purpose == purpose).order_by(col(AccountToken.id).desc())
        found = session.exec(statement).first()
        assert found is not None
        return str(onetime.opened(session, found)["token"])


def waiting(database: Database) -> list[tuple[str, dict[str, Any]]]:
    """The tasks that wait: their kinds and payloads."""
    with database.read() as session:
        rows = session.exec(select(TaskRun).where(TaskRun.state == "pending").order_by(col(TaskRun.id)))
        return [(row.kind, row.payload) for row in rows]


def work(database: Database, settings: Settings) -> list[str]:
    """Run what waits, as a worker does, until nothing does; answers the kinds."""
    kinds.load()
    done = []
    while True:
        with database.write() as session:
            row = session.exec(select(TaskRun).where(TaskRun.state == "pending").order_by(col(TaskRun.id))).first()
            if row is None:
                return done
            row.state = "queued"
            session.add(row)
            session.flush()
            assert row.id is not None
            (task,) = Claims("test").claim(session, [row.id])
        kind = kinds.get(task.kind)
        assert kind is not None
        context = TaskContext(task, database, settings)
        kind.handler(context, task.payload)
        if not context.committed:
            with context.commit():
                pass
        done.append(task.kind)


def audited(database: Database, since: datetime | None = None) -> list[tuple[str, str]]:
    """What the audit log has: actions and outcomes, the first one first."""
    with database.read() as session:
        rows = session.exec(select(AuditEvent).order_by(col(AuditEvent.id)))
        return [(row.action, row.outcome) for row in rows if since is None or row.at >= since]
