"""Answers as they were sent: a deck that has not changed since is not put together and written out once more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from server import encoding, options

LARGEST = 32_768
"""Bytes of an answer that is kept."""
MOST = 1_000
"""Persons whose last answer is kept; who asked least recently goes first."""


class Answers:
    """The last answer to each person, by the key of all that it depends on. Threads may share one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Any, bytes, str]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, person_id: int, key: Any) -> bytes | None:
        """What the person was answered, if `key` is still that of the answer. None is no key."""
        with self._lock:
            kept = self._kept.get(person_id)
            if kept is None or key is None or kept[0] != key:
                return None
            self._kept.move_to_end(person_id)
            return kept[1]

    def knows(self, person_id: int) -> bool:
        """Whether there is a last answer to the person at all."""
        return person_id in self._kept

    def put(self, person_id: int, key: Any, body: bytes) -> None:
        if key is None or len(body) > LARGEST:
            return
        digest = encoding.digest(body)
        with self._lock:
            self._kept[person_id] = (key, body, digest)
            self._kept.move_to_end(person_id)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def digest(self, person_id: int, body: bytes) -> str | None:
        """That of the person's last answer, if `body` is that very one."""
        kept = self._kept.get(person_id)
        return kept[2] if kept is not None and kept[1] is body else None


def written(body: bytes, digest: str | None) -> ASGIApp:
    """The answer 200 with JSON that is written out already. `digest`: its digest, where that is known.

    Litestar's own response would look again at what is written, and for headers and cookies that there are not.
    """

    async def answer(scope: Scope, _: Receive, send: Send) -> None:
        if digest is not None:
            options.tell_digest(scope, digest)
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer
