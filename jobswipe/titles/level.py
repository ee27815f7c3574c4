"""The closed vocabularies of level and employment."""

from __future__ import annotations

from typing import Literal

Seniority = Literal["intern", "entry", "mid", "senior", "staff", "lead", "manager", "director", "executive"]
EmploymentType = Literal["full_time", "part_time", "contract", "temporary", "internship", "volunteer", "other"]
