"""The shipped rules and dashboards speak of what is measured, with the objectives' own figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import values
from watching import Configure, everything_once, ingest, opening, scrape

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.models import TaskSchedule
from jobswipe.observability import measure
from jobswipe.observability.metrics_server import start_metrics_server
from jobswipe.observability.slo import BURNS, DECK_SECONDS, FLOOR, SLOS, TASK_START_SECONDS
from jobswipe.tasks import ledger

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())
GROUPS = {group["name"]: group["rules"] for group in RULES["groups"]}
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))


@pytest.fixture
def measured(configure: Configure, sqlite_store: Database) -> set[str]:
    """The names that an exposition has."""
    server = start_metrics_server(configure(), sqlite_store)
    try:
        everything_once()
        measure.ingest_run("ashby", "complete", {"read": 1, "stored": 1}, 0.1)
        ingest(sqlite_store, [opening("1")])
        now = clock.now()
        with sqlite_store.write() as session:
            ledger.enqueue(session, "digest", {})
            session.add(TaskSchedule(name="digest", cron="0 7 * * *", last_slot=now, created_at=now))
        return {name for name, _ in scrape(server.port).values}
    finally:
        server.close()
        assert values.ValueClass is values.MutexValue


def names(expression: str) -> set[str]:
    return set(re.findall(r"\bjobswipe_\w+", expression))


def test_every_metric_of_the_rules_is_measured(measured: set[str]) -> None:
    asked = set().union(*(names(rule["expr"]) for rules in GROUPS.values() for rule in rules))
    assert len(asked) > 10
    assert asked <= measured


def test_every_metric_of_the_dashboards_is_measured(measured: set[str]) -> None:
    assert DASHBOARDS
    recorded = {rule["record"] for rule in GROUPS["jobswipe-sli"]}
    for path in DASHBOARDS:
        panels = json.loads(path.read_text())["panels"]
        expressions = [target["expr"] for panel in panels for target in panel.get("targets", ())]
        assert len(expressions) > 10
        for expression in expressions:
            assert names(expression) <= measured, f"{path.name}: {expression}"
            assert set(re.findall(r"\bjobswipe:[\w:]+", expression)) <= recorded
        assert len({panel["id"] for panel in panels}) == len(panels)


def test_each_objective_is_recorded_over_each_window() -> None:
    windows = {window for burn in BURNS for window in (burn.long, burn.short)}
    found = {(rule["record"], rule["labels"]["slo"]) for rule in GROUPS["jobswipe-sli"]}
    assert found == {
        (f"jobswipe:{what}{window}", slo.name)
        for what in ("bad:ratio_rate", "events:increase")
        for window in windows
        for slo in SLOS
    }
    for rule in GROUPS["jobswipe-sli"]:
        window = re.search(r"(\d+[mhd])$", rule["record"])
        assert window is not None
        assert set(re.findall(r"\[(\w+)\]", rule["expr"])) == {window[1]}
        edge = {"deck_latency": DECK_SECONDS, "task_start": TASK_START_SECONDS}.get(rule["labels"]["slo"])
        if edge is not None and "bucket" in rule["expr"]:
            assert f'le="{edge}"' in rule["expr"]


def test_the_burn_rates_are_the_objectives_own() -> None:
    alerts = GROUPS["jobswipe-slo"]
    assert [alert["labels"]["severity"] for alert in alerts] == [burn.severity for burn in BURNS]
    for alert, burn in zip(alerts, BURNS, strict=True):
        text = " ".join(alert["expr"].split())
        for window in (burn.long, burn.short):
            assert (
                f"jobswipe:bad:ratio_rate{window} > on (slo) "
                f"({burn.rate:g} * (1 - max by (slo) (jobswipe_slo_objective_ratio)))"
            ) in text
        assert f"jobswipe:events:increase{burn.long} >= {FLOOR}" in text
        assert text.count(" and on (slo) ") == 2


def test_alerts_have_a_sentence_and_a_severity() -> None:
    for rules in (GROUPS["jobswipe-slo"], GROUPS["jobswipe-causes"]):
        for alert in rules:
            assert alert["labels"]["severity"] in ("page", "ticket")
            assert len(alert["annotations"]["summary"]) > 20
            text = alert["expr"]
            assert text.count("(") == text.count(")")


def test_the_collectors_configuration_is_whole() -> None:
    found = yaml.safe_load((DEPLOY / "otel" / "collector.yml").read_text())
    for pipeline in found["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(found[part])
