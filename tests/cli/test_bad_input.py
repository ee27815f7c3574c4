"""Careless and hostile input at the real command line: one sentence, the right exit code, the store unharmed."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import _run

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
SAMPLE = Path(__file__).parents[2] / "cli" / "samples" / "fennbrook.ashby.json"
HUGE = "99999999999999999999999"
LONE = "a\udcffb"  # a byte that is no UTF-8, as an argument brings it
JOB = {
    "id": "1",
    "title": "Pump Engineer",
    "jobUrl": "https://jobs.ashbyhq.com/acme/1",
    "location": "Berlin, Germany",
    "descriptionHtml": "<p>Pumps, Python and SQL.</p>",
    "publishedAt": "2026-10-01T00:00:00Z",
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(home: Path, sqlite_template: Path) -> Path:
    """A home with a migrated store."""
    shutil.copyfile(sqlite_template, home / "jobswipe.db")
    return home


@pytest.fixture
def cli(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process: its exit code, stdout and stderr."""

    def run(*arguments: Any, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        code = _run([str(one) for one in arguments])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def sentence(found: tuple[int, str, str], code: int, said: str = "") -> None:
    """One line that says what is wrong, and no trace of a fault."""
    assert found[0] == code, found
    assert said in found[2], found
    assert found[2].count("\n") == 1, found
    assert "Traceback" not in found[2], found
    assert "fault in JobSwipe" not in found[2], found


def sound(home: Path) -> int:
    """How many postings there are, in a database that is whole."""
    with sqlite3.connect(home / "jobswipe.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return int(connection.execute("SELECT count(*) FROM posting").fetchone()[0])


def board(*jobs: dict[str, Any]) -> bytes:
    return json.dumps({"jobs": [{**JOB, **job} for job in jobs]}).encode()


UNREADABLE = {
    "cut": (b'{"jobs": [{"id": 1,', "not valid JSON"),
    "a page": (b"<!doctype html><html><body>Gone</body></html>", "HTML"),
    "xml": (b'<?xml version="1.0"?><a/>', "XML"),
    "empty": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "null": (b"null", "no Ashby payload"),
    "a number": (b"5", "no Ashby payload"),
    "no jobs": (b'{"jobs": null}', "no Ashby payload"),
    "bytes": (bytes(range(256)) * 20, "not valid JSON"),
    "deep": (b'{"a":' * 100_000, "nested"),
    "another kind": (
        b'[{"id":"x","text":"Cook","hostedUrl":"https://jobs.lever.co/a/x","categories":{},"descriptionPlain":"a"}]',
        "--kind lever",
    ),
    "cut gzip": (gzip.compress(board({}))[:-9], "too early"),
    "damaged gzip": (b"\x1f\x8b\x08\x00" + bytes(30), "gzip"),
    "gzip bomb": (gzip.compress(bytes(201_000_000), 1), "200 MB"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_payload_that_cannot_be_read(name: str, store: Path, tmp_path: Path, cli: Run) -> None:
    content, said = UNREADABLE[name]
    file = tmp_path / "payload"
    file.write_bytes(content)
    sentence(cli("parse", "posting", "--kind", "ashby", file), 1, said)
    found = cli("ingest", "--kind", "ashby", "--file", file, "--format", "jsonl")
    sentence(found, 1, said)
    assert json.loads(found[1])["status"] == "failed"
    assert sound(store) == 0


READABLE: dict[str, tuple[bytes, int]] = {
    "no postings": (board(), 0),
    "an empty list": (b"[]", 0),
    "gzip in gzip": (gzip.compress(gzip.compress(board({}))), 1),
    "utf-16": (board({}).decode().encode("utf-16"), 1),
    "latin-1": (b'{"jobs":[{"id":"9","title":"Caf\xe9 \xff"}]}', 1),
    "half a pair": (b'{"jobs":[{"id":"9","title":"Cook \\ud800"}]}', 1),
    "not a number": (b'{"jobs":[{"id":"9","title":"Cook","publishedAt":NaN,"x":1e999}]}', 1),
    "a long number": (b'{"jobs":[{"id":%s,"title":"Cook"}]}' % (b"9" * 400), 1),
    "one id twice": (board({}, {}), 1),
    "ids of all kinds": (board(*({"id": one} for one in (1, 1.5, None, [], ["a"], {"a": 1}, True, "", "  "))), 1),
    "nulls": (board(dict.fromkeys(JOB), {**dict.fromkeys(JOB), "id": "2"}, {"id": "3", "location": None}), 1),
    "no objects": (b'{"jobs": [null, 5, "x", [], {}]}', 0),
    "a title of 100 kB": (board({"title": "x" * 100_000}, {"id": "2"}), 1),
    "dates": (
        board(
            *(
                {"id": str(number), "publishedAt": one}
                for number, one in enumerate(
                    ("1970-01-01", "2999-01-01", "0001-01-01", 0, -1, 1e300, "never", [], True)
                )
            )
        ),
        9,
    ),
    "10,000 places": (board({"secondaryLocations": [{"location": f"Town {n}"} for n in range(10_000)]}), 1),
}


@pytest.mark.parametrize("name", READABLE)
def test_an_odd_payload_adds_up(name: str, store: Path, tmp_path: Path, cli: Run) -> None:
    content, kept = READABLE[name]
    file = tmp_path / "payload"
    file.write_bytes(content)
    code, out, _ = cli("ingest", "--kind", "ashby", "--file", file, "--format", "jsonl")
    counts = json.loads(out)
    assert code == (1 if counts["error"] else 0)
    assert counts["read"] == sum(counts[name] for name in ("stored", "unchanged", "merged", "rejected"))
    assert sound(store) == kept
    code, out, _ = cli("parse", "posting", "--kind", "ashby", file)
    for posting in map(json.loads, out.splitlines()):
        assert posting["posted_at"] is None or "2000" < posting["posted_at"] < "2028"


SALARIES = {"negative": (-5, -1), "zero": (0, 0), "endless": ("1e999", "1e999"), "words": ("much", "more")}


@pytest.mark.parametrize("name", [*SALARIES, "swapped"])
def test_salaries(name: str, tmp_path: Path, cli: Run) -> None:
    low, high = SALARIES.get(name, (90_000, 60_000))
    record = {
        "source": "x",
        "external_id": "1",
        "title": "Cook",
        "salary": {"min": low, "max": high, "currency": "EUR", "period": "year"},
    }
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(record))
    _, out, _ = cli("parse", "posting", "--kind", "jsonl", file)
    salary = json.loads(out)["salary"]
    assert salary is None or salary["min"] <= salary["max"]
    if name != "swapped":
        assert salary is None


HOSTILE = "Co\x00ok \x1b[31mred\x1b[0m\x07 \x9b2J \u202egnirts"


def test_control_characters_never_reach_the_terminal(store: Path, tmp_path: Path, cli: Run) -> None:
    file = tmp_path / "payload"
    job = {
        "id": HOSTILE,
        "title": HOSTILE,
        "descriptionHtml": HOSTILE,
        "location": HOSTILE,
        "jobUrl": f"https://x/{HOSTILE}",
    }
    file.write_bytes(board(job, {"id": HOSTILE, "title": None}))
    assert cli("ingest", "--kind", "ashby", "--file", file, "--company", HOSTILE)[0] == 0
    _, out, _ = cli("match", "--format", "jsonl")
    number = json.loads(out)["posting_id"]
    assert "\\u00" not in cli("posting", "show", number)[1]
    cli("swipe", "--from", "-", stdin=b'{"posting_id": %d, "verdict": "like"}' % number)
    cli("application", "add", HOSTILE.replace("\0", ""), "--company", HOSTILE.replace("\0", ""))
    for command in (
        "match",
        "match --explain",
        "application list",
        "application show 2",
        "source list",
        "source check 1",
    ):
        code, out, err = cli(*command.split())
        assert code == 0
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out + err), command


USAGE: list[tuple[int, str, list[str]]] = [
    *(
        (2, "id that a listing shows", [*command.split(), HUGE])
        for command in (
            "posting show",
            "posting split",
            "resume use",
            "resume remove",
            "resume show --id",
            "source check",
        )
    ),
    (2, "id that a listing shows", ["application", "move", HUGE, "saved"]),
    (2, "No posting 7", ["posting", "show", "7"]),
    (2, "No resume", ["resume", "set", "basics.name", "X"]),
    (2, "needs a title", ["application", "add", " "]),
    (2, "No stage", ["application", "list", "--stage", "x"]),
    *(
        (2, "web address", ["source", "add", one])
        for one in ("", "https://", "http://[::1", "https://exa mple.com", "nonsense")
    ),
    *(
        (2, "no board", ["source", "add", one, "--kind", "lever"])
        for one in ("", "../etc", "a b", "\x1b[31m", "x" * 2000)
    ),
    (2, "did you mean", ["source", "add", "acme", "--kind", "leverr"]),
    (2, "No source", ["source", "remove", "x", "--yes"]),
    (2, "--limit", ["match", "--limit", "-1"]),
    (2, "--limit", ["match", "--limit", HUGE]),
    (2, "--limit", ["match", "--limit", "1e3"]),
    (2, "--format", ["match", "--format", "xml"]),
    (2, "--noise", ["simulate", "--noise", "nan"]),
    (1, "cannot be read", ["simulate", "--persona", "absent"]),
    (2, "countries", ["profile", "set", "--country", "ZZ"]),
    (2, "amount", ["profile", "set", "--salary-floor", "nan EUR"]),
    (2, "--salary-floor", ["profile", "set", "--salary-floor", "-5 EUR"]),
    (2, "XXX", ["profile", "set", "--salary-floor", "5 XXX"]),
    (2, "remote", ["profile", "set", "--remote", "maybe"]),
    (1, "cannot be read", ["profile", "set", "--file", "absent"]),
    (1, "cannot be read", ["profile", "set", "--file", "."]),
    (1, "too large", ["profile", "set", "--file", "/dev/zero"]),
    (1, "too large", ["swipe", "--from", "/dev/zero"]),
    (2, "no terminal", ["swipe"]),
    (1, "no verdict", ["swipe", "--undo"]),
    (2, "funnel, market", ["report", ""]),
    (1, "No such file", ["report", "market", "--html", "absent/x.html"]),
    (2, "schema version", ["db", "upgrade", "nonsense"]),
    (2, "schema version", ["db", "upgrade", ""]),
    (2, "schema version", ["db", "downgrade", "+1", "--yes"]),
    (2, "No source kind", ["parse", "posting", "--kind", "", "x"]),
    (1, "No file", ["parse", "posting", "--kind", "ashby", LONE]),
    (2, "between", ["parse", "posting", "--kind", "ashby", "--fetched-at", "9999-12-31T23:59:59-23:59", "x"]),
    (1, "200 MB", ["parse", "posting", "--kind", "ashby", "/dev/zero"]),
    (1, "empty", ["parse", "posting", "--kind", "ashby", "/dev/null"]),
    (1, "Cannot read", ["parse", "duplicates", "absent"]),
    (1, "not a file", ["parse", "resume", "/dev/zero"]),
    (1, "No file", ["ingest", "--kind", "ashby", "--file", "absent"]),
]


@pytest.mark.parametrize(("code", "said", "arguments"), USAGE, ids=[" ".join(one[2])[:40] for one in USAGE])
def test_arguments_that_make_no_sense(
    code: int, said: str, arguments: list[str], store: Path, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(store)
    sentence(cli(*arguments), code, said)
    assert sound(store) == 0


PREFERENCES = [
    (b"", 1, "JSON"),
    (b"[]", 1, "object"),
    (b'{"a":' * 5000, 1, "JSON"),
    (b"\xff\xfe\x00", 1, "JSON"),
    (b'{"contries": ["DE"]}', 2, "did you mean countries?"),
    (b'{"countries": "DE"}', 2, "list"),
    (b'{"remote": 5}', 2, "no, ok, only"),
    (b'{"seniority": [{}]}', 2, "list of texts"),
    (b'{"salary_floor": {"amount": true, "currency": [], "period": {}}}', 2, "amount"),
    (b'{"salary_floor": {"amount": 1' + b"0" * 400 + b', "currency": "EUR"}}', 2, "amount"),
]


@pytest.mark.parametrize(("content", "code", "said"), PREFERENCES)
def test_preferences(content: bytes, code: int, said: str, store: Path, cli: Run) -> None:
    sentence(cli("profile", "set", "--file", "-", stdin=content), code, said)
    assert '"titles": []' in cli("profile", "show")[1]


BAD_LINES = [
    b"not json",
    b"[1]",
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b'{"posting_id": 999, "verdict": "like"}',
    b'{"posting_id": -1, "verdict": "like"}',
    b'{"posting_id": %s, "verdict": "like"}' % HUGE.encode(),
    b'{"posting_id": "%s", "verdict": "like"}' % HUGE.encode(),
    b'{"posting_id": 1.5, "verdict": "like"}',
    b'{"posting_id": true, "verdict": "like"}',
    b'{"posting_id": 1, "verdict": "love"}',
    b'{"posting_id": 1, "verdict": ["like"]}',
    b'{"posting_id": 1, "verdict": null}',
    b'{"posting_id": 1, "verdict": "like", "reason": {}}',
]


def test_a_bad_line_of_verdicts_applies_none(store: Path, cli: Run) -> None:
    assert cli("ingest", "--kind", "ashby", "--file", SAMPLE)[0] == 0
    good = b'{"posting_id": 1, "verdict": "like"}\n'
    for line in BAD_LINES:
        sentence(cli("swipe", "--from", "-", stdin=good + line), 2)
    assert cli("application", "list", "--format", "jsonl")[1] == ""
    assert cli("swipe", "--from", "-", stdin=b"\xef\xbb\xbf" + good + b"\r\n" + good)[0] == 0
    assert sound(store) == 13


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", content)
    return out.getvalue()


def pages(count: int) -> bytes:
    """A PDF of empty pages."""
    kids = b" ".join(b"3 0 R" for _ in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % one for one in offsets)
    return body + b"xref\n0 4\n0000000000 65535 f \n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )


RESUMES = {
    "empty": (b"", "empty"),
    "an executable": (b"\x7fELF" + bytes(200), "program"),
    "a Windows program": (b"MZ" + bytes(200), "program"),
    "no PDF": (b"%PDF-1.4\nnothing", "damaged"),
    "5,000 pages": (pages(5000), "pages"),
    "only images": (pages(1), "only images"),
    "a zip bomb": (zipped(b"<w>" + b" " * 31_000_000 + b"</w>"), "unpacks to more"),
    "no document": (zipped(b"<a"), "damaged"),
    "bytes": (bytes(range(256)) * 50, "neither text"),
    "too large": (b"x" * 10_000_001, "10 MB"),
}


@pytest.mark.parametrize("name", RESUMES)
def test_a_resume_that_is_none(name: str, store: Path, tmp_path: Path, cli: Run) -> None:
    content, said = RESUMES[name]
    file = tmp_path / "resume.pdf"
    file.write_bytes(content)
    sentence(cli("resume", "import", file), 1, said)
    assert cli("resume", "list", "--format", "jsonl")[1] == ""


SETTINGS = [
    ("[database]\npool_size = 'many'\n", "pool_size"),
    ("[database]\nurl = 5\n", "[database] url = 5"),
    ("[ingest]\nbatch = true\n", "batch"),
    ("[ingest]\nbatch = 99999999999999999999\n", "batch"),
    ("[outbound]\ntimeout = nan\n", "timeout"),
    ("database = 5\n", "section"),
    ("[databse]\n", "did you mean database?"),
    ("[zzz]\n", "ingest"),
    ("[ingest\n", "TOML"),
    ("[ingest]\nbatch = 1\nbatch = 2\n", "TOML"),
    ("\ud800", "UTF-8"),
]


@pytest.mark.parametrize(("content", "said"), SETTINGS)
def test_settings_files(content: str, said: str, home: Path, cli: Run) -> None:
    (home / "config.toml").write_bytes(content.encode("utf-8", "surrogatepass"))
    sentence(cli("config", "check"), 2, said)


VARIABLES = [
    ("JOBSWIPE_DATABASE_URL", "nonsense", "no database URL|not a database URL"),
    ("JOBSWIPE_DATABASE_URL", "postgresql://u:secret@[::1/x", "not a database URL"),
    ("JOBSWIPE_DATABASE_URL", "mysql://u:secret@h/x", "mysql"),
    ("JOBSWIPE_DATABASE_URL_FILE", "/nowhere/secret", "cannot be read"),
    ("JOBSWIPE_DATABASE_URL_FILE", "/dev/null", "one line"),
    ("JOBSWIPE_DATABASE_URL_FILE", "/dev/zero", "one line"),
    ("JOBSWIPE_INGEST_BATCH", "0", "batch"),
    ("JOBSWIPE_NOPE", "1", "Unknown setting"),
    ("JOBSWIPE_HOME", "~nobody-of-this-name/x", "whole path"),
    ("JOBSWIPE_HOME", "/tmp/what?", "JOBSWIPE_HOME"),
]


@pytest.mark.parametrize(("name", "value", "said"), VARIABLES)
def test_variables(name: str, value: str, said: str, home: Path, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    found = cli("config", "check")
    sentence(found, 2)
    assert re.search(said, found[2])
    assert "secret@" not in found[2]


@pytest.mark.parametrize("value", ["nonsense", "9999-12-31T23:59:59-23:59", "0001-01-01", "99"])
def test_clocks(value: str, store: Path, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", value)
    sentence(cli("application", "add", "Cook"), 2, "JOBSWIPE_NOW")


def test_a_store_that_is_no_database(home: Path, cli: Run) -> None:
    (home / "jobswipe.db").write_text("These are notes, not tables.\n" * 200)
    for command in ("match", "init", "source list"):
        sentence(cli(*command.split()), 1, "no sound database")
    (home / "jobswipe.db").write_bytes(b"")
    sentence(cli("match"), 3, "jobswipe init")


def test_an_emptied_store_says_what_to_do(store: Path, cli: Run) -> None:
    cli("ingest", "--kind", "ashby", "--file", SAMPLE)
    cli("match")
    assert cli("db", "downgrade", "base", "--yes")[0] == 0
    for command in ("match", "swipe --undo", "source list", "report market", "posting show 1", "resume list"):
        sentence(cli(*command.split()), 3, "jobswipe init")
    assert cli("init")[0] == 0
    assert cli("ingest", "--kind", "ashby", "--file", SAMPLE)[0] == 0
    assert len(cli("match", "--format", "jsonl")[1].splitlines()) == sound(store) == 13


def test_a_database_elsewhere_is_not_made_by_looking(home: Path, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", f"sqlite:///{home}/deep/er/x.db")
    sentence(cli("match"), 3, "jobswipe init")
    assert not (home / "deep").exists()


def test_a_directory_of_odd_files(store: Path, tmp_path: Path, cli: Run) -> None:
    folder = tmp_path / "boards"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("x")
    shutil.copyfile(SAMPLE, folder / f"{LONE}.json")
    (folder / "gone").symlink_to("/nowhere")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    (folder / "cut.json").write_text("{")
    code, out, err = cli("ingest", "--kind", "ashby", "--file", folder, "--format", "jsonl")
    assert [json.loads(line)["read"] for line in out.splitlines()] == [13, 0]
    assert (code, err.count("\n"), sound(store)) == (1, 1, 13)


@pytest.mark.parametrize("command", ["salary", "place", "skills"])
def test_lines_of_binary_garbage(command: str, cli: Run) -> None:
    garbage = bytes(range(256)) * 40
    code, out, err = cli("parse", command, stdin=garbage)
    assert (code, len(out.splitlines()), err) == (0, garbage.count(b"\n") + 1, "")
    assert len(cli("parse", command, stdin=b"\0" * 12_000_000 + b"\n\n")[1].splitlines()) == 2


# What only a process of its own shows: its streams, its locale, its signals, its user.


def shell(command: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        env={**os.environ, "J": JOBSWIPE, **environment},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def test_streams_that_are_closed_or_full(home: Path) -> None:
    assert shell("$J source kinds >&-") == (0, "", "")
    assert shell("$J parse salary <&-") == (0, "", "")
    sentence(shell("$J source kinds > /dev/full"), 1, "No space left")
    code, out, err = shell("yes 60k | $J parse salary | head -1")
    assert (out.count("\n"), err) == (1, ""), code


def test_a_locale_without_letters(home: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0"}
    assert shell("$J application add 'Köchin ☕' --format jsonl", **plain)[0] == 0
    assert '"Köchin ☕"' in shell("$J application list --format jsonl", **plain)[1]


@pytest.mark.timeout(30)
def test_ctrl_c_is_one_line(home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            [JOBSWIPE, "parse", "posting", "--kind", "ashby", str(pipe)], stderr=subprocess.PIPE, start_new_session=True
        ) as one,
        pipe.open("wb"),
    ):  # opens when the command opens it: it is at work
        one.send_signal(signal.SIGINT)
        assert one.stderr is not None
        assert one.stderr.read() == b"jobswipe: Stopped.\n"
    assert one.returncode == 130


def test_a_home_that_may_not_be_written(store: Path) -> None:
    (store / "index").mkdir()
    store.chmod(0o500)
    try:
        found = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED], env=os.environ, capture_output=True, text=True, check=False
        )
    finally:
        store.chmod(0o700)
    assert found.returncode == 2, found.stderr
    assert found.stderr.count("\n") == 1
    assert "set JOBSWIPE_HOME" in found.stderr


# The superuser may write anywhere: what is looked at is what the system would answer to anybody else.
UNPRIVILEGED = """
import os
from cli.main import _run
if os.geteuid() == 0:
    may = os.access
    os.access = lambda path, mode: may(path, mode) and bool(os.stat(path).st_mode & mode << 6 == mode << 6)
raise SystemExit(_run(["application", "add", "Cook"]))
"""
