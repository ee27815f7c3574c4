"""The API's description: valid, whole, with examples that are true; and the page that shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from litestar.routes import HTTPRoute
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from servers.described import check, described, resolved

from server.api import PREFIX
from server.api.access import EXAMPLE, PUBLIC, SCOPE
from server.openapi_parts import PROBLEM

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, item in described()["paths"].items()
    for method, operation in item.items()
    if method in METHODS
]
each = pytest.mark.parametrize("operation", [one for _, one in OPERATIONS], ids=[name for name, _ in OPERATIONS])


def test_it_is_openapi_3_1(nobody: Client) -> None:
    answer = nobody.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found = answer.json()
    assert found["openapi"].startswith("3.1")
    OPENAPI_31_VALIDATOR.validate(found)
    assert found == described()


def test_every_route_is_in_it(nobody: Client) -> None:
    routes = {
        f"{method.lower()} {route.path_format}": handler
        for route in nobody.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith(f"{PREFIX}/")
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    }
    assert set(routes) == {name for name, _ in OPERATIONS}
    for name, operation in OPERATIONS:
        handler = routes[name]
        assert EXAMPLE in handler.opt, f"{name} has no example: give it `shows(...)`"
        scopes = {scope for one in operation["security"] for listed in one.values() for scope in listed}
        assert scopes == ({handler.opt[SCOPE]} if not handler.opt.get(PUBLIC) else set())


def test_names_are_unique() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)


@each
def test_an_operation_is_said_in_full(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["tags"]
    assert {"400", "429", "503", "default"} <= set(operation["responses"])
    for parameter in operation.get("parameters", []):
        assert parameter["description"]
        schema = parameter["schema"]
        assert "type" in schema or "enum" in schema
        if schema.get("type") in ("integer", "number"):
            assert {"minimum", "maximum"} <= set(schema)
        if schema.get("type") == "string":
            assert "maxLength" in schema or "enum" in schema or "format" in schema
    shown = [resolved(one) for one in operation["responses"].values()]
    assert all("X-Request-Id" in one["headers"] for one in shown)


@each
def test_its_examples_are_true(operation: dict[str, Any]) -> None:
    contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
    answers = [resolved(one) for status, one in operation["responses"].items()]
    contents += [one["content"] for one in answers if one.get("content")]
    for content in contents:
        for media in content.values():
            assert "example" in media
            check(media["schema"], json.loads(json.dumps(media["example"])), operation["operationId"])


def test_bodies_refuse_what_they_do_not_know() -> None:
    for _, operation in OPERATIONS:
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = resolved(media["schema"])
            assert schema.get("type") != "object" or schema["additionalProperties"] is False


def patterns(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        for one in value.values():
            yield from patterns(one)
    elif isinstance(value, list):
        for one in value:
            yield from patterns(one)


@pytest.mark.parametrize("said", sorted({*patterns(described())} - {*patterns(PROBLEM)}))
def test_a_pattern_means_the_same_to_whoever_reads_it(said: str) -> None:
    pattern, told = re.compile(said), jsonschema_rs.Draft202012Validator({"pattern": said})
    signs = [chr(number) for number in (*range(0x500), 0x1680, *range(0x2000, 0x2070), 0x3000, 0x3042, 0xFEFF, 0x1F600)]
    for sign in signs:
        for text in (sign, f"a{sign}", f"https://{sign}", f"10:00{sign}"):
            assert bool(pattern.search(text)) == told.is_valid(text), ascii(text)


def test_the_page_is_served_from_here_alone(nobody: Client) -> None:
    page = nobody.get("/api")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self'" in policy
    assert page.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    # Nothing in it that the policy forbids, and nothing of another host.
    assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=|https?://", page.text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) >= 4
    for address in loaded:
        assert nobody.get(address).status_code == 200, address
    script = nobody.get("/api/assets/swagger-ui.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "SwaggerUIBundle" in script.text
    assert "https" not in nobody.get("/api/assets/docs.js").text


def test_what_the_page_loads_is_not_sent_twice(nobody: Client) -> None:
    first = nobody.get("/api/assets/swagger-ui.css")
    again = nobody.get("/api/assets/swagger-ui.css", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first.headers["cache-control"]


@pytest.mark.parametrize("name", ["main.py", "..%2fmain.py", "%2e%2e", "swagger-ui.js%00", "docs.html"])
def test_no_other_file_is_served(nobody: Client, name: str) -> None:
    answer = nobody.get(f"/api/assets/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_description_needs_no_credential_but_refuses_a_wrong_one(nobody: Client, signed_in: SignedIn) -> None:
    assert signed_in().get("/api/v1/openapi.json").status_code == 200
    assert nobody.get("/api/v1/openapi.json", headers={"authorization": "Bearer x"}).status_code == 401
