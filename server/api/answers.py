"""Answers as they were sent: a deck that has not changed since is not put together and written out once more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

LARGEST = 32_768
"""Bytes of an answer that is kept."""
MOST = 1_000
"""Persons whose last answer is kept; who asked least recently goes first."""


class Answers:
    """The last answer to each person, by the key of all that it depends on. Threads may share one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Any, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, person_id: int, key: Any) -> bytes | None:
        """What the person was answered, if `key` is still that of the answer. None is no key."""
        with self._lock:
            kept = self._kept.get(person_id)
            if kept is None or key is None or kept[0] != key:
                return None
            self._kept.move_to_end(person_id)
            return kept[1]

    def put(self, person_id: int, key: Any, body: bytes) -> None:
        if key is None or len(body) > LARGEST:
            return
        with self._lock:
            self._kept[person_id] = (key, body)
            self._kept.move_to_end(person_id)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
