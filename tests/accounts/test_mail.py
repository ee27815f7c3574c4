"""The system's mails, by a real SMTP server: what they hold, and that their codes are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from account_support import EMAIL, PASSWORD, account, work
from servers.mail import MailServer
from sqlmodel import select

from jobswipe import clock
from jobswipe import settings as module
from jobswipe.accounts import apikeys, mail, onetime, recovery, registration, signin
from jobswipe.db.engine import Database
from jobswipe.errors import HopelessError, SettingsError, UpstreamError, UsageError
from jobswipe.models import AccountToken
from jobswipe.settings import Settings


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as found:
        yield found


@pytest.fixture
def mailing(home: Path, monkeypatch: pytest.MonkeyPatch, server: MailServer) -> Settings:
    monkeypatch.setenv("JOBSWIPE_ACCOUNTS_REGISTRATION", "open")
    monkeypatch.setenv("JOBSWIPE_MAIL_URL", f"mailto://127.0.0.1:{server.port}")
    monkeypatch.setenv("JOBSWIPE_MAIL_SENDER", "jobs@example.org")
    return module.load(home)


def test_the_whole_way_by_mail(database: Database, mailing: Settings, server: MailServer) -> None:
    registration.register(database, mailing, "candidate+jobs@example.com", PASSWORD, "", clock.now())
    assert work(database, mailing) == ["account.mail"]
    (sent,) = server.accepted
    assert sent["To"] == "candidate+jobs@example.com"
    assert "jobs@example.org" in sent["From"]
    assert sent["Subject"] == "JobSwipe: confirm your e-mail address"
    body = sent.get_body(("plain",))
    assert body is not None
    text = next(word for word in body.get_content().split() if word.startswith("verify_"))
    with database.read() as session:  # nobody but the addressee has it now
        assert "token" not in onetime.opened(session, session.exec(select(AccountToken)).one())
    person_id = registration.confirm(database, mailing, text, PASSWORD, clock.now())

    signin.sign_in(database, mailing, "candidate+jobs@example.com", PASSWORD)
    begun = signin.sign_in(database, mailing, "candidate+jobs@example.com", PASSWORD)
    signin.sign_in(database, mailing, "candidate+jobs@example.com", PASSWORD, device=begun.device)
    with database.write() as session:
        recovery.forgot(session, "candidate+jobs@example.com")
        recovery.ask_for_email(session, mailing, person_id, "new@example.com", clock.now())
    work(database, mailing)
    titles = [one["Subject"] for one in server.accepted[1:]]
    assert sorted(titles) == [
        "JobSwipe: a new password",
        "JobSwipe: a new sign-in",  # the second one: a device that was not known
        "JobSwipe: confirm your e-mail address",
    ]
    bodies = {one["Subject"]: one.get_body(("plain",)).get_content() for one in server.accepted[1:]}
    reset = next(word for word in bodies["JobSwipe: a new password"].split() if word.startswith("reset_"))
    change = next(word for word in bodies["JobSwipe: confirm your e-mail address"].split() if word.startswith("email_"))
    recovery.reset(database, mailing, reset, "five other words for it", clock.now())
    with database.write() as session:
        apikeys.create(session, person_id, "laptop", ["profile:read"], clock.now())
        recovery.confirm_email(session, change, clock.now())
    work(database, mailing)
    last = {one["Subject"]: one["To"] for one in server.accepted[-2:]}
    assert last == {
        "JobSwipe: your password was changed": "new@example.com",
        "JobSwipe: your e-mail address was changed": "candidate+jobs@example.com",
    }
    said = next(one for one in server.accepted if one["Subject"] == "JobSwipe: your password was changed")
    text = said.get_body(("plain",))
    assert text is not None
    assert "1 API key goes on." in " ".join(text.get_content().split())


def test_the_operators_page_is_in_the_mail(database: Database, mailing: Settings, server: MailServer) -> None:
    mailing.accounts.page = "https://jobs.example.com/{purpose}#{code}"
    mailing.accounts.registration = "invite"
    with database.write() as session:
        registration.invite(session, 1, EMAIL, "user", clock.now(), mailing)
    work(database, mailing)
    body = server.accepted[0].get_body(("plain",))
    assert body is not None
    assert "https://jobs.example.com/invite#invite_" in body.get_content()


@pytest.mark.parametrize(("behaviour", "error"), [("refuse", HopelessError), ("defer", UpstreamError)])
def test_a_server_that_does_not_take_it(
    database: Database, mailing: Settings, server: MailServer, behaviour: str, error: type[Exception]
) -> None:
    server.behaviour = behaviour
    registration.register(database, mailing, EMAIL, PASSWORD, "", clock.now())
    with pytest.raises(error) as told:
        work(database, mailing)
    assert EMAIL not in str(told.value)
    with database.read() as session:  # a later attempt can still send it
        assert "token" in onetime.opened(session, session.exec(select(AccountToken)).one())


def test_what_has_become_pointless_is_not_sent(database: Database, mailing: Settings, server: MailServer) -> None:
    person_id = account(database, mailing)
    now = clock.now()
    with database.write() as session:
        found = recovery.reset_code(session, mailing, recovery.service.get(session, person_id), now)
        mail.enqueue(session, "reset", token_id=found.id)
        mail.enqueue(session, "reset", token_id=999)
        mail.enqueue(session, "password_changed", person_id=999)
        mail.enqueue(session, "new_sign_in", person_id=person_id, session_id=999)
        onetime.use(session, found, now)
    assert work(database, mailing) == ["account.mail"] * 4
    assert server.accepted == []


@pytest.mark.parametrize("url", ["json://user:s3cret@127.0.0.1", "s3cret", "https://s3cret.example.com"])
def test_only_a_mail_server_is_one(home: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("JOBSWIPE_MAIL_URL", url)
    with pytest.raises((SettingsError, UsageError)) as told:
        mail.address(module.load(home), EMAIL)
    assert "s3cret" not in told.value.message
