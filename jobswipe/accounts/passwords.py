"""Passwords: Argon2id, and which are taken. A check costs the same whether or not there is a hash to compare with.

Parameters and lengths follow OWASP's Password Storage Cheat Sheet and NIST SP 800-63B §5.1.1.2.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jobswipe.errors import UsageError
from jobswipe.settings import AccountsSettings

SHORTEST, LONGEST = 12, 128
"""Characters, after Unicode's compatibility normalisation."""
_AT_ONCE = threading.BoundedSemaphore(4)
"""Hashes at a time in a process: each takes its memory, and there are no more cores than that to win."""
_STEMS = frozenset(
    "password passw0rd p@ssword p@ssw0rd passwort welcome letmein iloveyou admin administrator qwerty qwertz azerty "
    "qwertyuiop qwertyuiopasdf qwertzuiop asdfghjkl zxcvbnm monkey dragon football baseball superman batman trustno "
    "sunshine princess master shadow michael jobswipe changeme changeit secret abc abcdef abcdefg abcdefghijkl "
    "abcdefghijklmnop testtest test default guest login hello whatever starwars pokemon liverpool chelsea".split()
)
"""What the commonest passwords are made of: one of them, or several, with digits and signs around."""
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")


def normal(password: str) -> str:
    """The password as it is hashed (NFKC), so that two keyboards that write a letter differently mean the same."""
    return unicodedata.normalize("NFKC", password[: LONGEST * 8])


def check(password: str, email: str) -> str:
    """The normal form of a new password. Raises UsageError, which does not repeat it."""
    found = normal(password)
    if not SHORTEST <= len(found) <= LONGEST or len(password) > LONGEST * 8:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST} characters: choose another, several words do well.")
    try:
        found.encode()
    except UnicodeEncodeError:
        raise UsageError("The password holds half a character: type it anew.") from None
    folded = found.casefold()
    if folded in (email.casefold(), email.casefold().partition("@")[0]) or _common(folded):
        raise UsageError("This password is one of the first that anybody would try: choose another.")
    return found


def _common(folded: str) -> bool:
    if any(_repeats(folded, folded[:size]) for size in (1, 2, 3, 4)):
        return True
    doubled = [row + row for row in _ROWS]
    if any(folded in row or folded in row[::-1] for row in doubled):
        return True
    letters = folded.strip("0123456789!?.,-_*#@$ ")
    return not letters or letters in _STEMS or any(_repeats(letters, stem) for stem in _STEMS)


def _repeats(text: str, part: str) -> bool:
    return bool(part) and (part * (len(text) // len(part) + 1))[: len(text)] == text and len(text) >= len(part)


def hashed(password: str, settings: AccountsSettings) -> str:
    """The hash of a password in its normal form, with its salt and parameters."""
    with _AT_ONCE:
        return _hasher(settings.hash_memory_mib, settings.hash_rounds).hash(password)


def verified(password: str, against: str | None, settings: AccountsSettings) -> bool:
    """Whether the password is that of the hash. Without a hash the same work is done, and the answer is no."""
    hasher = _hasher(settings.hash_memory_mib, settings.hash_rounds)
    known = against or _dummy(settings.hash_memory_mib, settings.hash_rounds)
    text = normal(password).encode("utf-8", "replace")
    with _AT_ONCE:
        try:
            hasher.verify(known, text)
        except (VerificationError, InvalidHashError):
            return False
    return against is not None and len(password) <= LONGEST * 8


def outdated(known: str, settings: AccountsSettings) -> bool:
    """Whether a hash was made with other parameters than are set now."""
    return _hasher(settings.hash_memory_mib, settings.hash_rounds).check_needs_rehash(known)


@lru_cache(maxsize=8)
def _hasher(memory_mib: int, rounds: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=memory_mib << 10, parallelism=1)


@lru_cache(maxsize=8)
def _dummy(memory_mib: int, rounds: int) -> str:
    return _hasher(memory_mib, rounds).hash("a password that nobody has")
