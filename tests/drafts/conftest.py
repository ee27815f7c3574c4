"""The bundled sample resume as facts, and openings to write for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobswipe import skills
from jobswipe.drafts.facts import Facts, gather
from jobswipe.drafts.opening import Opening
from jobswipe.resumes.service import read_file

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SAMPLE = Path(__file__).resolve().parents[2] / "cli" / "samples" / "resume.md"
TEXT = (
    "We look for a Senior Data Engineer with 5 years of experience in Scala and Snowflake. Our 300 engineers build "
    "Project Halcyon with Contoso. You know Python, SQL and Airflow. Fluent French is a plus. Visit https://apply.example.net."
)


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    return read_file(SAMPLE).document


@pytest.fixture(scope="session")
def facts(document: dict[str, Any]) -> Facts:
    return gather(document, NOW)


@pytest.fixture(scope="session")
def opening() -> Opening:
    return Opening(
        title="Senior Data Engineer",
        company="Fennbrook",
        places=("Hamburg, Germany",),
        language="en",
        skills=tuple((one.id, one.name) for one in skills.extract(TEXT)),
        text=TEXT,
    )
