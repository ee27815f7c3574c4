"""`notification` and the reminders and drafts of `application`, as a person types them."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from servers.ollama import LETTER, Ollama
from servers.webhook import Webhook

from cli.main import _run

SAMPLES = Path(__file__).resolve().parents[2] / "cli" / "samples"


@pytest.fixture
def hook(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setenv("JOBSWIPE_NOTIFY_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("JOBSWIPE_NOW", "2026-11-20T12:00:00Z")
    monkeypatch.setenv("JOBSWIPE_OLLAMA_URL", "")
    with Webhook() as server:
        yield server


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = _run(list(arguments))
    assert "fault in JobSwipe" not in err.getvalue()
    assert "s3cret" not in out.getvalue() + err.getvalue()
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def good(*arguments: str) -> str:
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in good(*arguments, "--format", "jsonl").splitlines()]


def test_the_way_of_a_match_to_a_person(hook: Webhook) -> None:
    good("resume", "import", str(SAMPLES / "resume.md"))
    assert "Added hook (JSON, json://…)" in run("notification", "channel", "add", "hook", hook.url).stderr
    assert [(one["name"], one["address"]) for one in rows("notification", "channel", "list")] == [("hook", "json://…")]
    good("notification", "preferences", "--kind", "strong_match=now")
    good("ingest", "--kind", "ashby", "--file", str(SAMPLES / "fennbrook.ashby.json"))
    (sent,) = rows("notification", "send")
    assert (sent["matches"], sent["sent"]) == (2, 2)
    titles = sorted(one["title"] for one in hook.received)
    assert titles[1].startswith("Strong match: Senior Data Engineer at fennbrook")
    (again,) = rows("notification", "send")
    assert set(again.values()) == {0}
    # A saved posting that its board no longer lists.
    (match,) = rows("match", "--limit", "1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(
            {"posting_id": match["posting_id"], "verdict": "save"}).encode())))  # fmt: skip
        good("swipe", "--from", "-")
    board = json.loads((SAMPLES / "fennbrook.ashby.json").read_text())
    board["jobs"] = [one for one in board["jobs"] if one["title"] != match["title"]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(board).encode())))
        good("ingest", "--kind", "ashby", "--file", "-", "--board", "fennbrook-sample")
    good("notification", "send")
    assert hook.received[-1]["title"] == f"Closed: {match['title']} at {match['company']}"
    listed = rows("notification", "list")
    assert [one["kind"] for one in listed] == ["posting_closed", "strong_match", "strong_match"]
    assert {one["state"] for one in listed} == {"sent"}


def test_a_channel_is_tested_and_its_failures_are_told(hook: Webhook) -> None:
    good("init")
    assert run("notification", "channel", "test").returncode == 2
    good("notification", "channel", "add", "hook", hook.url)
    good("notification", "channel", "test", "hook")
    assert hook.received[0]["title"] == "JobSwipe: test"
    hook.status = 401
    done = run("notification", "channel", "test")
    assert done.returncode == 1
    assert "status 401" in done.stdout
    good("notification", "channel", "remove", "hook")
    assert rows("notification", "channel", "list") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cret@example.com/",
        "nonsense-s3cret",
        "syslog://s3cret",
        "file:///s3cret",
        "mailto://user:s3cret@example.com?pgpprv=/s3cret",
        "json://s3cret host/",
        "tgram://s3cret/",
        "json://s3cret/" + "x" * 5000,
        "",
    ],
)
def test_addresses_that_are_refused_are_not_shown(hook: Webhook, url: str) -> None:
    done = run("notification", "channel", "add", "x", url)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr


def test_a_name_is_taken_once(hook: Webhook) -> None:
    good("notification", "channel", "add", "hook", hook.url)
    assert run("notification", "channel", "add", "hook", hook.url).returncode == 1
    assert run("notification", "channel", "add", "a b", hook.url).returncode == 2
    assert run("notification", "channel", "remove", "nothing").returncode == 2


def test_preferences_are_set_and_shown(hook: Webhook) -> None:
    good("notification", "channel", "add", "hook", hook.url)
    given = "--quiet 22:00-07:00 --timezone Europe/Berlin --digest-at 18:30 --min-score 0.7 --kind posting_changed=now"
    more = "--kind source_broken=off --channel follow_up=hook"
    shown = json.loads(good("notification", "preferences", *given.split(), *more.split()))
    assert json.loads(good("notification", "preferences")) == shown
    assert shown["quiet"] == {"from": "22:00", "to": "07:00"}
    assert shown["kinds"]["follow_up"]["channels"] == ["hook"]
    assert json.loads(good("notification", "preferences", "--quiet", "", "--channel", "follow_up=all"))["quiet"] is None
    for wrong in (
        ["--quiet", "22"],
        ["--kind", "strong_match"],
        ["--kind", "nothing=now"],
        ["--channel", "follow_up=pager"],
        ["--timezone", "Mars/Base"],
    ):
        done = run("notification", "preferences", *wrong)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert json.loads(good("notification", "preferences"))["timezone"] == "Europe/Berlin"


def test_reminders(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    good("application", "add", "Cook", "--company", "Example Inn")
    assert "no channel yet" in run("application", "remind", "1", "3d", "--text", "Ask").stderr
    good("notification", "channel", "add", "hook", hook.url)
    assert "2026-12-24 09:00" in run("application", "remind", "1", "2026-12-24").stderr
    assert [one["text"] for one in rows("application", "reminders")] == ["Ask", None]
    assert len(rows("application", "reminders", "--cancel", "2")) == 1
    for wrong in (["1", "yesterday"], ["1", "2020-01-01"], ["9", "3d"]):
        assert run("application", "remind", *wrong).returncode == 2
    monkeypatch.setenv("JOBSWIPE_NOW", "2026-11-23T10:00:00Z")
    assert rows("notification", "send")[0]["sent"] == 1
    assert hook.received[0]["title"] == "Follow up: Cook at Example Inn"


def test_dead_ones_are_seen_and_tried_again(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    good("application", "add", "Cook")
    good("notification", "channel", "add", "hook", hook.url)
    good("application", "remind", "1", "1h")
    monkeypatch.setenv("JOBSWIPE_NOW", "2026-11-21T12:00:00Z")
    hook.status = 404
    done = run("notification", "send")
    assert (done.returncode, "notification list --state" in done.stderr) == (1, True)
    (dead,) = rows("notification", "list", "--state", "dead")
    assert dead["error"] == "hook: The service is not at this address (status 404)."
    hook.status = 200
    assert "1 will be tried again" in run("notification", "retry").stderr
    assert rows("notification", "send")[0]["sent"] == 1
    assert run("notification", "retry", "1").returncode == 1
    assert run("notification", "list", "--state", "asleep").returncode == 2


def test_a_draft_by_template_and_by_ollama(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    good("application", "add", "Data Engineer", "--company", "Acme")
    assert "resume import" in run("application", "draft", "1").stderr
    good("resume", "import", str(SAMPLES / "resume.md"))
    done = run("application", "draft", "1")
    assert done.returncode == 0
    assert "I am applying for the position of Data Engineer at Acme." in done.stdout
    assert done.stderr.startswith("Ollama is not set up: this is a template draft")
    with Ollama(text=LETTER.replace("140", "9,000") + "\x1b[31m") as server:
        monkeypatch.setenv("JOBSWIPE_OLLAMA_URL", server.url)
        done = run("application", "draft", "1", "--question", "Why us?", "--language", "en")
    assert done.returncode == 0
    assert "9,000 pipelines" in done.stdout
    assert "\x1b" not in done.stdout
    assert "- number “9,000 pipelines”: The resume has no such number." in done.stderr
    listed = rows("application", "drafts", "1")
    assert [(one["kind"], one["model"]) for one in listed] == [("answer", "llama3.2"), ("cover-letter", "template")]
    assert listed[0]["flags"][0]["kind"] == "number"
    shown = run("application", "drafts", "1", "--show", str(listed[0]["id"]))
    assert shown.stdout == done.stdout
    assert run("application", "drafts", "1", "--show", "99").returncode == 2
    for wrong in (["9"], ["1", "--kind", "poem"], ["1", "--kind", "answer"], ["1", "--language", "xx"]):
        assert run("application", "draft", *wrong).returncode == 2
    monkeypatch.setenv("JOBSWIPE_OLLAMA_URL", "nonsense")
    assert run("application", "draft", "1").returncode == 2


def test_the_settings_are_shown(hook: Webhook) -> None:
    keys = {one["key"]: one["value"] for one in rows("config", "show")}
    assert keys["notify.allow_private"] == "True"
    assert keys["ollama.url"] == ""
