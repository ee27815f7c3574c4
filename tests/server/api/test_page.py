"""The page at /api under its own policy: what it, its style and its scripts ask for is allowed and served."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

if TYPE_CHECKING:
    from .conftest import Client

PAGE = "http://testserver.local/api"
KINDS = {
    "script-src": ("text/javascript",),
    "style-src": ("text/css",),
    "img-src": ("image/png",),
    "connect-src": ("application/json",),
}
"""What a browser takes for what, where it is told not to guess."""


class Parsed(HTMLParser):
    """`asked`: what is loaded, by the directive that must allow it. `inline`: what no directive of ours allows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self._within = tag
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script" and "src" in given:
            self.asked.append(("script-src", given["src"]))
        elif tag == "link" and "href" in given:
            self.asked.append(("style-src" if given["rel"] == "stylesheet" else "img-src", given["href"]))
        elif tag == "img":
            self.asked.append(("img-src", given["src"]))
        elif tag in ("iframe", "object", "embed", "base", "form", "style"):
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        if self._within == "script" and data.strip():
            self.inline.append(data)

    def handle_endtag(self, _tag: str) -> None:
        self._within = ""


def policy_of(text: str) -> dict[str, list[str]]:
    parts = (one.split() for one in text.split(";") if one.strip())
    return {name: sources for name, *sources in parts}


def allows(policy: dict[str, list[str]], directive: str, address: str) -> bool:
    """Content Security Policy, level 3, as far as this policy goes: 'self', data:, and nothing."""
    sources = policy.get(directive, policy["default-src"])
    whole = urlsplit(urljoin(PAGE, address))
    if whole.scheme == "data":
        return "data:" in sources
    return "'self'" in sources and whole[:2] == urlsplit(PAGE)[:2]


@pytest.fixture
def policy(nobody: Client) -> dict[str, list[str]]:
    return policy_of(nobody.get("/api").headers["content-security-policy"])


@pytest.mark.parametrize(
    ("directive", "address", "allowed"),
    [
        ("script-src", "/api/assets/docs.js", True),
        ("script-src", "//cdn.example.com/a.js", False),
        ("script-src", "data:text/javascript,1", False),
        ("img-src", "data:image/png;base64,AA==", True),
        ("font-src", "data:font/woff2;base64,AA==", False),
        ("connect-src", "https://testserver.local/api", False),
        ("frame-src", "/api", False),
        ("worker-src", "/api/assets/docs.js", False),
    ],
)
def test_the_policy_is_read_as_browsers_do(
    policy: dict[str, list[str]], directive: str, address: str, allowed: bool
) -> None:
    assert allows(policy, directive, address) is allowed


def test_what_the_page_asks_for_is_allowed_and_served(nobody: Client, policy: dict[str, list[str]]) -> None:
    page = Parsed(nobody.get("/api").text)
    assert page.inline == []
    assert {directive for directive, _ in page.asked} == {"script-src", "style-src", "img-src"}
    for directive, address in page.asked:
        assert allows(policy, directive, address), address
        answer = nobody.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].partition(";")[0] in KINDS[directive]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_what_the_style_asks_for_is_allowed(nobody: Client, policy: dict[str, list[str]]) -> None:
    style = nobody.get("/api/assets/swagger-ui.css").text
    assert not re.search(r"@import|@font-face|expression\(", style)
    asked = [one.strip("\"'") for one in re.findall(r"url\(\s*(\"[^\"\\]*(?:\\.[^\"\\]*)*\"|[^)]*)", style)]
    assert len(asked) >= 20
    for address in asked:
        assert allows(policy, "img-src", address), address[:80]


def test_what_the_scripts_do_is_allowed(nobody: Client, policy: dict[str, list[str]]) -> None:
    script = nobody.get("/api/assets/docs.js").text
    (described,) = re.findall(r'\burl: "([^"]+)"', script)
    assert allows(policy, "connect-src", described)
    answer = nobody.get(described)
    assert answer.headers["content-type"] in KINDS["connect-src"]
    # A request that is tried from the page goes to the description's own server.
    assert [allows(policy, "connect-src", one["url"]) for one in answer.json()["servers"]] == [True]
    assert "validatorUrl: null" in script
    bundle = nobody.get("/api/assets/swagger-ui.js").text
    # No text becomes a program, but for ways back that no browser of today takes: it has globalThis and bind.
    made = re.findall(r'(?<![\w$.])(?:new )?Function\("[^"]*"(?:,"[^"]*")?', bundle)
    assert {one.removeprefix("new ") for one in made} <= {
        'Function("return this"',
        'Function("binder","return function ("',
    }
    # None writes a style or a script into the page, starts a worker or follows a map of its source.
    for never in (
        "eval(",
        "new Worker",
        "importScripts",
        "insertRule",
        'createElement("style")',
        "adoptedStyleSheets",
        'setAttribute("style"',
        "document.write",
        "sourceMappingURL",
    ):
        assert not re.search(rf"(?<![\w$.-]){re.escape(never)}", bundle), never
