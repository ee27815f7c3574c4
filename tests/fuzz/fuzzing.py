"""Fuzz the whole API with schemathesis: all checks, stateful, as nobody, as a user and as an operator.

Each asks a served process with a store of its own, seeded with the sample boards. `make fuzz` runs it with 20,000 cases
or more; tests/fuzz/test_fuzz.py runs it small.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
from servers.served import JOBSWIPE, Served

from jobswipe.accounts.principal import scopes_of
from server.api.cookies import SESSION

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
CONFIG = Path(__file__).with_name("schemathesis.toml")
SAMPLES = Path(__file__).parents[2] / "cli" / "samples"
PHASES = "examples,coverage,fuzzing,stateful"
PASSWORD = "a long enough passphrase"

Who = Literal["nobody", "session", "key", "operator"]
"""Nobody, a user by a session, a user by an API key, an operator (an administrator's API key)."""


@dataclass(frozen=True)
class Outcome:
    """`cases` that were sent, `statuses` of their answers, `said` by schemathesis."""

    who: Who
    code: int
    cases: int
    statuses: Counter[int]
    said: str

    def line(self) -> str:
        told = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.who}: {self.cases} cases, {'all well' if self.code == 0 else 'FAILED'}; answers {told}"


def fuzz(who: Who, examples: int, seed: int = 1, phases: str = PHASES) -> Outcome:
    """One run against a server of its own; at most so many cases of each operation in a phase."""
    with tempfile.TemporaryDirectory(prefix="jobswipe-fuzz-") as directory:
        home = Path(directory) / "home"
        report = Path(directory) / "report.ndjson"
        os.environ["JOBSWIPE_HOME"] = str(home)
        key = _prepare(who)
        with Served("serve", LOGGING_LEVEL="error", OLLAMA_URL="") as served:
            signed = _session(served.url) if who == "session" else {"key": f'bearer = "{key}"'} if key else {}
            config = Path(directory) / "schemathesis.toml"
            config.write_text(
                CONFIG.read_text() + "".join(f"\n[auth.openapi.{name}]\n{what}\n" for name, what in signed.items())
            )
            done = subprocess.run(
                [
                    SCHEMATHESIS, "--config-file", str(config), "--no-color", "run",
                    f"{served.url}/api/v1/openapi.json", "--phases", phases,
                    "--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure",
                    "--suppress-health-check", "all", "--request-timeout", "30", "--generation-database", "none",
                    "--report", "ndjson", "--report-ndjson-path", str(report), "--warnings", "off",
                ],
                env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(CONFIG.parent)},
                capture_output=True, text=True, check=False, cwd=directory,
            )  # fmt: skip
            assert served.process.poll() is None, served.text()
        said = done.stdout + done.stderr
        generated = re.search(r"(\d+) generated", said)
        return Outcome(who, done.returncode, int(generated[1]) if generated else 0, _answers(report), said)


def _prepare(who: Who) -> str | None:
    """A store with the sample boards and a resume; the API key of a new person of that role."""
    _run("init")
    _run(
        "ingest", "--kind", "ashby", "--file", str(SAMPLES / "fennbrook.ashby.json"), "--company", "Fennbrook Software"
    )
    _run("ingest", "--kind", "lever", "--file", str(SAMPLES / "thornmere.lever.json"), "--company", "Thornmere Health")
    if who == "nobody":
        return None
    role: Literal["admin", "user"] = "admin" if who == "operator" else "user"
    _run("user", "create", "candidate@example.com", "--role", role, "--local", stdin=f"{PASSWORD}\n")
    _run("resume", "import", str(SAMPLES / "resume.md"))
    if who == "session":
        return None
    scopes = [part for scope in scopes_of(role) for part in ("--scope", scope)]
    return _run("apikey", "create", "--user", "candidate@example.com", *scopes)


def _run(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run([JOBSWIPE, *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _session(url: str) -> dict[str, str]:
    """What a signed-in browser shows, as schemathesis is told it."""
    answer = httpx.post(
        f"{url}/api/v1/auth/login", json={"email": "candidate@example.com", "password": PASSWORD}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    token, csrf = answer.cookies[SESSION], answer.json()["csrf_token"]
    return {"session": f'api_key = "{token}"', "csrf": f'api_key = "{csrf}"'}


def _answers(report: Path) -> Counter[int]:
    with report.open(encoding="utf-8") as lines:
        return Counter(status for line in lines for status in _statuses(json.loads(line)))


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
        if outcome.code:
            print(outcome.said)
        print(outcome.line(), flush=True)
        failed, cases = failed + bool(outcome.code), cases + outcome.cases
    print(f"{cases} cases in all")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
