"""The clear phrases by which a description says how one works, in nine languages. Matched on one sentence, lower case.

Only what is said of this job counts: "remote-friendly company", "remote teams", "hybrid cloud" and "we have offices in"
say nothing. Every pattern is bounded, so that matching is linear in the sentence.
"""

from __future__ import annotations

import re

REACH = 160  # characters of a sentence that are looked at on each side of a keyword
MOST_SENTENCES = 12  # sentences looked at for each keyword

_JOB = r"(?:role|position|job|opportunity|vacancy|contract|internship|engagement|gig|stelle|poste|puesto|vaga|functie)"
_FULL = r"(?:fully|full|100 ?%|completely|entirely|permanently|primarily)"
_IS = r"(?: is| will be| can be| may be|'s)"
_FEW = r"(?:[1-4]|one|two|three|four|a few)"
_SPAN = (
    rf"(?:at least |min(?:imum)?\.? |up to |around |about |typically )?"
    rf"{_FEW}(?: ?(?:-|–|to|or) ?(?:[2-4]|two|three|four))?\+?"
)
_FIVE = r"(?:5|five|all five|4 ?(?:-|–|to|or) ?5|every)"
_WEEK = r"(?: ?(?:a|per|each|every|/|out of five)[ -]?(?:week)?| weekly)?"
_HERE = (
    r"(?:(?:in|at|from|to|into|out of) (?:the |our |an? )?(?:[\w'’&.,-]+ ){0,5}?(?:office|hq|headquarters|hub|studio)\b"
    r"|in[- ]office|in[- ]person|on[- ]?site|onsite)"
    r"(?: (?:in|at) [\w'’.-]+(?: [\w'’.-]+)?)?"
)

_REMOTE = rf"""
    (?P<onsite>\b(?:not|isn't|no|non)[ -](?:a |be |an? |fully |eligible for |open to |available for |offer
        (?:ing)? )?remote(?!ly)\b
        (?![ -](?:first|only|friendly))
        | \bremote (?:work |working )?(?:is|isn't) (?:not|un)[ ]?(?:available|possible|an? option|offered|permitted
            |allowed))
  | (?P<offered>\b{_SPAN} (?:days?|d) (?:of )?(?:remote|remotely|work(?:ing)? remotely)\b
        | \b(?:remote|remotely)(?: work(?:ing)?| policy)? ?(?:\(|for |up to |:)? ?{_SPAN} days?\b
        | \bpart(?:ial|ially|ly)[ -]remote\b
        | \b(?:[1-4]|zwei|drei|ein|einen|deux|trois|dos|tres) (?:tage?n?|jours?|d[ií]as?|dagen?
            |giorni)\b[^,]{{0,30}}\bremote
        | \bremote\b[^,]{{0,20}}\b(?:[1-4]|zwei|drei|deux|trois|dos|tres) (?:tage?n?|jours?|d[ií]as?|dagen?|giorni)\b)
  | (?P<remote>\b(?:this|the|our|an?)\b(?: is)?(?: an?)?(?: [\w-]+){{0,4}} remote {_JOB}\b(?! (?:team|s\b))
        | ^\W*(?:{_FULL}[ ,]+)?(?:full[- ]time,? |part[- ]time,? )?remote {_JOB}\b
        | \b{_JOB}{_IS}(?: an?)?(?: {_FULL}| performed| done| worked| based)?,? ?remote(?:ly)?\b(?! team)
        | \b{_JOB} \(?(?:{_FULL}[ -])?remote\)?$
        | \b{_FULL}[ -]remote(?:ly)?(?: (?:work(?:ing)? (?:environment|arrangement|set-?up)|{_JOB}|company|team
            |workforce|organi[sz]ation|work|working))?\b
        | \b(?:work )?(?:location|workplace|arbeitsort|standort|lieu|ubicación|local|locatie)(?: type)?\W{{1,4}}
            (?:{_FULL}[ -])?remote\b
        | \b(?:you(?:'ll| will| can| may)?|employees?) (?:be able to )?work (?:{_FULL} )?remotely (?:from|within
            |anywhere|in)\b
        | \b(?:vollständig|komplett|volledig|totalement|totalmente|completamente) remote\b)
"""
_HYBRID = rf"""
    (?P<none>\b(?:no|not|non)\b[^,]{{0,12}}\bhybrid\b|\bif (?:your|the|this) {_JOB} is\b)
  | (?P<hybrid>\b(?:this|the|our)(?: is)?(?: an?)?(?: [\w-]+){{0,4}} hybrid {_JOB}\b
        | ^\W*(?:full[- ]time,? )?hybrid {_JOB}\b
        | \b{_JOB}{_IS}(?: an?)?(?: [\w-]+)? hybrid\b(?! (?:of|between|cloud))
        | \bhybrid[ -](?:schedule|week|basis|{_JOB})\b(?! cloud)
        | \b(?:location|workplace|arbeitsort|standort|lieu|ubicación)(?: type)?\W{{1,4}}hybrid\b
        | \bhybrid\b\W{{0,3}}(?:[\w ]{{0,20}}\W{{0,2}})?{_SPAN} days?\b)
  | (?P<offered>\bhybrid[ -](?:work(?:ing|place)?[ -])?(?:schedule|arrangement|set-?up|policy|pattern|week|basis
      |{_JOB})\b(?! cloud)
        | \bhybrid[ -](?:work(?:ing|place)?)(?:[ -](?:model|environment|style|structure|format|mode|approach
            |culture|offering))?\b
            (?!\s(?:experience|knowledge))
        | \b(?:work|working|operate|operating) (?:(?:in|on|under) )?(?:an? )?hybrid\b(?=$|[,:(]| (?:set-?up|model\b
            |mode\b|way|manner|basis|environment|schedule|from|at|with))
        | \bhybride[sn]? (?:arbeit|arbeits|werk|werken|travail|modell|arbeitsmodell)
        | \b(?:travail|modèle|mode|format|rythme|poste) hybride\b)
"""
_HIBRIDO = r"""
    (?P<hybrid>\b(?:trabajo|trabalho|modalidad|modalidade|modelo|formato|esquema|regime|régimen|lavoro|modalità
        |jornada|contrato)\b
        (?:\W{1,3}(?:de|di|do|trabajo|trabalho|lavoro)){0,2}\W{1,3}(?:h[ií]brid[oa]|ibrid[oa]|semi-?presencial
            |mixt[oa]|mist[oa])\b)
"""
_PRESENCIAL = r"""
    (?P<none>\b(?:no|não|sin|sem)\b[^,]{0,10}\bpresencial|semi-?presencial|(?:remot|h[ií]brid)[oa] (?:o|ou|y
        |e) presencial
        |presencial (?:o|ou|y|e) (?:remot|h[ií]brid)[oa])
  | (?P<hybrid>\b(?:[1-4]|un|dos|tres|um|dois|duas|três) (?:d[ií]as?|vez(?:es)?)\b[^,]{0,25}\bpresencia)
  | (?P<onsite>\b(?:trabajo|trabalho|modalidad|modalidade|modelo|formato|puesto|vaga|regime|régimen|100 ?%
      |totalmente|atuação)\b
        (?:\W{1,3}(?:de|do|es|é|trabajo|trabalho)){0,2}\W{1,3}(?:100 ?% )?presencial\b)
"""
_REMOTO = r"""
    (?P<none>\b(?:no|não|sin|sem)\b[^,]{0,10}\bremoto)
  | (?P<hybrid>\b(?:[1-4]|un|dos|tres|um|dois|duas|três|due|tre) (?:d[ií]as?|giorni|vez(?:es)?)\b[^,]{0,25}\bremot[oa])
  | (?P<remote>\b(?:trabajo|trabalho|modalidad|modalidade|modelo|formato|puesto|vaga|regime|régimen|lavoro
      |posizione|100 ?%|full|totalmente|completamente)\b
        (?:\W{1,3}(?:de|do|di|da|es|é|trabajo|trabalho|lavoro)){0,2}\W{1,3}
            (?:100 ?% |totalmente |completamente )?remot[oa]\b)
"""
_ONSITE = rf"""
    (?P<hybrid>\b{_SPAN} days?{_WEEK}(?: working| work)?,? ?{_HERE}
        | {_HERE}(?:,| for| at least| presence| work| working)?(?: presence| work)? ?\(?
            (?:an? average of )?{_SPAN}(?: full)? days?\b
        | \b(?:[1-4]|un|deux|trois|quatre) jours? (?:de présence )?sur site\b)
  | (?P<onsite>\b(?:5|five|all five) days?{_WEEK}(?: working| work)?,? ?{_HERE}
        | {_HERE},? ?\(?(?:for )?(?:5|five|4 ?(?:-|–|to|or) ?5) days?\b
        | \b(?:this|the|our)(?: is)?(?: an?)?(?: [\w-]+){{0,3}} (?:on[- ]?site|in[- ]person|in[- ]office) {_JOB}\b
        | \b{_JOB}{_IS}(?: an?)?(?: based)?(?: {_FULL}| 100%)?(?: based)?,? ?(?:on[- ]?site|in[- ]person
            |in[- ]office|office[- ]based)\b
            (?! (?:interview|training|visit))
        | \b{_FULL} (?:on[- ]?site|in[- ]person|in[- ]office)\b
        | \b(?:work )?(?:location|workplace)(?: type)?\W{{1,4}}(?:on[- ]?site|in[- ]person|in[- ]office)\b
        | \b(?:must|required to|expected to|able to|willing to|willingness to|need to) (?:be able to )?(?:work
            |be) (?:full[- ]time )?(?:on[- ]?site|in[- ]person|in[- ]office)\b
        | ^\W*(?:interns|you(?:'ll| will)?|employees|staff|the team|we all|everyone) works? (?:on[- ]?site
            |in[- ]person)\b)
"""
_DAYS = rf"""
    (?P<none>\b(?:lunch|breakfast|snacks|meals|catered|training|onboarding|interview|once a|first)\b)
  | (?P<hybrid>\b{_SPAN} days?{_WEEK},? ?(?:working |work )?{_HERE}
        | {_HERE}(?:,| for| at least)? ?\(?{_SPAN}(?: full)? days?\b
        | \b{_SPAN} days?{_WEEK} (?:working |work )?(?:from|at) home\b
        | \b(?:from|at) home {_SPAN} days?\b)
  | (?P<onsite>\b(?:5|five|all five) days?{_WEEK},? ?(?:working |work )?{_HERE}
        | {_HERE},? ?\(?(?:for )?(?:5|five) days?\b)
"""
_GERMAN = r"""
    (?P<onsite>\bkein(?:e|en)? (?:home[ -]?office|remote|mobiles arbeiten)|\bhome[ -]?office (?:ist )?nicht möglich)
  | (?P<remote>\b(?:100 ?%|vollständig(?:es)?|komplett(?:es)?|reines?|dauerhaft(?:es)?|ausschließlich(?:es)?)\W
      (?:im |aus dem )?(?:home[ -]?office|remote|mobiles arbeiten|mobil)\b)
  | (?P<hybrid>\b(?:[1-4]|ein|einen|einem|zwei|drei|vier)(?: ?(?:-|–|bis) ?(?:[2-4]|zwei|drei|vier))? tag(?:e
      |en)?\b[^,;]{0,40}\b(?:home[ -]?office|mobil|büro|vor ort)
        | \b(?:home[ -]?office|mobiles arbeiten|büro|vor ort)\b[^,;]{0,40}\b(?:[1-4]|ein|einen|einem|zwei|drei
            |vier)(?: ?(?:-|–|bis) ?(?:[2-4]|zwei|drei|vier))? tag(?:e|en)?\b
        | \b(?:teilweise|anteilig|hybrid)\w*\W(?:im )?(?:home[ -]?office|mobiles arbeiten))
"""
_FRENCH = r"""
    (?P<onsite>\b(?:pas|sans|aucun) (?:de |possibilité de )?t[ée]l[ée]travail|\bt[ée]l[ée]travail (?:non|pas) possible)
  | (?P<hybrid>\bt[ée]l[ée]travail(?: est)? (?:partiel|hybride|ponctuel|occasionnel|possible)
        | \b(?:[1-4]|un|deux|trois|quatre)(?: ?(?:-|à|ou) ?(?:[2-4]|deux|trois))? ?(?:jours?
            |j)\b[^,;]{0,25}\bt[ée]l[ée]travail
        | \bt[ée]l[ée]travail\b[^;]{0,25}\b(?:[1-4]|un|deux|trois|quatre) ?(?:jours?|j)\b)
  | (?P<remote>\b(?:100 ?%|full|total(?:ement)?|complet|intégral)\W(?:en |de )?t[ée]l[ée]travail
      |\bt[ée]l[ée]travail (?:total|complet|intégral|à 100|100))
"""
_PRESENTIEL = r"""
    (?P<none>\b(?:ou|et|non) (?:en )?présentiel|présentiel (?:ou|et)\b)
  | (?P<hybrid>\b(?:[1-4]|un|deux|trois) jours? (?:par semaine )?(?:en )?présentiel)
  | (?P<onsite>\b(?:poste|travail|100 ?%|uniquement|entièrement|totalement)\W(?:est |en ){0,2}présentiel)
"""
_TELETRABAJO = r"""
    (?P<hybrid>\b(?:teletrabajo|teletrabalho|home ?office)(?: es| é)? (?:parcial|híbrido|[1-4] d[ií]as|(?:dos|tres
        |dois|duas|três) d[ií]as)
        | \b(?:[1-4]|un|dos|tres|dois|duas|três) d[ií]as?\b[^,;]{0,20}\b(?:teletrabajo|teletrabalho|home ?office))
  | (?P<remote>\b(?:100 ?%|total|completo|full)\W(?:de |en )?(?:teletrabajo|teletrabalho|home ?office)\b
      |\bteletrabajo (?:100|total|completo))
"""
_DUTCH = r"""
    (?P<hybrid>\b(?:[1-4]|een|één|twee|drie|vier) dag(?:en)?\b[^,;]{0,25}\bthuis ?(?:te )?werk
        |\bthuis ?werken\b[^,;]{0,25}\b(?:[1-4]|een|twee|drie) dag
        | \bdeels thuis)
  | (?P<remote>\b(?:volledig|100 ?%) (?:vanuit huis|thuis ?werk))
"""
_SMART = r"""
    (?P<hybrid>\b(?:[1-4]|un|due|tre|quattro) giorn[io]\b[^,;]{0,25}\b(?:smart[ -]?working|in (?:sede|ufficio))
        |\bsmart[ -]?working\b[^,;]{0,25}\b(?:[1-4]|un|due|tre) giorn
        | \bsmart[ -]?working (?:parziale|ibrido))
  | (?P<remote>\b(?:full|100 ?%|totale)\W(?:in )?smart[ -]?working|\bsmart[ -]?working (?:al 100|totale|completo))
"""
_JAPANESE = r"""
    (?P<hybrid>(?:リモート|在宅)\w{0,6}?(?:は|が|：|:)?週[にの]?[1-4１-４一二三四]|週[にの]?[1-4１-４一二三四]\w{0,8}?(?:リモート|在宅|出社)|(?:一部
        |ハイブリッド)(?:リモート|在宅|勤務))
  | (?P<remote>(?:フル|完全)(?:リモート|在宅))
  | (?P<onsite>(?:リモート|在宅)\w{0,4}?(?:不可|なし)|原則出社|出社必須|フル出社)
"""


def _joined(pattern: str) -> str:
    """The pattern without its line breaks and indents. (The verbose flag would drop the spaces that are meant.)"""
    lines = (line.strip() for line in pattern.splitlines())
    return "".join("|" + line[2:] if line.startswith("| ") else line for line in lines)


# The workplace tag that LinkedIn reads.
_TAG = r"#li-(?:(?P<remote>remote)|(?P<hybrid>hybrid)|(?P<onsite>on-?site))\b"

PHRASES = {
    name: re.compile(_joined(pattern))
    for name, pattern in {
        "tag": _TAG,
        "remote": _REMOTE,
        "hybrid": _HYBRID,
        "hibrido": _HIBRIDO,
        "presencial": _PRESENCIAL,
        "remoto": _REMOTO,
        "onsite": _ONSITE,
        "days": _DAYS,
        "german": _GERMAN,
        "french": _FRENCH,
        "presentiel": _PRESENTIEL,
        "teletrabajo": _TELETRABAJO,
        "dutch": _DUTCH,
        "smart": _SMART,
        "japanese": _JAPANESE,
    }.items()
}
# What is looked for first, by plain search: only the sentences that hold one of these are matched.
KEYWORDS = (
    ("#li-", "tag"),
    ("remote", "remote"),
    ("hybrid", "hybrid"),
    ("on-site", "onsite"),
    ("onsite", "onsite"),
    ("on site", "onsite"),
    ("in person", "onsite"),
    ("in-person", "onsite"),
    ("in-office", "onsite"),
    ("sur site", "onsite"),
    ("days a week", "days"),
    ("days per week", "days"),
    ("days/week", "days"),
    ("days each week", "days"),
    ("homeoffice", "german"),
    ("home-office", "german"),
    ("home office", "german"),
    ("mobiles arbeiten", "german"),
    ("vor ort", "german"),
    ("télétravail", "french"),
    ("presentiel", "presentiel"),
    ("présentiel", "presentiel"),
    ("híbrid", "hibrido"),
    ("ibrid", "hibrido"),
    ("presencia", "presencial"),
    ("remoto", "remoto"),
    ("remota", "remoto"),
    ("teletraba", "teletrabajo"),
    ("thuis", "dutch"),
    ("smart working", "smart"),
    ("smartworking", "smart"),
    ("リモート", "japanese"),
    ("在宅", "japanese"),
    ("出社", "japanese"),
)
