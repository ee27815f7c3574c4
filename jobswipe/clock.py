"""The one clock. `JOBSWIPE_NOW` (ISO 8601) sets it, so that a run can be repeated to the letter."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from jobswipe.errors import SettingsError


def now() -> datetime:
    """The present moment, aware, in UTC. Raises SettingsError when JOBSWIPE_NOW is not a date."""
    fixed = os.environ.get("JOBSWIPE_NOW")
    if not fixed:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        raise SettingsError(f"JOBSWIPE_NOW is {fixed!r}: give an ISO 8601 date such as 2026-11-01T00:00:00Z.") from None
    if not 1970 < moment.year < 3000:  # beyond, a time zone or a poll's pause leaves the calendar
        raise SettingsError(f"JOBSWIPE_NOW is {fixed!r}: give a date between 1971 and 2999.")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
