"""`user` and `apikey`, as an operator types them, and as scripts use them."""

from __future__ import annotations

import io
import json
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pyotp
import pytest
from account_support import EMAIL, PASSWORD, account, audited, otp

from cli.main import _run
from jobswipe import clock
from jobswipe import settings as module
from jobswipe.accounts import apikeys, recovery, registration, signin, totp
from jobswipe.accounts.principal import scopes_of
from jobswipe.db.engine import Database
from jobswipe.errors import SecondFactorError, UnauthenticatedError
from jobswipe.settings import Settings


@pytest.fixture
def settings(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The commands work on the test's store, on each engine."""
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", database_url)
    monkeypatch.setenv("JOBSWIPE_ACCOUNTS_REGISTRATION", "open")
    return module.load()


@pytest.fixture
def database(settings: Settings) -> Any:
    found = Database(settings.database_url, keys=lambda: _keys(settings))
    yield found
    found.dispose()


def _keys(settings: Settings) -> Any:
    from jobswipe.security import keys

    return keys.configured(settings)


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = _run(list(arguments))
    assert "fault in JobSwipe" not in err.getvalue(), err.getvalue()
    assert PASSWORD not in out.getvalue() + err.getvalue()
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def good(*arguments: str, stdin: str = "") -> str:
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_account_is_made_and_signs_in(database: Database, settings: Settings) -> None:
    number = int(good("user", "create", EMAIL, "--admin", "--name", "Sample Candidate", stdin=PASSWORD + "\n"))
    begun = signin.sign_in(database, settings, EMAIL, PASSWORD)
    assert (begun.person_id, begun.role) == (number, "admin")
    (row,) = [json.loads(line) for line in good("user", "list", "--format", "jsonl").splitlines()]
    assert (row["id"], row["email"], row["role"], row["state"]) == (number, EMAIL, "admin", "open")
    assert json.loads(good("user", "show", EMAIL))["second_factor"] is False
    assert run("user", "create", EMAIL, stdin=PASSWORD).returncode == 1
    good("user", "role", EMAIL, "analyst")
    assert signin.sign_in(database, settings, EMAIL, PASSWORD).role == "analyst"
    assert ("account.role_changed", "done") in audited(database)


def test_the_machines_own_data_gets_an_account(database: Database, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "password.txt"
    file.write_text(PASSWORD + "\n")
    assert good("user", "create", EMAIL, "--local", "--role", "admin", "--password-file", str(file)) == "1\n"
    assert signin.sign_in(database, settings, EMAIL, PASSWORD).person_id == 1
    assert run("user", "create", "b@example.com", "--local", "--password-file", str(file)).returncode == 1
    assert run("user", "create", "b@example.com", "--password-file", "nowhere.txt").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["create", "nonsense"], PASSWORD),
        (["create", EMAIL], "short"),
        (["create", EMAIL], ""),
        (["create", EMAIL, "--role", "emperor"], PASSWORD),
        (["role", "nobody@example.com", "admin"], ""),
        (["show", "nobody@example.com"], ""),
        (["verify", "nobody@example.com"], ""),
        (["invite", EMAIL, "--role", "emperor"], ""),
    ],
)
def test_mistakes_are_one_line(settings: Settings, arguments: list[str], stdin: str) -> None:
    done = run("user", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr


def test_disabling_and_deleting(database: Database, settings: Settings) -> None:
    account(database, settings)
    good("user", "disable", EMAIL)
    assert [json.loads(line)["state"] for line in good("user", "list", "-f", "jsonl").splitlines()] == ["disabled"]
    good("user", "enable", EMAIL)
    signin.sign_in(database, settings, EMAIL, PASSWORD)
    assert "Sample" not in good("user", "sessions", EMAIL)
    assert "1 ended" in run("user", "sessions", EMAIL, "--revoke").stderr
    assert good("user", "sessions", EMAIL, "--format", "jsonl") == ""
    assert run("user", "delete", EMAIL, stdin="n\n").returncode != 0
    good("user", "delete", EMAIL, "--yes")
    with pytest.raises(UnauthenticatedError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)


def test_a_lost_second_factor(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    assert run("user", "second-factor-off", EMAIL).returncode == 1
    with database.write() as session:
        secret, _ = totp.set_up(session, person_id)
        assert totp.enable(session, person_id, otp(pyotp.TOTP(secret), clock.now()), clock.now())
    with pytest.raises(SecondFactorError):
        signin.sign_in(database, settings, EMAIL, PASSWORD)
    good("user", "second-factor-off", EMAIL)
    assert signin.sign_in(database, settings, EMAIL, PASSWORD)


def test_codes_without_mail(database: Database, settings: Settings) -> None:
    account(database, settings)
    text = good("user", "reset-link", EMAIL).strip()
    recovery.reset(database, settings, text, "five other words for it", clock.now())
    registration.register(database, settings, "b@example.com", PASSWORD, "", clock.now())
    good("user", "verify", "b@example.com")
    assert signin.sign_in(database, settings, "b@example.com", PASSWORD)
    invitation = good("user", "invite", "c@example.com", "--role", "analyst").strip()
    registration.register(database, settings, "c@example.com", PASSWORD, "", clock.now(), invitation=invitation)
    assert signin.sign_in(database, settings, "c@example.com", PASSWORD).role == "analyst"


def test_a_link_where_the_operator_has_a_page(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(database, settings)
    monkeypatch.setenv("JOBSWIPE_ACCOUNTS_PAGE", "https://jobs.example.com/{purpose}#{code}")
    assert good("user", "reset-link", EMAIL).startswith("https://jobs.example.com/reset#reset_")


def test_keys_are_printed_alone_and_once(database: Database, settings: Settings) -> None:
    text = good("apikey", "create", "--name", "laptop", "--scope", "deck:read", "--expires", "30").strip()
    number = json.loads(good("apikey", "list", "--format", "jsonl"))["id"]
    assert text not in good("apikey", "list", "--format", "json")
    rotated = good("apikey", "rotate", str(number)).strip()
    with database.read() as session:
        for one in (text, rotated):
            known = apikeys.authenticate(session, one, clock.now())
            assert known is not None
            assert (known.principal.person_id, known.principal.scopes) == (1, frozenset({"deck:read"}))
    good("apikey", "revoke", str(number))
    with database.read() as session:
        assert apikeys.authenticate(session, text, clock.now()) is None
    assert run("apikey", "revoke", str(number)).returncode == 2
    assert run("apikey", "create", "--scope", "deck:burn").returncode == 2
    assert run("apikey", "create", "--user", "nobody@example.com").returncode == 2


def test_a_key_of_a_user_has_their_scopes(database: Database, settings: Settings) -> None:
    account(database, settings, role="operator")
    text = good("apikey", "create", "--user", EMAIL).strip()
    with database.read() as session:
        known = apikeys.authenticate(session, text, clock.now())
    assert known is not None
    assert known.principal.scopes == frozenset(scopes_of("operator")) - {"account:write"}
