"""Pay: free text or a board's fields to a base salary with its quote, or nothing."""

from jobswipe.pay.currency import currency_of
from jobswipe.pay.fields import from_fields, union
from jobswipe.pay.period import period_of
from jobswipe.pay.rates import convert
from jobswipe.pay.salary import Amount, Period, Salary
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
