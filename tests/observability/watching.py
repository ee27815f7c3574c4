"""What the tests of watching share: how settings are made, and how an exposition is read and checked."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobswipe.db.engine import Database
from jobswipe.observability import measure
from jobswipe.observability.context import span, task_span
from jobswipe.postings.ingest import Run, Summary
from jobswipe.settings import Settings
from jobswipe.sources import catalog
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting

Configure = Callable[..., Settings]
_UNITS = ("_seconds", "_bytes", "_ratio", "_total", "_info")
# What counts things, and so has no unit.
_COUNTS = re.compile(
    r"jobswipe_(\w+_)?(in_progress|in_use|limit|cpus|load1|threads|fds|processes|postings|sources|failures|zero_result"
    r"|records|changes|up|tasks|depth|workers|stale|overdue)"
)
_ABBREVIATED = re.compile(r"_(ms|msec|sec|secs|s|us|ns|min|mins|h|hrs|kb|mb|gb|kib|mib|pct|percent)(_|$)")


@dataclass
class Exposition:
    """A scrape: `values` by name and labels, `types` by name of the family as written."""

    text: str
    values: dict[tuple[str, frozenset[tuple[str, str]]], float] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, **labels: str) -> float:
        return self.values[f"jobswipe_{name}", frozenset(labels.items())]

    def total(self, name: str, **labels: str) -> float:
        """The sum over all other labels."""
        wanted = set(labels.items())
        return sum(one for (found, has), one in self.values.items() if found == f"jobswipe_{name}" and wanted <= has)

    def series(self) -> int:
        return len(self.values)


def scrape(port: int | None, path: str = "/metrics") -> Exposition:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return read(answer.read().decode())


def read(text: str) -> Exposition:
    """Parse an exposition and hold it to the rules that promtool's linter has."""
    found = Exposition(text)
    helped: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, _, meaning = line[7:].partition(" ")
            assert meaning.strip(), f"{name} has no help"
            assert name not in helped, f"{name} is explained twice"
            helped.add(name)
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            assert name in helped, f"{name} has a type before its help"
            assert name not in found.types, f"{name} has two types"
            found.types[name] = kind
            _named(name, kind)
        else:
            assert line[:1] not in ("", "#"), line
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found.values, f"{key} is there twice"
            assert sample.timestamp is None
            found.values[key] = sample.value
            base = re.sub(r"_(bucket|sum|count)$", "", sample.name) if family.type == "histogram" else sample.name
            assert base in found.types, f"{sample.name} has no family of its own"
    for name, kind in found.types.items():
        if kind == "histogram":
            _cumulative(found, name)
    return found


def _named(name: str, kind: str) -> None:
    assert re.fullmatch(r"jobswipe_[a-z][a-z0-9_]*[a-z0-9]", name), name
    assert (kind == "counter") == name.endswith("_total"), f"{name} is a {kind}"
    assert kind == "histogram" or not name.endswith(("_count", "_sum", "_bucket")), name
    assert not re.search(r"_(gauge|counter|histogram|summary)(_|$)", name), f"{name} says its type"
    assert not _ABBREVIATED.search(name), f"{name} abbreviates a unit"
    assert name.endswith(_UNITS) or _COUNTS.fullmatch(name), f"{name} has no unit"


def _cumulative(found: Exposition, name: str) -> None:
    buckets: dict[frozenset[tuple[str, str]], list[tuple[float, float]]] = {}
    for (sample, labels), value in found.values.items():
        if sample == f"{name}_bucket":
            rest = frozenset(one for one in labels if one[0] != "le")
            buckets.setdefault(rest, []).append((float(dict(labels)["le"]), value))
    for labels, pairs in buckets.items():
        pairs.sort()
        assert pairs[-1][0] == float("inf")
        assert [value for _, value in pairs] == sorted(value for _, value in pairs), name
        assert found.values[f"{name}_count", labels] == pairs[-1][1]
        assert (f"{name}_sum", labels) in found.values


def everything_once() -> None:
    """Each measure of the house, with awkward values."""
    measure.request("GET", "/postings/{id}", 200, 0.02)
    measure.request("BREW", "/postings/{id}", 999, 0.3)
    measure.request_running(1)
    measure.limited("api")
    measure.limit_store_failed("auth")
    measure.task_started("ingest.source", 0.4)
    measure.task_started("ingest.source", -3600)  # the clock was set back
    measure.task_state("ingest.source", "done")
    with task_span("ingest.source", 1, 1, None):
        pass
    with pytest.raises(ZeroDivisionError), task_span("ingest.source", 1, 2, None):
        raise ZeroDivisionError
    for operation in get_args(measure.Operation):
        with span(operation, measured=operation):
            pass
    measure.outbound("2xx", 0.2)
    measure.swipe("like")
    measure.resume(measure.form("Sample Candidate.pdf"), "done")
    measure.resume(measure.form("sample.candidate"), "failed")
    measure.notification("email", "sent")
    measure.ingest_run("ashby", "complete", {"read": 0, "stored": 0}, 1.0)
    measure.pool_timeout()


def opening(external_id: str, title: str = "Pump Engineer", place: str = "Berlin, Germany", **more: Any) -> RawPosting:
    values: dict[str, Any] = {
        "external_id": external_id,
        "title": title,
        "company": "Acme Pumps",
        "url": f"https://jobs.example.com/{external_id}",
        "locations": [RawLocation(text=place)],
        "description_html": "<p>We look for a person who likes to keep pumps running and knows Python and SQL.</p>",
    }
    return RawPosting(**values | more)


def ingest(database: Database, records: list[RawPosting], board: str = "acme") -> Summary:
    """One run of a source over records."""
    now = datetime.now(UTC)
    with database.write() as session:
        source = catalog.for_files(session, "ashby", board, now)
    run = Run(database, source, batch=500, fetched_at=now)
    run.feed(records, ReadContext(fetched_at=now, board=board))
    return run.finish()
