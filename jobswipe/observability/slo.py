"""What is promised: the service level objectives, their thresholds, and the burn rates that alert on them.

The alerts of deploy/prometheus/rules.yml use these figures; a test compares them. Multi-window, multi-burn-rate
alerting is that of the Site Reliability Workbook, chapter 5: over a window of 30 days a burn rate of 14.4 spends 2 %
of the budget in an hour, 6 spends 5 % in six hours, 3 and 1 spend 10 % in one and three days.
"""

from __future__ import annotations

from typing import NamedTuple


class Slo(NamedTuple):
    """`objective` is the share of good events or moments (0 to 1), `threshold` what is good, in seconds."""

    name: str
    objective: float
    threshold: float | None
    meaning: str


class Burn(NamedTuple):
    """An alert: both windows must burn at `rate` times what the objective allows. `severity` is page or ticket."""

    rate: float
    long: str
    short: str
    severity: str


DECK_SECONDS = 0.25
TASK_START_SECONDS = 60.0
FRESH_SECONDS = 6 * 3600.0

SLOS = (
    Slo("availability", 0.999, None, "Requests that are not answered with a server error."),
    Slo("deck_latency", 0.99, DECK_SECONDS, "Decks that are dealt in time."),
    Slo("task_start", 0.99, TASK_START_SECONDS, "Tasks that are claimed in time after they could be."),
    Slo("ingest_freshness", 0.99, FRESH_SECONDS, "Polled sources whose last success is recent, on average over time."),
)

BURNS = (
    Burn(14.4, "1h", "5m", "page"),
    Burn(6.0, "6h", "30m", "page"),
    Burn(3.0, "1d", "2h", "ticket"),
    Burn(1.0, "3d", "6h", "ticket"),
)
"""Most urgent first."""

FLOOR = 10
"""Events in the long window below which a rate of failures says nothing and does not alert."""


def fresh_within(poll_floor: float) -> float:
    """Seconds within which a source must have succeeded to be fresh: six hours, or two of its own polls."""
    return max(FRESH_SECONDS, 2 * poll_floor)
