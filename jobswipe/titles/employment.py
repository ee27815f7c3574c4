"""The kind of employment that a source's own word, a title or a plain sentence of the description states.

"Permanent" (CDI, unbefristet) says nothing about hours. An internship in the title is one, whatever the form says.
"""

from __future__ import annotations

import re
from functools import lru_cache

from jobswipe.titles.clean import fold
from jobswipe.titles.level import EmploymentType
from jobswipe.titles.seniority import from_title
from jobswipe.titles.statements import windows

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_SEPARATOR = re.compile(r"[\s_\-/]+")
_INTERN = (
    r"\b(?:interns?|internships?|co-?op|prakti(?:kum|kant(?:in)?)|pflichtpraktikum|stagiaire|stagiair|"
    r"stagista|becari[oa]|practicas|"
    r"pasantia|estagi(?:o|ari[oa])|tirocinio|stage|apprentice(?:ship)?|ausbildung|alternance|"
    r"apprentissage|trainee(?:ship)?|student intern|インターン|实习|實習|인턴)\b|インターン|实习|인턴"
)
_PART = (
    r"\b(?:part[- ]?time|pt|teilzeit|temps partiel|(?:media|medio) (?:jornada|tiempo)|tiempo parcial|"
    r"jornada parcial|meio periodo|tempo parcial|"
    r"part-?timer|deeltijd|deltid|parttime|werkstudent(?:in|en)?|working student|minijob|mini job|"
    r"geringfugig|aushilfe|midijob)\b|アルバイト|パート|兼职|파트타임"
)
_FULL = (
    r"\b(?:full[- ]?time|ft|fte|vollzeit|temps plein|(?:jornada|tiempo) completa?o?|tempo (?:pieno|"
    r"integral)|voltijds?|fulltime|heltid|"
    r"regular ft|periodo integral|pelny etat)\b|正社員|全职|全職|정규직|フルタイム"
)
_CONTRACT = (
    r"\b(?:contract(?:or|ors|ing)?|free-?lancer?|freelance|1099|c2c|c2h|b2b|corp to corp|independent|"
    r"consultancy|self employed|selbststandig|"
    r"autonomo|pj|contract to hire|zzp|portage|day rate|statement of work|honorar)\b|業務委託|自由职业|프리랜서"
)
_TEMPORARY = (
    r"\b(?:temp(?:orary)?|fixed[- ]?term|cdd|befristet|zeitarbeit|seasonal|saisonnier|saison|"
    r"interim(?:aire)?|temporal|temporario|determinato|"
    r"tempo determinato|maternity cover|parental leave cover|short term|limited|limited term|ftc|"
    r"casual|per ?diem|zero hours|obra y servicio|"
    r"tijdelijk|project|vikariat|saisonarbeit|contrato temporal)\b|契約社員|派遣|계약직"
)
_VOLUNTEER = (
    r"\b(?:volunteer(?:ing|s)?|ehrenamt(?:lich)?|benevolat|benevole|voluntari(?:o|ado|at)|"
    r"unpaid volunteer)\b|ボランティア"
)

_OTHER = r"^(?:other|andere|autre|otro|sonstige|miscellaneous)$"

_SOURCE: tuple[tuple[EmploymentType, re.Pattern[str]], ...] = (
    ("volunteer", re.compile(_VOLUNTEER)),
    ("internship", re.compile(_INTERN)),
    ("part_time", re.compile(_PART)),
    ("contract", re.compile(_CONTRACT)),
    ("full_time", re.compile(_FULL)),
    ("temporary", re.compile(_TEMPORARY)),
    ("other", re.compile(_OTHER)),
)
_FULL_WORD, _PART_WORD = re.compile(_FULL), re.compile(_PART)
_HOURS = re.compile(
    r"\b(\d{1,2})(?:[.,]\d)?(?: ?[-–] ?(\d{1,2}))? ?(?:hours?|hrs?|h|stunden|std|heures|"
    r"horas)(?: ?(?:/|per|a|pro|par|por) ?(?:week|wk|woche|semaine|semana)|$)"
)
_BOTH = re.compile(
    rf"(?:{_FULL})\s*(?:/|or|oder|ou|o|and|und|&|,|\|)\s*(?:{_PART})|(?:{_PART})\s*(?:/|or|oder|ou|o|"
    rf"and|und|&|,|\|)\s*(?:{_FULL})|\bvoll-? ?(?:und|oder|/) ?teilzeit|\bfull[ -]?(?:/|or|"
    rf"and) ?part[ -]time"
)

_TITLE: tuple[tuple[EmploymentType, re.Pattern[str]], ...] = (
    ("volunteer", re.compile(r"\bvolunteer\b(?! (?:manag|coordinat|engage|program|service|recruit|relation))")),
    ("part_time", re.compile(r"\b(?:part[- ]?time|teilzeit|temps partiel|media jornada|mini-?job)\b|アルバイト")),
    ("contract", re.compile(
    r"\b(?:freelancer?s?|free-lance|1099|independent contractor|contract[- ]to[- ](?:hire|perm)|c2c|"
    r"c2h)\b|\((?:[^)]{0,40} )?contract(?:or)?(?: [^)]{0,30})?\)|"
    r"[-–|,] *(?:\d+[- ]month )?contract(?:or)?(?: role| position)?$|^contract (?!manag|admin|special|"
    r"negot|analy|law|attorn|counsel|coord|offic|research org|manufact|sales|review|engineer,)\w+|業務委託"
    )),
    ("temporary", re.compile(
    r"\b(?:temporary|temp|fixed[- ]term|ftc|cdd|befristet|seasonal|maternity cover|"
    r"parental leave cover|per diem)\b(?! control| works)"
)),
    ("full_time", re.compile(r"\b(?:full[- ]?time|vollzeit|temps plein|jornada completa|fulltime)\b|正社員")),
)  # fmt: skip

_KIND = (
    r"(?P<full_time>full[- ]?time)|(?P<part_time>part[- ]?time)|"
    r"(?P<temporary>(?:\d+[- ]month )?(?:temporary|fixed[- ]term|seasonal))|"
    r"(?P<contract>(?:\d+[- ]month )?(?:contract|freelance|independent contractor))|"
    r"(?P<internship>internship)|(?P<volunteer>volunteer)"
)
_SENTENCE = re.compile(
    r"(?:\bthis (?:is|will be|would be) (?:an? |our )?|\bthis |\bthe (?:role|position|job) (?:is|"
    r"will be) (?:an? )?|\bwe are (?:hiring|seeking|looking for|recruiting) (?:for )?an? |"
    r"\b(?:employment|job|position|contract|role)[ _-]?(?:type|status|basis|classification|"
    r"schedule)?\s{0,3}[:–-]\s{0,3}|\b(?:type|status|hours|schedule|commitment)\s{0,3}:\s{0,3}|"
    r"\bon an? )"
    rf"(?:[\w'-]+,? ){{0,3}}?(?:{_KIND})\b(?P<after>(?:[ ,/-]+[\w'-]+){{0,3}})",
)
_ROLE_WORD = re.compile(
    r"\b(?:role|position|job|opportunity|employment|employee|engagement|contract|basis|post|"
    r"assignment|internship|schedule|permanent|exempt|hourly|salaried|w2|w-2)\b"
)
_PLAIN = re.compile(
    r"\b(?P<full_time>in vollzeit|(?:poste|emploi|contrat) (?:a|à) temps plein|jornada completa|"
    r"bei vollzeit|vollzeit(?:stelle|anstellung|beschäftigung)|a tempo pieno)|"
    r"\b(?P<part_time>in teilzeit|(?:poste|emploi|contrat) (?:a|à) temps partiel|de media jornada|"
    r"teilzeitstelle|auf minijob-?basis)",
)
_ALTERNATIVE = re.compile(
    r"(?:full|part)[- ]?time (?:or|and|/|oder|ou) ?(?:full|part)[- ]?time|voll- ?(?:und|oder|"
    r"/) ?teilzeit|vollzeit (?:und|oder|/|bzw\.?) ?(?:in )?teilzeit|teilzeit (?:und|oder|"
    r"/) ?(?:in )?vollzeit"
)


def employment_type(source_word: str | None, title: str, description: str | None = None) -> EmploymentType | None:
    """The kind: an internship in the title, the source's word, the title's own term, a plain sentence; else None."""
    named = _from_title(title)
    if named == "internship":
        return named
    found = from_word(source_word) if source_word else None
    if found is None or found == "other":
        found = named or found
    if found is None and description:
        found = from_text(description)
    return found


@lru_cache(maxsize=4096)
def from_word(word: str) -> EmploymentType | None:
    """The kind that a source's own word names ("FullTime", "fulltime_permanent", "Teilzeit", "20 hours per week")."""
    plain = _SEPARATOR.sub(" ", fold(_CAMEL.sub(" ", word))).strip()
    if _FULL_WORD.search(plain) and _PART_WORD.search(plain):
        return None
    for kind, pattern in _SOURCE:
        if pattern.search(plain):
            return kind
    hours = _HOURS.search(plain)
    if hours:
        return "full_time" if int(hours[2] or hours[1]) >= 35 else "part_time"
    return None


@lru_cache(maxsize=65536)
def _from_title(title: str) -> EmploymentType | None:
    text = " ".join(fold(title).split())
    if from_title(title) == "intern" and not re.search(r"\b(?:werkstudent|working student|studentische)", text):
        return "internship"
    if _BOTH.search(text):
        return None
    return next((kind for kind, pattern in _TITLE if pattern.search(text)), None)


def from_text(description: str) -> EmploymentType | None:
    """The kind that a sentence states ("This is a full-time position", "in Vollzeit"); None where two are offered."""
    kinds: set[EmploymentType] = set()
    for sentence in windows(description, "employment"):
        if _ALTERNATIVE.search(sentence):
            return None
        match = _SENTENCE.search(sentence)
        if match and _ROLE_WORD.search(match[0]):
            kinds.update(kind for kind in _NAMES if match[kind])
        plain = _PLAIN.search(sentence)
        if plain:
            kinds.add("full_time" if plain["full_time"] else "part_time")
    if "internship" in kinds:
        return "internship"
    return next((kind for kind in _NAMES if kinds == {kind}), None)


_NAMES: tuple[EmploymentType, ...] = ("full_time", "part_time", "temporary", "contract", "internship", "volunteer")
