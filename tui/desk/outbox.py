"""Verdicts that wait for a store that does not answer: kept in a file, so that no end of the app loses them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tui.desk.interface import Verdict

NAME = "waiting.jsonl"


class Outbox:
    """The file is there only while something waits. It holds posting ids and verdicts, and only its owner reads it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / NAME

    def load(self) -> list[Verdict]:
        """What waits, in its order. A line that was cut off by a crash is left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except OSError:
            return []
        out = []
        for line in lines:
            try:
                out.append(msgspec.json.decode(line, type=Verdict))
            except msgspec.MsgspecError:
                continue
        return out

    def save(self, waiting: Iterable[Verdict]) -> None:
        """Replace what waits. Raises OSError."""
        lines = [msgspec.json.encode(one) for one in waiting]
        if not lines:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A draft of its own, readable by its owner alone: another window may be writing at the same moment.
        handle, draft = tempfile.mkstemp(prefix=f".{NAME}.", dir=self.path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(self.path)
