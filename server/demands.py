"""What each request must be before its handler sees it: its query, what it accepts, its body to the letter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import SerializationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg
from litestar.routes import HTTPRoute

from server import accept, heads, invalid, options, problems
from server.problems import Problem, Refused


@dataclass(frozen=True, eq=False)
class _Demand:
    """Of one handler. `body` is the type that its JSON must have without any conversion, `query` None takes all.

    `answers`: the media types of which a client must accept one; none where it need not.
    """

    media_type: str | None
    body: Any
    optional: bool
    query: frozenset[str] | None
    lists: frozenset[str]
    texts: frozenset[str]
    answers: tuple[str, ...]


class Demands:
    """Called by Litestar before each handler. `prefix` is the path of the API, whose routes take no unknown query."""

    def __init__(self, prefix: str) -> None:
        self._prefix = f"{prefix}/"
        self._known: dict[HTTPRouteHandler, _Demand] = {}

    async def __call__(self, request: Request[Any, Any, Any]) -> None:
        """Raises Refused."""
        handler: HTTPRouteHandler = request.route_handler
        demand = self._known.get(handler)
        if demand is None:
            demand = self._known[handler] = self._find(request, handler)
        query = request.scope["query_string"]
        if query and demand.query is not None and (found := _wrong(query, demand)):
            raise problems.wrong(*found)
        _check_accepted(request, demand)
        if demand.media_type is not None:
            await _check_body(request, demand)

    def _find(self, request: Request[Any, Any, Any], handler: HTTPRouteHandler) -> _Demand:
        field = handler.parsed_fn_signature.parameters.get("data")
        media_type = body = None
        if field is not None:
            kind = field.kwarg_definition
            encoding = kind.media_type if isinstance(kind, BodyKwarg) else RequestEncodingType.JSON
            media_type = str(getattr(encoding, "value", encoding))
            if encoding == RequestEncodingType.JSON and handler.resolve_data_dto() is None:
                body = field.annotation
        queries: frozenset[str] | None = None
        lists: frozenset[str] = frozenset()
        texts: frozenset[str] = frozenset()
        in_api = request.scope["path"].startswith(self._prefix)
        if in_api and not handler.opt.get(options.ANY_QUERY):
            models = [
                model
                for route in request.app.routes
                if isinstance(route, HTTPRoute)
                for of, model in route.route_handler_map.values()
                if of is handler
            ]
            queries = frozenset(one.field_alias for model in models for one in model.expected_query_params)
            lists = frozenset(name for model in models for name in model.sequence_query_parameter_names)
            parameters = handler.parsed_fn_signature.parameters
            texts = frozenset(
                one.field_alias
                for model in models
                for one in model.expected_query_params
                if one.field_name in parameters and str in _parts(parameters[one.field_name].annotation)
            )
        answers = accept.media_types(handler) if in_api else ()
        return _Demand(media_type, body, field is not None and field.is_optional, queries, lists, texts, answers)


@lru_cache(1_024)
def _wrong(query: bytes, demand: _Demand) -> tuple[dict[str, str], ...]:
    """What of a query the handler does not take; a client's come again and again."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    names = [name for name, _ in pairs]
    found = []
    for name in dict.fromkeys(names):
        if name not in (demand.query or ()):
            found.append(invalid.error("query", name, "no parameter of this name"))
        elif name not in demand.lists and names.count(name) > 1:
            found.append(invalid.error("query", name, "one value"))
    # Litestar takes "null" for a parameter that may be left out as if it were.
    found += [
        invalid.error("query", name, "a value of its form, or nothing")
        for name, value in pairs
        if value.lower() == "null" and name not in demand.texts and name not in demand.lists
    ]
    return tuple(found)


def _check_accepted(request: Request[Any, Any, Any], demand: _Demand) -> None:
    accepted = heads.joined(request.scope, b"accept") if demand.answers else ""
    if accepted and not any(accept.quality(accepted, one) for one in demand.answers):
        told = " or ".join(demand.answers)
        raise Refused(Problem(406, problems.CODES[406], f"This address answers in {told}: see Accept."))


async def _check_body(request: Request[Any, Any, Any], demand: _Demand) -> None:
    headers = request.headers
    if headers.get("content-length", "0").strip() == "0" and "transfer-encoding" not in headers:
        if demand.optional:
            return
        raise problems.wrong(invalid.error("body", "", f"a body of {demand.media_type}"))
    kind, parameters = request.content_type
    charset = parameters.get("charset", "utf-8").lower()
    json = demand.media_type == RequestEncodingType.JSON.value
    fits = kind == demand.media_type or (json and kind.startswith("application/") and kind.endswith("+json"))
    if not fits or charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(
            Problem(415, problems.CODES[415], f"This address takes {demand.media_type}, in UTF-8: see Content-Type.")
        )
    if demand.body is None:
        return
    try:
        value = await request.json()
    except (SerializationException, RecursionError):
        raise Refused(problems.MALFORMED_JSON) from None
    try:
        # Litestar converts: "1" would do for a number. What the description says is what is taken.
        msgspec.convert(value, demand.body, str_keys=True)
    except msgspec.ValidationError as error:
        try:
            msgspec.convert(_whole(value), demand.body, str_keys=True)
        except msgspec.ValidationError:
            raise problems.wrong(invalid.body(error, demand.body)) from None


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, without what is said of them; or the one type."""
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _whole(value: Any) -> Any:
    """With 2.0 as 2: JSON knows one kind of number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value
