"""fly.toml and the Dockerfile say what the program does: commands, ports, addresses and times."""

from __future__ import annotations

import ast
import base64
import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from jobswipe import production
from jobswipe import settings as settings_module
from jobswipe.settings import Settings
from jobswipe.tasks.supervise import BEYOND_GRACE
from server.app import create_app
from server.lifetime import BEYOND

ROOT = Path(__file__).resolve().parents[2]
FLY: dict[str, Any] = tomllib.loads((ROOT / "fly.toml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def instruction(name: str) -> list[str]:
    """The words of an instruction of the image that is written as a list."""
    (found,) = re.findall(rf"^{name} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    words: list[str] = ast.literal_eval(found)
    return words


def variables() -> dict[str, str]:
    (found,) = re.findall(r"^ENV (PATH=(?:.|\\\n)*?[^\\])$", DOCKERFILE, re.MULTILINE)
    return dict(part.split("=", 1) for part in shlex.split(found.replace("\\\n", " ")))


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As in a machine of Fly: the image's environment, then the file's."""
    for name in [name for name in os.environ if name.startswith("JOBSWIPE_")]:
        monkeypatch.delenv(name)
    for name, value in (variables() | FLY["env"]).items():
        if name.startswith("JOBSWIPE_"):
            monkeypatch.setenv(name, str(value))
    return settings_module.load(home)


def parse(words: list[str]) -> None:
    """Raises where the command or one of its options is not there."""
    import typer

    from cli.main import app

    command: Any = typer.main.get_command(app)
    assert words[0] == "jobswipe"
    rest = words[1:]
    while hasattr(command, "commands"):
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context("jobswipe", rest)


@pytest.mark.parametrize("command", [FLY["deploy"]["release_command"], *FLY["processes"].values()])
def test_each_command_exists(command: str) -> None:
    parse([*instruction("ENTRYPOINT"), *shlex.split(command)])


def test_the_image_runs_all_of_it() -> None:
    words = [*instruction("ENTRYPOINT"), *instruction("CMD")]
    assert words == ["jobswipe", "up"]
    parse(words)


def test_the_facts_of_the_deployment() -> None:
    service = FLY["http_service"]
    assert (FLY["app"], FLY["primary_region"]) == ("jobswipe-9obhra", "iad")
    assert (service["internal_port"], service["force_https"], service["min_machines_running"]) == (8080, True, 1)
    assert (service["concurrency"]["soft_limit"], service["concurrency"]["hard_limit"]) == (20, 25)
    assert set(FLY["processes"]) == {"app", "worker"}
    assert service["processes"] == ["app"]
    assert {name for vm in FLY["vm"] for name in vm["processes"]} == set(FLY["processes"])
    assert all((vm["cpus"], vm["cpu_kind"], vm["memory"]) == (2, "shared", "2gb") for vm in FLY["vm"])
    # Blue and green run side by side: neither may need a volume.
    assert FLY["deploy"]["strategy"] == "bluegreen"
    assert "mounts" not in FLY


def test_its_ports_are_those_of_the_program(settings: Settings) -> None:
    assert (settings.server.host, settings.metrics.host) == ("0.0.0.0", "0.0.0.0")
    assert FLY["http_service"]["internal_port"] == settings.server.port
    (metrics,) = FLY["metrics"]
    assert (metrics["port"], metrics["path"]) == (settings.metrics.port, "/metrics")
    assert FLY["checks"]["worker"]["port"] == settings.metrics.port
    assert re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE) == [f"{settings.server.port} {settings.metrics.port}"]


def test_its_checks_are_addresses_of_the_program(settings: Settings) -> None:
    from jobswipe.db.engine import Database

    app = create_app(settings, Database(f"sqlite:///{settings.home / 'jobswipe.db'}"))
    checks = FLY["http_service"]["checks"]
    assert {check["path"] for check in checks} == {"/health", "/ready"}
    for check in [*checks, FLY["checks"]["worker"]]:
        assert check["path"] in {route.path for route in app.routes}
        assert (check["interval"], check["timeout"]) == ("15s", "10s")
        assert seconds(check["timeout"]) > settings.health.timeout
    assert f"http://127.0.0.1:{settings.server.port}/health" in " ".join(instruction(r"    CMD"))


def test_there_is_time_to_stop(settings: Settings) -> None:
    wait = seconds(FLY["kill_timeout"])
    assert wait <= 300, "Fly waits no longer"
    assert wait > settings.server.drain + settings.server.grace + BEYOND
    assert wait > settings.worker.grace + BEYOND_GRACE + BEYOND
    assert FLY["kill_signal"] in ("SIGTERM", "SIGINT")


def test_people_are_sent_to_https(settings: Settings) -> None:
    assert settings.server.public_url == f"https://{FLY['app']}.fly.dev"


def test_it_is_fit_for_production(settings: Settings, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """With the secrets that the file asks for, and not without."""
    assert production.applies(settings)
    missing = " ".join(production.faults(settings))
    for name in ("Postgres", "JOBSWIPE_QUEUE_URL", "[limits] store"):
        assert name in missing
    secret = base64.b64encode(bytes(range(32))).decode()
    for name, value in {
        "DATABASE_URL": "postgresql://jobswipe:none@db.example.com/jobswipe",
        "QUEUE_URL": "redis://redis.example.com/0",
        "SECURITY_KEYS": f"1:{secret}",
        "SECURITY_SECRET": secret,
    }.items():
        assert f"JOBSWIPE_{name}" in (ROOT / "fly.toml").read_text()
        monkeypatch.setenv(f"JOBSWIPE_{name}", value)
    assert production.faults(settings_module.load(home)) == []
