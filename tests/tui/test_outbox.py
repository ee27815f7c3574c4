"""The outbox: each window has its own, a dead window's is taken over once, and no owner meets another's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jobswipe.settings import load
from tui.desk.interface import Verdict
from tui.desk.outbox import Outbox, local_owner, read

WINDOW = """
import sys
from pathlib import Path
from tui.desk.interface import Verdict
from tui.desk.outbox import Outbox
box = Outbox(Path(sys.argv[1]))
print([one.key for one in box.load()], flush=True)
for line in sys.stdin:
    box.save([Verdict(key=key, posting_id=1, verdict="like", title="A title") for key in line.split()])
    print(box.path, flush=True)
"""


def verdict(key: str) -> Verdict:
    return Verdict(key=key, posting_id=1, verdict="like", title="A title")


class Window:
    """A process with an outbox."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.found = self.read()

    def read(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def save(self, keys: str) -> Path:
        assert self.process.stdin
        self.process.stdin.write(f"{keys}\n")
        self.process.stdin.flush()
        return Path(self.read())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def test_two_windows_have_two_files_and_a_killed_ones_is_taken_over(tmp_path: Path) -> None:
    first, second = Window(tmp_path), Window(tmp_path)
    try:
        paths = first.save("a b"), second.save("c")
        assert len(set(paths)) == 2
        first.kill()
        third = Window(tmp_path)
        assert third.found == "['a', 'b']"
        assert not paths[0].exists()
        assert [one.key for one in read(paths[1])] == ["c"]
        third.kill()  # nothing of what it took over is lost with it
        fourth = Window(tmp_path)
        assert fourth.found == "['a', 'b']"
        fourth.kill()
        second.kill()
        assert sorted(one.key for one in Outbox(tmp_path).load()) == ["a", "b", "c"]
    finally:
        for window in (first, second):
            window.kill()


def test_what_lies_twice_is_taken_over_once(tmp_path: Path) -> None:
    """As after a crash in the middle of taking over."""
    for _ in range(2):
        box = Outbox(tmp_path)
        box.save([verdict("a"), verdict("b")])
        kept = box.path.read_bytes()
        box.close()
    later = Outbox(tmp_path)
    assert [one.key for one in later.load()] == ["a", "b"]
    assert later.path.read_bytes() == kept
    later.save([])
    later.close()
    assert list((tmp_path / "outbox" / "local").iterdir()) == []


def test_owners_are_apart(tmp_path: Path) -> None:
    box = Outbox(tmp_path, "one")
    box.save([verdict("a")])
    box.close()
    assert Outbox(tmp_path, "two").load() == []
    assert Outbox(tmp_path).load() == []
    assert [one.key for one in Outbox(tmp_path, "one").load()] == ["a"]


def test_a_torn_line_is_left_out(tmp_path: Path) -> None:
    box = Outbox(tmp_path)
    box.save([verdict("a")])
    box.path.write_bytes(box.path.read_bytes() + b'{"key":"b","posti')
    assert [one.key for one in read(box.path)] == ["a"]
    assert box.path.stat().st_mode & 0o777 == 0o600
    assert box.folder.stat().st_mode & 0o777 == 0o700


def test_each_store_of_this_computer_is_an_owner(home: Path) -> None:
    settings = load(home)
    assert local_owner(settings) == "local"
    names = set()
    for url in ("postgresql://one:secret@db/a", "postgresql+psycopg://two@db/a", "postgresql://db/b", "no url ["):
        settings.database = settings.database.model_copy(update={"url": url})
        names.add(local_owner(settings))
    assert len(names) == 3
