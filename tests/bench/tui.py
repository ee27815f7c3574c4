"""The terminal app in a real pseudo-terminal over 100,000 invented postings: start, key to painted card, memory.

A key's time is from its write into the terminal to the read of the last byte that paints the next card, waiting for a
processor included: on a machine that has other things to do it is longer. What of it the app's main thread spent
waiting for a processor is taken out of the figures called `with_a_processor`. Prints one line; tells the bars that were
not met.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stores.many_postings import NOW, make

COUNT = int(os.environ.get("POSTINGS", "100000"))
PACES = {"human": (300, (0.12, 0.4)), "fast": (300, (0.03, 0.06))}
"""How many keys, and seconds between two: a person in a hurry, and a key that is held down."""
STARTS = 5
START_BAR, KEY_BAR, MEMORY_BAR = 1.5, 50.0, 250.0
_ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CARD = re.compile("╭─* *([0-9]+) *─".encode())
"""The number of a card in its frame: each card has another."""
_BURST = 0.0015
"""Seconds without a byte after which a painting has ended."""
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
        """Seconds until a card with another number is painted to its end."""
        begun = time.perf_counter()
        seen = b""
        while time.perf_counter() - begun < timeout:
            seen += self._read(0.5)
            found = _CARD.findall(_ESCAPE.sub(b"", seen))
            if found and found[-1] != self.card:
                self.card = found[-1]
                last = time.perf_counter()
                while self._read(_BURST):
                    last = time.perf_counter()
                return last - begun
        raise SystemExit("no card was painted")

    def key(self, key: bytes) -> tuple[float, float]:
        """(seconds to the card, seconds of them in which the app's main thread had no processor)."""
        self.drain(0)
        before = self.kept_waiting()
        os.write(self.fd, key)
        return self.painted(), self.kept_waiting() - before

    def busy(self) -> float:
        """Seconds of processor time of all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

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
        figures: dict[str, Any] = {"postings": COUNT}
        figures |= {"first_start_s": starts(home, forget=True), "restart_s": starts(home), "start_bar_s": START_BAR}
        terminal = Terminal(home)
        terminal.painted()
        terminal.drain(4)
        figures |= {"memory_mb": round(terminal.memory(), 1), "memory_bar_mb": MEMORY_BAR, "key_bar_ms": KEY_BAR}
        for pace, (count, pause) in PACES.items():
            figures[pace] = keys(terminal, count, pause)
        terminal.end()
        sys.stdout.write(json.dumps({"bench": "tui", **figures, "not_met": not_met(figures)}) + "\n")


def not_met(figures: dict[str, Any]) -> list[str]:
    """The bars that the figures are above."""
    out = [name for name in ("first_start_s", "restart_s") if figures[name]["median"] > START_BAR]
    out += [f"{pace} key_to_card_ms p99" for pace in PACES if figures[pace]["key_to_card_ms"]["p99"] > KEY_BAR]
    memory = [figures["memory_mb"], *(figures[pace]["memory_mb"] for pace in PACES)]
    return out + (["memory_mb"] if max(memory) > MEMORY_BAR else [])


def starts(home: Path, *, forget: bool = False) -> dict[str, float]:
    """Seconds from the command to the first card, and those of a processor in them; `forget`: without what the app
    remembers of its last run.
    """
    times, busy = [], []
    for _ in range(STARTS):
        if forget:
            shutil.rmtree(home / "tui", ignore_errors=True)
        terminal = Terminal(home)
        terminal.painted()
        times.append(time.perf_counter() - terminal.started)
        busy.append(terminal.busy())
        terminal.drain(3)
        terminal.end()
    times.sort()
    of_processor = round(sorted(busy)[STARTS // 2], 2)
    return {"median": round(times[STARTS // 2], 2), "most": round(times[-1], 2), "processor": of_processor}


def keys(terminal: Terminal, count: int, pause: tuple[float, float]) -> dict[str, Any]:
    chance = random.Random(7)
    times, own = [], []
    busy = terminal.busy()
    for _ in range(count):
        terminal.drain(chance.uniform(*pause))
        whole, waited = terminal.key(chance.choice((b"l", b"h", b"s", b"\x1b[C", b"\x1b[D")))
        times.append(whole * 1000)
        own.append(max(0.0, whole - waited) * 1000)
    terminal.drain(2)
    return {
        "keys": count, "key_to_card_ms": spread(times), "with_a_processor_ms": spread(own),
        "processor_ms_a_key": round((terminal.busy() - busy) / count * 1000, 1),
        "memory_mb": round(terminal.memory(), 1),
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    values = sorted(values)
    return {
        "p50": round(values[len(values) // 2], 1),
        "p99": round(values[int(len(values) * 0.99)], 1),
        "most": round(values[-1], 1),
    }


if __name__ == "__main__":
    main()
