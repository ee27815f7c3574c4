"""Structured logs, on stderr: stdout is data."""

from __future__ import annotations

import sys
from typing import Any

import structlog


def logger(name: str) -> Any:
    """A structlog logger whose lines carry `logger=name`."""
    return structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).bind(logger=name)
