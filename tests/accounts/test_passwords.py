"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import threading
import time

import pytest

from jobswipe.accounts import passwords
from jobswipe.errors import UsageError
from jobswipe.settings import AccountsSettings

EMAIL = "candidate@example.com"
SETTINGS = AccountsSettings()


@pytest.mark.parametrize(
    "password",
    [
        "four words do very well",
        "x9!kQ2#vLp0z",
        "ein Satz mit Umläuten: äöü",
        "密码是一句很长的话没有人会猜到",
        "a" * 64 + " and then something else",
        "w" * 60 + "x" * 68,
        "password of a long-haired dachshund",
    ],
)
def test_any_characters_will_do(password: str) -> None:
    assert passwords.check(password, EMAIL) == passwords.normal(password)


@pytest.mark.parametrize(
    "password",
    ["", "short", "eleven char", "x" * 129, "ﷺ" * 20, "y" * 5000, "half a \ud800 character", EMAIL, EMAIL.upper(),
     "passwordpassword", "Password1234", "123456789012", "210987654321", "aaaaaaaaaaaa", "abababababab", "letmein12345",
     "qwertyuiopas", "abcdefghijkl", "administrator", "welcome2026!!"],
)  # fmt: skip
def test_what_anybody_would_try_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(UsageError) as told:
        passwords.check(password, EMAIL)
    assert not password or password not in told.value.message


def test_the_hash_is_argon2id_of_the_stated_cost() -> None:
    known = passwords.hashed("four words do very well", SETTINGS)
    assert known.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verified("four words do very well", known, SETTINGS)
    assert not passwords.verified("four words do very wel", known, SETTINGS)
    assert not passwords.verified("four words do very well", "not a hash", SETTINGS)
    assert not passwords.verified("a password that nobody has", None, SETTINGS)
    assert not passwords.outdated(known, SETTINGS)
    assert passwords.outdated(known, AccountsSettings(hash_rounds=3))


def test_two_ways_to_write_a_letter_are_one_password() -> None:
    composed, decomposed = "zwölf Zeichen", "zwo\u0308lf Zeichen"
    known = passwords.hashed(passwords.check(composed, EMAIL), SETTINGS)
    assert passwords.verified(decomposed, known, SETTINGS)


def test_an_unknown_account_costs_the_same_hash() -> None:
    """Enumeration by timing: with and without a hash the time is that of one Argon2 run."""
    known = passwords.hashed("four words do very well", SETTINGS)
    passwords.verified("warm", None, SETTINGS)

    def best(against: str | None) -> float:
        times = []
        for _ in range(7):
            started = time.thread_time()
            passwords.verified("wrong password here", against, SETTINGS)
            times.append(time.thread_time() - started)
        return min(times)

    with_hash, without = best(known), best(None)
    assert 0.5 < with_hash / without < 2


def test_only_a_few_hashes_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.02)
            with lock:
                at_once -= 1
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", lambda *_: Slow())
    threads = [threading.Thread(target=passwords.hashed, args=("x", SETTINGS)) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most <= 4
