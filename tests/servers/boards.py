"""A local server of job boards whose answers a test sets, well behaved or not, with ETags that hold."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from servers.misbehaving import Misbehaving, _Handler, _Server


@dataclass
class Board:
    """What a path answers. `behaviour` is a path of the misbehaving server, as "500" or "429?after=7200"."""

    body: bytes = b""
    content_type: str = "application/json"
    tagged: bool = True
    behaviour: str | None = None
    takes: float = 0.0


class Boards(Misbehaving):
    """The misbehaving server, with boards. `asked` counts the requests by path, `spared` those that got a 304."""

    def __init__(self) -> None:
        super().__init__()
        self.boards: dict[str, Board] = {}
        self.asked: Counter[str] = Counter()
        self.spared: Counter[str] = Counter()
        self._http.RequestHandlerClass = _BoardHandler

    def put(self, path: str, body: bytes = b"", **more: Any) -> str:
        """Set what a path answers from now on; its address."""
        self.boards[path] = Board(body, **more)
        return self.url(path)


class _SiteServer(_Server):
    site: Boards


class _BoardHandler(_Handler):
    server: _SiteServer

    def do_GET(self) -> None:  # noqa: N802 - the base class's name
        path = urlsplit(self.path).path
        self.board = self.server.site.boards.get(path)
        if self.board is not None:
            self.at = path
            self.server.site.asked[path] += 1
            self.path = f"/{self.board.behaviour or 'board'}"
        super().do_GET()

    def on_board(self) -> None:
        board = self.board
        assert board is not None
        if board.takes:
            time.sleep(board.takes)
        etag = f'"{sha256(board.body).hexdigest()[:16]}"'
        if board.tagged and self.headers.get("If-None-Match") == etag:
            self.server.site.spared[self.at] += 1
            self.send_response(304)
            self.end_headers()
        elif board.tagged:
            self.answer(board.body, content_type=board.content_type, ETag=etag)
        else:
            self.answer(board.body, content_type=board.content_type)


def feed(*titles: str, company: str = "Acme Pumps") -> bytes:
    """An RSS feed of openings; an opening's guid is its title's first word."""
    items = "".join(
        f"<item><guid>{title.split()[0]}</guid><title>{title}</title><company>{company}</company>"
        f"<link>https://jobs.example.com/{title.split()[0]}</link><location>Lyon, France</location>"
        f"<description>We mend pumps and look for somebody who likes {title} work.</description></item>"
        for title in titles
    )
    return f'<rss version="2.0"><channel><title>Openings</title>{items}</channel></rss>'.encode()


def ashby(*titles: str) -> bytes:
    """An Ashby board; an opening's id is its title's first word."""
    jobs = [
        {
            "id": title.split()[0],
            "title": title,
            "jobUrl": f"https://jobs.ashbyhq.com/acme/{title.split()[0]}",
            "location": "Lyon, France",
            "descriptionHtml": f"<p>We mend pumps and look for somebody who likes {title} work.</p>",
            "isListed": True,
        }
        for title in titles
    ]
    return json.dumps({"jobs": jobs}).encode()
