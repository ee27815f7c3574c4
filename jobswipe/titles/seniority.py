"""The level that a title, a source's own word or a plain sentence states; never one inferred from years."""

from __future__ import annotations

import re
from functools import lru_cache

from jobswipe.titles.clean import fold
from jobswipe.titles.level import Seniority
from jobswipe.titles.statements import windows

_INTERN = re.compile(
    r"\b(?:intern|interns|internship|internships|werkstudent(?:in|en)?|working student|"
    r"(?:pflicht)?prakti(?:kum|kant(?:in)?)|"
    r"stagiaire|stagiair|stagista|tirocini[oa]|tirocinante|becari[oa]|practicas|pasante|pasantia|estagi(?:o|ari[oa])|"
    r"praktykant|stazysta|co-?op|studentische hilfskraft|hiwi|placement student|student placement|industrial placement|"
    r"summer (?:analyst|associate|student)|interno de pregrado)\b|^stage\b(?= (?:en|de|-))|^stage [-–:]|"
    r"インターン|实习|實習|인턴"
)
_NOT_INTERN = re.compile(
    r"\b(?:intern|interns|internships?|co-?op)\s+(?:program\w*|manager|coordinator|recruiter|"
    r"recruiting|supervisor|advis\w+|lead)\b|"
    r"\b(?:internship|intern|co-?op) (?:&|and) \w+ (?:program\w*|manager|coordinator)\b"
)
_CHIEF = re.compile(
    r"\bchief (?!of staff|engineer|architect|estimator|inspector|pilot|mate|nurse|resident|accountant|"
    r"editor)(?:[\w&,-]+ ){1,4}officer\b|"
    r"\b(?:ceo|cto|cfo|coo|cmo|ciso|chro|cio)\b|"
    r"^(?:global |interim |fractional )?(?:cpo|cro|cco|cdo|cso)$|\bchief executive\b|"
    r"\bchief (?:product|technology|financial|"
    r"operating|marketing|revenue|people|legal|commercial|medical|scientific|information|data|growth)\b|"
    r"\bgeschaftsfuhr(?:er|erin|ung)\b|\bdirecteur general\b"
)
_VICE = re.compile(r"\b(?:[se]?vp|vice[- ]president|vice-presidente?)\b")
_PRESIDENT = re.compile(r"\bpresident\b")
_JUNIOR_VICE = re.compile(r"\b(?:avp|(?:assistant|associate) (?:vp|vice[- ]president))\b")
_SERVING = re.compile(
    r"\b(?:assistant|secretary|advis[eo]r|aide|partner|analyst|associate|support|reporting) (?:to|of|for) (?:the )?|"
    r"\boffice of (?:the )?|\b(?:executive|personal) assistant\b|"
    r"\b(?:to|for) (?:the |our )?(?=ceo|cto|cfo|coo|cmo|founder|president|chief|vp|head|director|executive|managing)|"
    r"\b(?:field|account|client|deputy) (?=ct?io\b|cto\b)|"
    r"\b(?:ceo|cto|cfo|coo|cmo|president|director|officer)(?:'?s (?:office|assistant)| (?:associate|"
    r"assistant|office)\b)"
)
_DIRECTOR = re.compile(
    r"\b(?:director(?:a|in)?|directeur|directrice|direktor(?:in)?|dir|head of|global head|"
    r"regional head)\b|^head\s*[-–,:(]|^head$|"
    r"(?:,| [-–|]) head$|^(?:senior |country |group |deputy |associate )head\b"
)
_ROLE_DIRECTOR = re.compile(
    r"\b(?:art|film|music|funeral|casting|stage|photography|technical art|animation|cinematic|"
    r"choir) director\b|\bdirector of photography\b"
)
_MANAGER = re.compile(
    r"\b(?:manager(?:in)?|mgr|gerente|abteilungsleiter(?:in)?|filialleiter(?:in)?|"
    r"bereichsleiter(?:in)?|marktleiter(?:in)?|betriebsleiter(?:in)?)\b"
)
# Names of roles whose holder manages no people: they say no level by themselves.
_ROLE_MANAGER = re.compile(
    r"\b(?:accounts?|product|produkt|projects?|projekt|program(?:me)?s?|community|success|customer|"
    r"partner(?:ship)?s?|partner success|"
    r"social media|content|case|care|campaign|relationship|relations|property|event|events|brand|"
    r"category|delivery|release|portfolio|"
    r"investment|asset|channel|territory|development|business development|product marketing|"
    r"marketing product|office|change|"
    r"vendor|supplier|contracts?|lifecycle|crm|seo|sem|paid \w+|influencer|affiliate|performance|"
    r"growth|renewals?|onboarding|"
    r"implementation|engagement|solutions?|bid|proposal|configuration|incident|problem|knowledge|grants?|claims?|"
    r"alliances?|alliance|fund|wealth|risk|data|scrum|traffic|print|studio|desk|stage|ad|email|e-mail|digital|pr|"
    r"public relations|communications|talent acquisition|hr|people|human resources|service delivery|release train)\s+"
    r"(?:manager(?:in)?|mgr)\b|\bmanager[- ]in[- ]training\b|\bmanagement trainee\b|产品经理|项目经理"
)
_MANAGER_FIRST = re.compile(
    r"^(?:(?:senior|sr\.?|associate|assistant|deputy|regional|global|group|lead) )*\(?(?:manager|"
    r"mgr)\)?\s*(?:i{1,3}|[123])?\s*(?:,|[-–|/:]|of\b|$)|[,–|-] (?:senior |sr\.? )?manager$|"
    r"\b(?:senior|sr\.?) manager\b"
)
_LEAD = re.compile(
    r"\b(?:lead(?! gen| generation| qualif| conversion| response| management| nurtur| paint| time|"
    r" acid| sourc| research| routing)|leading(?= \w+ (?:engineer|developer))|"
    r"team ?lead(?:er)?|teamlead(?:er)?|teamleit(?:er(?:in)?|ung)|tech ?lead|supervisor|"
    r"superintendent|foreman|forewoman|"
    r"chef d'equipe|lider|coordinador de equipo|shift leader|group leader|section leader|"
    r"gruppenleiter(?:in)?|schichtleiter(?:in)?)\b|リード"
)
_TECHNICAL = (
    r"engineer\w*|developer|scientist|designer|architect|researcher|software|data|machine|security|"
    r"platform|backend|back-end|back end|"
    r"frontend|front-end|front end|full[- ]?stack|product|program|technical|sre|devops|site|ml|ai|ios|"
    r"android|mobile|research|swe|ux|ui|"
    r"quantitative|analytics|infrastructure|systems?|hardware|firmware|embedded|cloud|network|"
    r"solutions|applied|design|web|qa|test|growth|"
    r"mechanical|electrical|silicon|asic|fpga|robotics|perception|controls|manufacturing|process|"
    r"quality|reliability|python|java|rust|go|golang"
)
_STAFF = re.compile(
    rf"\bstaff(?:[ /,+-]+(?:level|plus|[\w.]+)){{0,2}}? (?:{_TECHNICAL})\b|(?:engineer|developer|"
    rf"scientist|designer|manager)[ ,(–-]+staff\)?$|"
    r"\bdistinguished (?:\w+ )?(?:engineer|scientist|architect|designer|technologist)\b|"
    r"\b(?:engineering|technical) fellow\b|"
    r"\bprincipal (?!investigator|dancer|violin|cello|flute|teacher|of\b|clarinet|viola|horn)(?=\w)|"
    r"\b(?:engineer|developer|scientist|architect|designer|consultant|manager)[ ,(–-]+principal\)?$"
)
_ROLE_STAFF = re.compile(
    r"\bstaff (?:accountant|nurse|attorney|auditor|pharmacist|physician|counsel|therapist|writer|"
    r"assistant|photographer|sergeant|"
    r"psychologist|psychiatrist|veterinarian|recruiter|specialist|member|rn|augmentation|training|"
    r"development|support|services|operations|"
    r"product support|security officer)\b|\bchief of staff\b|\b(?:vice|assistant) principal\b|\btechnical staff\b"
)
_SENIOR = re.compile(
    r"\b(?:senior|sr|snr)\b\.?(?! (?:living|care|citizen|center|home|housing|communit|help))|"
    r"高级|资深|高級|資深|シニア|시니어"
)
_MID = re.compile(
    r"\b(?:mid|mid-?level|midweight|intermediate|medior|pleno|ssr|semi[- ]?senior)\b(?!-(?:market|"
    r"atlantic|west))(?! (?:market|atlantic|west|office|career))|中级"
)
_ENTRY = re.compile(
    r"\b(?:junior|jr|jnr|entry[- ]level|new[- ]?grad(?:uate)?s?|fresh graduate|recent graduate|"
    r"early[- ]careers?|berufseinsteiger(?:in)?|"
    r"absolvent(?:in)?|debutant|trainee|apprentice|apprenticeship|azubi|auszubildende[r]?|ausbildung|"
    r"alternan(?:t|te|ce)|aprendiz|"
    r"manager[- ]in[- ]training|university grad(?:uate)?|campus graduate)\b(?! (?:recruit|program|"
    r"talent|manager|coordinator))|"
    r"^graduate (?!school|admission|program|recruit|studies|education|medical|student|enrol|"
    r"faculty)\w+|\bgraduate (?:program(?:me)?|scheme)$|\(entry\)|- entry$|新卒|初级|校招|신입|주니어|ジュニア"
)
_JUNIOR = re.compile(r"\b(?:junior|jr|jnr|trainee)\b")
_ASSOCIATE = re.compile(
    r"^associate (?:software|data|product|project|program|ux|ui|qa|test|security|cloud|systems?|"
    r"devops|machine|ml|ai|backend|frontend|"
    r"full|technical|solutions?|support|customer|business|marketing|engineer|developer|analyst|"
    r"consultant|scientist|designer|researcher|"
    r"account executive|recruiter|sales engineer|web|mobile|site|network|platform|mechanical|"
    r"electrical)\b(?!.*\b(?:director|counsel|professor|partner|vp|president)\b)"
)
_ROLE_ASSOCIATE_MANAGER = re.compile(r"^associate (?:general )?manager\b")
# A grade stands after a role ("Engineer II", "Analyst 1"; "Phase II" is none). The first of "I/II" counts.
_GRADE = re.compile(
    r"\b(?:engineer|developer|analyst|specialist|technician|scientist|designer|accountant|"
    r"representative|rep|manager|associate|executive|"
    r"operator|coordinator|administrator|nurse|architect|recruiter|consultant|researcher|assistant|"
    r"worker|clerk|planner|buyer|paralegal|"
    r"programmer|tester|technologist|therapist|counsel(?:or)?|officer|inspector|mechanic|level|"
    r"engineering|development|writer|strategist)"
    r"[ ,(–-]{1,3}(?:level )?(i{1,3}|iv|[1-4])\b(?![.%+]|[- ](?:year|month|day|hour|week))"
)
_GRADE_LEVEL: dict[str, Seniority] = {
    "i": "entry", "1": "entry", "ii": "mid", "2": "mid", "iii": "senior", "3": "senior", "iv": "senior",
    "4": "senior",
}  # fmt: skip
_OPTIONAL = re.compile(r"(?<!\w)\((?:senior|sr\.?|junior|jr\.?|lead|staff|mid|senior[/ ]+lead)\)(?= ?[^\s)])")
_RANGE = re.compile(
    r"\b(intern|junior|jr|mid|mid-level|middle|senior|sr|staff|principal|lead|"
    r"associate)\b\.?(?:\s?(?:/|\||&|\+|to|or|bis|ou|o|-|–)\s?)"
    r"\(?(?:intern|junior|jr|mid|mid-level|middle|senior|sr|staff|principal|lead)\b"
)
_RANGE_LEVEL: dict[str, Seniority] = {
    "intern": "intern", "junior": "entry", "jr": "entry", "associate": "entry", "mid": "mid", "mid-level": "mid",
    "middle": "mid", "senior": "senior", "sr": "senior", "staff": "staff", "principal": "staff", "lead": "lead",
}  # fmt: skip
_TRAILING = re.compile(
    r"(?:(?<!\s)\s+)?(?:\((?!senior|sr|junior|jr|staff|lead|principal|mid|entry|new grad|intern|i{1,3}\))[^)]{0,200}\)|"
    r"[-–|,@] *(?:remote|hybrid|onsite).*)\s*$"
)

_SOURCE: dict[str, Seniority | None] = {
    "intern": "intern", "internship": "intern", "student": "intern", "student_school": "intern",
    "student_college": "intern", "student school": "intern", "student college": "intern",
    "working student": "intern", "entry": "entry", "entry level": "entry", "junior": "entry", "associate": "entry",
    "graduate": "entry", "new grad": "entry", "no experience": "entry", "trainee": "entry", "beginner": "entry",
    "early career": "entry", "entry level junior": "entry", "berufseinsteiger": "entry", "mid": "mid",
    "mid level": "mid", "midweight": "mid", "middle": "mid", "intermediate": "mid", "experienced": "mid",
    "mid senior level": "mid", "mid senior": "mid", "regular": "mid", "professional": "mid",
    "professional experienced": "mid", "berufserfahren": "mid", "senior": "senior", "senior level": "senior",
    "expert": "senior", "sr": "senior", "staff": "staff", "principal": "staff", "lead": "lead", "team lead": "lead",
    "lead level": "lead", "manager": "manager", "management": "manager", "senior manager": "manager",
    "manager level": "manager", "supervisor": "lead", "director": "director", "director level": "director",
    "head": "director", "executive": "executive", "c level": "executive", "executive level": "executive",
    "vp": "executive", "vice president": "executive", "geschaftsleitung": "executive",
}  # fmt: skip
_SEPARATOR = re.compile(r"[\s_/-]+")
_SENTENCE = re.compile(
    r"\b(?:this (?:is|will be) (?:an?|our) |this )(?:(?!not\b)[\w-]+,? ){0,3}?(entry[- ]level|"
    r"junior(?:-level)?|mid-?[- ]?level|senior[- ]level)"
    r"(?! (?:leader|stakeholder|manage|executive))(?: [\w-]+){0,3}? (?:role|position|job|opportunity)\b"
)
_SENTENCE_LEVEL: dict[str, Seniority] = {"e": "entry", "j": "entry", "m": "mid", "s": "senior"}


def seniority(title: str, source_word: str | None = None, description: str | None = None) -> Seniority | None:
    """The level of a posting: from its title, else from the source's own word, else from a plain statement in the text.

    Where a range is named ("Mid/Senior") the level is its lower end. A role's name is no level: "Account Manager",
    "Staff Accountant", "Account Executive", "Chief of Staff" and "Sales Associate" say nothing.
    """
    found = from_title(title)
    if found is None and source_word:
        found = from_word(source_word)
    if found is None and description:
        found = from_text(description)
    return found


@lru_cache(maxsize=65536)
def from_title(title: str) -> Seniority | None:
    """The level that a title states."""
    text = " ".join(_OPTIONAL.sub("", fold(title)).split())
    if _INTERN.search(text) and not _NOT_INTERN.search(text):
        return "intern"
    text = _TRAILING.sub("", text)
    served = _SERVING.search(text)
    own = text[: served.start()] if served else text
    if _high(own):
        return _high(own)
    plain = _ROLE_STAFF.sub(" ", text)
    if _JUNIOR.search(own) and not _RANGE.search(plain):
        return "entry"
    if _manages(own):
        return "manager"
    ranged = _RANGE.search(plain)
    if ranged:
        return _RANGE_LEVEL[ranged[1]]
    if _LEAD.search(plain):
        return "lead"
    if _STAFF.search(plain):
        return "staff"
    if _SENIOR.search(plain):
        return "senior"
    if _MID.search(plain):
        return "mid"
    grade = _GRADE.search(text)
    if grade:
        return _GRADE_LEVEL[grade[1]]
    if _ENTRY.search(text) or _ASSOCIATE.search(text):
        return "entry"
    return None


def _high(text: str) -> Seniority | None:
    if _JUNIOR_VICE.search(text):
        return None
    if _CHIEF.search(text) or _VICE.search(text) or _PRESIDENT.search(text):
        return "executive"
    return "director" if _DIRECTOR.search(_ROLE_DIRECTOR.sub(" ", text)) else None


def _manages(text: str) -> bool:
    if _MANAGER_FIRST.search(text):
        return True
    return bool(_MANAGER.search(_ROLE_MANAGER.sub(" ", text)))


@lru_cache(maxsize=4096)
def from_word(word: str) -> Seniority | None:
    """The level of a source's own word ("Mid-Senior Level", "entry_level"); several words: the lowest of them."""
    levels = [_SOURCE.get(_SEPARATOR.sub(" ", part).strip()) for part in re.split(r"[,;|]", fold(word))]
    known = [level for level in levels if level]
    return min(known, key=_ORDER.index) if known else None


_ORDER: tuple[Seniority, ...] = (
    "intern",
    "entry",
    "mid",
    "senior",
    "staff",
    "lead",
    "manager",
    "director",
    "executive",
)


def from_text(description: str) -> Seniority | None:
    """The level that a sentence such as "This is an entry-level position" states."""
    for sentence in windows(description, "seniority"):
        match = _SENTENCE.search(sentence)
        if match:
            return _SENTENCE_LEVEL[match[1][0]]
    return None
