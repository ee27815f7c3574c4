"""What a posting's fields say, in a few words: for the lines of a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobswipe.notifications.text import one_line

TOLD = {
    "title": "Title",
    "company": "Company",
    "places": "Places",
    "workplace": "Workplace",
    "remote_countries": "Remote from",
    "remote_regions": "Remote regions",
    "employment_type": "Employment",
    "seniority": "Level",
    "salary": "Pay",
    "valid_through": "Apply until",
    "apply_url": "Where to apply",
}
"""Fields whose change is told. A text that was only reworded is not."""
_MOST = 5


def told(value: Any) -> str:
    """A field's value (as JSON has it) in a few words; "not said" where it is null or empty."""
    if value in (None, "", [], (), {}):
        return "not said"
    if isinstance(value, Mapping):
        return _pay(value) if "currency" in value else _place(value)
    if isinstance(value, list | tuple):
        named = [told(one) for one in value[:_MOST]]
        return one_line(", ".join(named) + (f" and {len(value) - _MOST} more" if len(value) > _MOST else ""))
    text = str(value)
    return one_line(text[:10] if text[4:5] == "-" and text[10:11] == "T" else text.replace("_", " "))


def _place(place: Mapping[str, Any]) -> str:
    return one_line(place.get("text") or ", ".join(filter(None, (place.get("city"), place.get("country")))), 60)


def _pay(salary: Mapping[str, Any]) -> str:
    low, high = salary.get("min"), salary.get("max")
    if low is not None and high is not None and low != high:
        amount = f"{low:,.0f} to {high:,.0f}"
    elif high is None:
        amount = f"from {low or 0:,.0f}"
    else:
        amount = f"up to {high:,.0f}" if low is None else f"{high:,.0f}"
    return f"{amount} {salary['currency']} a {salary['period']}"
