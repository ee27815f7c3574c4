"""Every regular expression of the rooms, with texts that are made against it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._parser as parser
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOMS = ("jobswipe", "server", "cli", "tui", "backup")
SIZE = 100_000


ANCHORED = frozenset({"match", "fullmatch"})
_CALLS = frozenset({"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})


@dataclass(frozen=True)
class Use:
    """A pattern, where it lies, and whether it is only ever tried at one place of a text."""

    name: str
    pattern: re.Pattern[str]
    anchored: bool


@cache
def uses() -> list[Use]:
    """What lies at module level, in containers and classes too, and what is written where it is used."""
    modules = [_module(info.name) for room in ROOMS for info in _within_room(room)]
    everywhere: dict[str, set[str]] = {}
    for module in modules:
        for name, methods in module.methods.items():
            everywhere.setdefault(name, set()).update(methods)
    found: dict[tuple[str, int], Use] = {}
    for module in modules:
        for name, value in module.names.items():
            called = (module.methods if name.startswith("_") else everywhere).get(name, {"?"})
            for at, pattern in _within(value, 0):
                if isinstance(pattern.pattern, str):
                    # One within a container may be called in any way.
                    use = Use(f"{module.name}:{name}{at}", pattern, not at and called <= ANCHORED)
                    found.setdefault((pattern.pattern, pattern.flags), use)
        for line, method, text in module.written:
            pattern = re.compile(text)
            use = Use(f"{module.name}:{line}", pattern, method in ANCHORED)
            found.setdefault((pattern.pattern, pattern.flags), use)
    return list(found.values())


def _within_room(room: str) -> Iterator[pkgutil.ModuleInfo]:
    package = importlib.import_module(room)
    for info in pkgutil.walk_packages(package.__path__, f"{room}."):
        if ".migrations" not in info.name and not info.name.endswith("__main__"):
            yield info


@dataclass(frozen=True)
class _Module:
    """`methods` are those that are called on each name, `written` the patterns that are given to `re` directly."""

    name: str
    names: dict[str, Any]
    methods: dict[str, set[str]]
    written: list[tuple[int, str, str]]


def _module(name: str) -> _Module:
    module = importlib.import_module(name)
    return _Module(name, vars(module), *_calls(Path(str(module.__file__)).read_text(encoding="utf-8")))


def _calls(source: str) -> tuple[dict[str, set[str]], list[tuple[int, str, str]]]:
    methods: dict[str, set[str]] = {}
    written = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            methods.setdefault(name, set()).add(node.attr)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _CALLS
            and isinstance(node.args[0], ast.Constant)
        ):
            written.append((node.lineno, node.func.attr, str(node.args[0].value)))
    return methods, written


def _within(value: Any, depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield "", value
    elif depth < 3 and isinstance(value, dict):
        for key, one in value.items():
            yield from ((f"[{str(key)[:20]}]{at}", found) for at, found in _within(one, depth + 1))
    elif depth < 3 and isinstance(value, list | tuple | set | frozenset) and len(value) < 2_000:
        for number, one in enumerate(value):
            yield from ((f"[{number}]{at}", found) for at, found in _within(one, depth + 1))
    elif depth < 2 and isinstance(value, type) and value.__module__.startswith(ROOMS):
        for key, one in vars(value).items():
            yield from ((f".{key}{at}", found) for at, found in _within(one, depth + 1))


def attacks(pattern: re.Pattern[str]) -> list[str]:
    """Texts of `SIZE` letters: what each repeated part of the pattern matches, again and again, and never an end."""
    pieces = {" ", "a", "1", "\n", "a ", "1 ", "1,", "a.", "-", "."}
    sequence = parser.parse(pattern.pattern, pattern.flags)
    whole = _example(sequence)
    pieces.add(whole)
    _repeated(sequence, "", pieces)
    out = []
    for piece in sorted(piece for piece in pieces if piece):
        body = (piece * (SIZE // len(piece) + 1))[:SIZE]
        out += [body, body + "\x00", whole[:-1] + body + "\x00"]
    return out


def _repeated(sequence: Any, before: str, pieces: set[str]) -> None:
    """What repeats in the pattern, with and without what leads to it."""
    lead = before
    for op, value in sequence:
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, inner = value
            example = _example(inner)
            if most > 8:
                pieces.update({example, lead + example, lead})
            _repeated(inner, "", pieces)
        elif name == "SUBPATTERN":
            _repeated(value[3], lead, pieces)
        elif name == "BRANCH":
            for one in value[1][:40]:
                _repeated(one, lead, pieces)
        elif name in ("ASSERT", "ASSERT_NOT"):
            _repeated(value[1], lead, pieces)
        lead = (lead + _example([(op, value)]))[-40:]


def _example(sequence: Any) -> str:
    """A short text that the sequence matches, nearly."""
    out = ""
    for op, value in sequence:
        name = str(op)
        if name == "LITERAL":
            out += chr(value)
        elif name in ("NOT_LITERAL", "ANY"):
            out += "x"
        elif name == "IN":
            out += _of_set(value)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = value
            out += _example(inner) * max(1 if most else 0, min(least, 5))
        elif name == "SUBPATTERN":
            out += _example(value[3])
        elif name == "ATOMIC_GROUP":
            out += _example(value)
        elif name == "BRANCH":
            out += _example(value[1][0])
    return out


def _of_set(items: Any) -> str:
    negated = str(items[0][0]) == "NEGATE"
    if negated:
        return next((letter for letter in "x 1-,.\n;é" if not _in_set(letter, items[1:])), "x")
    op, value = items[0]
    name = str(op)
    if name == "LITERAL":
        return chr(value)
    if name == "RANGE":
        return chr(value[0])
    return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}.get(str(value), "-")


def _in_set(letter: str, items: Any) -> bool:
    kinds = {"CATEGORY_DIGIT": str.isdigit, "CATEGORY_SPACE": str.isspace, "CATEGORY_WORD": str.isalnum}
    for op, value in items:
        name = str(op)
        if (name == "LITERAL" and ord(letter) == value) or (name == "RANGE" and value[0] <= ord(letter) <= value[1]):
            return True
        if name == "CATEGORY":
            kind = str(value)
            plain = kinds.get(kind.replace("NOT_", ""))
            if plain is not None and plain(letter) != ("NOT_" in kind):
                return True
    return False
