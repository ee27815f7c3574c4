"""Begin: from what was typed to a desk over a server. A wrong address or key is told before the app opens."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import NamedTuple

from jobswipe.errors import UsageError
from tui.desk.remote.address import Address, address, check_key
from tui.desk.remote.desk import RemoteDesk
from tui.desk.remote.line import Line
from tui.desk.remote.owner import owner

KEY = "JOBSWIPE_API_KEY"
KEY_FILE = f"{KEY}_FILE"
_LARGEST = 10_000


class Begun(NamedTuple):
    desk: RemoteDesk
    owner: str


def begin(server: str, directory: Path) -> Begun:
    """A desk, and whose it is. `directory` is the app's in the data directory.

    Raises UsageError for an address or a key that cannot be one, UnauthenticatedError for a key that the server does
    not take, AwayError where a server that was never asked before does not answer.
    """
    where = address(server)
    key = api_key(where)
    line = Line(where, key)
    try:
        return Begun(RemoteDesk(line), owner(directory, where, key, line))
    except BaseException:
        line.close()
        raise


def api_key(where: Address) -> str:
    """The key from the environment or the file that it names, else asked for without showing it.

    A command's arguments are seen by everybody on the machine: it is no option.
    """
    # Whatever the app starts, such as a browser, has no business with it.
    named, file = os.environ.pop(KEY, None), os.environ.get(KEY_FILE)
    if named and file:
        raise UsageError(f"Both {KEY} and {KEY_FILE} are set: keep one.")
    if named:
        return check_key(named)
    if file:
        try:
            with Path(file).open(encoding="utf-8") as opened:
                return check_key(opened.read(_LARGEST))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not a text"
            raise UsageError(f"{KEY_FILE} names {file}, which cannot be read ({why}): name a text file.") from None
    if not sys.stdin.isatty():
        raise UsageError(f"A server needs an API key: set {KEY}; 'jobswipe apikey create' makes one on the server.")
    return check_key(getpass.getpass(f"API key for {where.host} (it is not shown): "))
