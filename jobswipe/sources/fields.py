"""Values out of a decoded record, whatever type a source put there: text, ids, numbers, flags, dates, HTML parts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from jobswipe.pay.salary import Amount
from jobswipe.sources.raw import RawSalary


def text(value: Any) -> str | None:
    """A string without the blanks around it; None when it is blank or no string."""
    return (value.strip() or None) if isinstance(value, str) else None


def word(value: Any) -> str | None:
    """A string or a number as a string: ids and codes come as both."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def flag(value: Any) -> bool | None:
    """A boolean, also where it is written as a word."""
    if isinstance(value, bool):
        return value
    said = value.strip().lower() if isinstance(value, str) else value
    return True if said in ("true", "yes", "1", 1) else False if said in ("false", "no", "0", 0) else None


def amount(value: Any) -> Amount | str | None:
    """An amount of pay as it is written; None for nothing and for zero, which sources write for "not said"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return value.strip() if value.strip().strip("0.,") else None
    return value or None


def date(value: Any) -> str | int | float | None:
    if isinstance(value, str):
        return value.strip() or None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def coordinate(value: Any) -> float | None:
    """Degrees, written as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def records(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The strings of a list; a lone string is a list of one; objects give their name or label."""
    found = value if isinstance(value, list) else [value]
    named = (one.get("name") or one.get("label") if isinstance(one, dict) else one for one in found)
    return [one.strip() for one in named if isinstance(one, str) and one.strip()]


def first(*values: str | None) -> str | None:
    return next((value for value in values if value), None)


def salary(source: str, low: Any, high: Any, currency: Any, period: Any) -> list[RawSalary]:
    """The salary of a source's own fields, named `source` in the quote; empty when it gives no amount."""
    minimum, maximum = amount(low), amount(high)
    if minimum is None and maximum is None:
        return []
    unit, interval = text(currency), text(period)
    said = [f"{name} {value}" for name, value in _named(minimum, maximum, unit, interval) if value is not None]
    return [RawSalary(min=minimum, max=maximum, currency=unit, period=interval, quote=f"{source}: {', '.join(said)}")]


def _named(*values: Any) -> Iterable[tuple[str, Any]]:
    return zip(("min", "max", "currency", "period"), values, strict=True)


def html_of(plain: str | None) -> str | None:
    """Plain text as HTML, its lines kept."""
    return f"<p>{escape(plain, quote=False)}</p>".replace("\n", "<br>") if plain else None


def section(heading: str | None, html: str | None) -> str | None:
    """A part of a description under its heading; None when there is no text under it."""
    if not html:
        return None
    return f"<h3>{escape(heading, quote=False)}</h3>\n{html}" if heading else html


def join(parts: Iterable[str | None]) -> str | None:
    """The parts of a description as one HTML text."""
    return "\n".join(part for part in parts if part) or None
