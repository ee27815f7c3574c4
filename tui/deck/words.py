"""What a card says, in words: pay, age, workplace."""

from __future__ import annotations

from datetime import datetime

from jobswipe.pay.salary import Salary
from tui.desk.interface import Listing

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}


def pay(salary: Salary | None) -> str:
    """ "€60,000 – 75,000 a year"; empty where it is not said."""
    if salary is None:
        return ""
    sign = _SIGNS.get(salary.currency, f"{salary.currency} ")
    low, high = salary.min, salary.max
    if low is not None and high is not None and low != high:
        amount = f"{sign}{low:,} – {high:,}"
    elif high is not None and low is None:
        amount = f"up to {sign}{high:,}"
    elif low is not None and high is None:
        amount = f"from {sign}{low:,}"
    else:
        amount = f"{sign}{low:,}" if low is not None else ""
    return f"{amount} a {salary.period}" if amount else ""


def age(posted: datetime | None, now: datetime) -> str:
    """ "today", "3 days ago", "5 weeks ago"; empty where it is not said."""
    if posted is None:
        return ""
    days = (now - posted).days
    if days < 1:
        return "today"
    if days < 14:
        return f"{days} day{'s' if days > 1 else ''} ago"
    if days < 70:
        return f"{days // 7} weeks ago"
    return f"{days // 30} months ago" if days < 730 else f"{days // 365} years ago"


def where(listing: Listing) -> str:
    """ "Berlin · remote"; empty where neither is said."""
    return " · ".join(filter(None, (listing.place, listing.workplace)))


def terms(listing: Listing, now: datetime) -> str:
    """Level, kind of employment and age."""
    kind = (listing.employment_type or "").replace("_", " ")
    return " · ".join(filter(None, (listing.seniority, kind, age(listing.posted_at, now))))
