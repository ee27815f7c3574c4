"""The services that a channel may be, and what in a channel's address is refused."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from jobswipe.errors import UsageError

SCHEMAS = frozenset(
    "mailto mailtos ntfy ntfys slack tgram discord gotify gotifys json jsons form forms xml xmls mmost mmosts rocket "
    "rockets matrix matrixs msteams workflow workflows gchat zulip pover pbul signal signals apprise apprises".split()
)
"""Apprise's names of services that talk HTTP or SMTP and nothing else: none opens files or runs programs."""
MAX_URL = 4_000
# They name files on this machine or fetch keys from elsewhere.
_REFUSED_KEYS = frozenset({"pgp", "pgppub", "pgpprv", "wkd", "template", "attach", "attach-as"})
_SCHEMA = re.compile(r"([a-z][a-z0-9]*)://", re.IGNORECASE)


def schema_of(url: str) -> str:
    """The service's name in an address, all of it that may be shown. Raises UsageError, without the address in it."""
    if len(url) > MAX_URL or not url.isprintable() or url.split() != [url]:
        raise UsageError("The address of a channel is one line without blanks: write a blank in it as %20.")
    found = _SCHEMA.match(url)
    if found is None:
        raise UsageError(
            "The address of a channel begins with its service, as mailtos://, ntfys://, slack://, tgram:// or jsons://."
        )
    schema = found[1].lower()
    if schema in ("http", "https"):
        raise UsageError(f"Write a webhook's address as json{'s' * (schema == 'https')}:// instead of {schema}://.")
    if schema not in SCHEMAS:
        raise UsageError(f"There is no service {schema!r}: choose one of {', '.join(sorted(SCHEMAS))}.")
    keys = {key.strip().lower().lstrip("+-:") for key, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)}
    if refused := sorted(keys & _REFUSED_KEYS):
        raise UsageError(f"A channel's address may not have {refused[0]!r}: leave it out.")
    return schema


def shown(url: str) -> str:
    """A channel's address as it may be shown: everything behind the service can be a secret."""
    found = _SCHEMA.match(url)
    return f"{found[1].lower() if found else ''}://…"
