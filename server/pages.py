"""The page at /api: the API's description for people, by Swagger UI, from files of this machine alone."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from server.observe import ROUTE_CLASS
from server.options import PAGE

_OPTIONS: dict[str, Any] = {PAGE: True, ROUTE_CLASS: "page"}
_CACHED = "public, max-age=3600"
_SWAGGER = "fastapi_swagger"
# By the name that it has here: where it is, and what it is. Nothing else is served.
_ASSETS = {
    "swagger-ui.js": ("swagger", "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": ("swagger", "swagger-ui.css", "text/css"),
    "favicon.png": ("swagger", "favicon-32x32.png", "image/png"),
    "docs.js": ("own", "docs.js", "text/javascript"),
}


@get("/api", opt=_OPTIONS, sync_to_thread=True)
def api_page() -> Response[bytes]:
    """The API's description, to read and to try."""
    return Response(_own("docs.html"), media_type="text/html")


@get("/api/assets/{name:str}", opt=_OPTIONS, sync_to_thread=True)
def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A file that the page loads."""
    if name not in _ASSETS:
        raise NotFoundException
    body, tag = _asset(name)
    headers = {"cache-control": _CACHED, "etag": tag}
    media_type = _ASSETS[name][2]
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


@lru_cache(maxsize=len(_ASSETS))
def _asset(name: str) -> tuple[bytes, str]:
    where, file, _ = _ASSETS[name]
    body = _own(file) if where == "own" else (_swagger() / file).read_bytes()
    return body, f'"{sha256(body).hexdigest()[:32]}"'


def _own(file: str) -> bytes:
    return (files("server") / "static" / file).read_bytes()


def _swagger() -> Path:
    """Where Swagger UI's files are: in a package of which nothing is imported."""
    spec = find_spec(_SWAGGER)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {_SWAGGER} is not installed.")
    return Path(spec.submodule_search_locations[0]) / "resources"


def routes() -> Router:
    return Router("/", route_handlers=[api_page, asset])
