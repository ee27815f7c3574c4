"""The settings of what is fetched: polls of boards, and every request that goes out."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jobswipe.settings.section import Section


class IngestSettings(Section):
    section: ClassVar[str] = "ingest"

    batch: int = Field(default=500, ge=1, le=10_000)
    """Postings written in one transaction."""
    threads: int = Field(default=4, ge=1, le=32)
    """Boards that are fetched at the same time (each host still gets at most its own limit)."""


class OutboundSettings(Section):
    section: ClassVar[str] = "outbound"

    contact: str = "https://pypi.org/project/jobswipe/"
    """Address in the User-Agent, so that a board's operator can reach whoever polls."""
    allow_private: bool = False
    """Allow requests to private and loopback addresses (intranet boards, tests)."""
    timeout: float = Field(default=60, gt=0)
    """Seconds for one whole request."""
    max_body_mb: int = Field(default=64, ge=1)
    """Largest response, in megabytes unpacked."""
