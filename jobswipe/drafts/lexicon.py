"""The words, English and German, by which claims are found."""

from __future__ import annotations

import re

_EN = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred thousand"
_DE = (
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf fünfzehn zwanzig dreißig vierzig fünfzig hundert tausend"
)
_VALUES = "2 3 4 5 6 7 8 9 10 11 12 15 20 30 40 50 100 1000"
NUMBERS = {word: value for line in (_EN, _DE) for word, value in zip(line.split(), _VALUES.split(), strict=True)}
NUMBERS |= {"dozen": "12", "hundreds": "100", "thousands": "1000", "dutzend": "12", "hunderte": "100"}
NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(NUMBERS)})\b", re.IGNORECASE)
AMOUNTS = re.compile(
    r"\b(?:half|halved|doubl(?:ed|ing)|tripled|quadrupled|decades?|millions?|billions?|hälfte|halbiert\w*|verdoppelt\w*|"
    r"verdreifacht\w*|jahrzehnte?n?|millionen?|milliarden?)\b",
    re.IGNORECASE,
)
YEARS = re.compile(r"[\s+-]*(?:\w+\s)?(?:years?|yrs?|jahren?)\b", re.IGNORECASE)
HARMLESS = re.compile(
    r"\s+(?:reasons?|things?|points?|aspects?|areas?|facts?|examples?|of\s+(?:these|those|them|which)|gründen?|"
    r"dinge?n?|"
    r"punkten?|beispielen?|davon)\b",
    re.IGNORECASE,
)

JOINING = frozenset(
    "a an the of for and or in at on to with by as from de von der die das und für im bei mit als zu am den dem des "
    "ein "
    "eine einer einem einen & / - m w d f x all genders".split()
)

INSTRUCTIONS = re.compile(
    r"ignore (?:all |any )?(?:previous|prior|above|earlier)|disregard (?:all|the|any|previous)|system prompt|"
    r"as an ai\b|"
    r"language model|\binstructions?\b|click (?:here|on|the)|\biban\b|bitcoin|wire transfer|gift cards?|pass ?words?\b|"
    r"social security|credit card|bank (?:account|details)|\bbankverbindung|\bpasswort|kreditkarte|\banweisungen\b|"
    r"\bals ki\b|sprachmodell|(?:i|we) (?:accept|agree to|waive)|visit (?:our|the|this) (?:site|website|link)",
    re.IGNORECASE,
)

_RANKS = (
    "senior lead principal staff head director manager chief vp cto ceo cfo coo founder co-founder professor "
    "supervisor "
    "executive president architect leiter leiterin teamleiter teamleiterin abteilungsleiter abteilungsleiterin "
    "geschäftsführer geschäftsführerin projektleiter projektleiterin gründer gründerin vorstand direktor direktorin"
)
RANKS = re.compile(
    r"\b(?:Lead|Head|Staff|Chief|Principal)\b(?=\s+[A-Zo])|(?<!to )\b(?:"
    + "|".join(
        word for word in _RANKS.split() if word not in ("lead", "head", "staff", "chief", "principal", "executive")
    )
    + r")\b(?!s?\s+to\b)",
    re.IGNORECASE,
)
LED = re.compile(
    r"\b(?:I|have|and|also)\s+(?:\w+ly\s+)?(?:led|lead|managed|headed|supervised|mentored|directed)\b|"
    r"\b(?:leitete|leite|führte|betreute)\b(?!\s+zu)|\bgeleitet\b|\bgeführt\b",
    re.IGNORECASE,
)
LED_STEMS = ("led", "lead", "manag", "head", "supervis", "mentor", "direct", "leit", "führ", "betreu", "team lead")
APPLYING = re.compile(
    r"\bappl(?:y|ying|ication|ied)\b|\b(?:position|role|post|opening|vacancy|opportunity)\b|\binterest|\bexcited|"
    r"\bbewerb|\bstelle\b|\bposition\b|\brolle\b|\binteress|\bausgeschrieben|\bRe:|\bBetreff",
    re.IGNORECASE,
)
_TITLE = r"(?P<title>[A-ZÄÖÜ][\w/&+-]*(?:\s+(?:of\s+)?[A-ZÄÖÜ][\w/&+-]*){0,5})(?=[\s,.;:)]|$)"
AS_TITLE = {
    "en": re.compile(rf"\b(?:as|was|am|been|became|become)\s+(?:an?\s+|the\s+|your\s+)?{_TITLE}"),
    "de": re.compile(rf"\b(?:als|bin|war|wurde)\s+(?:eine?[rn]?\s+|der\s+|die\s+)?(?!Sie\b|Ihn|Ihr){_TITLE}"),
}
PAST_AT = re.compile(
    r"\b(?:worked|employed|interned|time|years|months|career|experience|internship|previous role)\s+(?:at|for|with)\s+",
    re.IGNORECASE,
)
AT_NAME = re.compile(
    r"\b(?:bei|chez|presso|en|bij)\s+(?:der\s+|dem\s+|den\s+)?"
    r"(?P<name>[A-ZÄÖÜ]\w*[A-Z0-9]\w*|[A-ZÄÖÜ][\w&.-]+\s+[A-ZÄÖÜ][\w&.-]+|"
    r"(?!Ihnen|Ihrem|Ihrer|Fragen|Bedarf|Interesse|Rückfragen|Projekten|Kunden|Aufgaben)[A-ZÄÖÜ][\w&.-]+)"
)

DEGREES = {
    "bachelor's degree": re.compile(r"\bbachelor\w*|\bb\.?\s?sc\b\.?|\bb\.a\b\.?|\bbeng\b|\bb\.eng\b", re.IGNORECASE),
    "master's degree": re.compile(r"\bmaster(?:'?s|’s)?\s+(?:degree|of|in|thesis)|\bmaster(?:abschluss|studium|’s|'s)|"
                                  r"\bm\.?\s?sc\b\.?|\bm\.a\b\.?|\bm\.eng\b", re.IGNORECASE),
    "MBA": re.compile(r"\bmba\b", re.IGNORECASE),
    "doctorate": re.compile(r"\bph\.?\s?d\b\.?|\bdoctora\w+|\bdoctor of\b"
    r"|\bpromotion\b|\bpromoviert\w*|\bdoktor\w*|\bdr\.\s",
                            re.IGNORECASE),
    "diploma": re.compile(r"\bdiplom\w*", re.IGNORECASE),
    "certificate": re.compile(r"\bcertifi\w+|\bzertifi\w+", re.IGNORECASE),
    "apprenticeship": re.compile(
        r"\bapprenticeship|\bberufsausbildung|\bausbildung\s+(?:als|zum|zur)\b", re.IGNORECASE
    ),
    "degree": re.compile(r"\bdegree\b|\bgraduated?\b|\bstudium\b|\bstudienabschluss", re.IGNORECASE),
    "patent": re.compile(r"\bpatent\w*", re.IGNORECASE),
    "distinction": re.compile(r"\bhonou?rs\b|\bdistinction\b|\bcum laude\b", re.IGNORECASE),
    "award": re.compile(r"\baward(?:s|ed)?\b|\bprize\b|\bauszeichnung\w*|\bausgezeichnet mit\b", re.IGNORECASE),
}  # fmt: skip

_LANGUAGES = (
    "english/englisch german/deutsch french/französisch spanish/spanisch italian/italienisch dutch/niederländisch "
    "portuguese/portugiesisch polish/polnisch russian/russisch ukrainian/ukrainisch turkish/türkisch arabic/arabisch "
    "chinese/chinesisch mandarin/mandarin japanese/japanisch korean/koreanisch hindi/hindi swedish/schwedisch "
    "danish/dänisch norwegian/norwegisch finnish/finnisch czech/tschechisch greek/griechisch hungarian/ungarisch "
    "romanian/rumänisch hebrew/hebräisch"
)
LANGUAGES = {
    word: pair.partition("/")[0] for pair in _LANGUAGES.split() for word in pair.split("/")
} | {"mandarin": "chinese"}  # fmt: skip
GERMAN = {english: german.capitalize() for english, _, german in (pair.partition("/") for pair in _LANGUAGES.split())}
"""The German names of languages by the English ones."""
# "Polish" is a language, "to polish" is not.
LANGUAGE = re.compile(
    rf"\b(?:{'|'.join(word for word in LANGUAGES if word != 'polish')})\b|"
    r"\b(?<!to )polish\b(?=\s*(?:\(|,|\.|and|fluent))",
    re.IGNORECASE,
)

FIRST_PERSON = re.compile(r"\b(?:I|my|me|myself|ich|mein\w*|mir|mich)\b", re.IGNORECASE)
SECOND_PERSON = re.compile(r"\b(?:(?i:you|your|yours)|Ihr\w*|Sie|Ihnen|euch|euer|eure\w*)\b")

PLAIN = frozenset(
    "i i'm i've i'd i’m i’ve i’d dear hiring team manager sir madam sincerely regards kind best yours faithfully mr "
    "ms mrs dr "
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday re subject cv resume ph.d phd english german french spanish it hr ai ok pm am "
    "recruiting recruitment committee".split()
)
"""Capitalised words that name nothing."""
_STARTERS = frozenset(
    "in as at with while during since for this these that those the a an to on by from through throughout your you "
    "we our "
    "it its if when where what which who because although though additionally furthermore moreover however therefore "
    "thank thanks please both each every my me after before over under within across along among beyond besides "
    "like more "
    "most many much some such so then there here also and but or not now no yes today all any another other others "
    "being "
    "having he she they their his her one once until upon via whether why how second first third last finally next "
    "overall "
    "together given based combined looking working building outside alongside sincerely regards kind best warm "
    "yours dear "
    "hello hi prior see let feel find read call write attached enclosed happy glad eager "
    "i data experience skills what's it's that's i've i'm i'd".split()
)


def starter(word: str) -> bool:
    """Whether a word may well begin a sentence without naming anything."""
    folded = word.casefold().rstrip(",.:;")
    plain = folded in _STARTERS or folded in PLAIN
    return plain or (word[1:].islower() and folded.endswith(("ing", "ly", "ed")))


NO_SKILLS = frozenset(
    "team teams work working role position company experience application letter skills skill project projects "
    "business "
    "interest career opportunity bewerbung erfahrung".split()
)
"""Words that the taxonomy knows and that claim nothing."""
