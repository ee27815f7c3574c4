"""The sections of the settings, in the order in which they are shown, and all of them as they were read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from jobswipe.errors import SettingsError
from jobswipe.settings.accounts import AccountsSettings, MailSettings, OidcSettings, SecuritySettings
from jobswipe.settings.limits import LimitsSettings
from jobswipe.settings.matching import MatchSettings, OllamaSettings
from jobswipe.settings.notify import NotifySettings
from jobswipe.settings.observability import HealthSettings, LoggingSettings, MetricsSettings, TracingSettings
from jobswipe.settings.section import Section
from jobswipe.settings.server import EventsSettings, ServerSettings
from jobswipe.settings.sources import IngestSettings, OutboundSettings
from jobswipe.settings.store import DatabaseSettings, QueueSettings
from jobswipe.settings.tui import TuiSettings
from jobswipe.settings.worker import ScheduleSettings, WorkerSettings

CONFIG_NAME = "config.toml"
SectionT = TypeVar("SectionT", bound=Section)

SECTIONS: dict[str, type[Section]] = {
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


def _build(model: type[SectionT], values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> SectionT:
    try:
        return model(**values[model.section])
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        where = origins.get((model.section, key), "settings")
        raise SettingsError(f"{where}: [{model.section}] {key} = {first['input']!r}: {first['msg']}.") from None
