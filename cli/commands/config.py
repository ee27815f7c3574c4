"""config: show the settings with where each comes from, and check them."""

from __future__ import annotations

import re

import typer

from cli.context import load_settings
from cli.output import Format, FormatOption, emit, note

_PASSWORD = re.compile(r"(://[^/\s:]*:)[^/\s]*@")
"""The password in an address."""

config = typer.Typer(help="The settings: show them, check them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(config, name="config")


@config.command("show")
def show(form: FormatOption = Format.table) -> None:
    """List every setting, its value, where it comes from and what it means.

    Example: jobswipe config show --format json
    """
    from jobswipe.settings import SECTIONS, meanings

    settings = load_settings()
    urls = {"database": settings.database_url, "queue": settings.queue_url}
    rows = [
        {"key": "home", "value": str(settings.home), "from": "JOBSWIPE_HOME or default", "meaning": "Data directory."}
    ]
    for name, model in SECTIONS.items():
        section, told = getattr(settings, name), meanings(name)
        for key in model.model_fields:
            value = urls[name] if key == "url" and name in urls else getattr(section, key)
            rows.append(
                {
                    "key": f"{name}.{key}",
                    "value": _PASSWORD.sub(r"\1***@", str(value)),
                    "from": settings.origins.get((name, key), "default"),
                    "meaning": told.get(key, ""),
                }
            )
    emit(rows, form, ["key", "value", "from", "meaning"])


@config.command("check")
def check() -> None:
    """Read the settings and say whether they are sound, and fit for production where that is on; exit 2 when not.

    Example: jobswipe config check
    """
    from jobswipe import production
    from jobswipe.db.engine import parse_url
    from jobswipe.tasks import schedule
    from jobswipe.tasks.queue import Queue

    settings = load_settings()
    parse_url(settings.database_url)
    Queue(settings.queue_url)
    schedule.entries(settings)
    production.require(settings)
    note(f"The settings are sound (data directory {settings.home}).")
