"""The log: its shape and ids, what is redacted, the security log, rotation, sampling, shipping, and a run at debug."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from servers.collector import Collector
from watching import Configure

from jobswipe.errors import SettingsError
from jobswipe.observability import context, logs, redact
from jobswipe.observability.rotating import SharedRotatingHandler

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
RESUME = """# Sample Candidate

Data Engineer

Berlin, Germany | sample.candidate@example.com | +49 30 901820

## Experience

### Data Engineer, Example Energy GmbH

Berlin, Germany | March 2022 - Present

- Built the warehouse on PostgreSQL with Python and SQL

## Skills

Python, SQL, Kafka
"""
PERSONAL = ("Sample Candidate", "Candidate", "sample.candidate", "@example.com", "901820", "901 820", "30 9018")


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_line_has_its_time_level_and_ids(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(configure(), "worker")
    log = logs.logger("jobswipe.test").bind(source="ashby:acme")
    with context.bind(request_id="r1", user_id=7), context.task_span("digest", 4, 2, PARENT):
        log.info("run_finished", read=3, path=Path("x"))
        log.debug("not at info")
    (line,) = lines(capsys.readouterr().err)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("timestamp"))
    assert line == {
        "level": "info", "logger": "jobswipe.test", "event": "run_finished", "source": "ashby:acme", "read": 3,
        "path": "x", "request_id": "r1", "user_id": 7, "task_id": 4, "task_kind": "digest", "attempt": 2,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7",
    }  # fmt: skip


def test_an_exception_is_one_line_and_clean(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(configure(logging_level="error"), "server")
    log = logs.logger("jobswipe.test")
    log.warning("below")
    try:
        raise ValueError("no such person: sample.candidate@example.com")
    except ValueError:
        log.exception("failed")
    text = capsys.readouterr().err
    (line,) = lines(text)
    assert text.count("\n") == 1
    assert "Traceback" in line["exception"]
    assert "no such person: [redacted]" in line["exception"]


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("code", "not_found", True),
        ("code", "fault", True),
        ("code", None, True),
        ("code", "123456", False),
        ("code", 123456, False),
        ("code", "A1B2-C3D4", False),
        ("code", ["a-b"], False),
        ("status_code", 404, True),
        ("totp_code", "123456", False),
        ("totp_code", 123456, False),
        ("recovery_code", "swift-otter", False),
        ("recovery-codes", ["a", "b"], False),
        ("Authorization-Code", "abc", False),
        ("otp", 1, False),
    ],
)
def test_codes_that_let_somebody_in_are_hidden_and_those_of_problems_are_not(
    name: str, given: object, kept: bool
) -> None:
    assert (redact.value(name, given) == given) is kept


def test_pretty_on_a_terminal_and_steered_by_nobody(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(configure(logging_format="pretty"), "worker")
    logs.logger("jobswipe.test").info("title read", title="Baker\x1b[2J\u202e")
    text = capsys.readouterr().err
    assert "title read" in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text


def test_libraries_are_heard_from_warning_on(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(configure(logging_level="debug"), "worker")
    logging.getLogger("somelibrary").info("chatter")
    logging.getLogger("somelibrary").warning("connection to %s failed", "postgresql://app:hunter2@db/jobs")
    (line,) = lines(capsys.readouterr().err)
    assert (line["logger"], line["level"]) == ("somelibrary", "warning")
    assert line["event"] == "connection to postgresql://[redacted]@db/jobs failed"


def test_a_command_logs_only_when_it_is_asked_to(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    assert not logs.start(configure(), "command")
    logs.logger("jobswipe.test").error("nobody listens")
    assert capsys.readouterr().err == ""
    assert logs.start(configure(logging_level="info"), "command")
    logs.logger("jobswipe.test").info("somebody listens")
    assert len(lines(capsys.readouterr().err)) == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mail sample.candidate+jobs@mail.example.org now", "mail [redacted] now"),
        ("call +49 30 901820 or (030) 901-820 44", "call [redacted] or [redacted]"),
        ("call 555-010-0199", "call [redacted]"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer [redacted]"),
        ("GET /x?token=abc&page=2", "GET /x?token=[redacted]&page=2"),
        ("redis://:secret@127.0.0.1:6379/0", "redis://[redacted]@127.0.0.1:6379/0"),
        # What must stay readable.
        ("read 1,000 postings in 2.5 s on 2026-11-25 at 17:38:39", None),
        ("posting 1234567890 of run 42 at 127.0.0.1:5432", None),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736", None),
        ("2026-11-25T17:38:39.123456Z", None),
        ("salary 85,000 to 105,000 USD", None),
    ],
)
def test_what_looks_personal_or_secret_goes(said: str, kept: str | None) -> None:
    assert redact.clean(said) == (said if kept is None else kept)


def test_what_is_known_to_be_personal_goes_however_it_is_written() -> None:
    redact.protect(["Sample  Candidate", None, "", "Al", "030 901820", "sample.candidate@example.com"])
    assert redact.clean("SAMPLE CANDIDATE / sample\ncandidate") == "[redacted] / [redacted]"
    assert redact.clean("dial 030901820 or 030-90 18 20") == "dial [redacted] or [redacted]"
    assert redact.clean("Samples of candidates: Al, Alan") == "Samples of candidates: Al, Alan"


@pytest.mark.parametrize(
    ("known", "said", "kept"),
    [
        ("Jean-Luc O'Sample", "of jean-luc  O'SAMPLE: no", "of [redacted]: no"),
        ("Sample Person", "Sample, Person; Sample Personal; unsample person; Sample Person", None),
        ("+49 (0)30 901820", "call +490 30/90-18.20!", "call [redacted]!"),
        ("0309018203", "990309018203 and 1 0309018203 4", "99[redacted] and 1 [redacted] 4"),
        ("İpek Örnek", "for İPEK ÖRNEK and ipek örnek", "for [redacted] and ipek örnek"),
        ("@sample.name", "by @sample.name", "by @[redacted]"),
    ],
)
def test_what_is_known_is_found_wherever_it_stands(known: str, said: str, kept: str | None) -> None:
    redact.protect([known, "Another Person", "Sample Persona Two"])
    assert redact.clean(said) == (kept or said.removesuffix("Sample Person") + redact.GONE)


def test_the_last_persons_are_known_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "MOST_KNOWN", 5_000)
    started = time.process_time()
    for number in range(10_000):
        redact.protect([f"Person{number % 7} Number{number}", f"030 {number:07}"])
    assert time.process_time() - started < 10  # a pattern of all of them took that long for one
    last = f"Person{9_999 % 7} Number9999"
    assert redact.clean(f"{last} at 030-0009999") == "[redacted] at [redacted]"
    assert redact.clean("Person0 Number7 at 030-0000007") == "Person0 Number7 at 030-0000007"


def test_fields_by_name_and_depth() -> None:
    event = {
        "event": "x", "password": "p", "Set-Cookie": "c", "reset_token": 7, "email": None, "name": "Sample",
        "inside": {"api_key": "k", "list": [{"phone": "1"}, "a@example.com"]}, "count": 3, "flag": True,
        "long": "y" * 10_000, "odd": object,
    }  # fmt: skip
    out = redact.processor(None, "info", event)
    assert {out[key] for key in ("password", "Set-Cookie", "reset_token", "name")} == {redact.GONE}
    assert out["inside"] == {"api_key": redact.GONE, "list": [{"phone": redact.GONE}, redact.GONE]}
    assert (out["count"], out["flag"]) == (3, True)
    assert len(out["long"]) < 4_100


def test_redaction_takes_no_time_on_hostile_texts() -> None:
    redact.protect([f"Person Number{number}" for number in range(500)])
    for text in ("a." * 5_000, "@" * 9_000, "+1 " * 3_000, "(" * 9_000, "a@" * 4_000, "0-" * 4_000, "token=" * 2_000):
        started = time.perf_counter()
        redact.clean(text)
        assert time.perf_counter() - started < 2, text[:10]


def test_the_security_log_is_a_file_of_its_own(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    settings = configure(logging_level="error", logging_access_ratio=0)
    logs.start(settings, "server")
    with context.bind(request_id="r9"):
        logs.security(
            "sign_in", who="7", source="203.0.113.9", agent="x\n" * 500, path="/session", outcome="refused",
            password="hunter2",
        )  # fmt: skip
    logs.stop()
    file = settings.logs_dir / "security.jsonl"
    (line,) = lines(file.read_text())
    assert (line["event"], line["who"], line["source"], line["path"]) == ("sign_in", "7", "203.0.113.9", "/session")
    assert (line["outcome"], line["request_id"], line["password"]) == ("refused", "r9", redact.GONE)
    assert len(line["agent"]) <= 300
    assert file.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().err == ""


def test_a_refused_address_is_a_line_of_the_security_log(configure: Configure) -> None:
    from jobswipe.errors import RefusedUrlError
    from jobswipe.security.outbound import Outbound

    settings = configure()
    logs.start(settings, "worker")
    with Outbound(contact="x") as client, pytest.raises(RefusedUrlError):
        client.fetcher().get("http://169.254.169.254/latest/meta-data")
    logs.stop()
    (line,) = lines((settings.logs_dir / "security.jsonl").read_text())
    assert line["event"] == "outbound_address_refused"
    assert "169.254.169.254" in line["path"]


def test_access_is_sampled_but_never_what_failed_or_was_slow(
    configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.start(configure(logging_access_ratio=0.1), "server")
    for _ in range(1000):
        logs.access("GET", "/deck", 200, 0.01)
    for _ in range(20):
        logs.access("GET", "/deck", 500, 0.01)
        logs.access("GET", "/deck", 404, 0.01)
        logs.access("GET", "/deck", 200, 3.0)
    found = lines(capsys.readouterr().err)
    usual = [line for line in found if line["status"] == 200 and line["seconds"] < 1]
    assert 40 < len(usual) < 180
    assert {line["sampled"] for line in usual} == {0.1}
    assert len(found) - len(usual) == 60


def test_a_log_that_cannot_be_written_is_one_sentence(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        logs.start(configure(logging_file=tmp_path / "file" / "log"), "worker")
    logs.stop()


def test_a_disk_that_fills_does_not_end_the_work(
    configure: Configure, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    logs.start(configure(logging_file=tmp_path / "log"), "worker")
    logs.logger("jobswipe.test").info("still here")
    assert [line["event"] for line in lines(capsys.readouterr().err)] == ["still here"]


WRITER = """
import logging, sys
from pathlib import Path
from jobswipe.observability.rotating import SharedRotatingHandler
handler = SharedRotatingHandler(Path(sys.argv[1]), 20_000, 50)
for number in range(500):
    handler.emit(logging.LogRecord("x", 20, "", 0, f"{sys.argv[2]} {number} {'.' * 80}", None, None))
"""


def test_processes_rotate_one_file_and_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [one.wait(120) for one in writers] == [0, 0, 0]
    files = [one for one in tmp_path.iterdir() if not one.name.startswith(".")]
    assert len(files) > 3
    assert all(one.stat().st_size <= 20_000 for one in files)
    written = [line.split()[:2] for one in files for line in one.read_text().splitlines()]
    assert sorted((name, int(number)) for name, number in written) == [
        (name, number) for name in "abc" for number in range(500)
    ]


def test_rotation_keeps_as_many_as_it_is_told(tmp_path: Path) -> None:
    handler = SharedRotatingHandler(tmp_path / "log", 1_000, 2)
    for number in range(100):
        handler.emit(logging.LogRecord("x", 20, "", 0, f"{number} {'.' * 80}", None, None))
    handler.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == [".log.lock", "log", "log.1", "log.2"]
    kept = [int(line.split()[0]) for name in ("log.2", "log.1", "log") for line in (tmp_path / name).open()]
    assert kept == list(range(100 - len(kept), 100))


def test_lines_are_shipped_clean_with_their_trace(configure: Configure, collector: Collector) -> None:
    from jobswipe.observability import runtime

    settings = configure(
        logging_otlp_endpoint=collector.endpoint, logging_otlp_headers="x-key=abc", tracing_enabled=True,
        tracing_endpoint=collector.endpoint, tracing_ratio_task=1,
    )  # fmt: skip
    runtime.start(settings, "worker")
    with context.task_span("digest", 4, 1, None):
        logs.logger("jobswipe.test").warning("no answer of sample.candidate@example.com", wait=2.5, parts={"a": 1})
        logging.getLogger("opentelemetry.sdk").warning("of the delivery itself")
        logs.security("sign_in", who="7", source="203.0.113.9", agent=None, path="/", outcome="granted")
    runtime.stop()
    task = collector.one("process digest")
    first, second = collector.lines
    assert (first.body, first.severity, first.trace_id) == ("no answer of [redacted]", "WARNING", task.trace_id)
    assert first.attributes["wait"] == 2.5
    assert first.attributes["parts"] == '{"a": 1}'
    assert first.attributes["task_id"] == 4
    assert (second.body, second.attributes["outcome"]) == ("sign_in", "granted")
    assert collector.headers["x-key"] == "abc"


def test_nothing_personal_in_the_logs_of_a_whole_run_at_debug(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector: Collector
) -> None:
    samples = Path(__file__).resolve().parents[2] / "cli" / "samples"
    (tmp_path / "cv.md").write_text(RESUME)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 Sample Candidate sample.candidate@example.com")
    log = tmp_path / "all.jsonl"
    for key, value in {
        "LOGGING_LEVEL": "debug", "LOGGING_FORMAT": "json", "LOGGING_FILE": str(log), "TRACING_ENABLED": "true",
        "TRACING_ENDPOINT": collector.endpoint, "LOGGING_OTLP_ENDPOINT": collector.endpoint,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"JOBSWIPE_{key}", value)

    def jobswipe(*arguments: str, stdin: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [JOBSWIPE, *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=tmp_path,
            env=os.environ,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return "".join(line + "\n" for line in done.stderr.splitlines() if line.startswith("{"))

    said = jobswipe("init")
    said += jobswipe("ingest", "--kind", "ashby", "--file", str(samples / "fennbrook.ashby.json"))
    said += jobswipe("resume", "import", "cv.md")
    said += jobswipe("resume", "import", "broken.pdf", code=1)
    said += jobswipe("resume", "set", "basics.phone", "+49 30 901820")
    said += jobswipe("match", "--limit", "3")
    said += jobswipe("swipe", "--from", "-", stdin='{"posting_id": 1, "verdict": "like"}\n')
    said += jobswipe("swipe", "--from", "-", stdin='{"posting_id": 999, "verdict": "like"}\n', code=2)
    said += jobswipe("match", "--limit", "3")
    text = said + log.read_text()
    events = {line["event"] for line in lines(text)}
    assert {"run_finished", "resume_read", "ranked", "verdict"} <= events
    for word in PERSONAL:
        assert word not in text, word
        assert word.encode() not in collector.raw, word
    assert len(collector.lines) > 5
    assert collector.named("run jobswipe resume import")
    # They are where they belong.
    assert (
        "Sample Candidate"
        in subprocess.run([JOBSWIPE, "resume", "show"], capture_output=True, text=True, check=True).stdout
    )
