"""A base salary out of text: notations, languages, what is no base pay, and what a text must not do to the reader."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.pay import Salary, from_text

ABOUT = "We build scheduling software for clinics in forty towns. You will join a team of eight.\n"
DUTIES = "\nYou will work with Python and Go and report to the head of engineering, who likes plain words."

STATED = [
    ("€60.000 - €75.000", (60_000, 75_000, "EUR", "year")),
    ("between $100,000 and $120,000", (100_000, 120_000, "USD", "year")),
    ("$120-150K", (120_000, 150_000, "USD", "year")),
    ("$170-195,000", (170_000, 195_000, "USD", "year")),
    ("120K–150K USD", (120_000, 150_000, "USD", "year")),
    ("CA$165K – CA$195K annually", (165_000, 195_000, "CAD", "year")),
    ("A$135K – A$168K", (135_000, 168_000, "AUD", "year")),
    ("US$60,000.00 - US$80,000.00 per annum", (60_000, 80_000, "USD", "year")),
    ("USD 120,000 to USD 150,000 plus equity", (120_000, 150_000, "USD", "year")),
    ("Salary: 120000 EUR", (120_000, 120_000, "EUR", "year")),
    ("£45,000 pa", (45_000, 45_000, "GBP", "year")),
    ("80-95k €", (80_000, 95_000, "EUR", "year")),
    ("CHF 100'000 - 120'000", (100_000, 120_000, "CHF", "year")),
    ("60'000.- CHF pro Jahr", (60_000, 60_000, "CHF", "year")),
    ("60 000 – 75 000 EUR", (60_000, 75_000, "EUR", "year")),
    ("3.200,50 € brutto pro Monat", (3_200.5, 3_200.5, "EUR", "month")),
    ("€ 4.500,- bruto per maand", (4_500, 4_500, "EUR", "month")),
    ("$20-30/hour", (20, 30, "USD", "hour")),
    ("£12.60 per hour", (12.6, 12.6, "GBP", "hour")),
    ("$60-70/hr W2", (60, 70, "USD", "hour")),
    ("Day rate: £450-£550", (450, 550, "GBP", "day")),
    ("Stundenlohn: 15,50 €", (15.5, 15.5, "EUR", "hour")),
    ("Gehalt ab 55.000 € jährlich", (55_000, None, "EUR", "year")),
    ("von 60.000 bis 70.000 EUR im Jahr", (60_000, 70_000, "EUR", "year")),
    ("Das Jahresgehalt liegt zwischen 62.000 und 71.000 EUR.", (62_000, 71_000, "EUR", "year")),
    ("entre 35 000 et 45 000 euros par an", (35_000, 45_000, "EUR", "year")),
    ("TJM 450-550 €", (450, 550, "EUR", "day")),
    ("de 30.000 a 35.000 € brutos anuales", (30_000, 35_000, "EUR", "year")),
    ("Sueldo: 1.100 EUR al mes", (1_100, 1_100, "EUR", "month")),
    ("Salário de R$ 5.000 a R$ 7.000 por mês", (5_000, 7_000, "BRL", "month")),
    ("Stipendio lordo: 1.800 € al mese", (1_800, 1_800, "EUR", "month")),
    ("PLN 20 000 – 25 000 net/month", (20_000, 25_000, "PLN", "month")),
    ("15 000 - 20 000 zł brutto miesięcznie", (15_000, 20_000, "PLN", "month")),
    ("Lön: 35 000–42 000 SEK/mån", (35_000, 42_000, "SEK", "month")),
    ("от 200 000 до 300 000 руб. в месяц", (200_000, 300_000, "RUB", "month")),
    ("₹12-18 LPA", (1_200_000, 1_800_000, "INR", "year")),
    ("₹8,00,000 - ₹12,00,000 a year", (800_000, 1_200_000, "INR", "year")),
    ("年収600万円〜900万円", (6_000_000, 9_000_000, "JPY", "year")),
    ("時給1,200円", (1_200, 1_200, "JPY", "hour")),
    ("연봉 5,000만원", (50_000_000, 50_000_000, "KRW", "year")),
    ("The monthly salary is 24,000 PLN gross.", (24_000, 24_000, "PLN", "month")),
    ("Salary up to £65,000", (None, 65_000, "GBP", "year")),
    ("Salary: from €50,000 per year", (50_000, None, "EUR", "year")),
    ("Pay starting at $52,000 a year", (52_000, None, "USD", "year")),
    ("Salary: $150k+", (150_000, None, "USD", "year")),
    ("$180K + equity, salary", (180_000, 180_000, "USD", "year")),
    ("Minimum $80,000, maximum $95,000 annually", (80_000, 95_000, "USD", "year")),
    ("$120,000 - $100,000", (100_000, 120_000, "USD", "year")),
    ("The salary is $90,000 CAD", (90_000, 90_000, "CAD", "year")),
    ("Salary (USD): 120,000 - 150,000", (120_000, 150_000, "USD", "year")),
    ("Plat: 45.000 - 55.000 Kč/měsíc", (45_000, 55_000, "CZK", "month")),
    ("$100,000 (€90,000)", (100_000, 100_000, "USD", "year")),
    ("Rémunération : 38/45K€", (38_000, 45_000, "EUR", "year")),
    ("年俸：400万円～", (4_000_000, None, "JPY", "year")),
    ("$100,000/year - $120,000/year", (100_000, 120_000, "USD", "year")),
    ("San Francisco: $180k-$220k; New York: $170k-$210k", (170_000, 220_000, "USD", "year")),
    ("OTE $200k-$250k, base $100k-$125k", (100_000, 125_000, "USD", "year")),
    ("Base $100k-$125k, OTE $200k-$250k", (100_000, 125_000, "USD", "year")),
    ("Salary: $75,000-$85,000 + 10% annual bonus", (75_000, 85_000, "USD", "year")),
    ("Base salary: $150,000. Sign-on bonus: $20,000.", (150_000, 150_000, "USD", "year")),
]

NOTHING = [
    "We raised $120 million",
    "bonus of up to 20%",
    "annual bonus of up to 20% of base salary",
    "$5,000 learning budget",
    "OTE $200k",
    "OTE: $180,000 - $220,000",
    "On-target earnings of $250,000 per year",
    "Zielgehalt 90.000 €",
    "Total compensation: $200k - $300k",
    "We passed $40 million in annual recurring revenue",
    "carry a quota of $1.2 million",
    "deal sizes of $50k-$200k",
    "$2B in assets under management",
    "Responsible for a portfolio of $20,000 - $50,000 accounts",
    "manage a budget of $500,000",
    "equity package between $100,000 and $200,000",
    "Stock options valued at $100,000",
    "$10,000 sign-on bonus",
    "Signing bonus: $20,000",
    "commission of $50k-$100k per year",
    "Referral bonus $5,000",
    "a $25,000 relocation package",
    "up to $5,000 per year for education",
    "$100/month wellness stipend",
    "We pay $150 per month for your gym",
    "401k match up to $10,000",
    "Life insurance of 2 times your salary, up to $200k",
    "HSA contribution $1,200 per year",
    "Weiterbildungsbudget von 2.000 € pro Jahr",
    "chiffre d'affaires de 100 000 €",
    "Our plans start at $20,000 per year",
    "Seed round of €20,000 - €50,000",
    "Competitive salary and 401(k)",
    "Salary: $0",
    "-$50,000",
    "Salary: -$50,000 per year",
    "salary 60000",
    "60k - 80k a year",
    "Pay: $500 - $600",
    "Salary £14,000 - £15,000",
    "Salary: $0.05 – $0.06 / hour",
    "Salary: 35 000 kr a month",
    "5-7 years with 100,000 users",
    "You must lift 50 pounds",
]


def read(text: str, country: str | None = None) -> tuple[float | None, float | None, str, str] | None:
    found = from_text(text, country=country)
    if found is None:
        return None
    assert found.quote in text
    assert found.provenance == "text"
    return found.min, found.max, found.currency, found.period


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_stated(text: str, expected: tuple[float | None, float | None, str, str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [case for case in STATED if case[1][0] != case[1][1] and None not in case[1]]
)
def test_range_on_its_own_line_of_a_description(text: str, expected: tuple[float, float, str, str]) -> None:
    assert read(f"{ABOUT}{text}{DUTIES}") == expected


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(text: str) -> None:
    assert from_text(text) is None
    assert from_text(f"{ABOUT}- {text}\n- Friendly colleagues{DUTIES}") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$150K – $170K • Offers Equity • Offers Commission", (150_000, 170_000, "USD", "year")),
        ("$147.5K – $157.5K • Offers Equity • $25K – $31K Bonus", (147_500, 157_500, "USD", "year")),
        ("$2.4K per week • $10k Housing Stipend", (2_400, 2_400, "USD", "week")),
        ("SGD\u00a0115K – SGD\u00a0140K • Multiple Ranges", (115_000, 140_000, "SGD", "year")),
        ("$900K – $1.2M • Offers Equity", (900_000, 1_200_000, "USD", "year")),
        ("₹30L – ₹45L", (3_000_000, 4_500_000, "INR", "year")),
        ("$90K • $45K Commission • $135,000 OTE", (90_000, 90_000, "USD", "year")),
        ("$200K – $240K • OTE with a 50/50 split", None),
        ("$267K – $401K", (267_000, 401_000, "USD", "year")),
    ],
)
def test_tier_text(text: str, expected: tuple[float, float, str, str] | None) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("country", "currency"),
    [
        (None, "USD"),
        ("US", "USD"),
        ("DE", "USD"),
        ("CA", "CAD"),
        ("AU", "AUD"),
        ("NZ", "NZD"),
        ("SG", "SGD"),
        ("HK", "HKD"),
        ("MX", "MXN"),
    ],
)
def test_bare_dollar_is_read_by_country(country: str | None, currency: str) -> None:
    assert read("Salary: $90,000 a year", country) == (90_000, 90_000, currency, "year")


def test_kroner_need_a_country() -> None:
    assert read("Lønn: 600 000 – 700 000 kr per år", "NO") == (600_000, 700_000, "NOK", "year")
    assert read("Lön: 40 000 kr i månaden", "SE") == (40_000, 40_000, "SEK", "month")
    assert from_text("600 000 – 700 000 kr per år") is None


def test_country_chooses_among_currencies() -> None:
    text = (
        "In the US the base salary is $150,000 - $180,000 USD.\nIn Canada the base salary is $140,000 - $160,000 CAD."
    )
    assert read(text) == (150_000, 180_000, "USD", "year")
    assert read(text, "CA") == (140_000, 160_000, "CAD", "year")


def test_heading_explains_the_line_below() -> None:
    assert read(f"{ABOUT}Hourly pay range:\n\n- Level 1: $23 - $27\n- Level 2: $26 - $32{DUTIES}") == (
        23,
        32,
        "USD",
        "hour",
    )
    assert read(f"{ABOUT}Annual bonus:\n\n- $20,000 - $30,000{DUTIES}") is None
    assert read(f"{ABOUT}Pay range:\n\nDevelopment Technician, Level 1: $23 - $29/hour{DUTIES}") == (
        23,
        29,
        "USD",
        "hour",
    )


def test_heading_of_pay_does_not_turn_other_earnings_into_base_pay() -> None:
    assert read(f"{ABOUT}Compensation:\n\n- Earning potential range: $80,000 to $95,000 a year{DUTIES}") is None


def test_salary_among_other_money() -> None:
    text = (
        "We raised $60M and serve a $2T market.\n- $5,000 a year for courses\n- 401k match\n"
        "The base salary is $140,000 - $165,000, plus a bonus of $10,000 and equity worth $50,000.\n"
        "Relocation: up to $8,000"
    )
    assert read(text) == (140_000, 165_000, "USD", "year")


def test_header_parts() -> None:
    assert read("Acme | Data Engineer | Berlin | €70-85k | Full-time\n\n" + ABOUT * 3) == (
        70_000,
        85_000,
        "EUR",
        "year",
    )
    assert read("Acme | Data Engineer | Remote | $150k+ | Full-time\n\n" + ABOUT * 3) == (150_000, None, "USD", "year")


def test_quote_shows_both_ends_of_a_union() -> None:
    found = from_text("Pay ranges by zone: A $100,000 - $120,000, B $90,000 - $110,000. Apply by May.")
    assert found
    assert (found.min, found.max) == (90_000, 120_000)
    assert "$120,000" in found.quote
    assert "$90,000" in found.quote
    assert "Apply" not in found.quote


PIECES = [
    "$", "€", "£", "CA$", "USD", " EUR", "zł", "円", "万",
    "k", "K", "M", "120", "000", "60.000", "1,5", "75 000", " - ", "–", " to ",
    "/hr", " per year", " pa", "salary ", "base ", "bonus ", "OTE ", "up to ", "from ", "between ", " and ",
    "+", ".", ",",
    "\n", "• ", "| ", "(", ")", "-", "'", "İ", "\u00a0",
]  # fmt: skip


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)),
    st.sampled_from([None, "CA", "SE", "IN", "XX"]),
)
def test_any_text_gives_a_sound_salary_or_none(text: str, country: str | None) -> None:
    found = from_text(text, country=country)
    if found is not None:
        check(found, text)


def check(found: Salary, text: str) -> None:
    assert found.quote
    assert found.quote in text
    assert found.min is not None or found.max is not None
    assert (found.min or 1) > 0
    assert (found.max or 1) > 0
    if found.min is not None and found.max is not None:
        assert found.min <= found.max
    assert len(found.currency) == 3


@pytest.mark.parametrize(
    "unit",
    [
        "$1-",
        "$100k - $200k ",
        "$100k-$200k\n",
        "年収600万円",
        "1,",
        "1 000 ",
        "salary bonus ",
        "$5 per ",
        "5 € netto ",
        "excluding ",
        "up to ",
        "Aa ",
        "$",
        "9",
        "(",
    ],
)
def test_adversarial_text_is_read_in_linear_time(unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    begun = time.process_time()
    from_text(f"Salary $100,000 {text}")
    from_text(f"{text} $100,000 a year")
    assert time.process_time() - begun < 2
