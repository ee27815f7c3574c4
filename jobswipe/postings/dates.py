"""A source's date value to an aware UTC datetime, or nothing: never a guess, never a nonsense year."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""A job posting from before this is a default value (1970) or a slip."""
AHEAD = timedelta(days=2)
"""How far in the future a posting date may lie: time zones and clocks differ."""
VALID_AHEAD = timedelta(days=3660)
"""How far in the future a closing date may lie."""

_NUMBER = re.compile(r"\d{9,16}(?:\.\d{1,6})?\Z")
_RELATIVE = re.compile(
    r"(?:posted\s+)?(?:(?P<now>just now|now|today)|(?P<yesterday>yesterday)"
    r"|(?P<count>\d{1,4}|an?|one)(?P<plus>\+?)\s*(?P<unit>minute|min|hour|hr|day|week|month|[mhdw])s?(?:\s+ago)?)\Z"
)
_UNIT_DAYS = {"minute": 1 / 1440, "min": 1 / 1440, "m": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "h": 1 / 24}
_UNIT_DAYS |= {"day": 1, "d": 1, "week": 7, "w": 7, "month": 30}
_NAMED_ZONE = re.compile(r"(?:(?<!\s)\s+)?(?:UTC|GMT|Z)\Z")


def moment(value: str | int | float | None, fetched_at: datetime, *, closing: bool = False) -> datetime | None:
    """Read ISO 8601, RFC 2822, epoch seconds or milliseconds, "2025-12-05 21:44:46 UTC" or "3 days ago".

    Relative words count from `fetched_at`; "30+ days ago" is unbounded and gives None, as does anything before
    `EARLIEST` or too far ahead (`closing` dates may lie ten years ahead). A date without a zone is UTC.
    """
    if value is None or isinstance(value, bool):
        return None
    found = _from_number(float(value)) if isinstance(value, int | float) else _from_text(value.strip(), fetched_at)
    if found is None or not EARLIEST <= found <= fetched_at + (VALID_AHEAD if closing else AHEAD):
        return None
    return found


def _from_number(value: float) -> datetime | None:
    if not 0 <= value < 1e17:  # NaN and infinity too
        return None
    # Seconds run to 10 digits until the year 2286; 13 digits are milliseconds, 16 microseconds.
    while value > 1e11:
        value /= 1000
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):  # which one depends on the platform
        return None


@lru_cache(maxsize=4096)
def _absolute(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_NAMED_ZONE.sub("+00:00", text))
    except ValueError:
        try:
            found = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def _from_text(text: str, fetched_at: datetime) -> datetime | None:
    if not text or len(text) > 64:
        return None
    if _NUMBER.match(text):
        return _from_number(float(text))
    absolute = _absolute(text)
    if absolute is not None:
        return absolute
    relative = _RELATIVE.match(text.lower())
    if relative is None or relative["plus"]:
        return None
    if relative["now"]:
        return fetched_at
    if relative["yesterday"]:
        return fetched_at - timedelta(days=1)
    count = int(relative["count"]) if relative["count"].isdigit() else 1
    return fetched_at - timedelta(days=count * _UNIT_DAYS[relative["unit"]])
