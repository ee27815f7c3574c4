"""The API's own description, for programs."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from server.api.access import ANSWER, OPEN, ApiRequest, shows

_MEDIA_TYPE = "application/json"
_SHORT = {"openapi": "3.1.0", "info": {"title": "JobSwipe", "version": "0.1.0"}, "paths": {}}


@get("/openapi.json", opt=OPEN | shows(response=_SHORT) | {ANSWER: dict[str, Any]}, sync_to_thread=True)
def openapi(request: ApiRequest) -> Response[bytes]:
    """This description, in OpenAPI 3.1. The page at /api shows it for people."""
    return Response(request.app.state.description.json(), media_type=_MEDIA_TYPE)


ROUTES = (openapi,)
