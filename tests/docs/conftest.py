"""The documentation's builder, and the program's commands by name."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def build_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "scripts" / "build_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def commands(build_docs: ModuleType) -> dict[str, Any]:
    """Every command and group by its name as typed: "jobswipe source add"."""
    return {name: command for name, command, _ in build_docs.commands()}


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """README and the pages of docs/ by their path in the repository."""
    found = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}
