"""Section headings of resumes in English, German, French, Spanish, Portuguese, Italian, Dutch and Romanian."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A section's own words. A phrase decides before its words do.
_PHRASES: dict[str, str] = {
    "summary": "summary|profile|about|about me|objective|objectives|career objective|overview|introduction"
    "|personal statement"
    "|professional summary|career summary|executive summary|personal profile|professional profile"
    "|qualifications summary"
    "|summary of qualifications|experience summary|profil|kurzprofil|uber mich|zusammenfassung|ziel"
    "|profil professionnel"
    "|a propos|a propos de moi|resume|objectif|resumen|perfil|perfil profesional|sobre mi|objetivo|perfil profissional"
    "|sobre mim|resumo|profilo|profilo professionale|su di me|chi sono|obiettivo|profiel|over mij|samenvatting"
    "|rezumat|sinteza profesionala|profil profesional|despre mine|obiectiv|highlights|professional overview"
    "|life philosophy|career profile|personal summary",
    "work": "experience|experiences|work|work experience|professional experience|employment|employment history"
    "|work history"
    "|career history|career|relevant experience|industry experience|internships|internship|internship experience"
    "|professional background|positions|job history|job experience|previous experience|other experience"
    "|research experience"
    "|teaching experience|academic experience|experience details|professional history|work experiences|military service"
    "|additional experience|employment experience|organizational experience|career progression"
    "|berufserfahrung|beruflicher werdegang|werdegang|berufspraxis|praxiserfahrung|beruf|praktika|arbeitserfahrung"
    "|experience professionnelle|experiences professionnelles|parcours professionnel|emplois|stages"
    "|experiencia|experiencia laboral|experiencia profesional|historial laboral|trayectoria profesional|practicas"
    "|experiencia profissional|historico profissional|percurso profissional|estagios"
    "|esperienza|esperienze|esperienza professionale|esperienze professionali|esperienza lavorativa"
    "|esperienze lavorative"
    "|werkervaring|ervaring|loopbaan|experienta|experienta profesionala|experienta de lucru|experienta de munca",
    "volunteer": "volunteering|volunteer|volunteer experience|volunteer work|voluntary work|community service|community"
    "|community involvement|social engagement|extracurricular activities|extracurricular activity|extracurriculars"
    "|extra curricular activities|leadership|leadership activities|leadership experience|activities"
    "|ehrenamt|ehrenamtliches engagement|ehrenamtliche tatigkeit|ehrenamtliche tatigkeiten|engagement"
    "|gesellschaftliches engagement|freiwilligenarbeit|benevolat|engagement associatif|vie associative|voluntariado"
    "|experiencia de voluntariado|trabalho voluntario|volontariato|vrijwilligerswerk|voluntariat"
    "|activitati de voluntariat"
    "|volunteer and leadership|leadership and volunteering",
    "education": "education|academic background|academic qualifications|academic qualification|educational background"
    "|educational qualifications|educational qualification|qualifications|studies|academics|academic history"
    "|academic record"
    "|academic profile|schooling|degrees|education details|education background|academic credentials|academic details"
    "|educational details|educational profile|academia|scholastics"
    "|ausbildung|bildung|bildungsweg|studium|schulbildung|akademischer werdegang|hochschulbildung"
    "|ausbildung und studium"
    "|formation|formations|etudes|parcours academique|diplomes|scolarite|formation academique"
    "|educacion|formacion|formacion academica|estudios|educacao|formacao|formacao academica|escolaridade"
    "|istruzione|formazione|istruzione e formazione|studi|titoli di studio|opleiding|opleidingen|onderwijs|educatie"
    "|studii"
    "|educatie si formare|formare",
    "projects": "projects|project|personal projects|side projects|selected projects|key projects|academic projects"
    "|open source"
    "|open source projects|open source contributions|portfolio|project experience|project details|projects undertaken"
    "|projects handled|project work|projekte|eigene projekte"
    "|projets|projets personnels|proyectos|proyectos personales|projetos|progetti|projecten|proiecte",
    "skills": "skills|technical skills|technical skill|key skills|core skills|skill set|skillset|skill|competencies"
    "|core competencies|competences|expertise|areas of expertise|technologies|tech stack|technical proficiency"
    "|technical proficiencies|technical expertise|technical knowledge|tools|tools and technologies|professional skills"
    "|it skills|computer skills|software skills|soft skills|hard skills|proficiencies|strengths|technical summary"
    "|technical competencies|technical environment|technical profile|software|programming skills|key competencies"
    "|skills summary|abilities|capabilities|technology|additional skills|other skills|personal skills|key strengths"
    "|kenntnisse|fahigkeiten|it kenntnisse|edv kenntnisse|kompetenzen|fachkenntnisse|technische fahigkeiten"
    "|technische kenntnisse|starken|kenntnisse und fahigkeiten|faehigkeiten|competences techniques|competences cles"
    "|competences informatiques|savoir faire|savoir etre|habilidades|competencias|aptitudes|conocimientos"
    "|habilidades tecnicas|competencias tecnicas|conocimientos tecnicos|conhecimentos|competenze|competenze tecniche"
    "|capacita"
    "|abilita|vaardigheden|competenties|technische vaardigheden|kennis|competente|abilitati|aptitudini"
    "|competente tehnice"
    "|relevant experience summary|technical experience summary",
    "languages": "languages|language|language skills|spoken languages|foreign languages|sprachen|sprachkenntnisse"
    "|fremdsprachen|langues|langues etrangeres|competences linguistiques|idiomas|lenguas|linguas|lingue"
    "|lingue straniere"
    "|competenze linguistiche|talen|talenkennis|limbi|limbi straine|languages known|known languages",
    "certificates": "certifications|certification|certificates|certificate|licenses|licences"
    "|licenses and certifications"
    "|professional certifications|courses|training|trainings|courses and certifications|training and certifications"
    "|professional development|continuing education|credentials|additional training|courses and training"
    "|training and courses"
    "|zertifikate|zertifizierungen|weiterbildung|weiterbildungen|fortbildung|fortbildungen|kurse"
    "|zertifikate und weiterbildungen"
    "|certificats|certificaciones|cursos|cursos y certificaciones|certificacoes|certificazioni|certificati|corsi"
    "|certificaten|certificeringen|cursussen|certificari|certificarea|certificate profesionale|dezvoltare profesionala",
    "awards": "awards|award|honors|honours|honors and awards|awards and honors|honours and awards|achievements"
    "|accomplishments"
    "|awards and achievements|achievements and awards|prizes|scholarships|distinctions|recognition|fellowships|grants"
    "|key achievements|awards and recognition|honors awards|auszeichnungen|preise|stipendien|ehrungen|prix|distinctions"
    "|recompenses|premios|reconocimientos|logros|conquistas|premi|riconoscimenti|prijzen|onderscheidingen|premii"
    "|distinctii"
    "|premii si distinctii|most proud of",
    "publications": "publications|publication|selected publications|papers|research papers|journal articles|articles"
    "|conference papers|veroffentlichungen|publikationen|publicaciones|publicacoes|pubblicazioni|publicaties"
    "|publicatii",
    "interests": "interests|interest|hobbies|hobby|hobbies and interests|interests and hobbies|personal interests"
    "|interessen"
    "|hobbys|freizeit|interets|centres d interet|centre d interet|loisirs|intereses|aficiones|interesses|passatempos"
    "|interessi|hobby e interessi|interesses en hobbys|hobby s|interese|hobby uri|pasiuni",
    "references": "references|referees|reference|referenzen|referencias|referenties|referenze|referinte"
    "|recommendations",
    "other": "patents|patent|presentations|presentation|talks|invited talks|conferences|memberships"
    "|professional memberships"
    "|affiliations|professional affiliations|associations|additional information|personal information|personal details"
    "|personal data|contact|contact information|contact details|contacts|contact me|links|declaration|miscellaneous"
    "|other"
    "|others|persönliche daten|personliche daten|kontakt|kontaktdaten|coordonnees|contacto|datos personales|contato"
    "|contatti"
    "|dati personali|informazioni personali|contactgegevens|persoonlijke gegevens|date personale|date de contact"
    "|informatii de contact|informatii personale|online presence|writing|service|professional service"
    "|program committees"
    "|test scores|mobility|a day of my life|afiliatii profesionale|affiliations professionnelles|additional details"
    "|professional activities|academic service|willing to relocate|groups|coursework|relevant coursework|sonstiges"
    "|divers|varia"
    "|social|find me online|websites|profiles|social media|informations personnelles|informacion de contacto"
    "|additional|designations and promotions|personal",
}
PHRASES: dict[str, str] = {phrase: section for section, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_FILLER = frozenset(
    "my other relevant selected key additional professional personal recent further and & of the in und et y e i en si"
    " main core academic".split()
)
_TAIL = re.compile(r"\s{0,20}[:：.|—–-]{0,20}\s{0,20}$")
_JOINT = re.compile(r"(?<!\s)\s+(?:and|und|et|y|e|en|si)\s+|(?:(?<!\s)\s+)?[&/+|,]\s*", re.IGNORECASE)
MAX_LENGTH = 60


def fold(text: str) -> str:
    """Lower case, accents and punctuation gone, single spaces: what headings and names are compared by."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return " ".join(part for part in re.split(r"[^\w]+", letters) if part)


def is_heading(text: str) -> bool:
    return section_of(text) is not None


@lru_cache(maxsize=4096)
def section_of(text: str) -> str | None:
    """The section that a line announces when it is nothing but a heading, else None.

    Two headings in one ("Skills & Awards") announce the first that is not `other`.
    """
    if len(text) > MAX_LENGTH or not text[:1].strip() or "\t" in text.strip():
        return None
    bare = _TAIL.sub("", text).strip()
    if not bare or bare[0].islower() or any(letter.isdigit() for letter in bare):
        return None
    spaced = _unspaced(bare)
    key = fold(spaced)
    if found := PHRASES.get(key):
        return found
    parts = [fold(part) for part in _JOINT.split(spaced)]
    if len(parts) > 1 and len(parts) <= 4:
        sections = [_loose(part) for part in parts]
        if all(sections):
            return next((section for section in sections if section and section != "other"), "other")
    return _loose(key)


def _loose(key: str) -> str | None:
    """With filler words around it: "My Selected Honors"."""
    if found := PHRASES.get(key):
        return found
    words = key.split()
    while words and words[0] in _FILLER:
        words = words[1:]
        if found := PHRASES.get(" ".join(words)):
            return found
    return None


def _unspaced(text: str) -> str:
    """A letter-spaced heading ("S K I L L S") read as its word."""
    parts = text.split(" ")
    if len(parts) >= 4 and all(len(part) == 1 for part in parts if part != "&"):
        return "".join(parts).replace("&", " & ")
    return text
