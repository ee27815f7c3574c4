"""Random tokens that prove something to who holds them: made here, kept as keyed hashes only."""

from __future__ import annotations

import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY = 43
"""Base62 digits that hold 256 bits."""
_SUM = 6
"""Base62 digits that hold a CRC-32."""


def make(prefix: str) -> str:
    """`PREFIX_` and 256 random bits in base62, with a checksum: a typo is told from a wrong token without the store."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_BODY))
    return f"{prefix}_{body}{_checksum(prefix, body)}"


def well_formed(token: str, prefix: str) -> bool:
    """Whether a token has the prefix, the length and the checksum of one that `make` made."""
    head, _, rest = token.partition("_")
    if head != prefix or len(rest) != _BODY + _SUM or not rest.isascii():
        return False
    return rest[_BODY:] == _checksum(prefix, rest[:_BODY])


def _checksum(prefix: str, body: str) -> str:
    number, out = zlib.crc32(f"{prefix}_{body}".encode()), ""
    for _ in range(_SUM):
        number, digit = divmod(number, len(ALPHABET))
        out = ALPHABET[digit] + out
    return out
