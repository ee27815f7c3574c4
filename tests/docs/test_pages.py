"""What the pages show is what the program prints, their links lead somewhere, and the example adapter works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from jobswipe.analytics.lake import SCHEMAS
from jobswipe.matching.engine import MAX_LIMIT
from jobswipe.matching.match import Match
from jobswipe.matching.preferences import Preferences
from jobswipe.matching.swipes import SWIPE_REASONS, VERDICTS
from jobswipe.places.place import Workplace
from jobswipe.postings.ingest import MAX_REJECTIONS
from jobswipe.postings.posting import Posting
from jobswipe.resumes import limits
from jobswipe.settings import SECTIONS, meanings
from jobswipe.titles.level import EmploymentType, Seniority

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "docs/api.md", "docs/formats.md", "docs/operators.md"])
def test_generated_parts_and_shown_output_are_true(build_docs: ModuleType, name: str) -> None:
    assert name in build_docs.PAGES
    text = (ROOT / name).read_text(encoding="utf-8")
    assert build_docs.page(text).splitlines() == text.splitlines(), "run: python scripts/build_docs.py"


def test_every_page_with_output_is_checked(build_docs: ModuleType, pages: dict[str, str]) -> None:
    shown = {name for name, text in pages.items() if "```console\n" in text or "<!-- generated: " in text}
    assert shown == set(build_docs.PAGES)


def test_relative_links_resolve(pages: dict[str, str]) -> None:
    broken = [
        f"{name}: {target}"
        for name, text in pages.items()
        for target in _LINK.findall(text)
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_every_page_is_on_the_map(pages: dict[str, str]) -> None:
    on_map = set(_LINK.findall(pages["docs/index.md"]))
    for name in pages:
        inside = name.removeprefix("docs/")
        if name.startswith("docs/") and "/" not in inside and inside != "index.md":
            assert inside in on_map, name


def test_every_decision_is_linked_from_the_architecture(pages: dict[str, str]) -> None:
    linked = set(_LINK.findall(pages["docs/ARCHITECTURE.md"]))
    for name in pages:
        if name.startswith("docs/decisions/"):
            assert name.removeprefix("docs/") in linked, name


def test_every_setting_is_explained(pages: dict[str, str]) -> None:
    for section, model in SECTIONS.items():
        told = meanings(section)
        for key in model.model_fields:
            assert f"`[{section}] {key}`" in pages["docs/operators.md"]
            assert told.get(key), f"[{section}] {key} is not described"


@pytest.fixture
def example(pages: dict[str, str], tmp_path: Path) -> Path:
    """The contributors' example as an installed package: the directory that holds it."""
    (source,) = _PYTHON.findall(pages["docs/contributors.md"])
    (entry,) = re.findall(r'\[project\.entry-points\."(.+?)"\]\n(.+)\n', pages["docs/contributors.md"])
    name = entry[1].partition("=")[0].strip()
    module = entry[1].partition("=")[2].strip(' "')
    (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
    metadata = tmp_path / f"{module}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[{entry[0]}]\n{name} = {module}\n", encoding="utf-8")
    return tmp_path


def test_the_example_adapter_works_as_a_package(example: Path, home: Path) -> None:
    (example / "payload.json").write_text(
        '{"openings": [{"ref": 7, "role": "Cook", "where": "Berlin, Germany", "pay": "EUR 3,000 per month",'
        ' "text": "<p>Soups.</p>", "since": "2026-10-01"}, {"ref": 8}, "odd"]}'
    )
    (example / "other.json").write_text("[]")

    def jobswipe(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from cli.main import run; run()", *arguments],
            cwd=example,
            env=os.environ | {"PYTHONPATH": str(example)},
            capture_output=True,
            text=True,
            check=False,
        )

    done = jobswipe("parse", "posting", "--kind", "examplejobs", "--board", "acme", "payload.json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("it has no ref or no role") == 2
    posting = json.loads(done.stdout)
    assert (posting["source"], posting["external_id"], posting["company"]) == ("examplejobs", "7", "acme")
    assert (posting["places"][0]["country"], posting["description_text"]) == ("DE", "Soups.")
    assert (posting["salary"]["min"], posting["salary"]["period"]) == (3000, "month")
    assert posting["posted_at"] == "2026-10-01T00:00:00Z"
    assert posting["attribution"] == "Example Jobs"
    other = jobswipe("parse", "posting", "--kind", "examplejobs", "other.json")
    assert (other.returncode, other.stdout) == (1, "")
    added = jobswipe("source", "add", "https://jobs.example.com/acme/7")
    assert "examplejobs:acme" in added.stderr


def test_every_column_of_the_lake_is_named(pages: dict[str, str]) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| `([^`]*)` \|$", pages["docs/analysts.md"], re.MULTILINE))
    assert {name: columns.split(", ") for name, columns in rows.items()} == {
        name: schema.names for name, schema in SCHEMAS.items()
    }


def test_the_limits_are_those_of_the_code(pages: dict[str, str]) -> None:
    text = pages["docs/operators.md"]
    stated = (
        f"{limits.FILE_BYTES // 10**6} MB, {limits.PAGES} pages, {limits.TEXT_BYTES // 10**6} MB of text; "
        f"{limits.CPU_SECONDS} s of CPU, {limits.WALL_SECONDS:.0f} s in all, {limits.MEMORY_BYTES // 10**9} GB"
    )
    assert stated in text
    assert f"{limits.ZIP_ENTRIES:,} entries and {limits.ZIP_BYTES // 10**6} MB unpacked" in text
    assert f"| `match --limit` | {MAX_LIMIT:,} |" in text
    assert f"| {MAX_REJECTIONS:,} a run;" in text


def test_the_words_of_the_formats_are_those_of_the_code(pages: dict[str, str]) -> None:
    text = pages["docs/formats.md"]
    for words in (get_args(Workplace), get_args(EmploymentType), get_args(Seniority), VERDICTS, SWIPE_REASONS):
        assert ", ".join(f"`{word}`" for word in words) in " ".join(text.split())
    for shape in (Posting, Match, Preferences):
        for field in shape.__struct_fields__:
            assert re.search(rf"\b{field}\b", text), f"{shape.__name__}.{field}"


def test_tests_that_the_page_on_security_names_are_there(pages: dict[str, str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", pages["docs/security.md"])
    assert len(named) > 20
    for file, test in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, f"{file} has no {test}"
