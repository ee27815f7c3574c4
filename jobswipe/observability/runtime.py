"""Begin and end to watch a process: its log and its traces. A service also opens `metrics_server`'s port."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

from jobswipe.observability import context, logs

if TYPE_CHECKING:
    from jobswipe.observability.tracing import Tracing
    from jobswipe.settings import Settings

Role = Literal["server", "worker", "command"]

_tracing: Tracing | None = None
_command: ExitStack | None = None


def start(settings: Settings, role: Role) -> None:
    """Log and trace as the settings say. A second call in a process does nothing. Raises SettingsError."""
    global _tracing
    if not logs.active():
        logs.start(settings, role)
    if _tracing is None and settings.tracing.enabled:
        from jobswipe.observability import tracing

        _tracing = tracing.start(settings, role)


def tracing() -> Tracing | None:
    return _tracing


def start_command(settings: Settings, name: str) -> None:
    """Watch a single command: the span of its whole run is named by what was typed, without options and values."""
    global _command
    if _command is not None or (settings.logging.level is None and not settings.tracing.enabled):
        return
    start(settings, "command")
    _command = ExitStack()
    _command.enter_context(context.bind(command=name))
    _command.enter_context(context.entry_span(f"run {name}", "internal", "command"))


def finish_command(error: BaseException | None = None) -> None:
    """The command is over, well or with an error."""
    global _command
    if _command is None:
        return
    watched, _command = _command, None
    # What it ended with is told to the span, and goes on its own way from where it was caught.
    try:
        watched.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)
    except BaseException as same:
        if same is not error:
            raise
    stop()


def stop() -> None:
    """Deliver what is pending and watch no longer."""
    global _tracing
    if _tracing is not None:
        _tracing.stop()
        _tracing = None
    logs.stop()
