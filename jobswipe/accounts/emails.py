"""E-mail addresses: which are taken, and the one form in which each is kept and looked up."""

from __future__ import annotations

import re

from sqlmodel import Session

from jobswipe.errors import UsageError
from jobswipe.security import vault

LONGEST = 254
"""Characters of an address (RFC 5321 §4.5.3.1.3, less the angle brackets)."""
# Letters that mean something to mail headers, URLs or lists of addresses are not taken, though RFC 5322 would.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PLACE = "account.email"


def normal(text: str) -> str:
    """The address in lower case, its domain as ASCII. Raises UsageError."""
    local, at, domain = text.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower() if domain and len(text) <= LONGEST else ""
    except UnicodeError:
        host = ""
    labels = host.split(".")
    fit = at and len(local) <= 64 and _LOCAL.fullmatch(local) and all(_LABEL.fullmatch(one) for one in labels)
    if not fit or len(local) + len(host) >= LONGEST:
        raise UsageError("That is no e-mail address: write it as name@example.com, in plain letters before the @.")
    return f"{local.lower()}@{host}"


def fingerprint(session: Session, address: str) -> bytes:
    """What an address in its normal form is looked up by."""
    return vault.of(session).fingerprint(_PLACE, address)
