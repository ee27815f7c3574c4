"""Holds every answer of the API to its description."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from typing import Any

import httpx
import jsonschema_rs

from server import api
from server.openapi import document


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document(api.routes())))
    return found


def validator(schema: Any) -> Any:
    """Of a schema of the description, formats too."""
    return _validator(json.dumps(schema))


@cache
def _validator(schema: str) -> Any:
    whole = {"components": described()["components"], "allOf": [json.loads(schema)]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def check(schema: Any, value: Any, where: str) -> None:
    """Fails where a value does not fit a schema of the description."""
    errors = [f"{one.instance_path}: {one.message[:300]}" for one in validator(schema).iter_errors(value)]
    assert not errors, (where, errors[:3])


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], str]]:
    # What has fewer parameters is found first, as by the router.
    paths = sorted(described()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


def resolved(one: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in one:
        _, _, kind, name = one["$ref"].split("/")
        return dict(described()["components"][kind][name])
    return one


def hold(answer: httpx.Response) -> None:
    """Fails where an answer is not as the description says: its status, its type, its body."""
    path = answer.request.url.path
    template = next((found for pattern, found in _templates() if pattern.fullmatch(path)), None)
    operation = described()["paths"].get(template, {}).get(answer.request.method.lower())
    if operation is None:
        return
    said = operation["responses"]
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    where = f"{answer.request.method} {path} {answer.status_code} {media_type}"
    response = resolved(said.get(str(answer.status_code)) or said["default"])
    content = response.get("content")
    if not content:
        assert not answer.read(), where
        return
    assert media_type in content, where
    if media_type.endswith("json"):
        check(content[media_type]["schema"], json.loads(answer.read()), where)
