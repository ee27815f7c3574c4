"""The plain mode line by line, over the real desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlmodel import select
from tui_store import fill

from jobswipe.db.engine import Database
from jobswipe.models import Swipe
from jobswipe.settings import Settings
from tui.desk.local import LocalDesk
from tui.plain import Plain


def talk(settings: Settings, *typed: str) -> list[str]:
    """What is said when these lines are typed, then the input ends."""
    lines: Iterator[str] = iter(typed)
    said: list[str] = []

    def ask(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    desk = LocalDesk(settings)
    try:
        Plain(desk, Path(settings.tui_dir), ask, said.append).run()
    finally:
        desk.close()
    return said


def test_a_session(settings: Settings, filled: Database) -> None:
    said = talk(settings, "l", "d", "r pay", "u", "s", "k", "nonsense", "?", "p", "o", "a", "n", "r", "q")
    words = "\n".join(said)
    for expected in ("like: ", "Stored. Application 1.", "Took back: ", "title +", "ABOUT US", "saved: ", "towards "):
        assert expected in words, expected
    with filled.read() as session:
        rows = session.exec(select(Swipe).order_by(Swipe.id)).all()
    assert [(row.verdict, row.reason) for row in rows] == [
        ("like", None), ("dislike", None), ("dislike", "pay"), ("undo", None), ("save", None), ("skip", None),
    ]  # fmt: skip


def test_search_and_nothing_to_undo(settings: Settings, filled: Database) -> None:
    said = talk(settings, "u", "/ nurse", "1", "like", "/ zzzz", "q")
    assert "Nothing is left to take back in this session." in said
    assert any(line.startswith("like: ") and "Nurse" in line for line in said)
    assert "Nothing found." in said


def test_an_empty_store(settings: Settings, store: Database) -> None:
    said = talk(settings)
    assert any("There are no postings yet" in line for line in said)
    assert any("There is no resume yet" in line for line in said)


def test_hard_texts(settings: Settings, store: Database) -> None:
    fill(store, postings=0, hard=True)
    said = talk(settings, *["o", "k"] * 5)
    assert not any("\x1b" in line or "\x07" in line for line in said)
    assert "The posting has no text." in said
