"""Small files of the data directory that are personal: encrypted with a key of the store, without asking the store.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, under a key that is derived by HMAC-SHA256 from a numbered
key of the store and the place. For what may be lost: a file whose key is gone cannot be read, and is nobody's loss.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from jobswipe.errors import StorageError
from jobswipe.security import keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from jobswipe.settings import Settings

_FORMAT = b"\x01"
_NUMBER, _NONCE = 4, 12


def seal(settings: Settings, place: str, plain: bytes) -> bytes:
    """The bytes, encrypted for a place: what is sealed for one opens in no other. Raises SettingsError."""
    known = keys.configured(settings)
    nonce = secrets.token_bytes(_NONCE)
    head = _FORMAT + known.newest.to_bytes(_NUMBER)
    return head + nonce + _cipher(known.encryption[known.newest], place).encrypt(nonce, plain, head + place.encode())


def unseal(settings: Settings, place: str, sealed: bytes) -> bytes:
    """Raises StorageError where it was not sealed here for this place, or its key is gone; SettingsError."""
    from cryptography.exceptions import InvalidTag

    head, nonce = sealed[: 1 + _NUMBER], sealed[1 + _NUMBER : 1 + _NUMBER + _NONCE]
    key = keys.configured(settings).encryption.get(int.from_bytes(head[1:]))
    if sealed[:1] != _FORMAT or key is None or len(nonce) != _NONCE:
        raise StorageError(f"What is sealed for {place} was not sealed by a key that is configured.")
    try:
        return _cipher(key, place).decrypt(nonce, sealed[len(head) + _NONCE :], head + place.encode())
    except (InvalidTag, ValueError):
        raise StorageError(f"What is sealed for {place} is damaged.") from None


def _cipher(key: bytes, place: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.digest(key, f"jobswipe file\0{place}".encode(), hashlib.sha256))
