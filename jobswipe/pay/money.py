"""Amounts of money in a text: numbers in American, European and Asian notation with their currency, unit and period."""

from __future__ import annotations

import re

import msgspec

from jobswipe.pay import currency as money_signs
from jobswipe.pay import period as periods
from jobswipe.pay.currency import currency_of
from jobswipe.pay.salary import Amount, Period

_SPACE = "\u00a0\u202f\u2009"
NUMBER = re.compile(
    rf"[0-9]+(?:[.,'’][0-9]+)*(?:(?<![0-9]{{4}})(?:[ {_SPACE}][0-9]{{3}}(?![0-9]|[kK]\b|"
    rf"\(k\)))+(?:[.,][0-9]{{1,2}}(?![0-9]))?)?"
)
"""Digits with separators inside; groups of three may stand apart by a space."""

_UNIT = re.compile(
    rf"[ {_SPACE}]?(?:(?P<k>[kK](?![A-Za-z0-9À-ɏ])|[kK](?=(?:EUR|USD|GBP|PLN|CHF|CAD|AUD|SEK|NOK|DKK|euros?|pa|"
    rf"p\.a)\b)|T(?=€|EUR)|tys\.?|Tsd\.?|thousand|mil(?=[ ,.)]|\Z)|千)"
    r"|(?P<lakh>[lL](?![A-Za-z0-9À-ɏ])|[Ll]akhs?\b|[Ll]acs?\b|LPA\b|lpa\b|Lacs?\b)"
    r"|(?P<crore>Cr\b|[Cc]rores?\b)"
    r"|(?P<man>[万萬만])"
    r"|(?P<m>[mM](?![A-Za-z0-9À-ɏ])|MM\b|mm\b|mn\b|[Mm]illion(?:en|s|es)?\b|Mio\b|mln\b)"
    r"|(?P<b>[bB](?![A-Za-z0-9À-ɏ])|[bB][nN]\b|[Bb]illion\b|T(?![A-Za-z0-9À-ɏ])|[Tt]rillion\b))"
)
_MAX_AMOUNTS = 300
"""Amounts of a text that are read; real descriptions have fewer than a hundred."""
_MAX_DIGITS = 20
"""Characters of a number; a longer one is an identifier."""
_SCALE = {"k": 1e3, "lakh": 1e5, "crore": 1e7, "man": 1e4, "m": 1e6, "b": 1e9}
_ROUND = re.compile(r"[.,][-–—]{1,2}(?![0-9])")
"""The mark of a round amount: "4.500,-"."""
_PLUS = re.compile(r"\+(?! ?[€$£0-9]|[A-Za-z])")
_SEPARATOR = re.compile(
    r"[\s)(]*(?:[-–—‒−~〜～→]+|to|bis(?: zu)?|bis|à|a|as|y|hasta|até|ate|al|fino a|tot|do|till?|upp till|up to|"
    r"through|thru|и до|до|から|ら|até o|und|"
    r"(?:and |to )?(?:a )?max(?:imum)?(?: of)?:?|[,;] ?max(?:imum)?(?: of)?:?)[\s]*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,\s*)?(?:and|und|et|y|e|en|i|och|og|&)\s*", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:between|zwischen|entre|tussen|tra|fra|mellan|mellem|mellom|pomiędzy|między|ranging from|"
    r"from)[\s:]*(?:the )?(?:of )?\Z"
)
_UP_TO = re.compile(
    r"(?<!\w)(?:up ?to|upto|maximum(?: of)?|max\.?|at most|no more than|not exceed(?:ing)?|bis(?: zu)?|maximal|"
    r"jusqu['’](?:à|a)|hasta|até|ate|fino a|massimo|tot|"
    r"maximaal|do|upp till|opp til|op til|до|最高|最大|上限|capped at|limit of)[\s:]*(?:a )?\Z"
)
_FROM = re.compile(
    r"(?:(?<!\w)(?:from|starting (?:\w+ ){0,2}(?:at|from)|starts? (?:at|from)|min(?:imum|\.)?(?: \w+)?(?: of| is)?|"
    r"at least|no less than|"
    r"(?:more|greater) than|above|over|upwards of|north of|ab|mindestens|"
    r"à partir de|a partir de|a partire da|dès|desde|"
    r"mínimo(?: de)?|minimum|vanaf|minimaal|"
    r"od|från|fra|от)|最低|下限)[\s:]*(?:a )?\Z"
)
_OPEN_AFTER = re.compile(
    r"\+(?! ?[€$£0-9]|[a-z])|\s?(?:plus\b(?! [a-z])|or more|and (?:up|above|more|over)|or (?:above|higher|over)|"
    r"upwards|and upwards|oder mehr|et plus|ou plus|o más|ou mais|e oltre|of meer|以上|~|〜|～|minimum\b|min\b)"
)
_MAX_SPREAD = 25
"""Two numbers further apart than this factor are not the ends of one range."""
_GAP = 40
"""Characters between two numbers that can still be the ends of one range."""
_DIGITS = bytes(ord("0") if chr(byte) in "0123456789" else ord(".") for byte in range(256))
_DIGIT = ord("0")
_MARKS = frozenset(".,'’ " + _SPACE)
_BLANK = " \u00a0\u202f"
_LAST_WORD = re.compile(r"(?<!\w)[^\W\d_]+[./]{0,2}\Z")
_NEXT_WORD = re.compile(r"(?:[.,][-–—]{1,2})?[ \u00a0\u202f]?\(?\+?([^\W\d_]{1,14}|[€$£¥￥₹₱₩₪₺₽₴₫₦฿₡₸₾₨])")
_FOLLOWING = money_signs.TRAILING | frozenset(
    "k kk m mm mn b bn t l lakh lakhs lac lacs lpa cr crore crores thousand million billion mio mln mil tys tsd "
    "keur kusd kgbp kpln kchf kcad "
    "teur us".split()
)
_DULL = frozenset("\n0123456789%:;/)]}\"'*&-–—|?!<>=#@_~\\")
"""What may follow a number that no currency follows."""
_MAX_AFTER = re.compile(r"\s?(?:max(?:imum)?\b|maximal\b|or less\b|以下|まで(?!の))")


class Money(msgspec.Struct, frozen=True):
    """An amount or a range as written in text[start:end]. `tail` is where an attached period ends (at least `end`).

    `currency` is ISO 4217; `period` is the one attached to the amounts, if any; `negative` is for "-50,000".
    """

    start: int
    end: int
    low: Amount | None
    high: Amount | None
    currency: str
    period: Period | None
    scale: float
    negative: bool


class _Figure(msgspec.Struct):
    """One number with what stands around it; text[start:end] includes its unit and currency."""

    start: int
    end: int
    value: float
    whole: bool
    scale: float
    currency: str | None
    sure: bool
    prefixed: bool
    period: Period | None
    after_period: int
    plus: bool


def number(text: str, *, unit: bool = False) -> float | None:
    """The value of digits with separators, or None when they are no number ("1.2.3").

    A single mark before exactly three digits parts thousands, except before a unit (`unit`: "1.125M").
    """
    if len(text) > _MAX_DIGITS:
        return None
    for space in _SPACE + " '’":
        if space in text:
            text = text.replace(space, "")
    dot, comma = text.rfind("."), text.rfind(",")
    if dot < 0 and comma < 0:
        return float(text)
    if dot >= 0 and comma >= 0:
        mark, other = (".", ",") if dot > comma else (",", ".")
        whole, _, fraction = text.rpartition(mark)
        if mark in whole or not _grouped(whole, other):
            return None
        return float(whole.replace(other, "") + "." + fraction)
    mark = "." if dot >= 0 else ","
    parts = text.split(mark)
    if len(parts) > 2:
        return float("".join(parts)) if _grouped(text, mark) else None
    if len(parts[1]) == 3 and not unit and parts[0] != "0" and len(parts[0]) <= 3:
        return float(parts[0] + parts[1])
    return float(parts[0] + "." + parts[1])


def _grouped(text: str, mark: str) -> bool:
    """Whether `mark` parts groups of three, or twos and a last three as in India."""
    first, *rest = text.split(mark)
    return (not rest or len(rest[-1]) == 3) and len(first) <= 3 and all(len(group) in (2, 3) for group in rest)


def find(text: str, country: str | None = None) -> list[Money]:
    """Every amount of money in the text with a known currency, in order; a range is one of them.

    `country` (ISO 3166-1 alpha-2) reads a sign that several countries share.
    """
    spans, hits = _numbers(text)
    if not hits:
        return []
    figures: dict[int, _Figure] = {}
    for hit in hits:
        start, end = spans[hit]
        for index in (hit - 1, hit, hit + 1):
            if index in figures or not 0 <= index < len(spans):
                continue
            if (
                index == hit
                or (spans[index][0] < start and start - spans[index][1] <= _GAP)
                or 0 < spans[index][0] - end <= _GAP
            ):
                figure = _figure(text, *spans[index], country)
                if figure:
                    figures[index] = figure
    found: list[Money] = []
    done = -1
    for index in sorted(figures):
        if index <= done:
            continue
        figure = figures[index]
        partner = figures.get(index + 1)
        pair = _range(text, figure, partner) if partner else None
        if pair:
            found.append(pair)
            done = index + 1
        elif figure.currency:
            found.append(_single(text, figure))
    return found


def _numbers(text: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Where the numbers stand, and which of them have a currency beside them.

    A job description has some fifty numbers and few of money: their digits are found by byte search, which takes a
    tenth of the time of a regex, and only a number with a promising neighbour is looked at closely.
    """
    digits = text.encode("latin-1", "replace").translate(_DIGITS)
    spans: list[tuple[int, int]] = []
    hits: list[int] = []
    size = len(text)
    start = digits.find(b"0")
    while start >= 0 and len(hits) < _MAX_AMOUNTS:
        end = digits.find(b".", start)
        if end < 0:
            end = size
        if end + 1 < size and digits[end + 1] == _DIGIT and text[end] in _MARKS:
            match = NUMBER.match(text, start)
            end = match.end() if match else end
        spans.append((start, end))
        if _has_currency(text, start, end):
            hits.append(len(spans) - 1)
        start = digits.find(b"0", end)
    return spans, hits


def _has_currency(text: str, start: int, end: int) -> bool:
    led = text[start - 7 if start > 7 else 0 : start].rstrip(_BLANK)
    if led:
        before = led[-1]
        if before in money_signs.SIGNS:
            return True
        if before.isalpha() or before in "./):":
            word = led.replace("\n", " ").rpartition(" ")[2].strip("():").lower()
            if word in money_signs.LEADING:
                return True
            if not word.isalpha() and (found := _LAST_WORD.search(led)) and found[0].lower() in money_signs.LEADING:
                return True
    after = text[end : end + 1]
    if after == " ":
        after = text[end + 1 : end + 2]
    if not after or after in _DULL:
        return False
    if "a" <= after <= "z":
        word = text[end : end + 16].lstrip(_BLANK).partition(" ")[0].lower()
        if word.isalpha() and word.isascii():
            return word in _FOLLOWING
    following = _NEXT_WORD.match(text, end)
    if following is None:
        return False
    word = following[1]
    return word in money_signs.SIGNS or not word[0].isascii() or word.lower() in _FOLLOWING


def _figure(text: str, start: int, end: int, country: str | None) -> _Figure | None:
    digits = text[start:end]
    before = money_signs.BEFORE.search(text, max(0, start - 12), start) if _led(text, start) else None
    code, sign = (before["code"], before["sign"]) if before else (None, None)
    prefix = currency_of(code, country) or currency_of(sign, country)
    shared = code is None and sign in money_signs.SHARED
    if before and prefix:
        start = before.start() if code else before.start("sign")
    round_mark = _ROUND.match(text, end)
    if round_mark:
        end = round_mark.end()
    unit = _UNIT.match(text, end)
    size = unit.lastgroup if unit else None
    if unit:
        end = unit.end()
    plus = _PLUS.match(text, end)
    after = money_signs.AFTER.match(text, plus.end() if plus else end)
    suffix = currency_of(after["currency"], country) if after else None
    if after and suffix and not (prefix and not shared and suffix != prefix):
        end = after.end()
        plus = plus or _PLUS.match(text, end)
    else:
        suffix = None
    value = number(digits, unit=size in ("k", "m", "b"))
    if value is None or (size == "k" and digits == "401" and not prefix):
        return None
    word = unit[0].strip().lower() if unit else ""
    if size in ("lakh", "crore"):
        if (prefix or suffix or "INR") not in ("INR", "PKR", "LKR", "BDT"):
            return None
        if not prefix and len(word) > 1:
            suffix = suffix or "INR"
    if plus:
        end = max(end, plus.end())
    attached = periods.attached(text, end)
    period, after_period = attached or (None, end)
    return _Figure(
        start=start,
        end=end,
        value=value,
        whole=digits.isdecimal(),
        scale=_SCALE[size] if size else 1.0,
        currency=(suffix or prefix) if shared else (prefix or suffix),
        sure=suffix is not None or (prefix is not None and not shared),
        prefixed=prefix is not None,
        period="year" if period is None and word == "lpa" else period,
        after_period=after_period,
        plus=plus is not None,
    )


def _led(text: str, start: int) -> bool:
    """Whether a currency may stand before: a sign or a letter."""
    before = text[max(0, start - 3) : start].rstrip(_BLANK)
    return bool(before) and (before[-1] in money_signs.SIGNS or before[-1].isalpha() or before[-1] in "./):")


def _range(text: str, one: _Figure, two: _Figure) -> Money | None:
    """The two figures as one range, when a dash or a word joins them and their currencies agree."""
    currency = two.currency if one.currency is None or (two.sure and not one.sure) else one.currency
    if currency is None or (two.currency and one.currency and two.currency != one.currency and two.sure and one.sure):
        return None
    if one.currency is None and two.prefixed and one.scale == 1.0:
        return None
    gap_start = max(one.end, one.after_period)
    if two.start - gap_start > 30 or two.start < gap_start:
        return None
    gap = text[gap_start : two.start]
    between = None
    slashed = gap == "/" and one.currency is None and one.scale == 1.0 < two.scale
    if not slashed and not _SEPARATOR.fullmatch(gap):
        if not _AND.fullmatch(gap):
            return None
        between = _BETWEEN.search(text[max(0, one.start - 24) : one.start].lower())
        if not between:
            return None
    low, high = _carry(one, two)
    low, high = min(low, high), max(low, high)
    period = two.period or one.period
    if high > _MAX_SPREAD * low > 0 and not (one.currency and two.currency):
        return None
    return _money(text, one, two, low, high, currency, period)


def _carry(one: _Figure, two: _Figure) -> tuple[float, float]:
    """Both values, with a unit (or a group of thousands) that only one end has applied to both."""
    low, high = one.value * one.scale, two.value * two.scale
    if one.scale == two.scale == 1.0:
        if one.value < 1_000 and one.whole and one.value * 50 < two.value and one.value * 1_000 <= two.value * 1.5:
            low = one.value * 1_000
    elif one.scale == 1.0 and one.value < 1_000 and one.value * two.scale <= high:
        low = one.value * two.scale
    elif two.scale == 1.0 and two.value < 1_000:
        high = two.value * one.scale
    return low, high


def _money(
    text: str, one: _Figure, two: _Figure, low: float | None, high: float | None, currency: str, period: Period | None
) -> Money:
    start, end = one.start, max(two.end, two.after_period)
    return Money(
        start, end, _plain(low), _plain(high), currency, period, max(one.scale, two.scale), _negative(text, one)
    )


def _single(text: str, figure: _Figure) -> Money:
    """One figure: exactly it, or one end when "up to", "from" or "+" says so."""
    value = figure.value * figure.scale
    low: float | None = value
    high: float | None = value
    start, end = figure.start, max(figure.end, figure.after_period)
    before = text[max(0, start - 28) : start].lower()
    tail = text[figure.end : figure.end + 16].lower()
    up_to, since = _UP_TO.search(before), _FROM.search(before)
    if up_to:
        low, start = None, start - len(before) + up_to.start()
    elif since:
        high, start = None, start - len(before) + since.start()
    elif _MAX_AFTER.match(tail):
        low = None
    elif figure.plus or _OPEN_AFTER.match(tail) or _OPEN_AFTER.match(text[end : end + 16].lower()):
        high = None
    currency = figure.currency or ""
    return Money(start, end, _plain(low), _plain(high), currency, figure.period, figure.scale, _negative(text, figure))


def _negative(text: str, figure: _Figure) -> bool:
    """A minus sign that touches the amount and follows nothing that it could join or list."""
    start = figure.start
    if start == 0 or text[start - 1] not in "-−":
        return False
    before = text[max(0, start - 3) : start - 1]
    return not before or before[-1] in " :("


def _plain(value: float | None) -> Amount | None:
    """Cents at most; whole where it is whole, so that 60000.0 is printed as 60000."""
    if value is None:
        return None
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
