"""The settings of what can be watched: metrics, traces, the log, health."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from jobswipe.settings.section import Section


class MetricsSettings(Section):
    section: ClassVar[str] = "metrics"

    enabled: bool = True
    """Serve /metrics, /health and /ready on a port of their own while a server or worker runs."""
    host: str = "127.0.0.1"
    """Address that the port is opened on; 0.0.0.0 for a scraper on another machine."""
    port: int = Field(default=9091, ge=0, le=65_535)
    """The port; 0 takes any free one. Two services on one machine need two ports."""
    store_timeout: float = Field(default=2, gt=0)
    """Seconds that a scrape waits for what it reads from the database."""
    store_interval: float = Field(default=15, ge=0)
    """Seconds for which figures that were read from the database are shown again."""
    exposed: bool = False
    """Say in production that the port may be open to other machines: strangers are kept off by the network."""
    sources: int = Field(default=100, ge=0, le=10_000)
    """Sources that have series of their own, the longest followed first; the others are added up as "other"."""


class TracingSettings(Section):
    section: ClassVar[str] = "tracing"

    enabled: bool = False
    """Record traces and send them to a collector."""
    endpoint: str = "http://127.0.0.1:4318"
    """Base address of an OTLP/HTTP collector; /v1/traces is added."""
    headers: SecretStr | None = None
    """Headers for the collector, as "name=value,name=value"."""
    ratio_api: float = Field(default=0.1, ge=0, le=1)
    """Share of the API's requests that are traced."""
    ratio_page: float = Field(default=0.1, ge=0, le=1)
    """Share of the requests for pages that are traced."""
    ratio_task: float = Field(default=0.1, ge=0, le=1)
    """Share of the tasks that no trace led to (scheduled ones) that are traced."""
    ratio_command: float = Field(default=1, ge=0, le=1)
    """Share of the commands that are traced."""
    trust_incoming: bool = False
    """Whoever sends a request decides whether it is traced, by its traceparent; only where no stranger can send one."""
    propagate_to: str = ""
    """Hosts that are told the trace (traceparent header), with commas between; nobody else is."""


class LoggingSettings(Section):
    section: ClassVar[str] = "logging"

    level: Literal["debug", "info", "warning", "error"] | None = None
    """Lowest level that is logged. Default: info in servers and workers; other commands log only when it is set."""
    format: Literal["auto", "json", "pretty"] = "auto"
    """How lines on stderr look; auto is pretty on a terminal and JSON elsewhere."""
    file: Path | None = None
    """A file that gets every line too, as JSON; it is rotated."""
    security_file: Path | None = None
    """The security log. Default: logs/security.jsonl in the data directory."""
    max_mb: int = Field(default=50, ge=1)
    """Megabytes at which a log file is rotated."""
    backups: int = Field(default=5, ge=1, le=100)
    """Rotated files that are kept beside each."""
    access_ratio: float = Field(default=1, ge=0, le=1)
    """Share of the uneventful requests that are logged; failures and slow ones always are."""
    otlp_endpoint: str | None = None
    """Base address of an OTLP/HTTP collector that the log is shipped to; /v1/logs is added."""
    otlp_headers: SecretStr | None = None
    """Headers for it, as "name=value,name=value"."""


class HealthSettings(Section):
    section: ClassVar[str] = "health"

    timeout: float = Field(default=3, gt=0)
    """Seconds that each check may take; they run side by side."""
    disk_free_mb: int = Field(default=500, ge=0)
    """Free megabytes of the data directory's disk below which health is degraded; below a tenth it has failed."""
    index_lag: int = Field(default=5_000, ge=0)
    """Changes that the text index may be behind the store."""
    networks: str = ""
    """Networks that the server's /ready tells details to, as `10.0.0.0/8`, with commas between; beside an operator's
    credential and the machine itself. Others learn what passes and what fails."""
