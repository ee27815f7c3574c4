"""What a salary is."""

from __future__ import annotations

from typing import Literal

import msgspec

Amount = int | float
Period = Literal["year", "month", "week", "day", "hour"]


class Salary(msgspec.Struct, frozen=True, kw_only=True):
    """Base pay. `min` is null for "up to", `max` is null for "from"; at least one is set.

    `currency` is ISO 4217. `quote` is the exact text it came from, or the payload's fields when structured.
    """

    min: Amount | None
    max: Amount | None
    currency: str
    period: Period
    provenance: Literal["structured", "text"]
    quote: str
