"""The JobPostings embedded in a page, as JSON-LD nodes: from scripts, microdata (itemprop) and RDFa (property)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from jobswipe.sources.payload import lenient
from jobswipe.sources.raw import Rejection

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_NODES = 200_000
"""JSON nodes of a document that are looked at."""

_WRAP = re.compile(
    r"\A\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>|;)\s*\Z"
)
_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")
_RICH = {
    "description",
    "responsibilities",
    "qualifications",
    "skills",
    "educationrequirements",
    "experiencerequirements",
}
_RICH |= {"jobbenefits", "benefits", "incentivecompensation", "incentives"}


def postings(document: Any) -> list[dict[str, Any]]:
    """Every JobPosting in a JSON-LD document, in order, in whatever holds it; references are resolved."""
    found: list[dict[str, Any]] = []
    named: dict[str, dict[str, Any]] = {}
    stack = [document]
    seen = 0
    while stack and seen < MAX_NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            own = node.get("@id")
            if isinstance(own, str) and len(node) > 1:
                named.setdefault(own, node)
            if is_posting(node.get("@type", node.get("type"))):
                found.append(node)
            else:
                stack.extend(value for value in reversed(node.values()) if isinstance(value, dict | list))
    return [_plain({key: _resolved(value, named) for key, value in node.items()}) for node in found]


def is_posting(kind: Any) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(one, str) and re.split(r"[/:#]", one)[-1] == "JobPosting" for one in kinds)


def _resolved(value: Any, named: dict[str, dict[str, Any]]) -> Any:
    """What a bare {"@id": ...} refers to within the document."""
    if isinstance(value, list):
        return [_resolved(one, named) for one in value]
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str):
        return named.get(value["@id"], value)
    return value


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    """Keys without a prefix: "schema:title" is title."""
    return {re.split(r"[/:#]", key)[-1] if key[:1] != "@" else key: value for key, value in node.items()}


def from_scripts(tree: LexborHTMLParser) -> tuple[list[dict[str, Any]], list[Rejection]]:
    found: list[dict[str, Any]] = []
    failures: list[Rejection] = []
    for number, script in enumerate(tree.css("script"), 1):
        if "ld+json" not in (script.attributes.get("type") or "").lower():
            continue
        source = script.text() or ""
        try:
            found += postings(_decode(source))
        except (ValueError, RecursionError):
            if "JobPosting" in source:
                failures.append(Rejection(record=f"script {number}", reason="its JSON-LD is not valid JSON"))
    return found, failures


def _decode(source: str) -> Any:
    """JSON as pages write it: in a comment, with raw line breaks in strings, with a comma too many."""
    try:
        return msgspec.json.decode(source.encode("utf-8", "replace"))
    except ValueError:
        pass
    unwrapped = _WRAP.sub("", _WRAP.sub("", source)).strip()
    try:
        return lenient(unwrapped)
    except ValueError:
        return lenient(_TRAILING_COMMA.sub(r"\1", unwrapped))


def from_microdata(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    return _items(tree, "[itemscope][itemtype]", "itemtype", "itemprop", "itemscope")


def from_rdfa(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    return _items(tree, "[typeof]", "typeof", "property", "typeof")


def _items(tree: LexborHTMLParser, selector: str, kind: str, name: str, scope: str) -> list[dict[str, Any]]:
    roots = [node for node in tree.css(selector) if is_posting((node.attributes.get(kind) or "").split())]
    return [_item(root, kind, name, scope) for root in roots]


def _item(root: LexborNode, kind: str, name: str, scope: str) -> dict[str, Any]:
    """The item's properties; one with a scope of its own is an item in it. A stack, as pages nest without bound."""
    item: dict[str, Any] = {"@type": root.attributes.get(kind)}
    stack: list[tuple[LexborNode, dict[str, Any]]] = [(child, item) for child in reversed(list(root.iter()))]
    while stack:
        node, owner = stack.pop()
        attributes = node.attributes
        properties = (attributes.get(name) or "").split()
        inner = owner
        if scope in attributes:
            inner = {"@type": attributes.get(kind)}
            about = attributes.get("resource") or attributes.get("itemid")
            if about:
                inner["@id"] = about
        for full in properties:
            key = re.split(r"[/:#]", full)[-1]
            value: Any = inner if inner is not owner else _value(node, attributes, key)
            if value is not None:
                _add(owner, key, value)
        stack.extend((child, inner) for child in reversed(list(node.iter())))
    return item


def _add(owner: dict[str, Any], key: str, value: Any) -> None:
    if key not in owner:
        owner[key] = value
    elif isinstance(owner[key], list):
        owner[key].append(value)
    else:
        owner[key] = [owner[key], value]


def _value(node: LexborNode, attributes: dict[str, str | None], key: str) -> str | None:
    for attribute in ("content", "datetime"):
        said = attributes.get(attribute)
        if said is not None:
            return said.strip() or None
    if (
        node.tag in ("a", "link", "area")
        and attributes.get("href")
        and key in ("url", "sameAs", "mainEntityOfPage", "applyUrl")
    ):
        return attributes.get("href")
    if node.tag in ("img", "audio", "video", "iframe"):
        return attributes.get("src")
    if node.tag in ("data", "meter") and attributes.get("value"):
        return attributes.get("value")
    if key.lower() in _RICH:
        inner = (node.inner_html or "").strip()
        return (f"<{node.tag}>{inner}</{node.tag}>" if node.tag in ("ul", "ol") else inner) or None
    return " ".join((node.text() or "").split()) or None
