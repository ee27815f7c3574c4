"""Whether settings are fit for people to trust the server with their resume: all that is wrong, at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from jobswipe.errors import SettingsError
from jobswipe.security import keys
from jobswipe.security.networks import Networks, parse
from jobswipe.security.origins import is_origin, origins
from jobswipe.settings import Settings

_DEBUGGING = ("LITESTAR_DEBUG", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE")
_FEW = 12
"""Different bytes that a random secret of 32 has at least: a smaller number was typed by a person."""


def applies(settings: Settings) -> bool:
    """Whether the server runs in production: it says so, or people reach it by https."""
    server = settings.server
    if server.environment is not None:
        return server.environment == "production"
    return (server.public_url or "").startswith("https://")


def require(settings: Settings) -> None:
    """Raises SettingsError, with every fault in it, where the settings are not sound or not fit for production."""
    Networks(settings.server.trusted_proxies, "[server] trusted_proxies")
    Networks(settings.limits.trusted or "", "[limits] trusted")
    if (settings.server.tls_cert is None) != (settings.server.tls_key is None):
        raise SettingsError("Set [server] tls_cert and tls_key together: TLS needs both.")
    if not applies(settings):
        origins(settings.server)
        return
    found = faults(settings)
    if found:
        told = " ".join(f"({number}) {fault}" for number, fault in enumerate(found, 1))
        raise SettingsError(f"These settings are not fit for production. {told}")


def faults(settings: Settings) -> list[str]:
    """What would be unsafe in production, a sentence each that says what to do."""
    return [*_reach(settings), *_origins(settings), *_secrets(settings), *_machines(settings), *_open(settings)]


def _reach(settings: Settings) -> Iterator[str]:
    server = settings.server
    if not (server.public_url or "").startswith("https://"):
        yield "[server] public_url is no https address: people would send passwords in the clear; set it."
    address = parse(server.host)
    here = server.host == "localhost" or (address is not None and address.is_loopback)
    if not server.trusted_proxies and server.tls_cert is None:
        where = "listens on this machine alone" if here else "speaks no TLS itself"
        yield (
            f"[server] trusted_proxies is empty though the server {where}: name the proxy in front, or every client "
            "has the proxy's address; or set tls_cert and tls_key."
        )
    for network in ("0.0.0.0/0", "::/0"):
        if network in server.trusted_proxies.replace(" ", "").split(","):
            yield f"[server] trusted_proxies has {network}: anybody could be anybody; name the proxies' own."
    if server.tls_key is not None:
        yield from _key_file(server.tls_key)


def _key_file(path: Path) -> Iterator[str]:
    try:
        if path.stat().st_mode & 0o077:
            yield f"[server] tls_key {path} can be read by others: run 'chmod 600' on it."
    except OSError as error:
        yield f"[server] tls_key {path} cannot be read ({error.strerror}): name a PEM file."


def _origins(settings: Settings) -> Iterator[str]:
    for one in settings.server.cors_origins.split(","):
        origin = one.strip()
        if not origin:
            continue
        if "*" in origin or origin == "null":
            yield f"[server] cors_origins has {origin!r}, which stands for any page: list the origins themselves."
        elif not is_origin(origin):
            yield f"[server] cors_origins has {origin!r}: write each origin whole, as https://app.example.com."
        elif not origin.startswith("https://"):
            yield f"[server] cors_origins has {origin}: a page without https can be changed on its way; use https."


def _secrets(settings: Settings) -> Iterator[str]:
    named = settings.security.keys is not None and settings.security.secret is not None
    if not named and settings.database_url.startswith("postgresql"):
        yield (
            "[security] keys and secret are not set while the database is Postgres: a lost data directory would make "
            "all personal data unreadable; set JOBSWIPE_SECURITY_KEYS and JOBSWIPE_SECURITY_SECRET."
        )
    if named:
        try:
            configured = keys.configured(settings)
        except SettingsError as error:
            yield error.message
            return
        if len(set(configured.secret)) < _FEW:
            yield "[security] secret is no random one: make one with 'openssl rand -base64 32'."
        for number, key in configured.encryption.items():
            if len(set(key)) < _FEW:
                yield f"[security] keys: key {number} is no random one: make one with 'openssl rand -base64 32'."


def _machines(settings: Settings) -> Iterator[str]:
    if settings.server.machines < 2:
        return
    count = settings.server.machines
    if not settings.database_url.startswith("postgresql"):
        yield f"[server] machines is {count} and the database is SQLite, which one machine has: use Postgres."
    if not settings.queue_url.startswith("redis"):
        yield f"[server] machines is {count} and the queue is a file of one of them: set JOBSWIPE_QUEUE_URL to Redis."
    if not (settings.limits.store or settings.queue_url).startswith("redis"):
        yield f"[server] machines is {count} and each counts requests for itself: set [limits] store to Redis."


def _open(settings: Settings) -> Iterator[str]:
    if settings.logging.level == "debug":
        yield "[logging] level is debug: libraries tell their inside; use info."
    for name in _DEBUGGING:
        if os.environ.get(name) not in (None, "", "0"):
            yield f"{name} is set in the environment: debugging is not for production; unset it."
    if settings.accounts.registration == "open" and settings.mail.url is None:
        yield (
            "[accounts] registration is open and no [mail] url is set: nobody would get the code that "
            "confirms an address; set JOBSWIPE_MAIL_URL, or another registration."
        )
    if settings.outbound.allow_private:
        yield "[outbound] allow_private is on: users could have the server ask the machines of its own network."
    metrics = settings.metrics
    address = parse(metrics.host)
    here = metrics.host == "localhost" or (address is not None and address.is_loopback)
    if metrics.enabled and not here and not metrics.exposed:
        yield (
            f"[metrics] host is {metrics.host}: the port tells strangers much; use 127.0.0.1, or set exposed where the "
            "network keeps them off."
        )
