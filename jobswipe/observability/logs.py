"""The log: structured lines with the ids of the work at hand, as JSON or, on a terminal, pretty; and the security log.

`logger(name)` is cheap and silent until `start`: a single command logs nothing unless [logging] level asks for it,
and never in place of the line that it prints for people.
"""

from __future__ import annotations

import logging
import random
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobswipe.errors import SettingsError
from jobswipe.observability import context

if TYPE_CHECKING:
    from jobswipe.settings import Settings

ROOMS = ("jobswipe", "cli", "server", "tui", "backup")
"""Loggers that follow [logging] level; libraries are heard from "warning" on."""
SLOW = 1.0
"""Seconds from which a request is logged whatever the share."""
_SECURITY = "jobswipe.security"
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
_LONGEST_AGENT = 300

_lowest: int | None = None
_access_ratio = 1.0
_handlers: list[tuple[str, logging.Handler]] = []


class Log:
    """A structlog logger that is made when a line is first written. `bind` adds fields to each line."""

    __slots__ = ("_bound", "_name")

    def __init__(self, name: str, bound: Mapping[str, Any] | None = None) -> None:
        self._name = name
        self._bound = dict(bound or {})

    def bind(self, **fields: Any) -> Log:
        return Log(self._name, self._bound | fields)

    def debug(self, event: str, **fields: Any) -> None:
        self._write("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._write("error", event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        """An error with the exception that is being handled."""
        self._write("error", event, {"exc_info": True} | fields)

    def _write(self, level: str, event: str, fields: Mapping[str, Any]) -> None:
        if _lowest is None or _LEVELS[level] < _lowest:
            return
        import structlog

        getattr(structlog.stdlib.get_logger(self._name), level)(event, **self._bound, **fields)


def logger(name: str) -> Log:
    """The logger of a module: `log = logger(__name__)`, `log.info("run_finished", source=..., read=...)`."""
    return Log(name)


def access(method: str, route: str, status: int, seconds: float, **fields: Any) -> None:
    """A served request. Of the uneventful ones [logging] access_ratio is kept, and says so."""
    uneventful = status < 400 and seconds < SLOW
    if uneventful and _access_ratio < 1 and random.random() >= _access_ratio:  # noqa: S311 - a sample, no secret
        return
    if uneventful and _access_ratio < 1:
        fields["sampled"] = _access_ratio
    Log("server.access").info("request", method=method, route=route, status=status, seconds=round(seconds, 4), **fields)


def security(
    event: str, *, who: str | None, source: str | None, agent: str | None, path: str | None, outcome: str, **more: Any
) -> None:
    """A line of the security log: an account's id (never a name), an address, a user agent, a path, an outcome.

    It is never sampled, and has a file of its own.
    """
    if _lowest is None:
        return
    import structlog

    agent = agent[:_LONGEST_AGENT] if agent else None
    structlog.stdlib.get_logger(_SECURITY).info(
        event, who=who, source=source, agent=agent, path=path, outcome=outcome, **more
    )


def active() -> bool:
    return _lowest is not None


def start(settings: Settings, role: str) -> bool:
    """Begin to log as `role` (server, worker, command); False where a command was not asked to.

    Raises SettingsError when a file cannot be opened.
    """
    chosen = settings.logging
    if role == "command" and chosen.level is None:
        return False
    global _lowest, _access_ratio
    stop()
    import structlog

    pretty = chosen.format == "pretty" or (chosen.format == "auto" and sys.stderr.isatty())
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(_formatter(pretty=pretty))
    handlers: list[logging.Handler] = [console]
    if chosen.file is not None:
        handlers.append(_file(chosen.file, settings))
    secure: list[logging.Handler] = [_file(chosen.security_file or settings.logs_dir / "security.jsonl", settings)]
    if chosen.otlp_endpoint:
        from jobswipe.observability.shipping import handler

        shipped = handler(settings, role)
        shipped.setFormatter(_formatter(pretty=False))
        handlers.append(shipped)
        secure.append(shipped)
    for one in handlers:
        _attach("", one)
    for one in secure:
        _attach(_SECURITY, one)
    logging.raiseExceptions = False  # a full disk must not end the work
    _lowest, _access_ratio = _LEVELS[chosen.level or "info"], chosen.access_ratio
    for room in ROOMS:
        logging.getLogger(room).setLevel(_lowest)
    of_security = logging.getLogger(_SECURITY)
    of_security.setLevel(logging.INFO)
    of_security.propagate = False
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return True


def stop() -> None:
    """Write what is pending and log no longer."""
    global _lowest
    _lowest = None
    closed: set[int] = set()
    for name, handler in _handlers:
        logging.getLogger(name).removeHandler(handler)
        if id(handler) not in closed:
            closed.add(id(handler))
            handler.close()
    if _handlers:
        logging.captureWarnings(False)
    _handlers.clear()


def _attach(name: str, handler: logging.Handler) -> None:
    logging.getLogger(name).addHandler(handler)
    _handlers.append((name, handler))


def _file(path: Path, settings: Settings) -> logging.Handler:
    from jobswipe.observability.rotating import SharedRotatingHandler

    path = path if path.is_absolute() else settings.home / path
    try:
        handler = SharedRotatingHandler(path, settings.logging.max_mb << 20, settings.logging.backups)
    except OSError as error:
        raise SettingsError(
            f"The log {path} cannot be written ({error.strerror}): choose another in [logging]."
        ) from None
    handler.setFormatter(_formatter(pretty=False))
    return handler


def _shared() -> list[Any]:
    import structlog

    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        _add_ids,
    ]


def _formatter(*, pretty: bool) -> logging.Formatter:
    import structlog

    from jobswipe.observability import redact

    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact.processor,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback) if pretty else _json,
    ]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=last)


def _add_ids(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in context.fields().items():
        event.setdefault(name, value)
    return event


def _json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    import msgspec

    first = {key: event.pop(key) for key in ("timestamp", "level", "logger", "event") if key in event}
    return msgspec.json.encode({**first, **event}, enc_hook=str).decode()
