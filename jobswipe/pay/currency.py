"""Currencies as people write them: signs, codes and words to ISO 4217, by country where a sign is shared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jobswipe.pay.rates import table

DOLLARS = {
    "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "MX": "MXN",
    "AR": "ARS", "CL": "CLP", "CO": "COP", "UY": "UYU", "DO": "DOP",
}  # fmt: skip
"""Countries whose own currency is written with a bare `$`."""
_CROWNS = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}
_PESOS = {"MX": "MXN", "AR": "ARS", "CL": "CLP", "CO": "COP", "PH": "PHP", "UY": "UYU", "DO": "DOP"}
_POUNDS = {"EG": "EGP"}
_RUPEES = {"PK": "PKR", "LK": "LKR"}
_YEN = {"CN": "CNY"}


def _table(text: str) -> dict[str, str]:
    """`CODE form, form` a line, to form: CODE."""
    rows = (line.split(maxsplit=1) for line in text.strip().splitlines())
    return {form.strip(): code for code, forms in rows for form in forms.split(",")}


_SIGNS = _table("""
USD us$, u$s, usd$, us $, $us, $usd
CAD ca$, c$, cad$, cdn$, $ca, $cad
AUD a$, au$, aud$, $aud
NZD nz$, nzd$
SGD s$, sg$, sgd$, $sgd
HKD hk$, hkd$
TWD nt$
MXN mx$, mxn$
ARS ar$
CLP clp$
COP cop$
BRL r$
PEN s/, s/.
EUR €, €eur
GBP £, £gbp
CNY cn¥
JPY jp¥
INR ₹
PHP ₱
KRW ₩
ILS ₪
TRY ₺
RUB ₽, руб, руб.
UAH ₴, грн, грн.
VND ₫
NGN ₦
THB ฿
CRC ₡
KZT ₸
GEL ₾
PLN zł, zl
CZK kč
HUF ft
MYR rm
IDR rp
BGN лв
CHF fr., sfr, sfr.
RON lei
KES ksh
""")
_SHARED = {
    "$": (DOLLARS, "USD"),
    "kr": (_CROWNS, None),
    "kr.": (_CROWNS, None),
    "¥": (_YEN, "JPY"),
    "￥": (_YEN, "JPY"),
    "rs": (_RUPEES, "INR"),
    "rs.": (_RUPEES, "INR"),
    "₨": (_RUPEES, "INR"),
}
_WORDS = _table("""
EUR euro, euros, евро
USD us dollars, us dollar, u.s. dollars, american dollars
CAD canadian dollars, canadian dollar
AUD australian dollars
SGD singapore dollars
HKD hong kong dollars
NZD new zealand dollars
GBP pounds sterling, british pounds, sterling
INR indian rupees, lpa
JPY yen, japanese yen, 円, 日元
CNY yuan, rmb, renminbi, 元, 人民币
KRW won, 원
CHF swiss francs, franken
PLN zloty, złoty, złotych, zlotych
BRL reais, real
SEK kronor, swedish kronor
NOK norwegian kroner
DKK danish kroner
ILS shekels, nis
MYR ringgit
THB baht
NGN naira
TRY lira
AED dirhams
RUB рублей
UAH гривен
HUF forint
CZK koruna, korun
""")
_SHARED_WORDS = {
    "dollar": (DOLLARS, "USD"),
    "dollars": (DOLLARS, "USD"),
    "dólares": (DOLLARS, "USD"),
    "pound": (_POUNDS, "GBP"),
    "pounds": (_POUNDS, "GBP"),
    "rupees": (_RUPEES, "INR"),
    "peso": (_PESOS, None),
    "pesos": (_PESOS, None),
    "kroner": ({"NO": "NOK", "DK": "DKK"}, None),
    "francs": ({"CH": "CHF"}, None),
    "crowns": ({"CZ": "CZK", **_CROWNS}, None),
}
OWN = {
    **DOLLARS,
    **_CROWNS,
    **dict(
        pair.split(":")
        for pair in (
            "GB:GBP CH:CHF PL:PLN CZ:CZK HU:HUF RO:RON BG:EUR RS:RSD UA:UAH RU:RUB TR:TRY IL:ILS AE:AED SA:SAR EG:EGP "
            "ZA:ZAR NG:NGN KE:KES IN:INR PK:PKR CN:CNY JP:JPY KR:KRW MY:MYR TH:THB ID:IDR PH:PHP "
            "VN:VND BR:BRL PE:PEN CR:CRC"
        ).split()
    ),
    **dict.fromkeys("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(), "EUR"),
}
"""The currency that pay in a country is usually stated in."""

CODES = tuple(table().rates)
_LOOSE = frozenset("usd eur gbp cad aud chf pln sgd inr sek nok dkk brl mxn nzd czk".split())
"""Codes that are read in small letters too: the others are words (try, cop, mad)."""
_LETTERED = (
    "zł",
    "zl",
    "kč",
    "ft",
    "rm",
    "rp",
    "лв",
    "руб",
    "руб.",
    "грн",
    "грн.",
    "fr.",
    "sfr",
    "sfr.",
    "lei",
    "ksh",
    "kr",
    "kr.",
    "rs",
    "rs.",
    "s/",
    "s/.",
)
"""Signs made of letters, that no letter may touch: "RM" is not the end of "TERM", "kr" does not begin "kraft"."""


def currency_of(word: str | None, country: str | None = None) -> str | None:
    """ISO 4217 of a sign, code or word ("$", "CA$", "eur", "zł", "pounds"), or None.

    A sign that several countries share is read by `country` (ISO 3166-1 alpha-2); a bare `$` is USD and `¥` JPY
    unless it says otherwise, and `kr` or "pesos" without a country is nothing.
    """
    if not word:
        return None
    text = " ".join(word.strip(" ()").split())
    if text.upper() in table().rates:
        return text.upper()
    key = text.lower()
    shared = _SHARED.get(key) or _SHARED_WORDS.get(key)
    if shared:
        return shared[0].get(country or "", shared[1])
    return _SIGNS.get(key) or _WORDS.get(key) or _SIGNS.get(key.replace(" ", ""))


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


def _cased(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield from (word, word.upper(), word.capitalize())


_WRITTEN_CODES = [*CODES, *_LOOSE, *(code.capitalize() for code in ("eur", "usd", "gbp")), "RMB", "NIS"]
_COMPOUND = [form for sign in _SIGNS if len(sign) > 1 and sign not in _LETTERED for form in (sign, sign.upper())]
_PLAIN = "[$€£¥￥₹₱₩₪₺₽₴₫₦฿₡₸₾₨]"
_SIGN = f"(?:(?<![A-Za-z])(?:{_either(_COMPOUND)})|{_PLAIN})"
_LETTERS = rf"(?<!\w)(?:{_either([*_WRITTEN_CODES, *_cased(_LETTERED), 'euro', 'Euro', 'euros', 'Euros'])})"

_TRAILING_WORDS = [*(sign for sign in _LETTERED if "/" not in sign), *_WORDS, *_SHARED_WORDS]

BEFORE = re.compile(rf"(?:(?P<code>{_LETTERS})\)?:?)?[ \u00a0\u202f]?(?P<sign>{_SIGN})?[ \u00a0\u202f]{{0,2}}\Z")
"""The currency at the end of a text that an amount follows. Search it in the last dozen characters."""
AFTER = re.compile(
    rf"[ \u00a0\u202f]?\(?(?P<currency>{_SIGN}(?![0-9])|"
    rf"(?:{_either([*_WRITTEN_CODES, *_cased(_TRAILING_WORDS)])})"
    r"(?![A-Za-zÀ-ɏ]))\)?"
)
"""The currency at the beginning of a text that follows an amount."""
SIGNS = frozenset("$€£¥￥₹₱₩₪₺₽₴₫₦฿₡₸₾₨")
SHARED = frozenset(_SHARED)
"""Signs of several currencies: a code or word after the amount outranks them ("$90,000 CAD")."""
LEADING = frozenset(word.lower() for word in (*_WRITTEN_CODES, *_LETTERED, "euro", "euros"))
TRAILING = frozenset(
    word.lower().split()[0] for word in (*_WRITTEN_CODES, *_LETTERED, *_WORDS, *_SHARED_WORDS, *_COMPOUND)
) | {sign.strip("$¥ ").lower() for sign in _COMPOUND}
"""First words of what may stand before and after an amount, in small letters: a cheap first look."""
