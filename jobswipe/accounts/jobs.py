"""What the worker does for accounts: send their mails, answer forgotten passwords, forget what has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jobswipe import clock
from jobswipe.tasks.kinds import task
from jobswipe.tasks.schedule import scheduled

if TYPE_CHECKING:
    from jobswipe.tasks.context import TaskContext


@task("account.mail", attempts=8, limit=300)
def account_mail(context: TaskContext, payload: dict[str, Any]) -> None:
    """Send one mail. Its code is forgotten when the mail server has it."""
    from jobswipe.accounts import mail, onetime
    from jobswipe.errors import HopelessError, UpstreamError
    from jobswipe.notifications.courier import Courier
    from jobswipe.observability.logs import logger

    settings = context.settings
    with context.database.read() as session:
        written = mail.write(session, payload, settings, clock.now())
    if written is None:
        return
    if settings.mail.url is None:
        logger("accounts").warning(
            "mail_not_sent",
            about=payload["mail"],
            reason="JOBSWIPE_MAIL_URL is not set: 'jobswipe user verify' and 'jobswipe user reset-link' do without",
        )
        return
    # The operator's own mail server may be at a private address.
    with Courier(settings.notify.model_copy(update={"allow_private": True})) as courier:
        outcome = courier.send(mail.address(settings, written.to), written.title, written.body, context.idempotency_key)
    if not outcome.ok:
        raise (HopelessError if outcome.permanent else UpstreamError)(outcome.reason or "The mail was not taken.")
    with context.commit() as session:
        if written.code is not None:
            onetime.sent(session, session.merge(written.code))


@task("account.forgot", attempts=5)
def account_forgot(context: TaskContext, payload: dict[str, Any]) -> None:
    """Make a code for a new password, where there is an account."""
    from jobswipe.accounts import recovery

    with context.commit() as session:
        recovery.send_code(session, context.settings, bytes.fromhex(payload["email_hash"]), clock.now())


@scheduled("accounts", cron="55 3 * * *", kind="account.tidy")
@task("account.tidy", attempts=3, concurrency=1)
def account_tidy(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Forget ended sessions, old codes, people who never confirmed, counts of failures, the audit log's oldest."""
    from jobswipe.accounts import audit, registration, sessions, throttle

    now = clock.now()
    with context.commit() as session:
        sessions.prune(session, now)
        registration.prune(session, now)
        throttle.prune(session, now)
        audit.prune(session, now - timedelta(days=context.settings.accounts.audit_days))
