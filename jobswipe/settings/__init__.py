"""Settings: one class per concern, each key documented. Sources, strongest first: environment, `*_FILE`, config.toml.

`JOBSWIPE_DATABASE_URL` sets `[database] url`; `JOBSWIPE_DATABASE_URL_FILE` names a file that holds it. The TOML file is
`config.toml` in the data directory. An unknown key is refused with the nearest valid one.
"""

from jobswipe.settings.accounts import AccountsSettings, MailSettings, OidcSettings, SecuritySettings
from jobswipe.settings.limits import LimitsSettings
from jobswipe.settings.matching import MatchSettings, OllamaSettings
from jobswipe.settings.notify import NotifySettings
from jobswipe.settings.observability import HealthSettings, LoggingSettings, MetricsSettings, TracingSettings
from jobswipe.settings.reading import home_dir, load
from jobswipe.settings.sections import CONFIG_NAME, SECTIONS, Settings, meanings
from jobswipe.settings.server import EventsSettings, ServerSettings
from jobswipe.settings.sources import IngestSettings, OutboundSettings
from jobswipe.settings.store import DatabaseSettings, QueueSettings
from jobswipe.settings.tui import TuiSettings
from jobswipe.settings.worker import ScheduleSettings, WorkerSettings

__all__ = [
    "CONFIG_NAME",
    "SECTIONS",
    "AccountsSettings",
    "DatabaseSettings",
    "EventsSettings",
    "HealthSettings",
    "IngestSettings",
    "LimitsSettings",
    "LoggingSettings",
    "MailSettings",
    "MatchSettings",
    "MetricsSettings",
    "NotifySettings",
    "OidcSettings",
    "OllamaSettings",
    "OutboundSettings",
    "QueueSettings",
    "ScheduleSettings",
    "SecuritySettings",
    "ServerSettings",
    "Settings",
    "TracingSettings",
    "TuiSettings",
    "WorkerSettings",
    "home_dir",
    "load",
    "meanings",
]
