"""What is wrong with a request, field by field, in plain words that never repeat what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar.exceptions import ValidationException

Error = dict[str, str]

_KINDS = {
    "object": "an object",
    "array": "a list",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "datetime": "a date and time such as 2026-01-31T12:00:00Z",
    "date": "a date such as 2026-01-31",
    "time": "a time such as 12:00:00",
    "uuid": "a UUID",
    "decimal": "a number",
}
_LONGEST = 100
"""Letters of the name of a field: an unknown one was chosen by whoever sent it."""
_AT = re.compile(r" - at (?:the key in )?`(?P<path>[^`]*)`$")
_EXPECTED = re.compile(r"Expected `(?P<kinds>[^`]+)`(?P<more>.*)", re.DOTALL)
_FIELD = re.compile(r"Object (?P<how>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Missing required (?P<where>\w+) parameter '(?P<name>[^']*)'")
_SIZES = {">=": "at least", "<=": "at most", "==": "exactly", ">": "more than", "<": "less than"}
_STEP = re.compile(r"\.([^.\[]+)|\[(\.\.\.|\d+)\]")


def error(where: str, name: str, expected: str) -> Error:
    return {"in": where, "field": name[:_LONGEST], "expected": expected}


def errors(found: ValidationException) -> list[Error]:
    """Of Litestar's exception."""
    missing = _MISSING.search(found.detail)
    if missing:
        return [error(missing["where"], missing["name"], "a value: it is required")]
    told = [_of(one) for one in found.extra or () if isinstance(one, dict)]
    return told or [error("body", "", "a body of the form that the API's description shows")]


def _of(message: dict[str, Any]) -> Error:
    where = str(getattr(message.get("source"), "value", message.get("source")) or "body")
    name = str(message.get("key", ""))
    if where == "body":
        name = "" if name == "data" else name
    if where == "query":
        name = name.partition(".")[0]
    return error(where, name, sentence(str(message.get("message", ""))))


def body(error_: msgspec.ValidationError, kind: Any) -> Error:
    """Of a body that is not of its type `kind`."""
    said = str(error_)
    at = _AT.search(said)
    path = at["path"].removeprefix("$") if at else ""
    said = said[: at.start()] if at else said
    field = _FIELD.match(said)
    if field:
        path += f".{field['name']}"
    choices = _choices(kind, path) if said.startswith("Invalid enum") else []
    expected = f"one of {', '.join(choices)}" if choices else sentence(said)
    return error("body", path.removeprefix("."), expected)


def sentence(said: str) -> str:
    """What msgspec expected, in words."""
    field = _FIELD.match(said)
    if field:
        return "a value: it is required" if field["how"].startswith("missing") else "no field of this name"
    expected = _EXPECTED.match(said)
    if not expected:
        return _other(said)
    kinds = " or ".join(_KINDS.get(one.strip(), one.strip()) for one in expected["kinds"].split("|"))
    more = expected["more"].partition(", got")[0].strip()
    if more.startswith("matching regex"):
        return f"{kinds} of the form {more.removeprefix('matching regex').strip()}"
    unit = ""
    if more.startswith("of length"):
        more = more.removeprefix("of length").strip()
        unit = " letters" if "text" in kinds else " entries"
    for sign, words in _SIZES.items():
        if more.startswith(sign):
            more = f"{words} {more.removeprefix(sign).strip()}"
            break
    joint = " of " if unit or "number" in kinds else " "
    return f"{kinds}{joint}{more}{unit}" if more else kinds


def _other(said: str) -> str:
    low = said.lower()
    for name in ("datetime", "date", "time", "uuid"):
        if name in low:
            return _KINDS[name]
    if "enum" in low:
        return "one of the values that the API's description lists"
    if "out of range" in low:
        return "a number in the range that can be stored"
    return "a value of the form that the API's description shows"


def _choices(kind: Any, path: str) -> list[str]:
    """The values that a literal or an enumeration at a path may have."""
    try:
        found = [msgspec.inspect.type_info(kind)]
    except TypeError:
        return []
    for name, _ in _STEP.findall(path):
        found = [below for one in found for below in _below(one, name)]
    return [
        str(value)
        for one in found
        for each in _alternatives(one)
        for value in (
            each.values
            if isinstance(each, msgspec.inspect.LiteralType)
            else [member.value for member in each.cls]
            if isinstance(each, msgspec.inspect.EnumType)
            else []
        )
    ]


def _below(kind: msgspec.inspect.Type, name: str) -> Iterator[msgspec.inspect.Type]:
    for one in _alternatives(kind):
        if name and isinstance(one, msgspec.inspect.StructType):
            yield from (field.type for field in one.fields if field.encode_name == name)
        elif not name and isinstance(one, msgspec.inspect.CollectionType):
            yield one.item_type
        elif isinstance(one, msgspec.inspect.DictType):
            yield one.value_type


def _alternatives(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    if isinstance(kind, msgspec.inspect.UnionType):
        for one in kind.types:
            yield from _alternatives(one)
    elif isinstance(kind, msgspec.inspect.Metadata):
        yield from _alternatives(kind.type)
    else:
        yield kind
