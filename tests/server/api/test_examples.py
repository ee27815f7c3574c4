"""The examples that routes are described with are what they take and answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from litestar.routes import HTTPRoute

from server.api import PREFIX
from server.api.access import ANSWER, EXAMPLE

if TYPE_CHECKING:
    from .conftest import Client

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
_BODY = re.compile(r"-d '(.+?)'.*?\$JOBSWIPE/(\S+)", re.DOTALL)


def _handlers(client: Client) -> list[tuple[str, Any]]:
    return [
        (f"{method} {route.path_format.removeprefix(PREFIX)}", handler)
        for route in client.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith(PREFIX)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    ]


def test_examples_have_the_shape_of_their_routes(nobody: Client) -> None:
    seen = 0
    for name, handler in _handlers(nobody):
        example = handler.opt.get(EXAMPLE)
        if example is None:
            continue
        signature = handler.parsed_fn_signature
        if example["request"] is not None:
            msgspec.convert(example["request"], signature.parameters["data"].raw)
            seen += 1
        if example["response"] is not None:
            answered = msgspec.convert(example["response"], handler.opt.get(ANSWER, signature.return_type.raw))
            told = json.loads(msgspec.json.encode(answered))
            assert told.keys() == example["response"].keys(), name
            seen += 1
    assert seen > 30


def test_bodies_on_the_page_are_taken(nobody: Client) -> None:
    """Each `curl -d` of the page fits the route that it is sent to."""
    bodies = {}
    for name, handler in _handlers(nobody):
        data = handler.parsed_fn_signature.parameters.get("data")
        if data is not None:
            bodies[re.sub(r"{[^}]*}", "0", name.partition(" /")[2])] = data.raw
    found = _BODY.findall(PAGE.read_text(encoding="utf-8"))
    assert len(found) >= 6
    for body, path in found:
        msgspec.json.decode(body, type=bodies[re.sub(r"\d+", "0", path)])
