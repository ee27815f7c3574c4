"""Origins of pages that may call the API: each whole, none by a pattern."""

from __future__ import annotations

from urllib.parse import urlsplit

from jobswipe.errors import SettingsError
from jobswipe.settings import ServerSettings


def origins(settings: ServerSettings) -> frozenset[str]:
    """Those of [server] cors_origins. Raises SettingsError where one is none."""
    found = [one.strip() for one in settings.cors_origins.split(",") if one.strip()]
    for one in found:
        if not is_origin(one):
            raise SettingsError(
                f"[server] cors_origins has {one!r}: write each origin whole, as https://app.example.com; there is no "
                "wildcard."
            )
    return frozenset(found)


def is_origin(text: str) -> bool:
    """Whether it is a scheme, a host and perhaps a port, as browsers write it."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    whole = f"{parts.scheme}://{parts.netloc}" == text and text == text.lower()
    return whole and parts.scheme in ("http", "https") and bool(parts.hostname) and "*" not in text and "@" not in text
