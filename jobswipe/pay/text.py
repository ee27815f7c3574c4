"""A base salary out of any text, from one line to a whole job description, with the words that say it; or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from jobswipe.pay import money as amounts
from jobswipe.pay import period as periods
from jobswipe.pay.context import APART as _APART
from jobswipe.pay.context import BREAK, ON_TARGET, Kind, left_kind, right_kind, stands_alone
from jobswipe.pay.currency import OWN
from jobswipe.pay.money import Money
from jobswipe.pay.rates import INFERRED_YEAR, convert, plausible, table
from jobswipe.pay.salary import Period, Salary

MAX_TEXT = 200_000
"""Characters that are read; the longest real descriptions have about 30,000."""
_LEFT = 220
_RIGHT = 110
_WEAK = 20
"""Units for a US dollar from which yearly pay in millions is ordinary (yen, rupees, pesos)."""
_SHORT = 160
"""A text of at most this many characters is about nothing but its amount."""
_NEAR = 160
"""Amounts this close belong to one statement: the second has the first one's label."""
_SPAN = 600
"""Ranges further apart than this are two statements: only the first counts."""
_REPEATS = 20
"""How many mentions of the same figure are tried for the shortest quote."""
_FULL_PAY = 15_000
"""US dollars a year from which a lone figure with a period is pay: benefits that stand alone are smaller."""
_LABEL = 90
"""Characters of a label in front of an amount on its own line ("San Francisco Bay Area:")."""
_HEADING = 90
_LAST_WORD = 14
_FIGURE = re.compile(r"[$€£][0-9]")
_SENTENCE = re.compile(r"[.!?](?=\s)|[。！？;]\s?")
_ABBREVIATION = re.compile(
    r"(?:\b(?:ca|approx|max|min|e\.g|i\.e|incl|excl|p\.a|p\.m|est|u\.s|inc|co|st|no|vs|zzgl|bzw)|\b[a-z])\Z"
)


class _Claim(msgspec.Struct):
    money: Money
    kind: Kind
    period: Period | None


def from_text(text: str, *, country: str | None = None) -> Salary | None:
    """The base salary that a text states, or None: never a guess.

    `country` (ISO 3166-1 alpha-2) is the posting's: it reads a bare `$` or `kr`, and chooses among several currencies.
    Amounts that the text calls bonus, on-target earnings, equity, a benefit, a budget, funding and the like are left
    out, and where one is called base, the others are too. Several ranges of one currency and period give their union.
    """
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
    found = amounts.find(text, country)
    if not found:
        return None
    claims = [
        claim
        for claim in _claims(text, found)
        if claim.period and plausible(claim.money.low, claim.money.high, claim.money.currency, claim.period)
    ]
    if not claims:
        return None
    best = max(claim.kind for claim in claims)
    claims = [claim for claim in claims if claim.kind == best]
    own = OWN.get(country or "")
    lead = next((claim for claim in claims if claim.money.currency == own), claims[0])
    alike = [
        claim.money for claim in claims if (claim.money.currency, claim.period) == (lead.money.currency, lead.period)
    ]
    return _union(text, alike, lead.period or "year")


def _claims(text: str, found: list[Money]) -> Iterable[_Claim]:
    """Each amount that may be pay, with its kind and period, in order."""
    last: _Claim | None = None
    for index, money in enumerate(found):
        left = _left(text, money.start, found[index - 1].end if index else 0)
        right = _right(text, money.end, found[index + 1].start if index + 1 < len(found) else len(text))
        kind = _kind(left, right)
        period = money.period or _period(left, right)
        if kind is Kind.UNSAID or (kind is Kind.OTHER and _is_range(money) and _is_label(left)):
            # a role may be called "Development Technician": under a heading of pay that is a label, no budget
            above, of_heading = _heading(text, money.start - len(left), len(left))
            if kind is Kind.UNSAID or above > Kind.ALONE:
                kind, period = above, period or of_heading
        if last is not None and money.start - last.money.end <= _NEAR and _alike(last.money, money):
            between = text[last.money.end : money.start]
            if kind is Kind.UNSAID and (
                last.kind > Kind.ALONE or (last.kind is Kind.OTHER and not _APART.search(between))
            ):
                kind = last.kind
            if period is None and kind == last.kind:
                period = last.period
        if kind is Kind.UNSAID and _alone(text, money, left):
            kind = Kind.ALONE
        last = _Claim(money, kind, _settle(money, period))
        if kind > Kind.UNSAID and not money.negative and (kind is Kind.BASE or not _millions(money)):
            yield last


def _alike(one: Money, two: Money) -> bool:
    """Whether two amounts can be two statements of the same thing: one currency (or two) and a size."""
    size, other = one.high or one.low or 0, two.high or two.low or 0
    return one.currency != two.currency or size <= 4 * other <= 16 * size


def _left(text: str, start: int, bound: int) -> str:
    """The words before an amount, in small letters: back to the last amount, line, bullet or sentence."""
    left = text[max(bound, start - _LEFT) : start].lower()
    cut = 0
    for match in BREAK.finditer(left):
        cut = match.end()
    for match in _SENTENCE.finditer(left, cut):
        if not _ABBREVIATION.search(left, max(0, match.start() - 8), match.start()):
            cut = match.end()
    return left[cut:]


def _right(text: str, end: int, bound: int) -> str:
    """The words after an amount, in small letters, up to the next amount or line."""
    return text[end : min(bound, end + _RIGHT)].lower().partition("\n")[0]


def _kind(left: str, right: str) -> Kind:
    """A word that touches the amount on the right outranks one further left ("OTE $200k ($100k base)")."""
    after, about_pay = right_kind(right)
    if about_pay and after is not Kind.PAY:
        return after
    before, firm = left_kind(left)
    if before is Kind.UNSAID or (before is Kind.PAY and not firm and after is Kind.OTHER):
        return after
    return before


def _period(left: str, right: str) -> Period | None:
    """A period in the clause after the amount, else the last one in the clause before it."""
    sentence = _SENTENCE.search(right)
    return periods.later(right[: sentence.start()] if sentence else right) or periods.earlier(left)


def _is_label(left: str) -> bool:
    """Whether a word against pay only stands inside a label: no kind of earnings, and not what the label ends in."""
    return left_kind(left) == (Kind.OTHER, False) and left_kind(left[-_LAST_WORD:])[0] is Kind.UNSAID


def _millions(money: Money) -> bool:
    """Whether the amount is in millions of a currency that few salaries are in: what a company has, not pays."""
    return (money.low or money.high or 0) >= 1e6 and table().rates.get(money.currency, 1.0) < _WEAK


def _is_range(money: Money) -> bool:
    return money.low is not None and money.high is not None and money.low != money.high


def _heading(text: str, start: int, label: int) -> tuple[Kind, Period | None]:
    """What the line above an amount's own line says, when it is a heading or leads in with a colon."""
    line = text.rfind("\n", max(0, start - _LABEL), start)
    if label > _LABEL or line < 0 or text[line:start].strip(" -*•·\n|"):
        return Kind.UNSAID, None
    above = text[max(0, line - 400) : line].rstrip().rpartition("\n")[2].lower()
    if not above or (len(above) > _HEADING and not above.endswith(":")):
        return Kind.UNSAID, None
    if len(above) > _HEADING:
        above = _SENTENCE.split(above)[-1]
    return left_kind(above)[0], periods.earlier(above)


def _alone(text: str, money: Money, left: str) -> bool:
    """Whether an amount that no word explains is a statement of pay by its form.

    A range of money that fills its own line or its part of a "|" or "•" header; one figure only where the text is
    short, where it is an hourly rate, or between such marks.
    """
    remarks = BREAK.split(text[money.end : money.end + 240].lower().partition("\n")[0])
    if any(ON_TARGET.search(remark) and not _FIGURE.search(remark) for remark in remarks):
        return False
    before = text[money.start - len(left) : money.start]
    if not stands_alone(before, text[money.end : money.end + _RIGHT]):
        return False
    if len(text) <= _SHORT:
        return True
    if _is_range(money):
        return True
    if money.period == "hour" or _bounded(text, money):
        return True
    worth = convert(money.low or money.high or 0, money.currency, money.period, "USD", "year") if money.period else None
    return not before.strip(" -*\u00a0") and worth is not None and worth >= _FULL_PAY


def _bounded(text: str, money: Money) -> bool:
    """Whether the amount fills its part of a header such as "Engineer | Berlin | €80k | Remote"."""
    before, after = text[max(0, money.start - 4) : money.start].rstrip(" "), text[money.end : money.end + 4].lstrip(" ")
    return before[-1:] in ("|", "•") or after[:1] in ("|", "•")


def _settle(money: Money, period: Period | None) -> Period | None:
    """The period, or a yearly one for an amount of a yearly size whose period is not said."""
    if period and (money.period == period or plausible(money.low, money.high, money.currency, period)):
        return period
    if all(end is None or end > INFERRED_YEAR for end in (money.low, money.high)):
        return "year"
    return None


def _union(text: str, alike: list[Money], period: Period) -> Salary:
    """The union of the ranges that stand together, and the shortest quote that shows both its ends."""
    together = alike[:1]
    for money in alike[1:]:
        if money.start - together[-1].end > _SPAN:
            break
        together.append(money)
    lows = [(money.low, money) for money in together if money.low is not None]
    highs = [(money.high, money) for money in together if money.high is not None]
    low, high = min((end for end, _ in lows), default=None), max((end for end, _ in highs), default=None)
    at_low = [money for end, money in lows if end == low][:_REPEATS]
    at_high = [money for end, money in highs if end == high][:_REPEATS]
    pairs = (
        (min(one.start, two.start), max(one.end, two.end)) for one in at_low or at_high for two in at_high or at_low
    )
    start, end = min(pairs, key=lambda pair: pair[1] - pair[0])
    return Salary(
        min=low, max=high, currency=alike[0].currency, period=period, provenance="text", quote=text[start:end]
    )
