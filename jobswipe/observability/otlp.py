"""What traces and logs have in common on their way to a collector: address, headers and who sends."""

from __future__ import annotations

from urllib.parse import urlsplit

from opentelemetry.sdk.resources import Resource
from pydantic import SecretStr

from jobswipe import __version__
from jobswipe.errors import SettingsError

EXPORT_SECONDS = 5.0
"""How long one delivery may take, with its retries."""
LAST_SECONDS = 2.0
"""How long the end of a process waits for the last delivery."""


def address(endpoint: str, path: str, setting: str) -> str:
    """The collector's address of a signal. Raises SettingsError."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{setting} is {endpoint!r}: give the base address of a collector, http://HOST:4318.")
    return f"{endpoint.rstrip('/')}{path}"


def headers(given: SecretStr | None, setting: str) -> dict[str, str]:
    """Headers from "name=value,name=value". Raises SettingsError, without the values in it."""
    out: dict[str, str] = {}
    for part in (given.get_secret_value() if given else "").split(","):
        name, found, value = part.partition("=")
        if not part.strip():
            continue
        if not found or not name.strip():
            raise SettingsError(f'{setting} is not of the form "name=value,name=value".')
        out[name.strip()] = value.strip()
    return out


def resource(role: str) -> Resource:
    return Resource.create(
        {"service.namespace": "jobswipe", "service.name": f"jobswipe-{role}", "service.version": __version__}
    )
