"""Fuzz the whole API with schemathesis: all checks, stateful, as nobody, user, operator and admin.

Each asks a served process with a store of its own, seeded with the sample boards. `make fuzz` runs it with 50,000
cases; tests/fuzz/test_fuzz.py runs it small.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args
from unittest.mock import patch

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parents[1]))

import command
import httpx
from servers.served import Served

from jobswipe.accounts.principal import scopes_of
from server.api.cookies import SESSION

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
CONFIG = Path(__file__).with_name("schemathesis.toml")
SAMPLES = Path(__file__).parents[2] / "cli" / "samples"
PHASES = "examples,coverage,fuzzing,stateful"
EMAIL, PASSWORD = "candidate@example.com", "a long enough passphrase"
LOGIN = "/api/v1/auth/login"
SIGN_IN = {"email": EMAIL, "password": PASSWORD}

ENDING = ("/api/v1/auth/logout", "/api/v1/account/sessions/{session_id}")
"""What would end the session that asks for everything else: who is leaving asks for it, and signs in each time."""
FURTHER = 10
"""So many times more stateful cases than others: few of them come as far as something that was made before."""
ROUNDS = 12
"""Seeds that are tried for them at most."""
ALONE = {"OLLAMA_URL": "", "OUTBOUND_TIMEOUT": 0.001}
"""Nobody else is asked: no request has the time."""

Who = Literal["nobody", "session", "key", "operator", "admin", "leaving"]
"""Nobody, a user by a session, a user by an API key, an operator (an administrator's API key), an administrator by a
session, which alone may manage accounts, and a user who ends sessions."""


@dataclass(frozen=True)
class Outcome:
    """`cases` that were sent, in all and by `phases`, `statuses` of their answers, `said` by schemathesis.

    `held`: the credential was still good at the end.
    """

    who: Who
    code: int
    held: bool
    cases: int
    phases: Counter[str]
    statuses: Counter[int]
    said: str

    @property
    def well(self) -> bool:
        return self.code == 0 and self.held

    def and_(self, other: Outcome) -> Outcome:
        return replace(
            self,
            code=self.code or other.code,
            cases=self.cases + other.cases,
            phases=self.phases + other.phases,
            statuses=self.statuses + other.statuses,
            said=other.said if other.code and not self.code else self.said,
        )

    def line(self) -> str:
        phases = ", ".join(f"{phase} {count}" for phase, count in self.phases.items())
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        how = "all well" if self.well else "FAILED" if self.code else "FAILED: the credential did not hold to the end"
        return f"{self.who}: {self.cases} cases ({phases}), {how}; answers {statuses}"


def fuzz(who: Who, examples: int, seed: int = 1, phases: str = PHASES) -> Outcome:
    """One run against a server of its own; at most so many cases of each operation in a phase.

    What is stateful goes on with other seeds until it is `examples * FURTHER` cases: a store that remembers answers
    differently the second time, by which the tool gives up early.
    """
    with tempfile.TemporaryDirectory(prefix="jobswipe-fuzz-") as name:
        directory = Path(name)
        os.environ["JOBSWIPE_HOME"] = str(directory / "home")
        key = _prepare(who)
        with Served("serve", LOGGING_LEVEL="error", EVENTS_EACH=100, **ALONE) as served:
            signed = {"key": key} if key else _session(served.url) if who in ("session", "admin") else {}
            (directory / "schemathesis.toml").write_text(CONFIG.read_text() + _asked(signed, examples))
            found = _schemathesis(who, served.url, directory, phases, seed)
            for further in range(1, ROUNDS):
                if "stateful" not in phases or not 0 < found.phases["stateful"] < examples * FURTHER:
                    break
                found = found.and_(_schemathesis(who, served.url, directory, "stateful", seed + further))
            assert served.process.poll() is None, served.text()
            return replace(found, held=not signed or _holds(served.url, signed))


def _schemathesis(who: Who, url: str, directory: Path, phases: str, seed: int) -> Outcome:
    ending = {"session": "--exclude-path", "admin": "--exclude-path", "leaving": "--include-path"}.get(who)
    report = directory / "report.ndjson"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", str(directory / "schemathesis.toml"), "--no-color", "run",
            f"{url}/api/v1/openapi.json", "--phases", phases, "--seed", str(seed), "--continue-on-failure",
            "--suppress-health-check", "all", "--request-timeout", "30", "--generation-database", "none",
            "--report", "ndjson", "--report-ndjson-path", str(report), "--warnings", "off",
            *(part for path in ENDING if ending for part in (ending, path)),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "leaving" if who == "leaving" else "hooks",
            "PYTHONPATH": str(CONFIG.parent),
            "JOBSWIPE_FUZZ_LOGIN": url + LOGIN,
            "JOBSWIPE_FUZZ_BODY": json.dumps(SIGN_IN),
        },
        capture_output=True, text=True, check=False, cwd=directory,
    )  # fmt: skip
    said = done.stdout + done.stderr
    generated = re.search(r"(\d+) generated", said)
    return Outcome(who, done.returncode, True, int(generated[1]) if generated else 0, *_reported(report), said)


def _prepare(who: Who) -> str | None:
    """A store with the sample boards and a resume; the API key of a new person of that role, unless they sign in."""
    shutil.copytree(_boards().name, os.environ["JOBSWIPE_HOME"])
    if who == "nobody":
        return None
    role: Literal["admin", "user"] = "admin" if who in ("operator", "admin") else "user"
    _run("user", "create", EMAIL, "--role", role, "--local", stdin=f"{PASSWORD}\n")
    _run("resume", "import", str(SAMPLES / "resume.md"))
    if who not in ("key", "operator"):
        return None
    scopes = [part for scope in scopes_of(role) for part in ("--scope", scope)]
    return _run("apikey", "create", "--user", EMAIL, *scopes)


@cache
def _boards() -> tempfile.TemporaryDirectory[str]:
    """A data directory with the sample boards, made once: a copy of it works elsewhere."""
    made = tempfile.TemporaryDirectory(prefix="jobswipe-fuzz-boards-")
    for arguments in (
        ("init",),
        (
            "ingest",
            "--kind",
            "ashby",
            "--file",
            str(SAMPLES / "fennbrook.ashby.json"),
            "--company",
            "Fennbrook Software",
        ),
        ("ingest", "--kind", "lever", "--file", str(SAMPLES / "thornmere.lever.json"), "--company", "Thornmere Health"),
    ):
        _run(*arguments, home=made.name)
    return made


def _run(*arguments: str, stdin: str = "", home: str | None = None) -> str:
    with patch.dict(os.environ, {"JOBSWIPE_HOME": home} if home is not None else {}):
        code, out, err = command.text(command.run(*arguments, stdin=stdin))
    assert code == 0, err
    return out.strip()


def _session(url: str) -> dict[str, str]:
    """What a signed-in browser shows, as schemathesis is told it."""
    answer = httpx.post(url + LOGIN, json=SIGN_IN, timeout=60)
    assert answer.status_code == 200, answer.text
    token, csrf = answer.cookies[SESSION], answer.json()["csrf_token"]
    return {"session": token, "csrf": csrf}


def _holds(url: str, signed: dict[str, str]) -> bool:
    cookies = {SESSION: signed["session"]} if "session" in signed else {}
    headers = {"authorization": f"Bearer {signed['key']}"} if "key" in signed else {}
    return httpx.get(f"{url}/api/v1/account", cookies=cookies, headers=headers, timeout=60).status_code == 200


def _asked(signed: dict[str, str], examples: int) -> str:
    """What schemathesis is told of one run: credentials, and how many cases it shall make."""
    said = [f"[generation]\nmax-examples = {examples}"]
    said.append(f"[phases.stateful.generation]\nmax-examples = {examples * FURTHER}")
    for name, text in signed.items():
        said.append(f'[auth.openapi.{name}]\n{"bearer" if name == "key" else "api_key"} = "{text}"')
    return "\n" + "\n\n".join(said) + "\n"


def _reported(report: Path) -> tuple[Counter[str], Counter[int]]:
    """The cases by phase, and the answers by status."""
    phases, statuses = Counter[str](), Counter[int]()
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            for kind, event in json.loads(line).items():
                statuses.update(_statuses(event))
                if kind == "ScenarioFinished":
                    phases[event["phase"]] += len(event["recorder"].get("cases", ()))
    return phases, statuses


def _statuses(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        if "status_code" in value and "headers" in value:
            yield int(value["status_code"])
        else:
            for one in value.values():
                yield from _statuses(one)
    elif isinstance(value, list):
        for one in value:
            yield from _statuses(one)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=60, help="cases of each operation in a phase, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as", dest="who", choices=get_args(Who), action="append")
    parser.add_argument("--phases", default=PHASES)
    asked = parser.parse_args()
    failed = cases = 0
    for who in asked.who or get_args(Who):
        outcome = fuzz(who, asked.examples, asked.seed, asked.phases)
        if not outcome.well:
            print(outcome.said)
        print(outcome.line(), flush=True)
        failed, cases = failed + (not outcome.well), cases + outcome.cases
    print(f"{cases} cases in all")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
