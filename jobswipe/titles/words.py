"""The words of job titles: abbreviations, levels, workplaces, noise, and the commonest ones of other languages.

Keys are folded (lower case, no accents). A word that could mean two things (PM, CPO) is deliberately absent.
"""

from __future__ import annotations

ABBREVIATIONS: dict[str, str] = {
    "accts": "accounts", "acct": "accounting", "admin": "administrator", "ae": "account executive",
    "aes": "account executive", "ap": "accounts payable", "ass't": "assistant", "asst": "assistant",
    "assoc": "associate", "atty": "attorney", "avp": "assistant vice president", "ba": "business analyst",
    "bcba": "board certified behavior analyst", "bd": "business development", "bdm": "business development manager",
    "bdr": "business development representative", "bdrs": "business development representative",
    "bi": "business intelligence", "biz": "business", "ceo": "chief executive officer",
    "cfo": "chief financial officer", "cio": "chief information officer",
    "ciso": "chief information security officer", "cmo": "chief marketing officer",
    "cna": "certified nursing assistant", "comms": "communications", "coo": "chief operating officer",
    "coord": "coordinator", "cpa": "certified public accountant", "crna": "nurse anesthetist",
    "csm": "customer success manager", "csr": "customer service representative", "cto": "chief technology officer",
    "cv": "computer vision", "cx": "customer experience", "dba": "database administrator", "dir": "director",
    "dl": "deep learning", "dvm": "veterinarian", "ea": "executive assistant", "emt": "emergency medical technician",
    "eng": "engineer", "engr": "engineer", "exec": "executive", "fe": "frontend", "hr": "human resources",
    "hrbp": "human resources business partner", "hw": "hardware", "infosec": "information security",
    "infra": "infrastructure", "it": "information technology", "js": "javascript", "k8s": "kubernetes",
    "lpn": "licensed practical nurse", "lvn": "licensed vocational nurse", "maint": "maintenance",
    "mech": "mechanical", "mfg": "manufacturing", "mgmt": "management", "mgr": "manager", "mgrs": "manager",
    "mkt": "marketing", "mktg": "marketing", "ml": "machine learning", "mle": "machine learning engineer",
    "mts": "member technical staff", "nlp": "natural language processing", "np": "nurse practitioner",
    "ops": "operations", "ot": "occupational therapist", "pa-c": "physician assistant",
    "pcb": "printed circuit board", "pmm": "product marketing manager", "pr": "public relations",
    "qa": "quality assurance", "qc": "quality control", "rbt": "registered behavior technician",
    "rep": "representative", "reps": "representative", "rn": "registered nurse", "rpa": "robotic process automation",
    "rsm": "regional sales manager", "sde": "software development engineer",
    "sdet": "software development engineer test", "sdr": "sales development representative",
    "sdrs": "sales development representative", "slp": "speech language pathologist", "spec": "specialist",
    "sre": "site reliability engineer", "supv": "supervisor", "svp": "senior vice president",
    "swe": "software engineer", "sw": "software", "sys": "systems", "tam": "technical account manager",
    "tpm": "technical program manager", "ui": "user interface", "ux": "user experience", "vp": "vice president",
}  # fmt: skip
# Words that are joined before splitting, so that their spellings meet.
COMPOUNDS: dict[str, str] = {
    "front end": "frontend", "back end": "backend", "full stack": "fullstack", "dev ops": "devops",
    "help desk": "helpdesk", "e commerce": "ecommerce", "ui/ux": "user experience interface",
    "r&d": "research development", "f&b": "food beverage", "m&a": "mergers acquisitions", "p&l": "profit loss",
    "fp&a": "financial planning analysis", "l&d": "learning development", "a&r": "artists repertoire",
    "go to market": "gtm", "pre sales": "presales", "post sales": "postsales", "care giver": "caregiver",
    "make up": "makeup", "health care": "healthcare", "child care": "childcare", "day care": "daycare",
}  # fmt: skip
LEVELS = frozenset(
    (
        "senior sr snr junior jr staff principal lead leading founding distinguished mid midlevel entry graduate "
        "grad intern interns internship trainee apprentice apprenticeship associate werkstudent werkstudentin "
        "werkstudenten praktikum praktikant praktikantin stagiaire alternant alternance becario becaria practicas "
        "pasante estagio estagiario estagiaria tirocinio stagista pflichtpraktikum experienced interim level semi "
        "ssr pleno ii iii iv vi i v 1 2 3 4 5"
    ).split()
)
NUMERALS = frozenset("i ii iii iv v vi 1 2 3 4 5".split())
# These say a level only before the role: "Principal Engineer", not "School Principal".
FRONT_LEVELS = frozenset("associate principal staff graduate entry level early".split())
WORKPLACE = frozenset(
    (
        "remote hybrid onsite office based wfh home work from anywhere worldwide global homeoffice telecommute "
        "virtual fully 100 100% in person field distributed timezone timezones hours est pst cst cet only first "
        "friendly optional relocation visa sponsorship speaking speaker fluent bilingual"
    ).split()
)
EMPLOYMENT = frozenset(
    (
        "full part time fulltime parttime contract contractor contracting freelance freelancer temporary temp "
        "permanent perm hire c2h w2 1099 casual seasonal summer winter spring autumn fall shift shifts day night "
        "weekend weekends evening evenings nights days vollzeit teilzeit befristet unbefristet cdi cdd minijob "
        "fixed term month months year years position positions job opening openings role roles opportunity "
        "opportunities hiring urgent immediate start open application applications future general interest talent "
        "pool pipeline multiple various now join us our all levels confidential unsolicited evergreen"
    ).split()
)
REGIONS = frozenset(
    (
        "emea apac latam dach amer amers americas america nordics nordic benelux anz mena europe eu asia pacific "
        "africa middle east west north south northeast northwest southeast southwest central eastern western "
        "northern southern coast region regional us usa uk uae u.s. u.k. canada bay area territory metro greater "
        "city states kingdom apj japac sea cee iberia sled remoto international nyc sf la dc ca ny tx il ma wa co "
        "ga nc fl nj pa va az oh mi or ut md mn ct tn"
    ).split()
)
LANGUAGES = frozenset(
    (
        "english german french spanish italian portuguese dutch polish turkish russian ukrainian arabic hebrew "
        "hindi japanese korean mandarin cantonese chinese thai vietnamese indonesian malay swedish danish "
        "norwegian finnish czech greek romanian hungarian bulgarian croatian serbian"
    ).split()
)
NOISE = WORKPLACE | EMPLOYMENT | REGIONS | LANGUAGES
# Dropped wherever they stand.
TERMS = frozenset(("remote fulltime parttime vollzeit teilzeit freelance freelancer temporary wfh homeoffice").split())
# Title words of other languages (folded, feminine and masculine) → English.
FOREIGN: dict[str, str] = {
    "entwickler": "developer", "entwicklerin": "developer", "entwicklung": "development", "ingenieur": "engineer",
    "ingenieurin": "engineer", "leiter": "manager", "leiterin": "manager", "leitung": "management",
    "berater": "consultant", "beraterin": "consultant", "mitarbeiter": "worker", "mitarbeiterin": "worker",
    "sachbearbeiter": "clerk", "sachbearbeiterin": "clerk", "kaufmann": "merchant", "kauffrau": "merchant",
    "buchhalter": "accountant", "buchhalterin": "accountant", "buchhaltung": "accounting", "vertrieb": "sales",
    "verkaufer": "salesperson", "verkauferin": "salesperson", "verkauf": "sales", "kunden": "customer",
    "kundenberater": "customer advisor", "kundenberaterin": "customer advisor", "kundenservice": "customer service",
    "kundendienst": "customer service", "kundenbetreuer": "customer service representative", "einkauf": "purchasing",
    "einkaufer": "buyer", "einkauferin": "buyer", "pflegefachkraft": "nurse", "pflegefachmann": "nurse",
    "pflegefachfrau": "nurse", "krankenpfleger": "nurse", "krankenschwester": "nurse", "pflege": "nursing",
    "arzt": "physician", "arztin": "physician", "lehrer": "teacher", "lehrerin": "teacher",
    "erzieher": "childcare teacher", "erzieherin": "childcare teacher", "fahrer": "driver", "fahrerin": "driver",
    "lager": "warehouse", "lagerist": "warehouse worker", "lagermitarbeiter": "warehouse worker", "koch": "cook",
    "kochin": "cook", "kellner": "waiter", "kellnerin": "waitress", "elektriker": "electrician",
    "elektroniker": "electronics technician", "mechaniker": "mechanic", "mechatroniker": "mechatronics technician",
    "techniker": "technician", "technikerin": "technician", "projektleiter": "project manager",
    "projektleiterin": "project manager", "projektmanager": "project manager", "produktmanager": "product manager",
    "produktmanagerin": "product manager", "personal": "personnel", "personalreferent": "human resources specialist",
    "steuerberater": "tax advisor", "jurist": "lawyer", "juristin": "lawyer", "rechtsanwalt": "attorney",
    "rechtsanwaltin": "attorney", "softwareentwickler": "software developer",
    "softwareentwicklerin": "software developer", "datenanalyst": "data analyst",
    "geschaftsfuhrer": "chief executive", "geschaftsfuhrerin": "chief executive", "filialleiter": "store manager",
    "marktleiter": "store manager", "assistent": "assistant", "assistentin": "assistant", "assistenz": "assistant",
    "vertriebsmitarbeiter": "sales representative", "aussendienst": "field sales", "innendienst": "inside sales",
    "wissenschaftler": "scientist", "forscher": "researcher", "gestalter": "designer", "redakteur": "editor",
    "redakteurin": "editor", "schlosser": "metal worker", "schweisser": "welder", "maler": "painter",
    "tischler": "carpenter", "apotheker": "pharmacist", "reinigungskraft": "cleaner", "prozess": "process",
    "verfahren": "process", "daten": "data", "kreditoren": "accounts payable", "debitoren": "accounts receivable",
    "projekt": "project", "produkt": "product", "produktion": "production", "qualitat": "quality",
    "anwendung": "application", "kreditorenbuchhaltung": "accounts payable", "finanz": "finance", "rechts": "legal",
    "kraft": "motor", "service": "service",
    # French
    "developpeur": "developer", "developpeuse": "developer", "ingenieure": "engineer", "responsable": "manager",
    "charge": "officer", "chargee": "officer", "commercial": "sales", "commerciale": "sales",
    "vendeur": "salesperson", "vendeuse": "salesperson", "comptable": "accountant", "infirmier": "nurse",
    "infirmiere": "nurse", "medecin": "physician", "enseignant": "teacher", "professeur": "teacher",
    "chauffeur": "driver", "cuisinier": "cook", "serveur": "waiter", "serveuse": "waitress",
    "electricien": "electrician", "mecanicien": "mechanic", "technicien": "technician", "technicienne": "technician",
    "juriste": "lawyer", "avocat": "attorney", "acheteur": "buyer", "ventes": "sales", "donnees": "data",
    "chercheur": "researcher", "directeur": "director", "directrice": "director", "recruteur": "recruiter",
    "conseiller": "advisor", "conseillere": "advisor", "gestionnaire": "manager", "logiciel": "software",
    "alternant": "apprentice", "rh": "human resources",
    # Spanish, Portuguese, Italian, Dutch
    "auxiliar": "assistant", "assistente": "assistant", "coordenador": "coordinator", "coordinador": "coordinator",
    "operador": "operator", "logistica": "logistics", "supervisora": "supervisor", "projectleider": "project manager",
    "desarrollador": "developer", "desarrolladora": "developer", "desenvolvedor": "developer",
    "desenvolvedora": "developer", "ingeniero": "engineer", "ingeniera": "engineer", "engenheiro": "engineer",
    "engenheira": "engineer", "ingegnere": "engineer", "sviluppatore": "developer", "ontwikkelaar": "developer",
    "analista": "analyst", "gerente": "manager", "jefe": "manager", "contador": "accountant",
    "contadora": "accountant", "contable": "accountant", "contabile": "accountant", "ventas": "sales",
    "vendas": "sales", "vendedor": "salesperson", "vendedora": "salesperson", "enfermero": "nurse",
    "enfermera": "nurse", "enfermeiro": "nurse", "enfermeira": "nurse", "infermiere": "nurse",
    "verpleegkundige": "nurse", "profesor": "teacher", "professor": "professor", "maestro": "teacher",
    "conductor": "driver", "motorista": "driver", "cocinero": "cook", "camarero": "waiter",
    "electricista": "electrician", "eletricista": "electrician", "mecanico": "mechanic", "tecnico": "technician",
    "abogado": "attorney", "advogado": "attorney", "comprador": "buyer", "dados": "data", "datos": "data",
    "investigador": "researcher", "pesquisador": "researcher", "disenador": "designer", "disenadora": "designer",
    "mercadeo": "marketing", "recursos": "resources", "humanos": "human", "boekhouder": "accountant",
    "verkoper": "salesperson", "medewerker": "worker", "sistemas": "systems", "proyectos": "project",
    "projetos": "project", "producto": "product", "produto": "product", "asistente": "assistant",
    "administrativo": "administrative", "calidad": "quality", "qualidade": "quality", "suporte": "support",
    "soporte": "support", "cliente": "customer",
}  # fmt: skip
# German compounds end in the role: "Vertriebsingenieur", "Backendentwickler".
SUFFIXES = (
    "entwickler", "entwicklerin", "ingenieur", "ingenieurin", "leiter", "leiterin", "berater", "beraterin",
    "manager", "managerin", "mitarbeiter", "mitarbeiterin", "techniker", "technikerin", "mechaniker", "elektroniker",
    "assistent", "assistentin", "fahrer", "fahrerin", "kaufmann", "kauffrau", "verkaufer", "verkauferin", "lehrer",
    "lehrerin",
)  # fmt: skip
# Words that the Snowball stemmer would merge with another profession's ("accountant" with "account executive").
STEMS: dict[str, str] = {
    "accountant": "accounting", "accountants": "accounting", "accountancy": "accounting", "accounting": "accounting",
    "operator": "operator", "operators": "operator", "policy": "policy", "policies": "policy",
    "customer": "customer", "customers": "customer", "production": "production", "productions": "production",
    "animal": "animal", "animals": "animal", "international": "international", "general": "general",
    "communications": "communication", "developer": "developer", "developers": "developer", "marketing": "marketing",
    "marketer": "marketing", "counselor": "counselor", "counselors": "counselor", "counsellor": "counselor",
    "controller": "controller", "controllers": "controller",
}  # fmt: skip
STOP = frozenset(
    (
        "of and the to in for a an or at on with by from as into using de la le les du des der die das und et en "
        "y e do da und fur im am zum zur bei d l s"
    ).split()
)
GENERIC = frozenset(
    (
        "manager director head vice president chief officer executive lead supervisor deputy assistant "
        "coordinator specialist consultant expert member team group"
    ).split()
)
