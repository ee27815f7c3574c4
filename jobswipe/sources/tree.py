"""Values out of XML elements by their local names, whatever the namespace."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element


def local(tag: object) -> str:
    """The name without its namespace, in lower case; "" for a comment."""
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def namespace(tag: object) -> str:
    return tag[1:].split("}", 1)[0] if isinstance(tag, str) and tag.startswith("{") else ""


def value(parent: Element, name: str) -> str | None:
    """The text of the first child of that name that has any."""
    wanted = name.lower()
    return next((found for child in parent if local(child.tag) == wanted and (found := content(child))), None)


def values(parent: Element, name: str) -> list[str]:
    """The texts of the children of the child of that name, or its own text."""
    wanted = name.lower()
    for child in parent:
        if local(child.tag) == wanted:
            inside = [found for one in child if (found := content(one))]
            own = content(child)
            return inside or ([own] if own else [])
    return []


def content(element: Element) -> str | None:
    """All the text of an element without the blanks around it."""
    if not len(element):
        return (element.text or "").strip() or None
    return "".join(_texts(element)).strip() or None


def _texts(element: Element) -> Iterator[str]:
    return (text for text in element.itertext())


def inner(element: Element | None) -> str | None:
    """The HTML in an element: escaped or CDATA text as it is, child elements (XHTML) written out."""
    if element is None:
        return None
    if not len(element):
        return (element.text or "").strip() or None
    parts: list[str] = [escape(element.text or "", quote=False)]
    # An explicit stack: a document may be nested deeper than the interpreter's.
    stack: list[tuple[Element | None, str]] = [(child, "") for child in reversed(element)]
    while stack:
        node, closing = stack.pop()
        if node is None:
            parts.append(closing)
            continue
        name = local(node.tag)
        tail = escape(node.tail or "", quote=False)
        if not name:
            parts.append(tail)
            continue
        parts.append(f"<{name}>{escape(node.text or '', quote=False)}")
        stack.append((None, f"</{name}>{tail}"))
        stack.extend((child, "") for child in reversed(node))
    return "".join(parts).strip() or None
