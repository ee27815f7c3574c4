"""The words by which a resume's parts are told apart: occupations, employers, schools, degrees, tongues."""

from __future__ import annotations

import re

from jobswipe.resumes.headings import fold


def _any(words: str, *, prefix: bool = False) -> re.Pattern[str]:
    alternatives = "|".join(sorted((re.escape(word) for word in words.split("|")), key=len, reverse=True))
    return re.compile(rf"\b(?:{alternatives})" + (r"\w*" if prefix else r"(?:s|in|innen)?\b"))


# Matched against folded text (see headings.fold).
POSITION = _any(
    "baker|butcher|gardener|farmer|cleaner|housekeeper|nanny|courier|packer|picker|host|hostess|hairdresser|barber|tailor"
    "|painter|roofer|mason|builder|fitter|installer|janitor|porter|conductor|pilot|captain|soldier|sergeant|firefighter"
    "|paramedic|midwife|optician|chemist|biologist|physicist|economist|statistician|mathematician|historian|archivist"
    "|curator|actor|actress|dancer|singer|reporter|copywriter|proofreader|illustrator|promoter|seller|salesperson"
    "|bookkeeper|underwriter|actuary|notary|judge|detective|investigator|landscaper|sous chef|backer|koch"
    "|kochin|boulanger"
    "|panadero|cocinero|fornaio|cuoco|bakker|kok|brutar|bucatar|casier|vanzator"
    "|engineer|developer|programmer|architect|manager|director|head of|lead|leader|analyst|consultant|designer"
    "|scientist|researcher"
    "|intern|trainee|apprentice|assistant|associate|administrator|admin|specialist|coordinator|supervisor|officer"
    "|executive|president"
    "|vice president|vp|founder|co founder|cofounder|ceo|cto|cfo|coo|cmo|cio|owner|partner|technician|teacher"
    "|professor|lecturer|tutor"
    "|instructor|nurse|doctor|physician|accountant|auditor|clerk|cashier|salesman|representative|agent|advisor|adviser"
    "|writer|editor"
    "|journalist|author|translator|interpreter|lawyer|attorney|counsel|paralegal|recruiter|trainer|coach|driver|chef"
    "|cook|waiter"
    "|waitress|barista|bartender|mechanic|electrician|plumber|carpenter|operator|tester|qa|sdet|sre|devops|dba"
    "|freelancer|freelance"
    "|contractor|volunteer|mentor|fellow|member|secretary|treasurer|receptionist|buyer|planner|strategist|marketer"
    "|producer"
    "|photographer|artist|animator|musician|pharmacist|therapist|psychologist|dentist|surgeon|veterinarian|caregiver"
    "|inspector"
    "|surveyor|estimator|foreman|welder|machinist|postdoc|postdoctoral|student assistant|working student|werkstudent"
    "|dean|principal"
    "|maintainer|creator|contributor|organizer|team lead|tech lead|scrum master|product owner|full stack|fullstack"
    "|backend|frontend"
    "|software development|guard|steward|stylist|broker|banker|trader|teller|controller|merchandiser|evangelist"
    "|librarian|ingenieur"
    "|ingenieurin|entwickler|entwicklerin|berater|beraterin|leiter|leiterin|geschaftsfuhrer|mitarbeiter|mitarbeiterin"
    "|praktikant"
    "|praktikantin|sachbearbeiter|sachbearbeiterin|lehrer|lehrerin|techniker|kaufmann|kauffrau|assistentin"
    "|projektleiter|developpeur"
    "|developpeuse|ingenieure|responsable|directeur|directrice|stagiaire|technicien|technicienne|chargee|charge de"
    "|vendeur|vendeuse"
    "|professeur|enseignant|enseignante|chercheur|infirmier|infirmiere|comptable|chef de|ingeniero|ingeniera"
    "|desarrollador"
    "|desarrolladora|gerente|analista|consultor|consultora|profesor|profesora|director|directora|becario|becaria"
    "|tecnico|tecnica"
    "|encargado|encargada|jefe|jefa|engenheiro|engenheira|desenvolvedor|desenvolvedora|estagiario|estagiaria"
    "|coordenador"
    "|coordenadora|diretor|diretora|gestor|gestora|ingegnere|sviluppatore|sviluppatrice|consulente|responsabile"
    "|direttore|tirocinante"
    "|stagista|insegnante|impiegato|impiegata|medewerker|ontwikkelaar|adviseur|stagiair|docent|beheerder|inginer"
    "|programator"
    "|dezvoltator|administrator|consultanta|profesoara|asistent|asistenta|contabil|operatoare|coordonator|lider"
    "|referent|executiv"
)
ORGANISATION = _any(
    "inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|company|co|gmbh|ag|kg|se|sa|sas|sarl|srl|spa|bv|nv|oy"
    "|ab|as|aps|pvt"
    "|private limited|pty|group|holding|holdings|technologies|technology|solutions|systems|services|labs|lab"
    "|laboratory|laboratories"
    "|studio|studios|consulting|software|bank|university|college|institute|school|hospital|clinic|foundation"
    "|association"
    "|ministry|government|council|agency|industries|international|global|enterprises|partners|ventures|capital|media"
    "|networks"
    "|university|universitat|universite|universidad|universidade|universita|universiteit|universitatea|hochschule"
    "|restaurant|hotel"
    "|airlines|insurance|pharma|pharmaceuticals|motors|electronics|energy|health|healthcare|logistics|retail|stores"
    "|organization"
    "|organisation|banco|banque|grupo|gruppo|groupe|academy|society|club|team|infotech|tech|consultancy|telecom"
    "|research"
)
# Word stems: schools in several languages.
SCHOOL = re.compile(
    r"\b(?:universi\w*|college\w*|colegi\w*|institut\w*|istituto|school\w*|academy|academia|akademie|academie"
    r"|polytechni\w*|politecnic\w*"
    r"|politehnica|hochschule|\w*hochschule|\w*schule|gymnasium|ecole|lycee|facult\w*|facultad|faculdade|fakultat"
    r"|escuela|escola|scuola"
    r"|liceo|liceu|liceul|lyceum|hogeschool|scoala|conservator\w*|seminary|vidyalaya|vidyapeeth|iit|iiit|nit|mit|eth"
    r"|ucla|caltech|uc"
    r"|bootcamp|postech|kaist|epfl|suny|cuny|vit|bits|mgimo|hse)\b"
)
DEGREE = re.compile(
    r"(?<![\w.])(?:ph\.? ?d\.?|d\.?phil\.?|doctor(?:ate|al)?(?: of [A-Z]\w+)?|doktor\w*|dr\.-ing\.|m\.?b\.?a\.?|mba"
    r"|m\.? ?sc\.?|m\.?s\.?(?:c\.?)?|m\.?eng\.?|m\.?a\.?"
    r"|m\.? ?tech\.?|m\.?e\.?|m\.?phil\.?|m\.?com\.?|m\.?c\.?a\.?|master(?:['’]?s)?|magister|máster|mestrado|laurea"
    r"|maîtrise|licence"
    r"|b\.? ?sc\.?(?: \(?hons\.?\)?)?|b\.?s\.?(?:c\.?)?|b\.?eng\.?|b\.?a\.?|b\.?b\.?a\.?|b\.?com\.?|b\.?c\.?a\.?"
    r"|b\.? ?tech\.?|b\.-tech\.?|b-tech|b\.?e\.?|b\.?arch\.?|b\.?ed\.?|ll\.?b\.?|ll\.?m\.?"
    r"|bachelor(?:['’]?s)?|bakkalaureat|licenciatura|licențiat\w*|licenta|grado|graduado|bacharel\w*|diplom(?:-\w+"
    r"|\w*)?|diploma|associate(?:['’]?s)? (?:degree|of)"
    r"|high school diploma|higher secondary|senior secondary|secondary school|abitur|baccalauréat|bacalaureat"
    r"|bachillerato|ensino médio|maturità"
    r"|staatsexamen|promotion|ausbildung|fachabitur|mittlere reife|hnd|btec|gcses?|a-levels?|hsc|ssc|cbse|icse"
    r"|x{1,2}ii?th|10th|12th|pgdm|pgdca?|pgd|post ?graduate|post[- ]graduation|graduation|undergraduate"
    r"|certificate|burlac|maestru|j\.?d\.?|m\.?d\.?|a\.?s\.?|a\.?a\.?|degree|doctorat|doctorado|dottorato|doutorado"
    r"|ingeniero|ingénieur|ingegneria|bts|dut|drs\.?|ir\.?|hbo|mbo|wo)"
    r"(?![\w])",
    re.IGNORECASE,
)
# Short forms that are words too ("as", "ma", "me", "be"): a degree only when written in capitals or with a dot.
SHORT_DEGREE = re.compile(r"(?:as|aa|ma|me|be|ba|ms|bs|md|jd|wo|ir|sc)", re.IGNORECASE)

LANGUAGES: frozenset[str] = frozenset(
    fold(name)
    for name in (
        "english|german|french|spanish|portuguese|italian|dutch|romanian|russian|ukrainian|polish|czech|slovak"
        "|hungarian|bulgarian|greek"
        "|turkish|arabic|hebrew|persian|farsi|hindi|urdu|bengali|punjabi|tamil|telugu|kannada|malayalam|marathi"
        "|gujarati|oriya|odia|chinese"
        "|mandarin|cantonese|japanese|korean|vietnamese|thai|indonesian|malay|filipino|tagalog|swahili|amharic|swedish"
        "|norwegian"
        "|danish|finnish|icelandic|estonian|latvian|lithuanian|croatian|serbian|bosnian|slovenian|slovene|macedonian"
        "|albanian"
        "|catalan|basque|galician|irish|welsh|latin|georgian|armenian|azerbaijani|kazakh|uzbek|afrikaans|zulu|hausa"
        "|yoruba|igbo"
        "|nepali|sinhala|sinhalese|burmese|khmer|lao|mongolian|luxembourgish|maltese|esperanto|belarusian|yiddish"
        "|assamese|konkani|sanskrit"
        "|deutsch|englisch|franzosisch|spanisch|italienisch|russisch|polnisch|turkisch|arabisch|niederlandisch"
        "|portugiesisch|chinesisch"
        "|japanisch|latein|francais|anglais|allemand|espagnol|italien|portugais|neerlandais|russe|chinois|arabe"
        "|japonais"
        "|espanol|castellano|ingles|aleman|frances|italiano|portugues|ruso|chino|japones|alemao|espanhol|russo|chines"
        "|inglese|tedesco|francese|spagnolo|portoghese|cinese|nederlands|engels|duits|frans|spaans|italiaans|romana"
        "|engleza|franceza|germana"
        "|spaniola|italiana|rusa|maghiara|magyar|polski|suomi|svenska|dansk|norsk|american sign language|sign language"
        "|flemish|scots|gaelic|mandarin chinese|brazilian portuguese|swiss german"
    ).split("|")
)


def has_position(text: str) -> bool:
    return bool(POSITION.search(fold(text)))


def has_organisation(text: str) -> bool:
    return bool(ORGANISATION.search(fold(text)))


def has_school(text: str) -> bool:
    return bool(SCHOOL.search(fold(text)))


def find_degree(text: str) -> re.Match[str] | None:
    """The first degree that a text names."""
    for match in DEGREE.finditer(text[:500]):
        word = match[0]
        if SHORT_DEGREE.fullmatch(word) and not (word.isupper() or word in ("Ba", "Bs", "Ma", "Ms")):
            continue
        return match
    return None


def is_language(text: str) -> bool:
    return fold(text) in LANGUAGES
