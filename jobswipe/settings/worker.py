"""The settings of workers and of when what runs."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jobswipe.settings.section import Section


class WorkerSettings(Section):
    section: ClassVar[str] = "worker"

    threads: int = Field(default=4, ge=1, le=256)
    """Tasks that one worker process runs at a time."""
    grace: float = Field(default=20, ge=0)
    """Seconds in which a worker that is told to stop finishes its tasks; it gives back the others."""
    beat: float = Field(default=5, gt=0, le=300)
    """Seconds between two heartbeats of a worker."""
    stuck: float = Field(default=120, ge=5)
    """Seconds without a turn of its main loop after which a worker process ends itself."""
    limit: float = Field(default=3600, gt=0)
    """Seconds that a task may run, where its kind does not say."""
    keep_done_days: float = Field(default=7, ge=0)
    """Days that done and cancelled tasks are kept."""
    keep_dead_days: float = Field(default=90, ge=0)
    """Days that dead tasks are kept."""
    keep_runs_days: float = Field(default=90, ge=0)
    """Days that the runs of a source are kept, the last one of each always."""
    keep_snapshots_days: float = Field(default=90, ge=0)
    """Days that the figures of past moments are kept."""


class ScheduleSettings(Section):
    """When what runs, as cron text (five fields). An entry without a text has the one that it was declared with."""

    section: ClassVar[str] = "schedule"

    timezone: str = "UTC"
    """Time zone of the cron texts, as `Europe/Berlin`."""
    ingest: str | None = None
    """Poll the sources that are due. Default `*/5 * * * *`; `off` never."""
    index: str | None = None
    """Bring the text index up to date. Default `*/10 * * * *`; `off` never."""
    lake: str | None = None
    """Append to the lake that reports read. Default `15 * * * *`; `off` never."""
    expire: str | None = None
    """Close postings whose own end has passed. Default `35 * * * *`; `off` never."""
    skills: str | None = None
    """Read the skills of postings anew that an older JobSwipe read. Default `25 * * * *`; `off` never."""
    preferences: str | None = None
    """Mend what was learned from verdicts where it does not agree with their log. Default `40 * * * *`; `off` never."""
    snapshot: str | None = None
    """Keep figures of the present moment, for `report operations`. Default `0 * * * *`; `off` never."""
    cleanup: str | None = None
    """Delete old tasks and runs. Default `45 3 * * *`; `off` never."""
    matches: str | None = None
    """Look for strong matches among new postings. Default `*/10 * * * *`; `off` never."""
    reminders: str | None = None
    """Tell the reminders that are due. Default `*/5 * * * *`; `off` never."""
    digest: str | None = None
    """Make the digests whose time of day has come. Default `*/5 * * * *`; `off` never."""
    notify: str | None = None
    """Send the notifications that are due. Default `* * * * *`; `off` never."""
    forget: str | None = None
    """Forget old notifications. Default `50 3 * * *`; `off` never."""
    accounts: str | None = None
    """Forget ended sessions, old codes and the oldest of the audit log. Default `55 3 * * *`; `off` never."""
    other: str | None = None
    """Cron texts of entries that other packages declare: `NAME = 0 4 * * *; NAME = off`."""
