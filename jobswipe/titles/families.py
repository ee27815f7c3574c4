"""The role families, and the tables that assign titles and occupations to them (in `data/family_*.txt`)."""

from __future__ import annotations

from functools import cache
from importlib import resources

FAMILIES: tuple[str, ...] = (
    "software_engineering", "data_ml", "devops_infra", "security", "qa", "it_support", "solutions",
    "hardware_engineering", "product_management", "project_management", "design", "marketing", "communications",
    "sales", "customer_success", "customer_support", "finance", "people_hr", "legal", "operations", "strategy",
    "supply_chain", "administration", "executive", "nursing", "healthcare", "social_services", "education",
    "science_research", "arts_media", "construction", "manufacturing", "maintenance", "transport", "retail",
    "hospitality", "real_estate", "protective_services", "personal_services", "agriculture",
)  # fmt: skip


@cache
def table(name: str) -> tuple[str, ...]:
    """The lines of one of the tables (`rules`, `codes`, `neighbours`), without comments."""
    text = (resources.files("jobswipe.titles") / "data" / f"family_{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
