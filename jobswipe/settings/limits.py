"""The settings of the server's limits."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jobswipe.settings.section import Section


class LimitsSettings(Section):
    """What one request, one connection and one client may cost."""

    section: ClassVar[str] = "limits"

    auth: int = Field(default=5, ge=1, le=1000)
    """Requests a minute that one address may make to log in, register and the like."""
    api: int = Field(default=60, ge=1, le=1000)
    """Requests a minute of one user."""
    api_analyst: int = Field(default=120, ge=1, le=1000)
    """The same of an analyst."""
    api_operator: int = Field(default=300, ge=1, le=1000)
    """The same of an operator."""
    api_admin: int = Field(default=300, ge=1, le=1000)
    """The same of an administrator."""
    public: int = Field(default=100, ge=1, le=1000)
    """Requests a minute that one address may make without a user."""
    trusted: str | None = None
    """Networks whose requests are not counted, with commas between. Default: this machine itself in development,
    nobody in production."""
    store: str | None = None
    """Where servers count together, `redis://…`. Default: the queue's where that is Redis, else the file limits.db in
    the data directory."""
    store_timeout: float = Field(default=0.25, gt=0, le=10)
    """Seconds that a request waits for it."""
    max_body: int = Field(default=1_000_000, ge=1_000)
    """Bytes of a request's body, where its address does not say otherwise."""
    max_head: int = Field(default=32_768, ge=4_096, le=1_000_000)
    """Bytes of a request's line and headers together."""
    max_url: int = Field(default=8_192, ge=256)
    """Bytes of a request's address with its query."""
    max_headers: int = Field(default=100, ge=20)
    """Headers of a request."""
    head_timeout: float = Field(default=10, gt=0)
    """Seconds in which the head of a request must have come."""
    body_timeout: float = Field(default=20, gt=0)
    """Seconds that a body may take, and one more for each body_rate bytes that have come."""
    body_rate: int = Field(default=10_000, ge=1)
    """Bytes for which a body gets one more second."""
    write_timeout: float = Field(default=60, gt=0)
    """Seconds for which a client may take nothing of an answer."""
    connections: int = Field(default=1_000, ge=1)
    """Connections that one process keeps open; more are told to come again."""
    connections_each: int = Field(default=100, ge=1)
    """Of one address; proxies and trusted networks may have all."""
