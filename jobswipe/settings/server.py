"""The settings of the server: where and how it serves, and its live updates."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from jobswipe.settings.section import Section


class ServerSettings(Section):
    section: ClassVar[str] = "server"

    host: str = "127.0.0.1"
    """Address that `serve` and `up` listen on; 0.0.0.0 for other machines, behind a proxy that speaks TLS."""
    port: int = Field(default=8080, ge=0, le=65_535)
    """The port; 0 takes any free one."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+$")
    """Where people reach it, `https://…` without a path; with https, browsers are told to stay with it."""
    threads: int = Field(default=20, ge=1, le=256)
    """Requests that are worked on at a time; more wait. Not more than the database's pool has connections."""
    deck_threads: int = Field(default=1, ge=1, le=64)
    """Decks that are dealt at a time in each process, beside those. They compute and take turns, so that more of them
    are slower together: more are of use where the database is more than two milliseconds away."""
    ranking_threads: int = Field(default=2, ge=1, le=64)
    """Decks at a time for which all postings are ranked, or new ones read; the others do not wait for them."""
    verdict_threads: int = Field(default=2, ge=1, le=64)
    """Verdicts that are recorded at a time, likewise; each waits for the store now and then."""
    resume_readers: int = Field(default=2, ge=1, le=32)
    """Resumes that are read at a time, each in a process of its own that takes up to 1 GB of memory; more wait."""
    drain: float = Field(default=1, ge=0, le=300)
    """Seconds that a server that is told to stop still takes requests, while /ready already says that it stops."""
    grace: float = Field(default=20, gt=0, le=300)
    """Seconds beyond them in which requests that are under way finish; the others are cut off."""
    environment: Literal["development", "production"] | None = None
    """In production a start with unfit settings is refused. Default: production where public_url is https."""
    processes: int = Field(default=1, ge=1, le=64)
    """Processes that serve; each has threads and a database pool of its own."""
    machines: int = Field(default=1, ge=1)
    """Machines that serve together; what they must share is checked at the start in production."""
    hosts: str = ""
    """Names that the server is reached by beside that of public_url, with commas between; others are refused."""
    trusted_proxies: str = ""
    """Networks of the proxies in front, as `172.16.0.0/12`, with commas between. What they say of the client and of
    its scheme is believed; what others say is not."""
    proxy_header: Literal["X-Forwarded-For", "Fly-Client-IP"] = "X-Forwarded-For"
    """The header in which they say the client's address."""
    cors_origins: str = ""
    """Origins whose pages may call the API from a browser, as `https://app.example.com`, with commas between."""
    tls_cert: Path | None = None
    """PEM file of the certificate and its chain; with tls_key the server speaks TLS itself."""
    tls_key: Path | None = None
    """PEM file of its private key, which others must not read."""
    tls_min: Literal["1.2", "1.3"] = "1.2"
    """Oldest version of TLS that is spoken."""
    tls_ciphers: str | None = None
    """Ciphers of TLS 1.2, as OpenSSL names them. Default: those with forward secrecy and authenticated encryption."""


class EventsSettings(Section):
    """Live updates over HTTP (/api/v1/events)."""

    section: ClassVar[str] = "events"

    poll: float = Field(default=1, ge=0.05, le=60)
    """Seconds between two looks into the store, by each process for all who watch through it."""
    heartbeat: float = Field(default=15, ge=0.1, le=60)
    """Seconds without an event after which a sign of life is sent."""
    each: int = Field(default=4, ge=1, le=100)
    """Streams that one person has open in one process."""
    total: int = Field(default=1_000, ge=1)
    """Streams that one process keeps open."""
