"""What the words around an amount say that it is: base pay, pay of an unsaid kind, or something else."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Kind(IntEnum):
    """What an amount is, the surer the higher. OTHER is money that is no base pay; UNSAID has no word about it."""

    OTHER = -1
    UNSAID = 0
    ALONE = 1
    PAY = 2
    BASE = 3


_BASE = (
    r"(?<![^\W\d_])(?:base|basic|salary|salaries|wages?|gehalt|gehälter|gehaltsrahmen|lohn|salaires?|salarios?|"
    r"salários?|sueldo|stipendio lordo|retribuzione|"
    r"salaris|salario|loon|pensja|lön|lønn|løn|fixum|fixgehalt|fixe|fixo|fijo|ral)(?![^\W\d_])|"
    r"(?:gehalt|lohn|entgelt|entlohnung|lön|løn|lønn|salaris|wynagrodzeni\w{1,3}|зарплат\w|оклад\w?)(?=[^\w]|s|\Z)|"
    r"年収|月給|時給|日給|年俸|給与|基本給|月薪|年薪|薪资|薪水|底薪|연봉|월급|시급|급여"
)
_PAY = (
    r"(?<![^\W\d_])(?:pay|compensation|comp|remuneration|stawka|widełki|vergütung|bruttovergütung|stundensatz|"
    r"tagessatz|verdienst|bezahlung|rémunération|rémunéré|gratification|tjm|remuneración|remunerada|remunerado|"
    r"retribución|remuneração|bolsa|beca|compenso|vergoeding|"
    r"beloning|tarief|uurtarief|zarobki|ersättning|budgeted salary|ctc|lpa|dotation|honorar|tarif)(?![^\W\d_])|"
    r"(?:вознаграждени|платим)"
)
_NEARBY = (
    r"(?<![^\W\d_])(?:(?:we|to|will|who|they|you|can|and|customers|companies|startups) pay|paying|pays|paid|"
    r"rate|rates|hourly|earn|earning|offer|offers|offering)(?![^\W\d_])"
)
"""Words that speak of pay only close to an amount."""
_CLOSE = 40
_LABEL_LENGTH = 100
_NOT_BASE = (
    r"(?<![^\W\d_])(?:bonus(?:es)?|commissions?|incentives?|variables?|variable pay|ote|on[- ]?target(?: (?:annual|"
    r"total|earnings|income|wages?|pay|salary|compensation|comp|range))*|target earnings|earnings|target cash|"
    r"target compensation|equity|stocks?|shares?|"
    r"rsus?|options?|esop|sign[- ]?on|signing|retention|referrals?|relocation|stipends?|allowances?|reimburse\w*|"
    r"wellness|well-being|gym|tuition|home[- ]office|"
    r"per diem|overtime|differential|total comp(?:ensation)?|total (?:annual |target |direct |on-target )?(?:cash|"
    r"earnings|rewards|comp(?:ensation)?|package)|tc|all[- ]in comp\w*|"
    r"potential|uncapped|total|profit[- ]shar\w+|401|pension|insurance|benefits?|perks?|premium|housing|"
    r"zielgehalt|zieleinkommen|prämie|provision|zuschuss|zulage|urlaubsgeld|weihnachtsgeld|prime|primes|"
    r"intéressement|participation|comisiones|comissão|comissões|comisión|bonificación|"
    r"premio|buoni pasto|vale|auxílio|ajuda de custo|dodatek|premia|provisie|vakantiegeld|premie)(?![^\W\d_])|"
    r"賞与|手当|奖金|补贴|보너스"
)
_ELSE = (
    r"(?<![^\W\d_])(?:budgets?|fund(?:ing|ed|s)?|fundrais\w+|rais(?:ed?|ing)|series [a-f]|seed|invest\w*|"
    r"valu(?:ation|ed|e)|backed|capital|revenues?|arr|mrr|nrr|acv|tcv|gmv|aum|ltv|"
    r"quotas?|pipelines?|deals?|contract values?|contracts|customers?|clients?|accounts|markets?|industry|sales|"
    r"spend(?:ing)?|spent|saved?|savings?|saves|costs?|assets|"
    r"portfolios?|p&l|profits?|ebitda|turnover|transactions?|volume|processed?|processing|payments?|loans?|grants?|"
    r"prizes?|awards?|worth|opportunity|billion|million|trillion|"
    r"sold|pric(?:e|es|ing|ed)|fees?|fines?|credits?|gifts?|vouchers?|donat\w+|match(?:ing|ed)?|contribut\w+|health|"
    r"medical|dental|hsa|hra|fsa|retirement|"
    r"learning|training|courses?|conferences?|education\w*|development|equipment|laptop|internet|phone|childcare|"
    r"parking|therapy|rent|commut\w+|travel|meals?|lunch|food|vacation|pto|"
    r"coverage|deductible|subsid\w+|plans?|subscriptions?|per seat|per user|purchas\w+|companies|business(?:es)?|"
    r"projects?|expens\w+|debt|mortgages?|homes|tickets?|bounty|bounties|"
    r"umsatz|finanzierung|chiffre d['’]affaires|levée|ventes|facturación|ventas|faturamento|vendas|omzet|fatturato|"
    r"obrót)(?![^\W\d_])|売上|調達|融资|资产|市场"
)
_LABEL = re.compile(
    f"(?P<base>{_BASE})|(?P<notbase>{_NOT_BASE})|(?P<near>{_NEARBY})|(?P<pay>{_PAY})|(?P<other>{_ELSE})"
)
_SET_APART = re.compile(
    r"\((?:[^()]{0,40}\W)?(?:excl\w{0,20}|not incl\w{0,20}|before|without|plus|\+|w/o|exkl\w{0,20}|ohne|hors)"
    r"\W[^()]{0,60}\)|"
    r"(?:excluding|not including|does not include|exclusive of|before|without|in addition to|on top of|apart from|"
    r"not counting|regardless of)\s(?:\w{1,40}[ ,]){0,5}?"
    r"(?:bonus(?:es)?|equity|commissions?|incentives?|benefits?|stocks?|overtime|variable\w{0,20}|options?)"
    r"(?:(?:,| and| or|/)+ ?(?:bonus(?:es)?|equity|commissions?|incentives?|benefits?|stocks?))*|"
    r"(?:times|x|%(?: of)?|match\w{0,20}) (?:your |the |their |annual |base |gross |current |monthly )*(?:salary|"
    r"salaries|pay)\b|salary (?:sacrifice|match\w{0,20}|continuation|advance)|"
    r"benefits? from|total rewards (?:package|program)?,?|in total"
)
"""Phrases that name bonus or equity only to leave them out."""
_ADDED = re.compile(r"(?:\+|&|/|and|plus) ?(?:equity|stocks?|options|benefits)\W*(?:range|package)?\W*\Z")
"""Equity beside the salary in a label such as "Salary + equity:" does not make the amounts equity."""

_CONNECTOR = re.compile(
    r"[+;|•·\n\t✅]|[.!?](?=\s|\Z)|, |,\Z| (?:plus|and|with|depending|based|dependent|commensurate|according|"
    r"alongside|including|y|und|et|e|en|i|och|og|mais|más|zzgl|je nach|selon|w/)\b| [-–—&] |[()]| (?=(?:additional|"
    r"other|full|great|competitive|excellent|generous|comprehensive) )"
)
BREAK = re.compile(r"[|•·\n\t✅]")
"""Where one statement ends and the next begins: a line, a bullet, a part of a header."""
APART = re.compile(r"[\n|•.!?](?=\s|\Z)")
ON_TARGET = re.compile(
    r"\b(?:ote|on[- ]target)\b(?![^\w]{0,3}[$€£\d])|\b(?:range|band)\b.{0,30}\bbase\b.{0,20}\b(?:plus|and|"
    r"\+) (?:bonus|commission)\b|\bband includes bonus"
)
"""A remark after the amounts that makes them more than base pay."""
_PURPOSE = re.compile(
    r"\W{0,2}(?:(?:each |per \w+ |a \w+ )?(?:toward|towards)|to (?:be (?:used|spent)|use|spend|cover|put|set up|"
    r"help|support|fund|invest|improve)|for (?:your|any|each|every))\b"
)
"""What an amount is spent on: "$1,000 towards your desk"."""
_BULLET = re.compile(r"\A(?:[^\w$€£(]|\d[.)] )+")
_GLUE = re.compile(
    r"[\s:,~–—-]*(?:(?:range|ranges|between|from|up to|starting at|"
    r"over|above|more than|estimated|expected|approx\w*\.?|ca\.?|circa|"
    r"around|about|is|at|of|for|in|the|our|we offer|offering|offer|"
    r"annual|yearly|monthly|hourly|gross|brutto|von|de|entre|zwischen|ab|bis|bis zu|minimum|maximum|min|max|от|od|"
    r"från|fra|desde|hasta|vanaf|jusqu['’]à|à partir de|a partir de|dès|at least)(?!\w)[\s:,~–—-]*)*\Z"
)
_OPEN_LABEL = re.compile(r"[:(~–—-]\Z|\([^()]{0,30}[,;]\Z")
"""A label ends with a mark, or inside a bracket after a comma."""
_NAMES = re.compile(r"(?<!\w)[^\W\d_a-z][^\W\d_]{0,20},? [^\W\d_a-z][^\W_]{0,20},?\Z")
"""Two capitalised words, a title or a place, may stand before an amount that begins a new statement."""
_NEW = re.compile(r"\s?(?:[^\W\d_a-z]|\d[\d.]*%|[^\w\s])")
_TAIL = re.compile(
    r"\s*(?:\Z|[|•·\n\t✅+,;:()&.!?/*–—-]|(?:plus|and|with|depending|based|dependent|commensurate|according|doe|"
    r"dependant|per|gross|brutto|base|usd|eur|gbp|a|annual\w*|yearly|"
    r"for|in|oder|or|pro|net|netto|bruto|b2b|equity|salary|ote|full|w2|1099|c2c|à|je|selon|range|on)\b)"
)


@lru_cache(maxsize=4096)  # a board says the same before and after its amounts
def left_kind(text: str) -> tuple[Kind, bool]:
    """What the words before an amount (small letters, one clause) call it, by the label that stands closest to it.

    And whether that is firm: "we offer" and "rate" speak of pay only until the words after the amount say otherwise.
    """
    text = _SET_APART.sub(" ", text)
    at = {"base": -1, "pay": -1, "near": -1, "notbase": -1, "other": -1}
    for match in _LABEL.finditer(text):
        at[match.lastgroup or "other"] = match.end()
    firm = max(at["base"], at["pay"])
    near = at["near"] if len(text) - at["near"] <= _CLOSE else -1
    said = max(firm, near)
    if at["notbase"] > said and not (said >= 0 and _ADDED.search(text)):
        return Kind.OTHER, True
    if at["base"] >= 0:
        return Kind.BASE, True
    if said >= 0:
        # "we pay for your internet: $50": what is paid for stands between
        paid_for = at["other"] > said and len(text) - at["other"] < _CLOSE
        return (Kind.OTHER if paid_for else Kind.PAY), firm >= 0
    return (Kind.OTHER, False) if at["other"] >= 0 else (Kind.UNSAID, False)


@lru_cache(maxsize=4096)
def right_kind(text: str) -> tuple[Kind, bool]:
    """What the words right after an amount (small letters) call it; and whether that word is about pay at all."""
    if _PURPOSE.match(text):
        return Kind.OTHER, True
    cut = _CONNECTOR.search(text)
    match = _LABEL.search(text[: cut.start()] if cut else text, 0, 60)
    if match is None and cut and cut[0] == "(":
        match = _LABEL.match(text, cut.end())
    if match is None or match.lastgroup == "near":
        return Kind.UNSAID, False
    kind = {"base": Kind.BASE, "pay": Kind.PAY}.get(match.lastgroup or "", Kind.OTHER)
    return kind, match.lastgroup != "other"


def stands_alone(left: str, right: str) -> bool:
    """Whether an amount is no part of a longer sentence: a label at most before it, an end or an addition after it.

    Both sides as written, the left one back to the last sentence or line: names ("Engineer, Berlin") may touch the
    amount, and a capital letter after it begins something new.
    """
    if not (_TAIL.match(right.lower()) or _NEW.match(right)):
        return False
    label = _BULLET.sub("", left).strip()
    if not label or _GLUE.match(label.lower()):
        return True
    return bool(_NAMES.search(label) or (len(label) <= _LABEL_LENGTH and _OPEN_LABEL.search(label)))
