"""Pay periods as people and boards write them, in a dozen languages: after an amount, before it, or as a word alone."""

from __future__ import annotations

import re
from functools import lru_cache

from jobswipe.pay.salary import Period

# What may stand behind "per", "/", "a", "pro", "par", "al", ...; then what says the period without such a word.
_NOUNS: dict[Period, str] = {
    "year": "years?|yrs?|y|annum|anno|jahr|an|ann[ée]e|año|ano|jaar|rok|år|год|年",
    "month": "months?|mo|mth|mnth|monat|mois|mes|m[êe]s|mese|maand|mies|miesi[ąa]c|m-c|mån|månad(?:en)?|md|mnd|"
    "måned(?:en)?|měsíc|месяц|мес|月|ヶ月|か月|월",
    "week": "weeks?|wk|woche|semaine|semana|settimana|tydzie[ńn]|vecka(?:n)?|uge|uke|неделю|週|周",
    "day": "days?|d|tag|jour|j|d[ií]a|giorno|dag|dzie[ńn]|dobę|día|день|日|天|man-?day|md/day",
    "hour": "h(?:ou)?rs?|h|std|stunde|heure|hora|ora|uur|godz|godzin[ęea]|hodinu|"
    "timmen?|timen?|tim|час|時間|小时|小時|시간",
}
_ADVERBS: dict[Period, str] = {
    "year": r"annually|annual|annualised|annualized|yearly|p\.\s?a\.?|pa|p/a|ctc|lpa|jährlich|annuels?|annuelle|"
    "anuales|anual|anuais|annui|annuo|annua|"
    r"jaarlijks|rocznie|årligen|årligt|årlig|年収|年薪|год",
    "month": r"monthly|pcm|p\.\s?m\.?|pm|p/m|monatlich|mensuels?|mensuelle|mensuales|mensual|mensal|mensais|"
    "mensuais|mensili|mensile|maandelijks|"
    r"miesi[ęe]cznie|månatligen|månedlig|毎月|每月|月給|月薪|mtl",
    "week": r"weekly|p\.\s?w\.?|pw|wöchentlich|hebdomadaire|semanal|semanales|settimanale|wekelijks|tygodniowo",
    "day": r"daily|p\.\s?d\.?|pd|täglich|tgl|journalier|diario|diarios|diária|giornaliero|dagelijks|dziennie",
    "hour": r"hourly|p/h|ph|stündlich|horaire|por hora|orari|orario",
}
_LINK = (
    r"(?:/|per |p/|an? |each |every |the |pro |je |im |die |der |par |de l['’]|l['’]|à l['’]|all['’]|por |al |a la |"
    r"à |ao |na |za |w |"
    r"alla |allo |al |per l['’]|i |om |pr\.? ?|в |el |la |毎|每)\s?"
)
_QUALIFIER = (
    r"(?:(?:gross|net|netto|brutto|bruto|brutos|bruttos?|brut|bruts|lordi|lordo|netti|base|b2b|usd|eur|gbp|cad|aud|"
    r"dkk|sek|nok|pln|"
    r"salary|pay|before tax(?:es)?|all[- ]in|\+ ?vat|vat|от|до|на руки|以上|程度|/gross|/net)[\s,]{0,2}){1,3}"
)
_ORDER: tuple[Period, ...] = ("year", "month", "week", "day", "hour")


def _branches() -> str:
    """One named group a period; a noun of one letter or CJK needs the link, an adverb needs none."""
    return "|".join(rf"(?P<{period}>{_LINK}(?:{_NOUNS[period]})|{_ADVERBS[period]})" for period in _ORDER)


_END = r"(?![^\W\d_]|['’])"
AFTER = re.compile(rf"[\s\u00a0]{{0,3}}(?:[(\[,]\s?)?(?:{_QUALIFIER})?(?:{_branches()}){_END}")
"""The period that directly follows an amount. Match it on lower-cased text."""
LATER = re.compile(
    r"(?<![\w])(?:(?P<year>(?:per|/|a|each) ?(?:year|annum|yr)|annually|yearly|p\.a\.|pro jahr|im jahr|par an|"
    r"al año|por año|por ano|all['’]anno|rocznie|per år|per jaar)"
    r"|(?P<month>(?:per|/|a|each) ?(?:month|mo)|monthly|pro monat|im monat|monatlich|par mois|al mes|por mes|"
    r"por mês|al mese|miesięcznie|per månad|per måned|per maand)"
    r"|(?P<week>(?:per|a|each) week|weekly|pro woche|par semaine|por semana)"
    r"|(?P<day>(?:per|a) day|daily|pro tag|par jour|por día|por dia|al giorno|per dag)"
    r"|(?P<hour>(?:per|an|/) ?(?:hour|hr)|hourly|pro stunde|par heure|por hora|all['’]ora|per uur|per timme|"
    r"na godzinę))(?!\w)(?! (?:bonus|review|incentive|raise|leave|refresh|increase|hours))"
)
"""A period later in the same clause: only words that leave no doubt."""
EARLIER = re.compile(
    r"(?P<year>(?<!\w)annual(?:ized|ised|ly)?(?!\w)|yearly|per (?:year|annum)|p\.a\.|(?<!\w)jahres|jährlich|annuel|"
    r"(?<!\w)anual|annua|per anno|(?<!\w)ral(?!\w)|jaarsal|jaarloon|roczn|årslön|årsløn|årsl|"
    r"年収|年俸|年薪|연봉|(?<!\w)ctc(?!\w)|годов)"
    r"|(?P<month>(?<!\w)monthly|per month|(?<!\w)monats|monatlich|mensuel|mensual|mensal|mensile|al mes|maand|"
    r"miesięczn|månadslön|månedsl|月給|月薪|월급|в месяц|місяц)"
    r"|(?P<week>(?<!\w)weekly|per week|wochenlohn|hebdomadaire|semanal)"
    r"|(?P<day>(?<!\w)day rate|(?<!\w)daily|per day|(?<!\w)tages(?:satz|honorar)|taux journalier|(?<!\w)tjm(?!\w)|"
    r"tarifa diaria|diária|dagtarief|stawka dzienna|日給)"
    r"|(?P<hour>(?<!\w)hourly|per hour|(?<!\w)stunden(?:lohn|satz)|taux horaire|por hora|paga oraria|uurloon|"
    r"uurtarief|godzinow|timlön|timeløn|timelønn|時給|時薪|시급)"
)
"""A period before an amount, where the last one counts. Search it in lower-cased text."""


def attached(text: str, position: int) -> tuple[Period, int] | None:
    """The period that directly follows the amount that ends at `position`, and where it ends."""
    window = text[position : position + 48].lower()
    if not window or not (match := AFTER.match(window)):
        return None
    for name in _ORDER:
        if match[name] is not None:
            return name, position + match.end()
    return None


@lru_cache(maxsize=4096)
def later(text: str) -> Period | None:
    """The first period that lower-cased text says beyond doubt."""
    return _named(LATER.search(text))


@lru_cache(maxsize=4096)
def earlier(text: str) -> Period | None:
    """The last period that lower-cased text says."""
    found = list(EARLIER.finditer(text))
    return _named(found[-1]) if found else None


def _named(match: re.Match[str] | None) -> Period | None:
    return next((name for name in _ORDER if match[name] is not None), None) if match else None


_WORDS: dict[Period, str] = {
    "year": "year years yearly yr yrs y annual annually annum annualized annualised ann pa anno jahr jährlich "
    "jahresgehalt jaar an annuel año ano anual år "
    "p1y py per_year peryear",
    "month": "month months monthly mo mon mth mnth monat monatlich monatsgehalt mois mensuel mes mês mensual mensal "
    "mese maand måned månad pcm m p1m permonth",
    "week": "week weeks weekly wk wee woche wöchentlich semaine semana w p1w p7d perweek",
    "day": "day days daily tag täglich jour dag día dia d p1d perday",
    "hour": "hour hours hourly hr hrs hur h stunde stündlich stundenlohn heure hora uur timme time_hour pt1h ph "
    "perhour",
}
_BY_WORD: dict[str, Period] = {word: period for period, words in _WORDS.items() for word in words.split()}
_SPLIT = re.compile(r"[^\w]+|_")
_SEVERAL = frozenset("bi semi twice fortnight fortnightly biweekly bimonthly half quarter quarterly".split())


def period_of(word: str | None) -> Period | None:
    """The period that a source's word means ("1 YEAR", "per-hour-wage", "MONTH", "annually", "ANN"), or None.

    Two weeks, half a month or a one-time payment is none of the five periods.
    """
    if not word:
        return None
    words = [part for part in _SPLIT.split(word.lower()) if part]
    if any(part in _SEVERAL or (part.isdecimal() and part != "1") for part in words):
        return None
    found = {_BY_WORD[part] for part in words if part in _BY_WORD}
    return found.pop() if len(found) == 1 else None
