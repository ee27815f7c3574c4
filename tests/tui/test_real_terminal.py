"""The app as a process: killed in mid-swipe, in tmux, and on terminals that show less."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from terminal import JOBSWIPE, PATIENCE, Terminal

from jobswipe.db.engine import Database

KILLS = int(os.environ.get("KILLS", "2"))


def standing(home: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(home / "jobswipe.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT posting_id, verdict FROM swipe ORDER BY id").fetchall()


def test_kill_9_in_mid_swipe(home: Path, filled: Database) -> None:
    """Whatever was confirmed on the screen is there; the deck goes on from it, and no card comes twice."""
    chance = random.Random(7)
    before: list[tuple[int, str]] = []
    for _ in range(KILLS):
        terminal = Terminal("swipe")
        terminal.wait(" left · ")
        for _ in range(chance.randint(1, 3)):
            terminal.press("l", "✓ stored")
        confirmed = standing(home)
        os.write(terminal.fd, b"lhl")  # nobody waits for these
        time.sleep(chance.uniform(0, 0.05))
        terminal.kill()
        after = standing(home)
        assert after[: len(confirmed)] == confirmed
        assert len(confirmed) > len(before)
        assert len({posting_id for posting_id, _ in after}) == len(after)
        before = after
    last = Terminal("swipe")
    last.wait(f" {30 - len(before)} left · {len(before)} judged")
    os.write(last.fd, b"q")
    assert last.end() == 0


def test_the_app_ends_with_its_terminal(home: Path, filled: Database) -> None:
    """Where no signal says so either: a connection that broke must not leave it at work for ever."""
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        terminal = Terminal("swipe")
    finally:
        signal.signal(signal.SIGHUP, usual)
    terminal.wait(" left · ")
    terminal.press("l", "✓ stored")
    os.close(terminal.fd)
    end = time.monotonic() + PATIENCE
    while terminal.running():
        assert time.monotonic() < end, "it goes on"
        time.sleep(0.1)
    assert len(standing(home)) == 1


def test_in_tmux(home: Path, filled: Database) -> None:
    tmux = shutil.which("tmux")
    assert tmux, "the suite needs tmux"
    socket = f"jobswipe-test-{os.getpid()}"

    def run(*arguments: str) -> str:
        done = subprocess.run([tmux, "-L", socket, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def shows(words: str) -> str:
        end = time.monotonic() + PATIENCE
        while words not in (screen := run("capture-pane", "-p", "-t", "app")):
            assert time.monotonic() < end, f"{words!r} is not on the screen:\n{screen}"
            time.sleep(0.1)
        return screen

    run("-f", "/dev/null", "new-session", "-d", "-s", "app", "-x", "90", "-y", "28", f"{JOBSWIPE} swipe; sleep 60")
    try:
        shows("30 left")
        run("send-keys", "-t", "app", "Right")
        shows("♥ Liked Backend Engineer   ✓ stored")
        run("send-keys", "-t", "app", "s")
        shows("★ Saved")
        shows("✓ stored")
        run("send-keys", "-t", "app", "2")
        screen = shows("SAVED 2")
        assert "Fennbrook" in screen
        run("send-keys", "-t", "app", "L")
        shows("APPLIED 1")
        run("resize-window", "-t", "app", "-x", "40", "-y", "10")
        shows("JobSwipe needs 60 × 18")
        run("resize-window", "-t", "app", "-x", "140", "-y", "40")
        shows("APPLIED 1")
        run("send-keys", "-t", "app", "1", "u")
        shows("↶ Took back")
        shows("✓ stored")
        run("send-keys", "-t", "app", "q")
        end = time.monotonic() + PATIENCE
        while "Took back" in run("capture-pane", "-p", "-t", "app"):
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        run("kill-server")
    assert [verdict for _, verdict in standing(home)] == ["like", "save", "undo"]


def test_a_locked_store_is_said_and_what_waits_comes_later(home: Path, filled: Database) -> None:
    terminal = Terminal("swipe")
    terminal.wait(" left · ")
    lock = sqlite3.connect(home / "jobswipe.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    terminal.press("l", "1 waits")
    os.write(terminal.fd, b"h")
    terminal.wait("2 wait:")
    lock.execute("ROLLBACK")
    lock.close()
    terminal.wait("✓ stored")
    os.write(terminal.fd, b"q")
    assert terminal.end() == 0
    assert [verdict for _, verdict in standing(home)] == ["like", "dislike"]


LATIN = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize(("environment", "why"), [({"TERM": "dumb"}, "TERM is not set, or dumb"), (LATIN, "not UTF-8")])
def test_a_terminal_that_shows_less_gets_the_plain_mode(
    home: Path, filled: Database, environment: dict[str, str], why: str
) -> None:
    terminal = Terminal("swipe", **environment)
    terminal.wait(why)
    terminal.wait("[q]uit")
    terminal.press("l\n", "Stored.")
    terminal.press("u\n", "Took back")
    os.write(terminal.fd, b"q\n")
    assert terminal.end() == 0
    assert [verdict for _, verdict in standing(home)] == ["like", "undo"]


def test_a_store_of_another_version_is_said_once(home: Path, filled: Database) -> None:
    with sqlite3.connect(home / "jobswipe.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    terminal = Terminal("swipe")
    assert terminal.end() == 3
    assert "jobswipe: " in terminal.seen
