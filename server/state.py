"""What handlers find in the application's state."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from litestar.datastructures import State

from jobswipe.db.engine import Database
from jobswipe.settings import Settings

if TYPE_CHECKING:
    from jobswipe.matching.engine import Matcher


class ServerState(State):
    """What handlers ask for (`provider` of OpenID, `readers` of resumes, `live` events, decks' `answers` and `looks`,
    the API's `description`), and what the layers around them do: `headers`, `forwarded` and `limiter`.
    """

    def __init__(self, settings: Settings, database: Database, **more: Any) -> None:
        super().__init__({"settings": settings, "database": database, **more}, deep_copy=False)
        self._state["_making"] = threading.Lock()

    @property
    def matcher(self) -> Matcher:
        """The process's one matcher, made at first use: a server that ranks nothing need not hold its libraries."""
        with self._state["_making"]:
            if "_matcher" not in self._state:
                from jobswipe.matching.engine import Matcher

                self._state["_matcher"] = Matcher(self._state["database"], self._state["settings"])
            made: Matcher = self._state["_matcher"]
            return made
