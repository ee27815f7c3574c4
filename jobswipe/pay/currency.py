"""Currencies as people write them: signs, codes and words to ISO 4217, by the posting's country where a sign is shared."""

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

_SIGNS = {
    "us$": "USD", "u$s": "USD", "usd$": "USD", "us $": "USD", "$us": "USD", "ca$": "CAD", "c$": "CAD", "cad$": "CAD", "cdn$": "CAD",
    "$ca": "CAD", "$cad": "CAD", "$usd": "USD", "$aud": "AUD", "$sgd": "SGD", "a$": "AUD", "au$": "AUD", "aud$": "AUD",
    "nz$": "NZD", "nzd$": "NZD", "s$": "SGD", "sg$": "SGD", "sgd$": "SGD", "hk$": "HKD", "hkd$": "HKD", "nt$": "TWD",
    "mx$": "MXN", "mxn$": "MXN", "ar$": "ARS", "clp$": "CLP", "cop$": "COP", "r$": "BRL", "s/": "PEN", "s/.": "PEN",
    "€": "EUR", "£": "GBP", "cn¥": "CNY", "jp¥": "JPY", "₹": "INR", "₱": "PHP", "₩": "KRW", "₪": "ILS", "₺": "TRY",
    "₽": "RUB", "₴": "UAH", "₫": "VND", "₦": "NGN", "฿": "THB", "₡": "CRC", "₸": "KZT", "₾": "GEL", "zł": "PLN", "zl": "PLN",
    "kč": "CZK", "ft": "HUF", "rm": "MYR", "rp": "IDR", "php": "PHP", "лв": "BGN", "руб": "RUB", "руб.": "RUB", "грн": "UAH", "грн.": "UAH",
    "fr.": "CHF", "sfr": "CHF", "sfr.": "CHF", "lei": "RON", "€eur": "EUR", "£gbp": "GBP", "ksh": "KES",
}  # fmt: skip
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
_WORDS = {
    "euro": "EUR", "euros": "EUR", "eur": "EUR", "евро": "EUR", "us dollars": "USD", "us dollar": "USD", "u.s. dollars": "USD",
    "usd": "USD", "american dollars": "USD", "canadian dollars": "CAD", "canadian dollar": "CAD", "australian dollars": "AUD",
    "singapore dollars": "SGD", "hong kong dollars": "HKD", "new zealand dollars": "NZD", "pounds sterling": "GBP",
    "british pounds": "GBP", "sterling": "GBP", "gbp": "GBP", "indian rupees": "INR", "yen": "JPY", "japanese yen": "JPY",
    "円": "JPY", "日元": "JPY", "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY", "元": "CNY", "人民币": "CNY", "won": "KRW",
    "원": "KRW", "swiss francs": "CHF", "franken": "CHF", "zloty": "PLN", "złoty": "PLN", "złotych": "PLN", "zlotych": "PLN",
    "reais": "BRL", "real": "BRL", "kronor": "SEK", "swedish kronor": "SEK", "norwegian kroner": "NOK", "danish kroner": "DKK",
    "shekels": "ILS", "nis": "ILS", "ringgit": "MYR", "baht": "THB", "naira": "NGN", "lira": "TRY", "dirhams": "AED",
    "рублей": "RUB", "гривен": "UAH", "forint": "HUF", "koruna": "CZK", "korun": "CZK",
    "lpa": "INR",
}  # fmt: skip
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
    **DOLLARS, **_CROWNS, "GB": "GBP", "CH": "CHF", "PL": "PLN", "CZ": "CZK", "HU": "HUF", "RO": "RON", "BG": "BGN", "RS": "RSD",
    "UA": "UAH", "RU": "RUB", "TR": "TRY", "IL": "ILS", "AE": "AED", "SA": "SAR", "EG": "EGP", "ZA": "ZAR", "NG": "NGN",
    "KE": "KES", "IN": "INR", "PK": "PKR", "CN": "CNY", "JP": "JPY", "KR": "KRW", "MY": "MYR", "TH": "THB", "ID": "IDR",
    "PH": "PHP", "VN": "VND", "BR": "BRL", "PE": "PEN", "CR": "CRC",
    **dict.fromkeys("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(), "EUR"),
}  # fmt: skip
"""The currency that pay in a country is usually stated in."""

CODES = tuple(table().rates)
_LOOSE = frozenset("usd eur gbp cad aud chf pln sgd inr sek nok dkk brl mxn nzd czk".split())
"""Codes that are read in small letters too: the others are words (try, cop, mad)."""
_LETTERED = ("zł", "zl", "kč", "ft", "rm", "rp", "лв", "руб", "руб.", "грн", "грн.", "fr.", "sfr", "sfr.", "lei", "ksh", "kr", "kr.", "rs", "rs.", "s/", "s/.")
"""Signs made of letters: a letter may touch none of them ("RM" is not the end of "TERM", "kr" does not begin "kraft")."""


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

BEFORE = re.compile(rf"(?P<code>{_LETTERS})?[ \u00a0\u202f]?(?P<sign>{_SIGN})?[ \u00a0\u202f]{{0,2}}\Z")
"""The currency at the end of a text that an amount follows. Search it in the last dozen characters."""
AFTER = re.compile(
    rf"[ \u00a0\u202f]?\(?(?P<currency>{_SIGN}|(?:{_either([*_WRITTEN_CODES, *_cased(sign for sign in _LETTERED if '/' not in sign), *_cased(_WORDS), *_cased(_SHARED_WORDS)])})"
    r"(?![A-Za-zÀ-ɏ]))\)?"
)
"""The currency at the beginning of a text that follows an amount."""
SIGNS = frozenset("$€£¥￥₹₱₩₪₺₽₴₫₦฿₡₸₾₨")
SHARED = frozenset(_SHARED)
"""Signs of several currencies: a code or word after the amount outranks them ("$90,000 CAD")."""
LEADING = frozenset(word.lower() for word in (*_WRITTEN_CODES, *_LETTERED, "euro", "euros"))
TRAILING = frozenset(word.lower().split()[0] for word in (*_WRITTEN_CODES, *_LETTERED, *_WORDS, *_SHARED_WORDS, *_COMPOUND)) | {
    sign.strip("$¥ ").lower() for sign in _COMPOUND
}
"""First words of what may stand before and after an amount, in small letters: a cheap first look."""
