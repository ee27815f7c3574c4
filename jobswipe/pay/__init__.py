"""Pay: free text or a board's fields to a base salary with its quote, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobswipe.pay.salary import Amount, Period, Salary

if TYPE_CHECKING:
    from jobswipe.pay.currency import currency_of
    from jobswipe.pay.fields import from_fields, union
    from jobswipe.pay.period import period_of
    from jobswipe.pay.rates import convert
    from jobswipe.pay.text import from_text

__all__ = [
    "Amount",
    "Period",
    "Salary",
    "convert",
    "currency_of",
    "from_fields",
    "from_text",
    "period_of",
    "union",
]
# Read at first use: to compile the expressions takes longer than whoever only names a salary should wait.
_LAZY = {
    "convert": "rates",
    "currency_of": "currency",
    "from_fields": "fields",
    "from_text": "text",
    "period_of": "period",
    "union": "fields",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        found: object = getattr(import_module(f"jobswipe.pay.{_LAZY[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
