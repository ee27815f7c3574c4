"""`jobswipe task`: list, show, retry and cancel, and what is said when that is not possible."""

from __future__ import annotations

import json
from pathlib import Path

import command
import pytest

from jobswipe import settings as settings_module
from jobswipe.db import migrate
from jobswipe.db.engine import Database
from jobswipe.tasks import ledger


def run(*arguments: str) -> tuple[int, str, str]:
    return command.text(command.run("task", *arguments))


@pytest.fixture
def tasks(home: Path) -> list[int]:
    settings = settings_module.load(home)
    database = Database(settings.database_url, settings.database)
    migrate.upgrade(database)
    with database.write() as session:
        found = [ledger.enqueue(session, "x", {"name": "\x1b[31mred"}), ledger.enqueue(session, "y", {}, priority=5)]
    database.dispose()
    return found


def test_list_show_cancel_and_retry(tasks: list[int]) -> None:
    first, second = map(str, tasks)
    code, out, _ = run("list", "--format", "json")
    assert (code, [one["priority"] for one in json.loads(out)]) == (0, [5, 0])
    assert run("cancel", first)[0] == 0
    code, out, _ = run("show", first)
    shown = json.loads(out)
    assert (shown["state"], shown["error"]) == ("cancelled", "Cancelled by a person.")
    assert run("cancel", first) == (1, "", f"jobswipe: Task {first} is cancelled already.\n")
    assert run("retry", second)[0] == 1
    assert run("retry", first)[0] == 0
    code, out, _ = run("list", "--state", "pending", "--kind", "x", "--format", "jsonl")
    assert [json.loads(line)["id"] for line in out.splitlines()] == [int(first)]
    code, out, err = run("list", "--state", "dead")
    assert (code, out, err) == (0, "", "No tasks.\n")
    code, out, _ = run("list")
    assert "\x1b" not in out


def test_an_entry_of_the_schedule_is_run_now(tasks: list[int]) -> None:
    # As typed, in a process.
    assert command.text(command.started("task", "run", "snapshot")) == (
        0,
        "",
        "Task 3 (snapshot.take) waits for a worker.\n",
    )
    assert run("run", "snapshot", "--here") == (0, "", "Task 3 (snapshot.take) is done.\n")
    assert json.loads(run("show", "3")[1])["state"] == "done"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["show", "999"], 2, "No task 999"),
        (["cancel", "999"], 2, "No task 999"),
        (["retry", "999"], 2, "No task 999"),
        (["show", "0"], 2, "should be"),
        (["show", "9" * 30], 2, "should be"),
        (["show", "x"], 2, "valid int"),
        (["list", "--state", "broken"], 2, "the states are pending"),
        (["list", "--limit", "0"], 2, "should be"),
        (["run", "preference"], 2, "did you mean 'preferences'"),
    ],
)
def test_what_is_wrong_is_one_line(tasks: list[int], arguments: list[str], code: int, says: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (code, "", 1)
    assert says in err


def test_without_a_store_it_says_what_to_do(home: Path) -> None:
    status, _, err = run("list")
    assert (status, "jobswipe init" in err) == (3, True)


def test_settings_show_the_queue_without_its_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def config(*arguments: str) -> tuple[int, str, str]:
        return command.text(command.run("config", *arguments))

    shown = {row["key"]: row["value"] for row in json.loads(config("show", "--format", "json")[1])}
    assert shown["queue.url"] == f"sqlite:///{home}/queue.db"
    assert config("check")[0] == 0
    monkeypatch.setenv("JOBSWIPE_QUEUE_URL", "redis://:hunter2@queue.example.com:6379/3")
    out = config("show", "--format", "json")[1]
    assert ("hunter2" in out, "queue.example.com" in out) == (False, True)
    monkeypatch.setenv("JOBSWIPE_QUEUE_URL", "amqp://u:secret@queue.example.com")
    monkeypatch.setenv("JOBSWIPE_SCHEDULE_LAKE", "never ever")
    for said in ("JOBSWIPE_QUEUE_URL", "[schedule] lake"):
        code, _, err = config("check")
        assert (code, said in err, "secret" in err) == (2, True, False)
        monkeypatch.delenv("JOBSWIPE_QUEUE_URL", raising=False)
