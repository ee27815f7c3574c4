"""Signing in: who gets in, what it leaves, and that failures tell nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyotp
import pytest
from account_support import EMAIL, PASSWORD, account, audited, code, otp, waiting, work

from jobswipe import clock
from jobswipe.accounts import passwords, recovery, service, sessions, signin, totp
from jobswipe.accounts.audit import Visitor, visit
from jobswipe.db.engine import Database
from jobswipe.errors import (
    CodeError,
    ConflictError,
    ForbiddenError,
    JobSwipeError,
    SecondFactorError,
    ThrottledError,
    UnauthenticatedError,
    UsageError,
)
from jobswipe.models import Account
from jobswipe.settings import Settings


def switch_on(database: Database, person_id: int) -> tuple[pyotp.TOTP, list[str]]:
    """A second factor that is asked for; its codes of the present step are used up."""
    with database.write() as session:
        secret, _ = totp.set_up(session, person_id)
    generator, now = pyotp.TOTP(secret), clock.now()
    with database.write() as session:
        codes = totp.enable(session, person_id, otp(generator, now, -1), now)
    assert codes is not None
    return generator, codes


def test_a_failure_says_nothing_and_is_recorded(database: Database, settings: Settings) -> None:
    """Enumeration by message: unknown, wrong, without a password and disabled are told alike."""
    disabled = account(database, settings, "disabled@example.com")
    with database.write() as session:
        service.set_disabled(session, disabled, True, clock.now(), actor_id=None)
    account(database, settings)
    account(database, settings, "provider@example.com", password=None)
    since, told = clock.now(), set()
    for email in (EMAIL, "unknown@example.com", "provider@example.com", "disabled@example.com"):
        with pytest.raises(JobSwipeError) as error:
            signin.sign_in(database, settings, email, "not the password at all")
        told.add((type(error.value), error.value.message))
    assert told == {(UnauthenticatedError, "The e-mail address or the password is wrong.")}
    assert audited(database, since) == [("account.sign_in_failed", "password")] * 4
    with pytest.raises(ForbiddenError):
        signin.sign_in(database, settings, "disabled@example.com", PASSWORD)


def test_brute_force_is_slowed_down_and_the_owner_is_not_locked_out(database: Database, settings: Settings) -> None:
    account(database, settings)
    visit(Visitor(address="192.0.2.1"))
    for _ in range(5):
        with pytest.raises(UnauthenticatedError):
            signin.sign_in(database, settings, EMAIL, "a guess of the attacker")
    with pytest.raises(ThrottledError):  # the right one helps an attacker no more
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    visit(Visitor(address="198.51.100.7"))
    owner = signin.sign_in(database, settings, EMAIL, PASSWORD)
    visit(Visitor(address="192.0.2.1"))
    with pytest.raises(ThrottledError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    assert signin.sign_in(database, settings, EMAIL, PASSWORD, device=owner.device)  # at the attacker's own address
    visit(Visitor())


def test_each_sign_in_has_a_token_of_its_own_and_ends_the_one_before(database: Database, settings: Settings) -> None:
    account(database, settings)
    first = signin.sign_in(database, settings, EMAIL, PASSWORD)
    second = signin.sign_in(database, settings, EMAIL, PASSWORD, replaces=first.token)
    assert first.token != second.token
    assert first.csrf != second.csrf
    with database.read() as session:
        assert sessions.authenticate(session, first.token, clock.now(), settings.accounts) is None
        assert sessions.authenticate(session, second.token, clock.now(), settings.accounts) is not None
        stored = session.connection().exec_driver_sql("SELECT * FROM login_session").all()
    assert first.token not in str(stored)
    assert first.token.partition("_")[2] not in str(stored)


def test_a_session_ends_by_time(database: Database, settings: Settings) -> None:
    account(database, settings)
    token = signin.sign_in(database, settings, EMAIL, PASSWORD).token
    now = clock.now()
    hours, days = settings.accounts.idle_hours, settings.accounts.session_days

    def holds(after: timedelta) -> bool:
        with database.write() as session:
            found = sessions.authenticate(session, token, now + after, settings.accounts)
            if found is not None:
                sessions.seen(session, found.principal.session_id or 0, now + after)
        return found is not None

    assert not holds(timedelta(hours=hours, minutes=1))
    elapsed = timedelta()
    while elapsed < timedelta(days=days) - timedelta(hours=1):
        assert holds(elapsed)
        elapsed += timedelta(hours=hours / 2)
    assert not holds(timedelta(days=days, seconds=1))


def test_a_password_is_hashed_anew_when_the_cost_is_raised(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    settings.accounts.hash_rounds = 3
    signin.sign_in(database, settings, EMAIL, PASSWORD)
    with database.read() as session:
        known = service.get(session, person_id).password_hash
    assert known is not None
    assert "t=3" in known
    assert passwords.verified(PASSWORD, known, settings.accounts)


def test_a_changed_password_ends_the_other_sessions(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    here, there = (signin.sign_in(database, settings, EMAIL, PASSWORD) for _ in range(2))
    with pytest.raises(ForbiddenError):
        recovery.change(
            database, settings, person_id, "wrong words here", "five other words for it", here.session_id, clock.now()
        )
    with pytest.raises(UsageError):
        recovery.change(database, settings, person_id, PASSWORD, "short", here.session_id, clock.now())
    recovery.change(database, settings, person_id, PASSWORD, "five other words for it", here.session_id, clock.now())
    with database.read() as session:
        left = [one.id for one in sessions.listing(session, person_id, clock.now(), settings.accounts)]
    assert left == [here.session_id]
    assert there.session_id not in left
    assert signin.sign_in(database, settings, EMAIL, "five other words for it")


def test_a_password_that_is_asked_for_again_is_throttled_too(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    for _ in range(5):
        with pytest.raises(ForbiddenError):
            signin.ask_again(database, settings, person_id, "a guess by a stolen session")
    with pytest.raises(ThrottledError):
        signin.ask_again(database, settings, person_id, PASSWORD)


def test_a_forgotten_password(database: Database, settings: Settings) -> None:
    """Reset-token reuse: a code is good once, and an earlier one ends with a later one."""
    person_id = account(database, settings)
    signed_in = signin.sign_in(database, settings, EMAIL, PASSWORD)
    for email in (EMAIL, "unknown@example.com"):
        with database.write() as session:
            recovery.forgot(session, email)
    assert [kind for kind, _ in waiting(database)] == ["account.forgot"] * 2
    assert EMAIL not in str(waiting(database))
    assert work(database, settings) == ["account.forgot", "account.forgot", "account.mail"]
    first = code(database, "reset_password")
    with database.write() as session:
        recovery.reset_code(session, settings, service.get(session, person_id), clock.now())
    with pytest.raises(CodeError):
        recovery.reset(database, settings, first, "five other words for it", clock.now())
    text = code(database, "reset_password")
    with pytest.raises(UsageError):
        recovery.reset(database, settings, text, "short", clock.now())
    with pytest.raises(CodeError):
        late = clock.now() + timedelta(minutes=settings.accounts.reset_minutes, seconds=1)
        recovery.reset(database, settings, text, "five other words for it", late)
    device = recovery.reset(database, settings, text, "five other words for it", clock.now())
    with pytest.raises(CodeError):
        recovery.reset(database, settings, text, "six more words of the attacker", clock.now())
    with database.read() as session:
        assert sessions.authenticate(session, signed_in.token, clock.now(), settings.accounts) is None
    with pytest.raises(UnauthenticatedError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    assert signin.sign_in(database, settings, EMAIL, "five other words for it", device=device)


def test_one_address_is_sent_few_codes_an_hour(database: Database, settings: Settings) -> None:
    account(database, settings)
    sent = 0
    for _ in range(6):
        with database.write() as session:
            recovery.forgot(session, EMAIL)
        sent += work(database, settings).count("account.mail")
    assert sent == recovery.MAILS_AN_HOUR


def test_another_e_mail_address_is_taken_when_it_is_confirmed(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    account(database, settings, "taken@example.com")
    for email in ("taken@example.com", "new@example.com"):
        with database.write() as session:
            recovery.ask_for_email(session, settings, person_id, email, clock.now())
    text = code(database, "change_email")
    with database.write() as session:
        recovery.confirm_email(session, text, clock.now())
    with database.write() as session, pytest.raises(CodeError):
        recovery.confirm_email(session, text, clock.now())
    assert signin.sign_in(database, settings, "new@example.com", PASSWORD).person_id == person_id
    with pytest.raises(UnauthenticatedError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    with database.write() as session:
        recovery.ask_for_email(session, settings, person_id, "taken@example.com", clock.now())
    with database.write() as session, pytest.raises(CodeError):
        recovery.confirm_email(session, code(database, "change_email"), clock.now())


def test_a_second_factor_is_asked_for_once_it_is_on(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    with database.write() as session:
        secret, uri = totp.set_up(session, person_id)
        assert uri.startswith("otpauth://totp/JobSwipe:candidate%40example.com?secret=")
        assert len(secret) * 5 == 160
        stored = session.get(Account, person_id)
        assert stored is not None
        assert secret.encode() not in (stored.totp_sealed or b"")
    assert signin.sign_in(database, settings, EMAIL, PASSWORD)  # set up, not enabled
    with database.write() as session:
        wrong = "000000" if otp(pyotp.TOTP(secret), clock.now()) != "000000" else "111111"
        assert totp.enable(session, person_id, wrong, clock.now()) is None
    generator, _ = switch_on(database, person_id)
    with pytest.raises(SecondFactorError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    with pytest.raises(UnauthenticatedError) as told:
        signin.sign_in(database, settings, EMAIL, "not the password at all")
    assert not isinstance(told.value, SecondFactorError)
    assert signin.sign_in(database, settings, EMAIL, PASSWORD, code=otp(generator, clock.now()))
    with database.write() as session, pytest.raises(ConflictError):
        totp.set_up(session, person_id)


def test_totp_replay(database: Database, settings: Settings) -> None:
    """Each code is good once, and none of a step before one that was used."""
    person_id = account(database, settings)
    generator, _ = switch_on(database, person_id)
    now = clock.now()
    with database.write() as session:
        used = totp.verify(session, service.get(session, person_id), otp(generator, now), now)
    assert used
    for offset in (0, -1):
        with pytest.raises(UnauthenticatedError):
            signin.sign_in(database, settings, EMAIL, PASSWORD, code=otp(generator, now, offset))


def test_a_totp_code_that_is_sent_twice_at_once_is_taken_once(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    generator, _ = switch_on(database, person_id)
    now = clock.now()
    text, taken = otp(generator, now), []

    def one() -> None:
        with database.write() as session:
            taken.append(totp.verify(session, service.get(session, person_id), text, now))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]


def test_codes_one_step_off_are_taken_and_two_are_not(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    with database.write() as session:
        secret, _ = totp.set_up(session, person_id)
    generator, now = pyotp.TOTP(secret), clock.now()
    for offset, taken in ((-2, False), (2, False), (-1, True), (0, True), (1, True)):
        with database.write() as session:
            assert totp.verify(session, service.get(session, person_id), otp(generator, now, offset), now) is taken
    with database.write() as session:
        for text in ("", "12345", "abcdef", "１２３４５６", "1" * 500):
            assert totp.verify(session, service.get(session, person_id), text, now) is False


def test_a_recovery_code_stands_in_once(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    generator, codes = switch_on(database, person_id)
    assert len(set(codes)) == totp.RECOVERY_CODES
    assert signin.sign_in(database, settings, EMAIL, PASSWORD, recovery_code=codes[0].upper().replace("-", " "))
    with pytest.raises(UnauthenticatedError):
        signin.sign_in(database, settings, EMAIL, PASSWORD, recovery_code=codes[0])
    other = account(database, settings, "other@example.com")
    with database.write() as session:
        assert totp.left(session, person_id) == totp.RECOVERY_CODES - 1
        assert not totp.recover(session, other, codes[1], clock.now())
        fresh = totp.new_recovery_codes(session, person_id)
        assert not totp.recover(session, person_id, codes[1], clock.now())
        assert not totp.disable(session, person_id, "000000" if generator.now() != "000000" else "111111", clock.now())
        assert totp.disable(session, person_id, fresh[0], clock.now())
        assert totp.left(session, person_id) == 0
        with pytest.raises(ConflictError):
            totp.disable(session, person_id, fresh[1], clock.now())
    assert signin.sign_in(database, settings, EMAIL, PASSWORD)


def test_guessing_codes_is_slowed_down(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    generator, _ = switch_on(database, person_id)
    real = {otp(generator, clock.now(), offset) for offset in range(-2, 4)}
    guesses = [text for text in (f"{number:06}" for number in range(20)) if text not in real]
    for text in guesses[:5]:
        with pytest.raises(UnauthenticatedError):
            signin.sign_in(database, settings, EMAIL, PASSWORD, code=text)
    with pytest.raises(ThrottledError):
        signin.sign_in(database, settings, EMAIL, PASSWORD, code=otp(generator, clock.now()))
