"""What a route can answer with, and which of it a client takes by its Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from server.api.access import ALSO, ANSWER

JSON = "application/json"
_MOST = 50
"""Media ranges of a header that are looked at."""


def answer_type(handler: HTTPRouteHandler) -> Any:
    """The type of a JSON answer; None where there is none that the types tell."""
    told = handler.opt.get(ANSWER)
    found = handler.parsed_fn_signature.return_type
    if told is not None or not (is_plain(found.annotation) or found.origin in (list, dict, tuple)):
        return told
    return found.annotation


def is_plain(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct | str | int | float | bool)


def media_types(handler: HTTPRouteHandler) -> tuple[str, ...]:
    """In which forms a route answers what was asked for; none where its answer has no body."""
    return ((JSON,) if answer_type(handler) is not None else ()) + tuple(handler.opt.get(ALSO, {}))


@lru_cache(512)
def quality(accepted: str, media_type: str) -> float:
    """How much a client likes a media type, 0 (not at all) to 1. The narrowest range that fits it counts.

    Whoever says nothing, or nothing that can be read, takes anything. Parameters of a range are passed over, but for q,
    and so is a range whose q is no weight.
    """
    kind = media_type.partition("/")[0]
    ranges: dict[str, float] = {}
    for part in accepted.lower().split(",")[:_MOST]:
        name, *parameters = (one.strip() for one in part.split(";"))
        weight = _weight(next((one[2:] for one in parameters if one.startswith("q=")), "1"))
        if "/" in name and weight is not None:
            ranges[name] = max(ranges.get(name, 0.0), weight)
    fitting = (ranges[name] for name in (media_type, f"{kind}/*", "*/*") if name in ranges)
    return next(fitting, 0.0 if ranges else 1.0)


def _weight(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None
