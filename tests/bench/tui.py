"""The terminal app in a real pseudo-terminal over 100,000 invented postings: start, key to painted card, memory.

A key's time is from its write into the terminal to the read of the bytes that paint the next card. Prints one line.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stores.many_postings import NOW, make

COUNT = int(os.environ.get("POSTINGS", "100000"))
KEYS = 300
PACE = (0.12, 0.4)
"""Seconds between two keys: a person in a hurry."""
START_BAR, KEY_BAR, MEMORY_BAR = 1.5, 50.0, 250.0
_CARD = re.compile(rb"Company (\d+)")
JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))


class Terminal:
    """The app as a person meets it: a pseudo-terminal of `columns` by `lines`."""

    def __init__(self, home: Path, columns: int = 120, lines: int = 40) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("JOBSWIPE_")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
        environment |= {
            "JOBSWIPE_HOME": str(home), "JOBSWIPE_NOW": NOW.isoformat(), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(JOBSWIPE, [JOBSWIPE, "swipe"], environment)
        self.card = b""

    def painted(self, timeout: float = 60) -> float:
        """Seconds until a card with another employer is painted."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < timeout:
            for name in _CARD.findall(self._read(0.5)):
                if name != self.card:
                    self.card = name
                    return time.perf_counter() - begun
        raise SystemExit("no card was painted")

    def key(self, key: bytes) -> tuple[float, float]:
        """(seconds to the card, seconds of them in which the app's main thread had no processor)."""
        self.drain(0)
        before = self.kept_waiting()
        os.write(self.fd, key)
        return self.painted(), self.kept_waiting() - before

    def kept_waiting(self) -> float:
        """Seconds that the main thread could have run in, and other programs ran instead."""
        return int(Path(f"/proc/{self.pid}/task/{self.pid}/schedstat").read_text().split()[1]) / 1e9

    def drain(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while self._read(max(0.0, until - time.perf_counter())) or time.perf_counter() < until:
            pass

    def memory(self) -> float:
        """Resident megabytes."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def end(self, key: bytes = b"q") -> None:
        os.write(self.fd, key)
        until = time.perf_counter() + 15
        while time.perf_counter() < until:
            self._read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                os.close(self.fd)
                return
        os.kill(self.pid, signal.SIGKILL)
        raise SystemExit("the app did not end")

    def _read(self, timeout: float) -> bytes:
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            return os.read(self.fd, 65_536)
        except OSError:
            return b""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="jobswipe-bench-tui-") as name:
        home = Path(os.environ.get("STORE", f"{name}/home"))
        if not home.exists():
            make(home, COUNT).dispose()
        first = Terminal(home)
        first.painted()
        cold = time.perf_counter() - first.started
        first.drain(3)
        first.end()
        starts = []
        for _ in range(5):
            again = Terminal(home)
            again.painted()
            starts.append(time.perf_counter() - again.started)
            again.drain(3)
            again.end()
        figures = {
            "postings": COUNT,
            "first_start_s": round(cold, 2),
            "start_to_first_card_s": round(sorted(starts)[2], 2),
        }
        figures |= {"start_bar_s": START_BAR} | keys(Terminal(home))
        sys.stdout.write(json.dumps({"bench": "tui", **figures}) + "\n")


def keys(terminal: Terminal) -> dict[str, float]:
    terminal.painted()
    terminal.drain(4)
    before = terminal.memory()
    chance = random.Random(7)
    times, own = [], []
    for _ in range(KEYS):
        terminal.drain(chance.uniform(*PACE))
        whole, waited = terminal.key(chance.choice((b"l", b"h", b"s", b"\x1b[C", b"\x1b[D")))
        times.append(whole * 1000)
        own.append((whole - waited) * 1000)
    terminal.drain(2)
    after = terminal.memory()
    terminal.end()
    times.sort()
    own.sort()
    return {
        "keys": KEYS, "key_to_card_ms_p50": round(times[KEYS // 2], 1),
        "key_to_card_ms_p99": round(times[int(KEYS * 0.99)], 1),
        "with_a_processor_ms_p50": round(own[KEYS // 2], 1), "with_a_processor_ms_p99": round(own[int(KEYS * 0.99)], 1),
        "key_bar_ms": KEY_BAR, "memory_mb": round(before, 1), "memory_after_keys_mb": round(after, 1),
        "memory_bar_mb": MEMORY_BAR,
    }  # fmt: skip


if __name__ == "__main__":
    main()
