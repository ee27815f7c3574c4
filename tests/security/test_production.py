"""Settings that are unfit for production are refused at the start, all their faults at once."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from servers.served import refused

from jobswipe import production
from jobswipe import settings as module
from jobswipe.errors import SettingsError
from jobswipe.settings import Settings

SECRET = base64.b64encode(bytes(range(32))).decode()
FIT = {
    "SERVER_ENVIRONMENT": "production",
    "SERVER_PUBLIC_URL": "https://jobs.example.com",
    "SERVER_TRUSTED_PROXIES": "10.0.0.0/8",
    "SERVER_CORS_ORIGINS": "https://app.example.com",
    "DATABASE_URL": "postgresql://jobswipe:none@db.example.com/jobswipe",
    "SECURITY_KEYS": f"1:{SECRET}",
    "SECURITY_SECRET": SECRET,
}


@pytest.fixture
def configure(home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(**changes: object) -> Settings:
        for name, value in (FIT | changes).items():
            if value is None:
                monkeypatch.delenv(f"JOBSWIPE_{name}", raising=False)
            else:
                monkeypatch.setenv(f"JOBSWIPE_{name}", str(value))
        return module.load(home)

    return make


def test_what_is_fit_is_taken(configure: Any) -> None:
    settings = configure()
    assert production.faults(settings) == []
    production.require(settings)


SHORT = base64.b64encode(b"changeme" * 4).decode()
FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "an http address": ({"SERVER_PUBLIC_URL": "http://jobs.example.com"}, "public_url"),
    "no address": ({"SERVER_PUBLIC_URL": None}, "public_url"),
    "no proxy": ({"SERVER_TRUSTED_PROXIES": ""}, "trusted_proxies is empty"),
    "every proxy": ({"SERVER_TRUSTED_PROXIES": "0.0.0.0/0"}, "anybody"),
    "a wildcard": ({"SERVER_CORS_ORIGINS": "*"}, "stands for any page"),
    "part of a wildcard": ({"SERVER_CORS_ORIGINS": "https://*.example.com"}, "stands for any page"),
    "no origin": ({"SERVER_CORS_ORIGINS": "https://app.example.com/"}, "each origin whole"),
    "an http origin": ({"SERVER_CORS_ORIGINS": "http://app.example.com"}, "use https"),
    "keys of the data directory": ({"SECURITY_KEYS": None, "SECURITY_SECRET": None}, "data directory"),
    "a typed secret": ({"SECURITY_SECRET": SHORT}, "secret is no random one"),
    "a typed key": ({"SECURITY_KEYS": f"3:{SHORT}"}, "key 3 is no random one"),
    "a short secret": ({"SECURITY_SECRET": "c2hvcnQ="}, "not the Base64 of 32 bytes"),
    "a debug log": ({"LOGGING_LEVEL": "debug"}, "level is debug"),
    "private addresses": ({"OUTBOUND_ALLOW_PRIVATE": "true"}, "allow_private"),
    "a public metrics port": ({"METRICS_HOST": "0.0.0.0"}, "[metrics] host"),
    "registration without mail": ({"ACCOUNTS_REGISTRATION": "open", "MAIL_URL": None}, "no [mail] url"),
    "an SQLite of several": (
        {"SERVER_MACHINES": 2, "DATABASE_URL": None, "QUEUE_URL": "redis://r.example.com/0"},
        "the database is SQLite",
    ),
    "a queue of several": ({"SERVER_MACHINES": 2, "LIMITS_STORE": "redis://r.example.com/0"}, "the queue is a file"),
    "a key of others": ({"SERVER_TLS_KEY": "tls.pem", "SERVER_TLS_CERT": "tls.pem"}, "chmod 600"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_told(configure: Any, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, expected = FAULTS[kind]
    monkeypatch.chdir(tmp_path)
    Path("tls.pem").write_text("")
    Path("tls.pem").chmod(0o644)
    (fault,) = production.faults(configure(**changes))
    assert expected in fault
    assert "c2hvcnQ" not in fault
    assert SHORT not in fault


def test_debugging_by_the_environment(configure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITESTAR_DEBUG", "1")
    (fault,) = production.faults(configure())
    assert "LITESTAR_DEBUG" in fault


def test_all_at_once(configure: Any) -> None:
    settings = configure(
        SERVER_PUBLIC_URL="http://jobs.example.com",
        SERVER_CORS_ORIGINS="*",
        LOGGING_LEVEL="debug",
        SECURITY_SECRET=SHORT,
    )
    with pytest.raises(SettingsError) as raised:
        production.require(settings)
    for part in ("(1)", "(2)", "(3)", "(4)", "public_url", "cors_origins", "secret", "debug"):
        assert part in raised.value.message


def test_in_development_all_goes(configure: Any) -> None:
    for changes in (
        {"SERVER_ENVIRONMENT": "development", "SERVER_TRUSTED_PROXIES": ""},
        {"SERVER_ENVIRONMENT": None, "SERVER_PUBLIC_URL": None, "LOGGING_LEVEL": "debug"},
    ):
        production.require(configure(**changes))
    assert production.applies(configure(SERVER_ENVIRONMENT=None, SERVER_PUBLIC_URL="https://jobs.example.com"))


@pytest.mark.parametrize("command", [["config", "check"], ["serve"], ["up"]])
def test_commands_refuse(home: Path, command: list[str]) -> None:
    code, said = refused(*command, SERVER_PUBLIC_URL="https://jobs.example.com", SERVER_CORS_ORIGINS="*")
    assert code == 2
    assert "not fit for production" in said
    assert "cors_origins" in said
    assert "trusted_proxies" in said
