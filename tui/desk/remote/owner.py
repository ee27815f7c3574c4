"""Whose data a key opens: the name of the files that a window over a server keeps, so that none is sent to another.

It is the person's where the key may read the account, so that what waits outlives a new key; else the key's own. What
was learned once is kept, so that the app starts while the server is away.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec

from jobswipe.errors import ForbiddenError
from tui.desk.remote.address import Address, fingerprint
from tui.desk.remote.line import Line
from tui.desk.remote.shapes import Account

NAME = "servers.json"
KEPT = 100
"""Keys that are remembered, the latest."""


def owner(directory: Path, where: Address, key: str, line: Line) -> str:
    """The name; asks the server where this key is not known yet. Raises AwayError, UnauthenticatedError."""
    by_key = fingerprint(where, f"key {key}")
    known = _load(directory / NAME)
    if by_key in known:
        return known[by_key]
    try:
        found = fingerprint(where, f"person {line.get('/account', Account).person_id}")
    except ForbiddenError:
        found = by_key
    _save(directory / NAME, dict([*known.items(), (by_key, found)][-KEPT:]))
    return found


def _load(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError):
        return {}


def _save(path: Path, known: dict[str, str]) -> None:
    """Where it cannot be kept, the server is asked again at the next start."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{NAME}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(known))
        Path(draft).replace(path)
