"""The documented codes are those that there are, with their statuses."""

from __future__ import annotations

import re
from pathlib import Path

from jobswipe import errors
from jobswipe.errors import JobSwipeError
from server import problems
from server.problems import Problem

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def ours(above: type[JobSwipeError] = JobSwipeError) -> set[tuple[str, int]]:
    found = {(above.code, above.status)} if above.__module__ == errors.__name__ else set()
    return found.union(*(ours(below) for below in above.__subclasses__()))


def test_every_code_is_documented() -> None:
    told = {
        (code, int(status)) for code, status in re.findall(r"^\| `(\w+)` \| (\d{3}) \|", PAGE.read_text(), re.MULTILINE)
    }
    fixed = {(one.code, one.status) for one in vars(problems).values() if isinstance(one, Problem)}
    by_status = {(code, status) for status, code in problems.CODES.items()}
    assert told == ours() | fixed | by_status
    assert {code for code, _ in fixed} <= {*problems.CODES.values(), *problems.OTHERS}
