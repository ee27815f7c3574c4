"""The API's description, OpenAPI 3.1: made by Litestar from the routes, then said exactly where it is loose.

Bodies and answers have the schemas by which they are read and written; each operation has its example, what it needs,
and every problem that it may answer.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, get_args

import msgspec
from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.routes import HTTPRoute
from litestar.utils.helpers import unwrap_partial

from jobswipe import __version__
from server import accept
from server.api.access import ALSO, BY_SESSION, EXAMPLE, OPERATION, PUBLIC, SCOPE
from server.openapi_parts import CODES, HEADERS, INTRODUCTION, PROBLEM, RESPONSES, SECURITY, TAGS
from server.options import LIMIT_CLASS

_JSON = accept.JSON
_NULL = {"type": "null"}
_REF = "#/components/schemas/"
_UNSAFE = ("post", "put", "patch", "delete")
_METHODS = ("get", *_UNSAFE)


class Description:
    """The description, made when it is first asked for. `routes` makes the router whose routes it tells of."""

    def __init__(self, routes: Callable[[], Router]) -> None:
        self._routes = routes
        self._making = threading.Lock()
        self._made: bytes | None = None

    def json(self) -> bytes:
        with self._making:
            if self._made is None:
                self._made = msgspec.json.encode(document(self._routes()))
            return self._made


def document(routes: Router) -> dict[str, Any]:
    """The description of the routes as a JSON object."""
    config = OpenAPIConfig(title="JobSwipe", version=__version__, use_handler_docstrings=True)
    # An application of its own, which answers nothing: the true one has no routes of Litestar's for this.
    app = Litestar(route_handlers=[routes], openapi_config=config, logging_config=None)
    found: dict[str, Any] = app.openapi_schema.to_schema()
    operations = list(_operations(app, found))
    types = {
        one for _, _, handler in operations for one in (_body(handler), accept.answer_type(handler)) if one is not None
    }
    schemas, components = msgspec.json.schema_components(list(types), ref_template=_REF + "{name}")
    exact = dict(zip(types, schemas, strict=True))
    for method, operation, handler in operations:
        _describe(method, operation, handler, exact)
    found["info"]["description"] = INTRODUCTION
    found["servers"] = [{"url": "/"}]
    parts = found.setdefault("components", {})
    parts["schemas"] = parts.get("schemas", {}) | components | {"Problem": PROBLEM}
    parts |= {"responses": RESPONSES, "headers": HEADERS, "securitySchemes": SECURITY}
    used = {operation["tags"][0] for _, operation, _ in operations}
    found["tags"] = [{"name": name, "description": TAGS.get(name, name)} for name in sorted(used)]
    _prune(found)
    return found


def _operations(app: Litestar, found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            item = found["paths"].get(route.path_format, {})
            for method, (handler, _) in route.route_handler_map.items():
                if method.lower() in item and method.lower() in _METHODS:
                    yield method.lower(), item[method.lower()], handler


def _body(handler: HTTPRouteHandler) -> Any:
    """The type of a JSON body; None where there is none, or one of another form."""
    field = handler.parsed_fn_signature.parameters.get("data")
    if field is None:
        return None
    media_type = getattr(field.kwarg_definition, "media_type", None)
    other = media_type is not None and str(getattr(media_type, "value", media_type)) != _JSON
    return None if other else field.annotation


def _items(handler: HTTPRouteHandler, name: str) -> dict[str, Any]:
    """What is said of the values of a list in the query, which Litestar leaves out."""
    field = handler.parsed_fn_signature.parameters.get(name)
    inner = next((one for one in field.inner_types if one.origin is list), None) if field is not None else None
    inner = field if inner is None and field is not None and field.origin is list else inner
    return {"items": msgspec.json.schema(get_args(inner.annotation)[0])} if inner is not None else {}


def _least(handler: HTTPRouteHandler, name: str) -> dict[str, Any]:
    """The lowest value of a parameter where that is 0, which Litestar leaves out."""
    for field_name, field in handler.parsed_fn_signature.parameters.items():
        kind = field.kwarg_definition
        if (getattr(kind, "name", None) or field_name) == name and getattr(kind, "ge", None) == 0:
            return {"minimum": 0}
    return {}


def _describe(method: str, operation: dict[str, Any], handler: HTTPRouteHandler, exact: dict[Any, Any]) -> None:
    tag = (min(handler.tags) if handler.tags else None) or unwrap_partial(handler.fn).__module__.rpartition(".")[2]
    name = handler.opt.get(OPERATION) or f"{tag}_{handler.handler_name.strip('_')}"
    text = operation.get("description") or ""
    operation["operationId"] = name
    operation["tags"] = [tag]
    operation["summary"] = _sentence(text)
    operation["security"] = _security(method, handler)
    example = handler.opt.get(EXAMPLE) or {}
    for parameter in operation.get("parameters", []):
        parameter.pop("allowReserved", None)
        parameter["schema"] = (
            _said(parameter["schema"]) | _items(handler, parameter["name"]) | _least(handler, parameter["name"])
        )
    body = _body(handler)
    if body is not None:
        media = operation["requestBody"]["content"][_JSON]
        bounds = {key: value for key, value in media["schema"].items() if key in ("minItems", "maxItems")}
        media["schema"] = exact[body] | bounds
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if example.get("request") is not None:
            media["example"] = example["request"]
    status = str(handler.status_code)
    success = operation["responses"][status]
    answer = accept.answer_type(handler)
    told = _sentence(answer.__doc__ or "") if accept.is_plain(answer) and issubclass(answer, msgspec.Struct) else ""
    success["description"] = f"{told or HTTPStatus(handler.status_code).phrase}."
    if answer is not None:
        success["content"] = {_JSON: {"schema": exact[answer]}}
    elif all(media.get("schema") == _NULL for media in success.get("content", {}).values()):
        success.pop("content", None)
    for media in success.get("content", {}).values():
        if example.get("response") is not None:
            media["example"] = example["response"]
    for media_type, shown in handler.opt.get(ALSO, {}).items():
        form = {"type": "string"} if media_type.startswith("text/") else {"contentMediaType": media_type}
        success.setdefault("content", {})[media_type] = {"schema": form, "example": shown}
    redirects = 300 <= handler.status_code < 400
    success["headers"] = {
        header: {"$ref": f"#/components/headers/{header}"}
        for header in HEADERS
        if header != "Retry-After" and (header != "Location" or redirects)
    }
    operation["responses"] = {status: success} | {
        str(code): {"$ref": f"#/components/responses/{CODES[code][1]}"}
        for code in _problems(method, operation, handler)
    }
    operation["responses"]["default"] = {"$ref": "#/components/responses/other"}


def _said(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter, without null: one that is not there is left out. Bounds of integers are integers."""
    left = [one for one in schema.get("oneOf", []) if one != {"type": "null"}]
    if len(left) == 1:
        schema = {key: value for key, value in schema.items() if key != "oneOf"} | left[0]
    schema.pop("description", None)  # the parameter has it
    return {
        key: int(value) if isinstance(value, float) and schema.get("type") == "integer" else value
        for key, value in schema.items()
        if not (key == "default" and value is None)
    }


def _sentence(text: str) -> str:
    first = re.split(r"(?<=[.:])\s|\n\n", " ".join(text.split("\n\n")[0].split()), maxsplit=1)[0]
    return first.rstrip(".:")


def _security(method: str, handler: HTTPRouteHandler) -> list[dict[str, list[str]]]:
    if handler.opt.get(PUBLIC):
        return []
    scopes = [handler.opt[SCOPE]] if SCOPE in handler.opt else []
    session = {"session": scopes} | ({"csrf": scopes} if method in _UNSAFE else {})
    return [session] if handler.opt.get(BY_SESSION) else [{"key": scopes}, session]


def _problems(method: str, operation: dict[str, Any], handler: HTTPRouteHandler) -> list[int]:
    found = {code for code in CODES if code in (400, 429, 503)}
    if not handler.opt.get(PUBLIC) or handler.opt.get(LIMIT_CLASS) == "auth":
        found |= {401, 403}  # whoever signs in may show what is wrong
    if handler.opt.get(PUBLIC) and handler.status_code == HTTPStatus.SEE_OTHER:
        found |= {404, 409}
    if any(one["in"] == "path" for one in operation.get("parameters", [])):
        found.add(404)
    if operation.get("parameters"):
        found.add(422)
    if accept.media_types(handler):
        found.add(406)
    if method in _UNSAFE:
        found |= {404, 409, 422}
    if "requestBody" in operation:
        found |= {413, 415, 422}
    return sorted(found)


def _prune(found: dict[str, Any]) -> None:
    """Leave out the schemas that nothing refers to any more."""
    schemas: dict[str, Any] = found["components"]["schemas"]
    wanted = {"Problem"}
    left = [
        {key: value for key, value in found.items() if key != "components"},
        found["components"]["responses"],
        PROBLEM,
    ]
    while left:
        for name in _referred(left.pop()):
            if name not in wanted:
                wanted.add(name)
                left.append(schemas[name])
    found["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas) if name in wanted}


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "$ref" and isinstance(one, str) and one.startswith(_REF):
                yield one.removeprefix(_REF)
            elif key != "example":
                yield from _referred(one)
    elif isinstance(value, list):
        for one in value:
            yield from _referred(one)
