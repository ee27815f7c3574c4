"""All data keys are wrapped anew, also when it is killed on the way or runs twice at once; on both engines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from cli.main import _run
from jobswipe import settings as module
from jobswipe.accounts.rekey import rekey
from jobswipe.db.engine import Database, database_of
from jobswipe.errors import SettingsError, StorageError
from jobswipe.models import Person, PersonKey, Resume
from jobswipe.security import keys, vault

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
PERSONS = 120
PLACE = "resume.sealed"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A store with persons who each have a sealed value, their number."""
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", database_url)
    database = database_of(module.load())
    with database.write() as session:
        for number in range(2, PERSONS + 2):
            session.add(Person(id=number, created_at=datetime.now(UTC)))
        session.flush()
        for number in range(2, PERSONS + 2):
            value = vault.of(session).seal(session, number, PLACE, number)
            session.add(Resume(person_id=number, sha256="0", imported_at=datetime.now(UTC), sealed=value))
    yield database
    database.dispose()


def versions(database: Database) -> dict[int, int]:
    with database.read() as session:
        rows = session.exec(select(PersonKey.version)).all()
        return {version: rows.count(version) for version in set(rows)}


def check(database: Database) -> None:
    """Everything opens with the newest key alone."""
    all_ = keys.configured(module.load())
    newest = keys.Keys({all_.newest: all_.encryption[all_.newest]}, all_.secret)
    alone = Database(database.url, keys=lambda: newest)
    with alone.read() as session:
        for person, sealed in session.execute(text("SELECT person_id, sealed FROM resume")).all():
            assert vault.of(session).open(session, person, PLACE, bytes(sealed)) == person
    alone.dispose()


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """`jobswipe user rekey` in this process: its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = _run(["user", "rekey", *arguments])
        return code, *capfd.readouterr()

    return run


def test_a_new_key_takes_over(store: Database, home: Path, command: Command) -> None:
    code, out, err = command("--new-key")
    assert code == 0, err
    assert f"Wrapped {PERSONS} data keys by key 2; all {PERSONS} are." in out
    assert "Nothing in this store needs key 1 any more" in err
    assert versions(store) == {2: PERSONS}
    check(store)
    # Without the old key: the service goes on.
    file = home / "keys" / keys.KEYS_NAME
    file.write_text(file.read_text().splitlines()[0] + "\n")
    code, out, err = command()
    assert (code, out) == (0, f"Wrapped 0 data keys by key 2; all {PERSONS} are.\n")
    assert "needs" not in err


def test_one_that_is_killed_is_taken_up(store: Database, home: Path) -> None:
    """The kill comes between two batches, wherever it falls: what was done stays done, the next run does the rest."""
    keys.add(home / "keys")
    script = (
        "import os, signal\n"
        "from jobswipe import settings\n"
        "from jobswipe.accounts.rekey import rekey\n"
        "from jobswipe.db.engine import database_of\n"
        "def stop(count):\n"
        "    if count >= 40:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "rekey(database_of(settings.load()), batch=10, progress=stop)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], env=os.environ, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert versions(store) == {1: PERSONS - 40, 2: 40}
    assert rekey(store, batch=10).rewrapped == PERSONS - 40
    check(store)


def test_two_at_once_share_the_work(store: Database, home: Path) -> None:
    keys.add(home / "keys")
    started = [
        subprocess.Popen([JOBSWIPE, "user", "rekey"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [(*one.communicate(timeout=120), one.returncode) for one in started]
    assert [code for _, _, code in ended] == [0, 0], ended
    assert sum(int(out.split()[1]) for out, _, _ in ended) == PERSONS
    check(store)


def test_what_a_transaction_holds_is_waited_for(store: Database, home: Path) -> None:
    """A person whose first value is being sealed by the old key is not forgotten."""
    script = (
        "import sys, time\n"
        "from jobswipe import settings\n"
        "from jobswipe.db.engine import database_of\n"
        "from jobswipe.security import vault\n"
        "with database_of(settings.load()).write() as session:\n"
        "    vault.of(session).seal(session, 1, 'resume.sealed', 'x')\n"
        "    print('sealed', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "sealed\n"
    keys.add(home / "keys")
    rekeying = subprocess.Popen([JOBSWIPE, "user", "rekey"], stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    holder.stdin.write("\n")
    holder.stdin.close()
    assert holder.wait(60) == 0
    out, _ = rekeying.communicate(timeout=120)
    assert f"all {PERSONS + 1} are" in out
    assert versions(store) == {2: PERSONS + 1}


def test_damaged_keys_stop_nobody_else(store: Database, home: Path) -> None:
    with store.write() as session:
        session.execute(text("UPDATE person_key SET wrapped = :wrapped WHERE person_id = 5"), {"wrapped": b"\0" * 60})
    keys.add(home / "keys")
    with pytest.raises(StorageError, match=r"1 persons are damaged \(5\)"):
        rekey(database_of(module.load()), batch=10)
    assert versions(store) == {1: 1, 2: PERSONS - 1}


def test_configured_keys_are_the_operators_to_make(
    store: Database, home: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = keys.in_directory(home / "keys")
    monkeypatch.setenv("JOBSWIPE_SECURITY_SECRET", keys.encode(found.secret))
    monkeypatch.setenv("JOBSWIPE_SECURITY_KEYS", f"1:{keys.encode(found.encryption[1])}")
    code, _, err = command("--new-key")
    assert (code, err.count("\n")) == (2, 1)
    assert "put '2:'" in err
    monkeypatch.setenv("JOBSWIPE_SECURITY_KEYS", f"2:{keys.encode(keys.fresh())},1:{keys.encode(found.encryption[1])}")
    assert command()[0] == 0
    check(store)
    monkeypatch.setenv("JOBSWIPE_SECURITY_KEYS", f"1:{keys.encode(found.encryption[1])}")
    code, _, err = command()
    assert code == 2
    assert "key 2, which is not configured" in err
    monkeypatch.setenv("JOBSWIPE_SECURITY_KEYS", f"2:{keys.encode(keys.fresh())}")
    with pytest.raises(SettingsError, match="not the one"):
        rekey(database_of(module.load()))
