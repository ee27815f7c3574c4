"""Which server is asked, and with which key: what an address and a key must be before one is sent to the other."""

from __future__ import annotations

import hashlib
import ipaddress
from urllib.parse import urlsplit

import msgspec

from jobswipe.errors import UsageError

PREFIX = "/api/v1"
_LONGEST_KEY = 512


class Address(msgspec.Struct, frozen=True):
    """`base` is where the API's routes begin, `root` what comes before `/api/v1`; `host` is shown to people."""

    root: str
    host: str
    loopback: bool

    @property
    def base(self) -> str:
        return self.root + PREFIX


def address(text: str) -> Address:
    """An address as it is typed, with or without `/api/v1`. Raises UsageError that says what to write instead."""
    shown = text.strip()[:200]
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise UsageError(f"--server {shown!r} is no address: write it like https://jobs.example.com.") from None
    if parts.scheme not in ("http", "https") or not host or any(letter.isspace() for letter in parts.netloc):
        raise UsageError(f"--server {shown!r} is no address: write it like https://jobs.example.com.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UsageError(
            "--server takes no user name, password, query or fragment: write https://HOST alone, and give the API "
            "key in JOBSWIPE_API_KEY."
        )
    loopback = _loopback(host)
    if parts.scheme == "http" and not loopback:
        raise UsageError(
            f"--server http://{host} would send your API key readable to all on the way: write https://{host}. Plain "
            "http is for this machine alone."
        )
    at = f"[{host}]" if ":" in host else host
    at = at if port is None else f"{at}:{port}"
    path = parts.path.rstrip("/").removesuffix(PREFIX).rstrip("/")
    return Address(root=f"{parts.scheme}://{at}{path}", host=at, loopback=loopback)


def check_key(key: str) -> str:
    """The key as a header can hold it. Raises UsageError, without the key in it."""
    key = key.strip()
    if not key or len(key) > _LONGEST_KEY or not all("!" <= letter <= "~" for letter in key):
        raise UsageError("The API key is no key: give it whole, as 'jobswipe apikey create' printed it.")
    return key


def fingerprint(where: Address, whose: str) -> str:
    """A name for files that belong to one server and one person, or one key; it tells neither."""
    return hashlib.sha256(f"{where.root}\n{whose}".encode()).hexdigest()[:32]


def _loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
