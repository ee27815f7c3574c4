"""The sections of the settings, in the order in which they are shown, and all of them as they were read."""

from __future__ import annotations

from itertools import pairwise
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
    """All sections, and the data directory that they were read for. What was set anywhere is checked at once."""

    database: DatabaseSettings
    ingest: IngestSettings
    outbound: OutboundSettings
    match: MatchSettings
    server: ServerSettings
    limits: LimitsSettings
    security: SecuritySettings
    accounts: AccountsSettings
    mail: MailSettings
    oidc: OidcSettings
    events: EventsSettings
    metrics: MetricsSettings
    tracing: TracingSettings
    logging: LoggingSettings
    health: HealthSettings
    notify: NotifySettings
    ollama: OllamaSettings
    queue: QueueSettings
    worker: WorkerSettings
    schedule: ScheduleSettings
    tui: TuiSettings

    def __init__(self, home: Path, values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> None:
        self.home = home
        self.origins = origins
        for section, model in SECTIONS.items():
            if values[section]:
                setattr(self, section, _build(model, values[section], origins))

    def __getattr__(self, name: str) -> Any:
        """A section of which nothing was set, made when it is first asked for: a start needs few of them."""
        if name not in SECTIONS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        found = _build(SECTIONS[name], {}, self.origins)
        setattr(self, name, found)
        return found

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


def meanings(section: str) -> dict[str, str]:
    """What each key of a section means: the text below it. Read when it is asked for, not at every start."""
    import ast
    import inspect

    (model,) = ast.parse(inspect.getsource(SECTIONS[section])).body
    assert isinstance(model, ast.ClassDef)  # noqa: S101 - for the type checker
    return {
        key.target.id: inspect.cleandoc(text.value.value)
        for key, text in pairwise(model.body)
        if isinstance(key, ast.AnnAssign)
        and isinstance(key.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _build(model: type[SectionT], values: dict[str, Any], origins: dict[tuple[str, str], str]) -> SectionT:
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        where = origins.get((model.section, key), "settings")
        raise SettingsError(f"{where}: [{model.section}] {key} = {first['input']!r}: {first['msg']}.") from None
