"""The settings of notifications."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jobswipe.settings.section import Section


class NotifySettings(Section):
    section: ClassVar[str] = "notify"

    timezone: str = "UTC"
    """IANA time zone of persons who have set none, such as Europe/Berlin."""
    allow_private: bool = False
    """Allow notifications to services at private and loopback addresses (a mail relay of your own, tests)."""
    timeout: float = Field(default=30, gt=0)
    """Seconds that one service may take to accept one notification."""
    attempts: int = Field(default=12, ge=1, le=50)
    """Attempts at one notification, over about a day, before it is given up as dead."""
    first_pause: float = Field(default=60, ge=0)
    """Seconds to wait after the first failure; doubled after each further one, varied at random."""
    longest_pause: float = Field(default=21_600, ge=0)
    """Seconds to wait at most between two attempts."""
    at_once: int = Field(default=5, ge=0)
    """Strong matches of one look that are sent at once; the others wait for the digest."""
    keep_days: float = Field(default=90, ge=1)
    """Days that sent, suppressed and dead notifications are kept, and that a posting counts as new."""
