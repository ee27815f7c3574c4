"""Settings: one class per concern, each key documented. Sources, strongest first: environment, `*_FILE`, config.toml.

`JOBSWIPE_DATABASE_URL` sets `[database] url`; `JOBSWIPE_DATABASE_URL_FILE` names a file that holds it. The TOML file is
`config.toml` in the data directory. An unknown key is refused with the nearest valid one.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from jobswipe.errors import SettingsError

CONFIG_NAME = "config.toml"
_MAX_SECRET = 10_000
_RESERVED = {"JOBSWIPE_HOME", "JOBSWIPE_NOW", "JOBSWIPE_CORPUS", "JOBSWIPE_API_KEY", "JOBSWIPE_API_KEY_FILE"}


class _Section(BaseSettings):
    section: ClassVar[str]

    model_config = SettingsConfigDict(extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # `load` reads the environment itself, so that an error can name the variable, the file and the nearest key.
        return (init_settings,)


SectionT = TypeVar("SectionT", bound=_Section)


class DatabaseSettings(_Section):
    section: ClassVar[str] = "database"

    url: str | None = None
    """Database URL, `postgresql://…` or `sqlite:///…`. Default: the file jobswipe.db in the data directory."""
    pool_size: int = Field(default=20, ge=1)
    """Connections that the Postgres pool keeps open."""
    pool_overflow: int = Field(default=30, ge=0)
    """Connections beyond the pool at a peak."""
    pool_timeout: float = Field(default=30, gt=0)
    """Seconds to wait for a free connection."""
    pool_recycle: int = Field(default=1800, gt=0)
    """Seconds after which a connection is replaced."""
    busy_timeout: float = Field(default=30, gt=0)
    """Seconds that SQLite waits for another process's write."""


class IngestSettings(_Section):
    section: ClassVar[str] = "ingest"

    batch: int = Field(default=500, ge=1, le=10_000)
    """Postings written in one transaction."""
    threads: int = Field(default=4, ge=1, le=32)
    """Boards that are fetched at the same time (each host still gets at most its own limit)."""


class OutboundSettings(_Section):
    section: ClassVar[str] = "outbound"

    contact: str = "https://pypi.org/project/jobswipe/"
    """Address in the User-Agent, so that a board's operator can reach whoever polls."""
    allow_private: bool = False
    """Allow requests to private and loopback addresses (intranet boards, tests)."""
    timeout: float = Field(default=60, gt=0)
    """Seconds for one whole request."""
    max_body_mb: int = Field(default=64, ge=1)
    """Largest response, in megabytes unpacked."""


class MatchSettings(_Section):
    section: ClassVar[str] = "match"

    explore_every: int = Field(default=10, ge=0)
    """Every which card explores (0: never)."""
    half_life_days: float = Field(default=45, gt=0)
    """Age in days at which the freshness part has fallen to half."""
    warm_mb: int = Field(default=256, ge=1)
    """Megabytes that one process keeps of persons between their requests, some 200 kB each; beyond it reads anew."""


class ServerSettings(_Section):
    section: ClassVar[str] = "server"

    host: str = "127.0.0.1"
    """Address that `serve` and `up` listen on; 0.0.0.0 for other machines, behind a proxy that speaks TLS."""
    port: int = Field(default=8080, ge=0, le=65_535)
    """The port; 0 takes any free one."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+$")
    """Where people reach it, `https://…` without a path; with https, browsers are told to stay with it."""
    threads: int = Field(default=20, ge=1, le=256)
    """Requests that are worked on at a time; more wait. Not more than the database's pool has connections."""
    deck_threads: int = Field(default=4, ge=1, le=64)
    """Decks and verdicts that are worked on at a time, beside those. More threads than processors slow each other
    down: more are of use where the database is far away."""
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


class LimitsSettings(_Section):
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


class SecuritySettings(_Section):
    section: ClassVar[str] = "security"

    keys: SecretStr | None = None
    """Keys that personal data is encrypted with, `NUMBER:BASE64` of 32 random bytes each, with commas between; the
    highest number encrypts once 'jobswipe user rekey' has run with it. Default: the file keys/encryption.keys in the
    data directory, made at first use."""
    secret: SecretStr | None = None
    """Base64 of 32 random bytes, under which e-mail addresses, API keys and tokens are hashed. Default: the file
    keys/hash.secret in the data directory, made at first use."""


class AccountsSettings(_Section):
    section: ClassVar[str] = "accounts"

    cache: float = Field(default=10, ge=0, le=60)
    """Seconds for which a server knows a session or API key without asking the store: so long one that was revoked
    through another process may still be taken."""
    registration: Literal["open", "invite", "closed"] = "closed"
    """Who may make an account: anybody, whoever an admin invites, or nobody (an operator makes them)."""
    idle_hours: float = Field(default=168, gt=0, le=8_760)
    """Hours without a request after which a session has ended."""
    session_days: float = Field(default=30, gt=0, le=365)
    """Days after which a session has ended in any case."""
    verify_hours: float = Field(default=24, gt=0, le=168)
    """Hours in which a new e-mail address is to be confirmed."""
    reset_minutes: float = Field(default=30, gt=0, le=1_440)
    """Minutes in which a code for a new password is taken."""
    invite_days: float = Field(default=7, gt=0, le=90)
    """Days in which an invitation is taken."""
    rotation_hours: float = Field(default=24, ge=0, le=720)
    """Hours for which an API key that was rotated is still taken beside the new one."""
    page: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    """A page of your own that takes the codes of mails, `https://…/{purpose}#{code}`. Default: mails hold the code
    alone."""
    hash_memory_mib: int = Field(default=19, ge=19, le=1_024)
    """Memory of one password hash (Argon2id), in MiB; at most four are made at a time."""
    hash_rounds: int = Field(default=2, ge=2, le=20)
    """Passes over that memory. Passwords are hashed anew at the next sign-in after a change."""
    audit_days: float = Field(default=400, ge=1)
    """Days that the audit log is kept."""


class MailSettings(_Section):
    section: ClassVar[str] = "mail"

    url: SecretStr | None = None
    """The mail server for what the system sends (confirmations, new passwords, invitations), in Apprise's form:
    mailtos://USER:PASSWORD@smtp.example.com:587. It may be at a private address. Default: no mail is sent."""
    sender: str = Field(default="jobswipe@localhost", pattern=r"^[^\s@,;<>&?=]+@[^\s@,;<>&?=]+$")
    """The address that these mails come from."""


class OidcSettings(_Section):
    """Signing in by an OpenID Connect provider. Its redirect address is `{public_url}/api/v1/auth/oidc/callback`."""

    section: ClassVar[str] = "oidc"

    issuer: str | None = Field(default=None, pattern=r"^https?://[^/\s?#]+(/[^\s?#]*)?$")
    """The provider's issuer, `https://…`, as it names itself. Default: none."""
    client_id: str = ""
    """The name under which the provider knows this server."""
    client_secret: SecretStr | None = None
    """The secret that the provider gave for it, if it gave one."""
    scopes: str = "openid email profile"
    """What the provider is asked for."""
    create_accounts: bool = False
    """Make an account for whoever the provider knows and JobSwipe does not, whatever [accounts] registration says."""
    second_factor: bool = False
    """The provider asks for a second factor itself: whoever has codes switched on here may sign in through it."""
    allow_private: bool = False
    """Allow a provider at a private or loopback address, and one without TLS."""


class EventsSettings(_Section):
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


class MetricsSettings(_Section):
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


class TracingSettings(_Section):
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


class LoggingSettings(_Section):
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


class HealthSettings(_Section):
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


class NotifySettings(_Section):
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


class OllamaSettings(_Section):
    section: ClassVar[str] = "ollama"

    url: str = "http://127.0.0.1:11434"
    """Address of the Ollama server that writes drafts. Empty: none, drafts are made from a template.

    One that you set is missed by health when it does not answer; at the default address it is used where it is.
    """
    model: str = "llama3.2"
    """Model that writes drafts, as 'ollama list' names it."""
    connect_timeout: float = Field(default=3, gt=0)
    """Seconds to wait for a connection."""
    first_token_timeout: float = Field(default=120, gt=0)
    """Seconds to wait for the first word: Ollama may have to load the model."""
    idle_timeout: float = Field(default=30, gt=0)
    """Seconds to wait for each further word."""
    total_timeout: float = Field(default=300, gt=0)
    """Seconds for one whole draft."""
    max_words: int = Field(default=900, ge=50)
    """Words after which a draft is cut off."""


class QueueSettings(_Section):
    section: ClassVar[str] = "queue"

    url: str | None = None
    """Queue of task ids, `redis://…` (Valkey too) or `sqlite:///…`. Default: queue.db in the data directory."""
    window: int = Field(default=1000, ge=1, le=100_000)
    """Task ids that are in the queue at most; the rest waits in the ledger, in the order of its priority."""
    poll: float = Field(default=0.25, gt=0, le=60)
    """Seconds between two looks for due tasks."""
    lost: float = Field(default=30, gt=0)
    """Seconds after which an id that no worker took is handed to the queue again."""
    backoff: float = Field(default=2, ge=0)
    """Seconds that the first retry of a task waits at most; doubled for each further one."""
    backoff_max: float = Field(default=900, ge=0)
    """Seconds that a retry waits at most."""


class WorkerSettings(_Section):
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


class ScheduleSettings(_Section):
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


class TuiSettings(_Section):
    """The terminal app."""

    section: ClassVar[str] = "tui"

    theme: Literal["dark", "light", "contrast"] = "dark"
    """Colours until another theme is chosen in the app: dark, light or contrast."""
    keys: str = ""
    """Other keys for what the app does, `like = right,y; undo = ctrl+z`; `jobswipe tui --list-keys` has the names."""
    animations: bool = True
    """Let a verdict fade out. A key never waits for it."""
    plain: bool = False
    """Ask line by line instead of filling the screen, as `--plain` does: for screen readers."""
    ahead: int = Field(default=8, ge=1, le=50)
    """Cards that are fetched before they are shown."""


class Settings:
    """All sections, and the data directory that they were read for."""

    def __init__(self, home: Path, values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> None:
        self.home = home
        self.origins = origins
        self.database = _build(DatabaseSettings, values, origins)
        self.ingest = _build(IngestSettings, values, origins)
        self.outbound = _build(OutboundSettings, values, origins)
        self.match = _build(MatchSettings, values, origins)
        self.server = _build(ServerSettings, values, origins)
        self.limits = _build(LimitsSettings, values, origins)
        self.security = _build(SecuritySettings, values, origins)
        self.accounts = _build(AccountsSettings, values, origins)
        self.mail = _build(MailSettings, values, origins)
        self.oidc = _build(OidcSettings, values, origins)
        self.events = _build(EventsSettings, values, origins)
        self.metrics = _build(MetricsSettings, values, origins)
        self.tracing = _build(TracingSettings, values, origins)
        self.logging = _build(LoggingSettings, values, origins)
        self.health = _build(HealthSettings, values, origins)
        self.notify = _build(NotifySettings, values, origins)
        self.ollama = _build(OllamaSettings, values, origins)

        self.queue = _build(QueueSettings, values, origins)
        self.worker = _build(WorkerSettings, values, origins)
        self.schedule = _build(ScheduleSettings, values, origins)
        self.tui = _build(TuiSettings, values, origins)

    @property
    def queue_url(self) -> str:
        return self.queue.url or f"sqlite:///{self.home / 'queue.db'}"

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.home / 'jobswipe.db'}"

    @property
    def index_dir(self) -> Path:
        return self.home / "index"

    @property
    def keys_dir(self) -> Path:
        return self.home / "keys"

    @property
    def logs_dir(self) -> Path:
        return self.home / "logs"

    @property
    def metrics_dir(self) -> Path:
        return self.home / "metrics"

    @property
    def lake_dir(self) -> Path:
        return self.home / "lake"

    @property
    def tui_dir(self) -> Path:
        return self.home / "tui"

    @property
    def config_path(self) -> Path:
        return self.home / CONFIG_NAME


SECTIONS: dict[str, type[_Section]] = {
    section.section: section
    for section in (
        DatabaseSettings,
        IngestSettings,
        OutboundSettings,
        MatchSettings,
        ServerSettings,
        LimitsSettings,
        SecuritySettings,
        AccountsSettings,
        MailSettings,
        OidcSettings,
        EventsSettings,
        MetricsSettings,
        TracingSettings,
        LoggingSettings,
        HealthSettings,
        NotifySettings,
        OllamaSettings,
        QueueSettings,
        WorkerSettings,
        ScheduleSettings,
        TuiSettings,
    )
}


def home_dir() -> Path:
    """The data directory: JOBSWIPE_HOME, else the platform's data directory (XDG on Linux)."""
    named = os.environ.get("JOBSWIPE_HOME")
    try:
        return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("jobswipe", appauthor=False))
    except RuntimeError:
        raise SettingsError(
            f"JOBSWIPE_HOME is {named!r}, and there is no such user's home: give a whole path."
        ) from None


def load(home: Path | None = None) -> Settings:
    """Read the configuration. Raises SettingsError that names file, key and nearest valid key."""
    home = home or home_dir()
    if "?" in str(home):  # what follows it would be the options of the database's URL
        raise SettingsError(f"The data directory {home} has a ? in its name: set JOBSWIPE_HOME to another.")
    values: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    origins: dict[tuple[str, str], str] = {}
    _read_file(home / CONFIG_NAME, values, origins)
    _read_environment(values, origins)
    return Settings(home, values, origins)


def _read_file(path: Path, values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> None:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend or remove it.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    for section, keys in document.items():
        if section not in SECTIONS:
            raise SettingsError(f"{path}: unknown section [{section}]{_nearest(section, SECTIONS)}.")
        if not isinstance(keys, dict):
            raise SettingsError(f"{path}: {section} must be a section, written [{section}].")
        for key, value in keys.items():
            if key not in SECTIONS[section].model_fields:
                raise SettingsError(
                    f"{path}: unknown key {key!r} in [{section}]{_nearest(key, SECTIONS[section].model_fields)}."
                )
            if isinstance(value, bool) and SECTIONS[section].model_fields[key].annotation is not bool:
                raise SettingsError(f"{path}: [{section}] {key} = {str(value).lower()}: give a number or a text.")
            values[section][key] = value
            origins[section, key] = str(path)


def _read_environment(values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> None:
    known = {
        f"JOBSWIPE_{section}_{key}".upper(): (section, key)
        for section, model in SECTIONS.items()
        for key in model.model_fields
    }
    for name in sorted(os.environ):
        if not name.startswith("JOBSWIPE_") or name in _RESERVED:
            continue
        if name in known:
            section, key = known[name]
            values[section][key] = os.environ[name]
        elif name.endswith("_FILE") and name.removesuffix("_FILE") in known:
            section, key = known[name.removesuffix("_FILE")]
            if name.removesuffix("_FILE") in os.environ:
                raise SettingsError(f"Both {name} and {name.removesuffix('_FILE')} are set: keep one.")
            values[section][key] = _secret(name, Path(os.environ[name]))
        else:
            raise SettingsError(f"Unknown setting {name} in the environment{_nearest(name, [*known, *_RESERVED])}.")
        origins[section, key] = name


def _secret(name: str, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MAX_SECRET + 1).strip()
    except OSError as error:
        raise SettingsError(
            f"{name} names {path}, which cannot be read ({error.strerror}): name a text file."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} names {path}, which is not UTF-8 text: name a text file.") from None
    if not text or len(text) > _MAX_SECRET or "\n" in text:
        raise SettingsError(f"{name} names {path}, which does not hold one line: write the value into it.")
    return text


def _build(model: type[SectionT], values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> SectionT:
    try:
        return model(**values[model.section])
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        where = origins.get((model.section, key), "settings")
        raise SettingsError(f"{where}: [{model.section}] {key} = {first['input']!r}: {first['msg']}.") from None


def _nearest(name: str, valid: Iterable[str]) -> str:
    valid = list(valid)
    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else f" (there is {', '.join(valid)})" if len(valid) < 25 else ""
