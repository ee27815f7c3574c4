"""Registering, confirming, being invited: nothing tells who has an account, and nobody occupies an address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from account_support import EMAIL, PASSWORD, account, audited, code, waiting, work
from sqlmodel import select

from jobswipe import clock
from jobswipe.accounts import mail, onetime, registration, service, signin
from jobswipe.db.engine import Database
from jobswipe.errors import CodeError, ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError, UsageError
from jobswipe.models import Account, Person
from jobswipe.settings import Settings


def register(database: Database, settings: Settings, email: str = EMAIL, password: str = PASSWORD) -> None:
    assert registration.register(database, settings, email, password, "Sample Candidate", clock.now()) is False


def test_an_account_begins_when_its_address_is_confirmed(database: Database, settings: Settings) -> None:
    register(database, settings)
    with pytest.raises(UnauthenticatedError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    person_id = registration.confirm(database, settings, code(database, "verify_email"), PASSWORD, clock.now())
    assert signin.sign_in(database, settings, EMAIL.upper(), PASSWORD).person_id == person_id
    with database.read() as session:
        made = service.get(session, person_id)
        assert (made.role, made.email_verified_at is not None) == ("user", True)
        assert service.identity(session, made) == service.Identity(email=EMAIL, name="Sample Candidate")
    assert ("account.created", "done") in audited(database)


def test_known_and_unknown_addresses_cost_and_leave_the_same(database: Database, settings: Settings) -> None:
    """Enumeration: the same answer, the same rows, the same task; only the mail differs."""
    account(database, settings, "known@example.com")
    with database.read() as session:
        before = len(session.exec(select(Person)).all())
    for email in ("known@example.com", "unknown@example.com"):
        register(database, settings, email)
    with database.read() as session:
        assert len(session.exec(select(Person)).all()) == before + 2
        titles = [mail.write(session, payload, settings, clock.now()) for _, payload in waiting(database)]
    assert [one and one.title for one in titles] == [
        "JobSwipe: you have an account already",
        "JobSwipe: confirm your e-mail address",
    ]
    assert [one and one.to for one in titles] == ["known@example.com", "unknown@example.com"]
    known = titles[0]
    assert known is not None
    assert "verify_" not in known.body
    assert [set(payload) for _, payload in waiting(database)] == [{"mail", "token_id"}] * 2


def test_nobody_confirms_what_somebody_else_began_with_their_address(database: Database, settings: Settings) -> None:
    register(database, settings, password="the attacker's own words")
    attackers = code(database, "verify_email")
    register(database, settings)
    with pytest.raises(CodeError):
        registration.confirm(database, settings, attackers, PASSWORD, clock.now())
    registration.confirm(database, settings, code(database, "verify_email"), PASSWORD, clock.now())
    with pytest.raises(CodeError):  # the address is taken now
        registration.confirm(database, settings, attackers, "the attacker's own words", clock.now())
    with pytest.raises(UnauthenticatedError):
        signin.sign_in(database, settings, EMAIL, "the attacker's own words")


def test_a_code_is_good_once_and_for_a_day(database: Database, settings: Settings) -> None:
    register(database, settings)
    text = code(database, "verify_email")
    later = clock.now() + timedelta(hours=settings.accounts.verify_hours, seconds=1)
    with pytest.raises(CodeError):
        registration.confirm(database, settings, text, PASSWORD, later)
    registration.confirm(database, settings, text, PASSWORD, clock.now())
    with pytest.raises(CodeError):
        registration.confirm(database, settings, text, PASSWORD, clock.now())


def test_the_policy_is_kept(database: Database, settings: Settings) -> None:
    settings.accounts.registration = "closed"
    with pytest.raises(ForbiddenError):
        register(database, settings)
    with database.write() as session, pytest.raises(ForbiddenError):
        registration.invite(session, 1, EMAIL, "user", clock.now(), settings)
    settings.accounts.registration = "invite"
    with pytest.raises(ForbiddenError):
        register(database, settings)
    assert waiting(database) == []


def test_an_invitation_is_of_one_address_and_once(database: Database, settings: Settings) -> None:
    settings.accounts.registration = "invite"
    now = clock.now()
    with database.write() as session:
        made, text = registration.invite(session, 1, EMAIL, "analyst", now, settings)
        assert [registration.invited(session, one) for one in registration.invitations(session, now)] == [EMAIL]
    with pytest.raises(CodeError):
        registration.register(database, settings, "other@example.com", PASSWORD, "", now, invitation=text)
    assert registration.register(database, settings, EMAIL, PASSWORD, "", now, invitation=text)
    assert signin.sign_in(database, settings, EMAIL, PASSWORD).role == "analyst"
    with pytest.raises(CodeError):
        registration.register(database, settings, EMAIL, PASSWORD, "", now, invitation=text)
    with database.write() as session:
        assert registration.invitations(session, now) == []
        with pytest.raises(ConflictError):
            registration.invite(session, 1, EMAIL, "user", now, settings)
        other, withdrawn = registration.invite(session, 1, "other@example.com", "user", now, settings)
        assert other.id is not None
        registration.withdraw(session, other.id, now, actor_id=1)
        with pytest.raises(NotFoundError):
            registration.withdraw(session, made.id or 0, now, actor_id=1)
    with pytest.raises(CodeError):
        registration.register(database, settings, "other@example.com", PASSWORD, "", now, invitation=withdrawn)


def test_an_operator_confirms_where_there_is_no_mail(database: Database, settings: Settings) -> None:
    register(database, settings)
    assert work(database, settings) == ["account.mail"]  # a line of the log says that none was sent
    with database.write() as session:
        registration.confirm_newest(session, EMAIL, clock.now())
        with pytest.raises(NotFoundError):
            registration.confirm_newest(session, EMAIL, clock.now())
    assert signin.sign_in(database, settings, EMAIL, PASSWORD)


def test_one_address_gets_few_mails_an_hour(database: Database, settings: Settings) -> None:
    written = 0
    for _ in range(6):
        register(database, settings)
        with database.read() as session:
            written += mail.write(session, waiting(database)[-1][1], settings, clock.now()) is not None
    assert written == mail.AN_HOUR


def test_who_never_confirms_is_forgotten(database: Database, settings: Settings) -> None:
    kept = account(database, settings, "known@example.com")
    register(database, settings)
    now = clock.now() + timedelta(days=8)
    with database.write() as session:
        assert registration.prune(session, now) == 1
    with database.read() as session:
        assert session.get(Account, kept) is not None
        assert session.get(Person, 1) is not None
        assert registration.prune(session, now) == 0


def test_two_accounts_do_not_share_an_address(database: Database, settings: Settings) -> None:
    account(database, settings)
    with database.write() as session, pytest.raises(ConflictError):
        service.create(session, service.new_person(session, clock.now()), EMAIL, clock.now())


@pytest.mark.parametrize(
    ("email", "password", "name"), [("x", PASSWORD, ""), (EMAIL, "short", ""), (EMAIL, PASSWORD, "a\nb")]
)
def test_what_is_refused(database: Database, settings: Settings, email: str, password: str, name: str) -> None:
    with pytest.raises(UsageError):
        registration.register(database, settings, email, password, name, clock.now())


def test_a_code_is_bound_to_its_purpose(database: Database, settings: Settings) -> None:
    register(database, settings)
    text = code(database, "verify_email")
    with database.write() as session:
        for purpose in ("change_email", "reset_password", "invite"):
            forged = onetime.PREFIXES[purpose] + "_" + text.partition("_")[2]
            for one in (text, forged, "", "reset_", "x" * 500):
                with pytest.raises(CodeError):
                    onetime.redeem(session, one, purpose, clock.now())
